"""
`hamlet recheck` of 10,000 stored comments, from the start of the process to its end. Run `python -m bench.recheck`.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from rich.console import Console
from sqlalchemy import event
from uuid_utils import uuid7

from bench.processes import embedded
from bench.samples import COMMENTS
from service.config import Settings
from service.core import policy
from service.core.comment import Asked, Comment
from service.core.features import extract
from service.core.traffic import Observation, Quota
from service.model.scorer import load_current
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.keys import id_of
from service.store.schema import migrate
from service.store.sites import Sites

STORED = 10_000
ROUNDS = 3


def main() -> None:
    """
    Fill a store in a folder of its own and print the seconds of some rounds.
    """
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        _fill(Path(folder))
        environment = embedded(os.environ, Path(folder))
        rounds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "service", "recheck"], env=environment, check=True)
            rounds.append(time.perf_counter() - start)
    console.print(f"{STORED:,} stored comments rechecked in " + ", ".join(f"{seconds:.1f} s" for seconds in rounds))


def _fill(folder: Path) -> None:
    engine = connect(f"sqlite:///{folder / 'hamlet.sqlite'}")
    # Nothing here is worth a sync to the disk for each comment.
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    migrate(engine)
    sites = Sites(engine)
    found = sites.by_key_id(id_of(sites.add("bench")))
    assert found
    scorer = load_current(Settings.from_environment({}).models_dir)
    decisions = Decisions(engine, b"bench")
    seen = Observation(Quota(0, 0, 0))
    texts = [f"{first} {second}" for first, second in product(COMMENTS, repeat=2)]
    for number in range(STORED):
        asked = Asked(found[0], Comment(f"Reader {number}", f"{texts[number % len(texts)]} {number}"))
        made = policy.decide(str(uuid7()), asked, seen, scorer.explain(extract(asked.comment)), scorer)
        decisions.record([(asked, made)], datetime.now(UTC))
    engine.dispose()


if __name__ == "__main__":
    main()
