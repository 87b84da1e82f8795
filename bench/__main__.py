"""
Measure everything and print it as text that can be pasted; `--short` leaves growth out and takes two minutes.
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from bench import commits, growth, http, machine, scoring
from service.config import Settings

ROUNDS = 4


def main() -> None:
    """
    Run all measurements; about seven minutes.
    """
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench")
    parser.add_argument("--short", action="store_true", help="one round of each, and no growth")
    is_short = parser.parse_args().short
    console = Console(width=120)
    console.print(machine.name())
    models = Settings.from_environment({}).models_dir
    scoring.measure(console, models)
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        http.measure(console, Path(folder), 1 if is_short else ROUNDS)
        if not is_short:
            commits.measure(console, Path(folder))
            growth.measure(console, Path(folder), models)


main()
