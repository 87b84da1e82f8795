"""
A store that is full of one person, and every byte of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import redis
from postgresql_server import PostgresqlServer
from stores import NOON, SECRET, Store, decision
from uuid_utils import uuid7

from service.core.comment import Claim, Comment
from service.core.decision import Reason
from service.core.entries import Action, Entry, Kind
from service.core.labels import Label, Labelled, Source
from service.core.person import Person
from service.label_memory import LabelMemory
from service.store.labelled import LabelledComments
from service.store.labels import Labels, Wish
from service.store.lists import Entries
from service.store.outbox import Outbox
from service.store.outlets import Outlets

Everything = Callable[[], bytes]

ANN = Person(email="quokka@mail.example", name="Quokka Wombat", ip="198.41.0.4")
# A word in every field that a CMS can fill, each of them nowhere else.
MARKS = ("quokka", "wombat", "numbat", "bilby", "dunnart", "potoroo", "bettong", "kowari", "mulgara", "phascogale")
COMMENT = Comment(
    *("Quokka Wombat", "numbat numbat of the bilby"),
    email="quokka@mail.example",
    url="https://dunnart.example/",
    ip="198.41.0.4",
    user_agent="potoroo",
    referrer="https://bettong.example/",
    permalink="https://blog.example/kowari",
    article_title="mulgara",
    parent_id="phascogale-1",
    id="phascogale-2",
)


@dataclass
class PrivateStore:
    """
    Two sites with comments of Ann, each labelled, told and on lists, and one comment of somebody else.
    """

    store: Store
    client: redis.Redis
    now: datetime = NOON
    memory: LabelMemory = field(init=False)
    labels: Labels = field(init=False)

    def __post_init__(self) -> None:
        engine, site = self.store.engine, self.store.site
        self.memory = LabelMemory(self.client, LabelledComments(engine), secret=SECRET, clock=lambda: self.now)
        self.labels = Labels(engine, [SECRET], lambda: str(uuid7()))
        Outlets(engine).set_webhook("news", "https://blog.example/hook", NOON - timedelta(hours=1))

        quoting = (Reason("text", 2.0, evidence=("numbat", "bilby")), Reason("links", 1.0, evidence=("dunnart",)))
        self.ids = [str(uuid7()), str(uuid7())]
        self.store.record(decision(self.ids[0], reasons=quoting), COMMENT, Claim("phascogale-2", "digest"))
        self.store.record(decision(self.ids[1]), Comment("Bob", "Nothing of hers", email="bob@mail.example"))
        Outbox(engine).announce(NOON)
        wish = Wish(Label.SPAM, Source.API, "Mod", "k1", 0.5, NOON, contradicts=False)
        for subject in (self.labels.decided(site.id, self.ids[0]), self.labels.worded(site.id, COMMENT_AGAIN)):
            assert subject
            given, _ = self.labels.give(site.id, subject, wish)
            self.memory.add(site.id, [Labelled(subject, given)])
        Entries(engine).add("news", ENTRIES, NOON)


COMMENT_AGAIN = Comment("Quokka Wombat", "another numbat, seen by another filter", email="quokka@mail.example")
ENTRIES = [
    Entry(Kind.EMAIL, "quokka@mail.example", Action.REJECT, expires_at=NOON + timedelta(days=30), note="wombat"),
    Entry(Kind.AUTHOR, "quokka wombat", Action.HOLD, expires_at=NOON + timedelta(days=30)),
    Entry(Kind.ADDRESS, "198.41.0.4", Action.HOLD, expires_at=NOON + timedelta(days=30)),
    Entry(Kind.WORD, "casino", Action.REJECT, note="since quokka@mail.example wrote it"),
]


def every_byte(store: Store, folder: Path, client: redis.Redis, server: PostgresqlServer | None) -> bytes:
    """
    Return all that is kept: SQLite's files or a dump of PostgreSQL, and what Redis has, in lower case.
    """
    kept = [b"".join(path.read_bytes() for path in sorted(folder.glob("hamlet.sqlite*")))]
    if server:
        kept = [server.dump()]
    for key in client.scan_iter():
        kept += [key, client.dump(key) or b""]
    return b"\n".join(kept).lower()


def marks_in(data: bytes) -> list[str]:
    return [mark for mark in MARKS if mark.encode() in data]
