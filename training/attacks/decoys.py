"""
The texts that attacks put around, before or instead of a spammer's own words, from `decoys.toml`.
"""

import tomllib
from pathlib import Path

_TEXTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

HAM, NEWS = tuple(_TEXTS["ham"]), tuple(_TEXTS["news"])
TRANSLATED, FLATTERY = tuple(_TEXTS["translated"]), tuple(_TEXTS["flattery"])
NAMES = tuple(_TEXTS["names"])
