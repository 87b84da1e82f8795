"""
A store on either engine, and what is put into it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from service.core.comment import Asked, Claim, Comment
from service.core.decision import Decision, Reason, Recorded, Verdict
from service.core.site import Site, Thresholds
from service.errors import StoreUnavailable
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.schema import migrate
from service.store.sites import Sites

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = b"secret of the hashes"
# No compression makes it shorter than what PostgreSQL takes into an index.
LONG = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(100))
OpenStore = Callable[[], Engine]
OpenUrl = Callable[[str], Engine]


@dataclass(frozen=True)
class Store:
    """
    A migrated store with one site.
    """

    engine: Engine
    site: Site
    decisions: Decisions

    def record(self, decision: Decision, comment: Comment | None = None, claim: Claim | None = None) -> Recorded:
        return recorded(self.decisions, Asked(self.site, comment or Comment("Ann", "Hello"), claim), decision)


def recorded(decisions: Decisions, asked: Asked, decision: Decision, received_at: datetime = NOON) -> Recorded:
    """
    Store one decision.
    """
    (found,) = decisions.record([(asked, decision)], received_at)
    if isinstance(found, StoreUnavailable):
        raise found
    return found


def make_tables(engine: Engine) -> None:
    """
    Do for a SQLite database that is not there yet what `migrate` does, by copying one that it made: through all
    revisions is a tenth of a second each time.
    """
    assert engine.url.database
    Path(engine.url.database).write_bytes(_empty_store())


def make_file(engine: Engine) -> None:
    """
    Make the empty file of a SQLite database, as `migrate` does before there are tables.
    """
    if engine.dialect.name == "sqlite":
        assert engine.url.database
        Path(engine.url.database).touch()


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hamlet.sqlite"
        engine = connect(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        return path.read_bytes()


def store_with_site(engine: Engine, name: str = "news") -> Store:
    return Store(engine, registered(Sites(engine), name), Decisions(engine, SECRET))


@contextmanager
def news_in(state: Path) -> Iterator[Store]:
    """
    Make the store of a state folder, which has the site `news`.
    """
    engine = connect(f"sqlite:///{state}/hamlet.sqlite")
    make_tables(engine)
    yield store_with_site(engine)
    engine.dispose()


def registered(sites: Sites, name: str) -> Site:
    """
    Add a site and return it as the request path sees it.
    """
    found = sites.by_key_id(sites.add(name).split("_")[1])
    assert found
    return found[0]


def decision(decision_id: str = "01", **changes: object) -> Decision:
    fields: dict[str, object] = {
        "id": decision_id,
        "verdict": Verdict.HOLD,
        "score": 0.1 + 0.2,
        "prior": -1.25,
        "reasons": (Reason("text", 2.1, evidence=("payday loans", "😀")), Reason("campaign", 1.4, seen=7, authors=3)),
        "summary": "Held: a repeated text.",
        "model": "2026-11-23.1",
        "thresholds": Thresholds(0.35, 0.97),
        "degraded": ("traffic",),
    }
    return Decision(**(fields | changes))  # type: ignore[arg-type]


def everything_in(folder: Path) -> bytes:
    """
    Return the bytes of all files of a folder, the log of what is not checkpointed included.
    """
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
