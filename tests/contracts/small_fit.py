"""
What a fit of a second or two takes: a few hundred rows of ours, and parameters for as few.
"""

from pathlib import Path

from training.params import read_params

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "training" / "written"
ENGLISH = [WRITTEN / f"{label}_english.jsonl" for label in ("ham", "spam")]
# As options of the command.
DATA = [word for path in ENGLISH for word in ("--data", str(path))]
PARAMS_FILE = ROOT / "tests" / "pipeline" / "data" / "params.toml"
PARAMS = read_params(PARAMS_FILE)
