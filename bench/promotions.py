"""
Ten promotions in a minute of 100 requests a second: what fails, and what waits. Run `python -m bench.promotions`.
"""

import http.client
import json
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from bench.processes import Server, hamlet
from bench.samples import COMMENTS
from service.config import Settings
from training.promotions import current_version, promote

SECONDS, RATE, CALLERS, PROMOTIONS = 60, 100, 4, 10
_MODELS = "HAMLET_MODELS_DIR"


def main() -> None:
    """
    Print how many requests failed, the milliseconds that they took, and how soon all answers came from the new model.
    """
    console = Console(width=120)
    with _two_versions() as models, hamlet() as server:
        answers: list[tuple[float, float, int, str]] = []
        end = time.monotonic() + SECONDS
        callers = [threading.Thread(target=_call, args=(server, number, end, answers)) for number in range(CALLERS)]
        for caller in callers:
            caller.start()
        promoted = []
        versions = sorted(folder.name for folder in models.iterdir() if folder.is_dir())
        for _ in range(PROMOTIONS):
            time.sleep(SECONDS / (PROMOTIONS + 1))
            (version,) = (each for each in versions if each != current_version(models))
            promoted.append((time.monotonic(), version))
            promote(models, version, "bench", "", datetime.now(UTC))
        for caller in callers:
            caller.join()
    _show(console, answers, promoted)


@contextmanager
def _two_versions() -> Iterator[Path]:
    shipped = Settings.from_environment({}).models_dir
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        models = Path(folder)
        for name in ("2000-01-01.1", "2000-01-01.2"):
            shutil.copytree(shipped / str(current_version(shipped)), models / name)
            card = json.loads((models / name / "card.json").read_bytes())
            (models / name / "card.json").write_text(json.dumps({**card, "version": name}))
        promote(models, "2000-01-01.1", "bench", "", datetime.now(UTC))
        os.environ[_MODELS] = folder
        yield models


def _call(server: Server, number: int, end: float, answers: list[tuple[float, float, int, str]]) -> None:
    """
    Post a comment at each of this caller's moments, and count the time from the moment on: one that comes late because
    the one before was slow has waited too (no coordinated omission).
    """
    address = urlsplit(server.url)
    due = time.monotonic() + number / RATE
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    bodies = cycle([json.dumps({"name": "Ann", "comment": comment}) for comment in COMMENTS])
    while due < end:
        time.sleep(max(0.0, due - time.monotonic()))
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
        try:
            connection.request("POST", address.path, next(bodies), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
            answers.append((due, time.monotonic() - due, response.status, str(answer.get("model"))))
        except OSError as error:
            answers.append((due, time.monotonic() - due, 0, type(error).__name__))
        finally:
            connection.close()
        due += CALLERS / RATE


def _show(console: Console, answers: list[tuple[float, float, int, str]], promoted: list[tuple[float, str]]) -> None:
    waits = sorted(1000 * seconds for _, seconds, _, _ in answers)
    console.print(f"{len(answers):,} requests, by status: {dict(Counter(status for _, _, status, _ in answers))}")
    console.print(
        f"p50 {waits[len(waits) // 2]:.1f} ms, p99 {waits[len(waits) * 99 // 100]:.1f} ms, "
        f"p99.9 {waits[len(waits) * 999 // 1000]:.1f} ms, longest {waits[-1]:.0f} ms"
    )
    delays = []
    for at, version in promoted:
        until = min((later for later, _ in promoted if later > at), default=float("inf"))
        old = [due for due, _, _, model in answers if at < due < until and model != version]
        delays.append(max(old, default=at) - at)
    console.print("the last answer by the model before, seconds after: " + ", ".join(f"{each:.1f}" for each in delays))


if __name__ == "__main__":
    main()
