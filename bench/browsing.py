"""
How long a page of the moderators' list takes with 100,000 comments that wait, or as many as are named, and how long it
takes to find the comment that a label without an id is about: `python -m bench.browsing [ROWS]`.

The store is SQLite in a temporary folder. Each line is the quickest of five.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import insert

from service.core.comment import Asked, Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.site import Site
from service.store.browsing import Alike, Browsing, Filter, Order, Shown
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.labels import Labels
from service.store.schema import migrate
from service.store.sites import Sites
from service.store.tables import decisions
from service.traffic.keys import TrafficKeys

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PORTION, WORDS, SHOWN = 1_000, 60, 26
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELD = Decision(
    "first", Verdict.HOLD, 0.5, -1.0, (Reason("text", 2.1, evidence=("payday loans",)),), "Held: its words."
)
MIDDLE, LAST = f"{ROWS // 2:08}", f"{ROWS - 1:08}"
ASKED = {
    "newest": (Filter(), ""),
    "newest, from the middle": (Filter(), MIDDLE),
    "most doubtful": (Filter(order=Order.DOUBTFUL), ""),
    "most doubtful, from the middle": (Filter(order=Order.DOUBTFUL), MIDDLE),
    "a word that is nowhere": (Filter(text="nowhere at all"), ""),
    "a reason that is nowhere": (Filter(reason="zalgo"), ""),
    "an author": (Filter(Shown.ALL, alike=Alike.NAME, of=MIDDLE), ""),
    "an address": (Filter(Shown.ALL, alike=Alike.ADDRESS, of=MIDDLE), ""),
    "a campaign": (Filter(Shown.ALL, alike=Alike.CAMPAIGN, of=LAST), ""),
}


def main() -> None:
    """
    Fill a store and print the milliseconds of each page.
    """
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/hamlet.sqlite")
        migrate(engine)
        Sites(engine).add("news")
        Decisions(engine, b"secret").record([(Asked(Site(1, "news", "key"), Comment("Ann", "Hello")), HELD)], NOON)
        draw = random.Random(1)
        words = [f"word{number}" for number in range(20_000)]
        with engine.begin() as connection:
            row = dict(connection.execute(decisions.select()).one()._mapping)
            for start in range(0, ROWS, PORTION):
                rows = [
                    {
                        **row,
                        "id": f"{number:08}",
                        "name": f"Name {draw.randrange(30_000)}",
                        "comment": " ".join(draw.choices(words, k=WORDS)),
                        "score": draw.random(),
                        "address_hash": f"{draw.randrange(20_000):064x}",
                        "wording": f"{draw.getrandbits(128):032x}",
                    }
                    for number in range(start, start + PORTION)
                ]
                connection.execute(insert(decisions), rows)
        browsing = Browsing(engine, TrafficKeys(b"secret").sketch)
        for what, (chosen, before) in ASKED.items():
            took = _milliseconds(partial(browsing.page, 1, chosen, SHOWN, before))
            print(f"{what:32} {took:7.1f} ms")
        labels = Labels(engine, [b"secret"], str)
        took = _milliseconds(lambda: labels.worded(1, Comment("Ann", "Nothing that was decided")))
        print(f"{'a wording that is nowhere':32} {took:7.1f} ms")
        engine.dispose()


def _milliseconds(read: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        read()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


if __name__ == "__main__":
    main()
