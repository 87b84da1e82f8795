"""
Ten promotions in a minute of 100 requests a second: what fails, and what waits. Run `python -m bench.promotions`.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.processes import MODELS_DIR, hamlet
from bench.steady import Answer, Load, in_words
from service.config import Settings
from training.promotion.promote import current_version, promote

SECONDS, PROMOTIONS = 60, 10


def main() -> None:
    """
    Print how many requests failed, the milliseconds that they took, and how soon all answers came from the new model.
    """
    console = Console(width=120)
    with two_versions() as models, hamlet() as server:
        load = Load(server, SECONDS)
        promoted = []
        versions = sorted(folder.name for folder in models.iterdir() if folder.is_dir())
        for _ in range(PROMOTIONS):
            time.sleep(SECONDS / (PROMOTIONS + 1))
            (version,) = (each for each in versions if each != current_version(models))
            promoted.append((time.monotonic(), version))
            promote(models, version, "bench", "", datetime.now(UTC))
        answers = load.answers()
    _show(console, answers, promoted)


@contextmanager
def two_versions() -> Iterator[Path]:
    """
    Have services that are started here use a folder with the shipped model under two names.
    """
    shipped = Settings.from_environment({}).models_dir
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        models = Path(folder)
        for name in ("2000-01-01.1", "2000-01-01.2"):
            shutil.copytree(shipped / str(current_version(shipped)), models / name)
            card = json.loads((models / name / "card.json").read_bytes())
            (models / name / "card.json").write_text(json.dumps({**card, "version": name}))
        promote(models, "2000-01-01.1", "bench", "", datetime.now(UTC))
        os.environ[MODELS_DIR] = folder
        yield models


def _show(console: Console, answers: Sequence[Answer], promoted: Sequence[tuple[float, str]]) -> None:
    console.print(in_words(answers))
    delays = []
    for at, version in promoted:
        until = min((later for later, _ in promoted if later > at), default=float("inf"))
        old = [answer.due for answer in answers if at < answer.due < until and answer.model != version]
        delays.append(max(old, default=at) - at)
    console.print("the last answer by the model before, seconds after: " + ", ".join(f"{each:.1f}" for each in delays))


if __name__ == "__main__":
    main()
