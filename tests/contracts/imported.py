"""
What `hamlet-train import` makes of a file, without the command line.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.importers.convert import convert, find


@dataclass(frozen=True, slots=True)
class Imported:
    """
    The rows, how many comments were left out for which reason, the places of those, and what was damaged.
    """

    rows: list[dict[str, Any]]
    skipped: dict[str, int]
    places: list[str]
    damage: list[str]

    @property
    def comments(self) -> list[tuple[str, str]]:
        return [(row["comment"], row["label"]) for row in self.rows]


def imported(folder: Path, content: str | bytes, name: str = "export", label: str = "") -> Imported:
    """
    Import a file with this content, of a name that says nothing.
    """
    path, out = folder / name, folder / "rows.jsonl"
    out.unlink(missing_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    tallies = find([path], None, lambda path: path.open("rb"))
    convert(tallies, out, label)
    written = out.read_text(encoding="utf-8").split("\n")[:-1] if out.exists() else []
    (tally, *_) = tallies
    places = [place for named in tally.places.values() for place in named]
    return Imported([json.loads(line) for line in written], dict(tally.skipped), places, tally.damage)
