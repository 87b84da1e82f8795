"""
Measure everything and print it as text that can be pasted.
"""

import os
import tempfile
from pathlib import Path

from rich.console import Console

from bench import http, scoring
from service.config import Settings


def main() -> None:
    """
    Run all measurements; about two minutes.
    """
    console = Console(width=120)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    scoring.measure(console, Settings.from_environment({}).models_dir)
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        http.measure(console, Path(folder))


main()
