"""
What a command that makes or judges a model was given: labelled rows, and where they come from.
"""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click

from training.data.corpus import Corpus, gather
from training.data.store import own_rows
from training.report.card import Origin


def check_given(paths: tuple[Path, ...], from_store: bool) -> None:
    """
    Refuse a command that was given no rows.
    """
    if not paths and not from_store:
        raise click.UsageError("give labelled rows by --data, --from-store, or both")


def read_corpus(paths: tuple[Path, ...], from_store: bool, strict: bool) -> Corpus:
    """
    Return the labelled rows of files and folders, and of the store if it was named.

    Raises:
        BadData: a path or the store is wrong, or, if strict, a row.
    """
    check_given(paths, from_store)
    return gather(paths, strict, own_rows(os.environ) if from_store else ())


def origin_of(command: str, paths: tuple[Path, ...], params_file: Path) -> Origin:
    """
    Return from what a command makes a model, now.
    """
    given = " ".join(f"--data {path.name}" for path in paths)
    return Origin(datetime.now(UTC), _commit(), f"hamlet-train {command} {given} --params {params_file.name}")


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    # Of the clone that this file is in, wherever it is called from; an installed wheel has none.
    clone = Path(__file__).parents[2] / ".git"
    arguments = [git, "--git-dir", str(clone), "rev-parse", "HEAD"]
    found = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or None
