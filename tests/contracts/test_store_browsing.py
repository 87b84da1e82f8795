"""
What a moderator finds among a site's decisions, on both engines.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, text, update
from stores import NOON, SECRET, OpenUrl, Store, decision, make_tables, registered, store_with_site

from service.core.comment import Comment
from service.core.decision import Reason, Verdict
from service.core.labels import Label
from service.store.browsing import MOST_COUNTED, Alike, Browsing, Filter, Order, Shown
from service.store.sites import Sites
from service.store.tables import decisions
from service.traffic.keys import TrafficKeys

AUTHOR = (Alike.NAME, Alike.EMAIL, Alike.ADDRESS)
SPUN = "buy cheap {} tickets for the big city show tonight before they are all sold out"


@pytest.fixture
def browsing(store: Store) -> Browsing:
    return Browsing(store.engine, TrafficKeys(SECRET).sketch)


def found(
    browsing: Browsing, store: Store, chosen: Filter | None = None, before: str = "", most: int = 50
) -> list[str]:
    return [each.decision.id for each in browsing.page(store.site.id, chosen or Filter(), most, before)]


def label(store: Store, decision_id: str, said: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.id == decision_id).values(label=said))


def test_the_sites_are_known_at_which_something_waits(browsing: Browsing, store: Store) -> None:
    registered(Sites(store.engine), "idle")
    store.record(decision("01"))
    store.record(decision("02"))

    assert browsing.busy() == {store.site.id}

    label(store, "01", "ham")
    label(store, "02", "spam")

    assert browsing.busy() == set()


def test_a_comment_is_found_as_it_was_written(browsing: Browsing, store: Store) -> None:
    comment = Comment(
        "Ann", "Hello", email="ann@blog.example", ip="8.8.8.8", url="http://ann.example/", article_title="T"
    )
    store.record(decision("01"), comment)
    label(store, "01", "ham")

    one = browsing.of_ids(store.site.id, ["01"])["01"]

    assert one.decision == decision("01")
    assert one.comment == replace(comment, email="", ip="")
    assert (one.label, one.received_at) == (Label.HAM, NOON)
    assert browsing.of_ids(store.site.id, ["02"]) == {}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (Shown.WAITING, ["01"]),
        (Shown.HELD, ["02", "01"]),
        (Shown.ACCEPTED, ["03"]),
        (Shown.REJECTED, ["04"]),
        (Shown.DECIDED, ["02"]),
        (Shown.ALL, ["04", "03", "02", "01"]),
    ],
)
def test_each_kind_of_decision_has_its_list(
    browsing: Browsing, store: Store, shown: Shown, expected: list[str]
) -> None:
    verdicts = (Verdict.HOLD, Verdict.HOLD, Verdict.ACCEPT, Verdict.REJECT)
    for number, verdict in enumerate(verdicts, 1):
        store.record(decision(f"0{number}", verdict=verdict))
    label(store, "02", "spam")

    assert found(browsing, store, Filter(shown)) == expected
    assert browsing.waiting(store.site.id) == 1


def test_the_most_doubtful_come_first_page_by_page(browsing: Browsing, store: Store) -> None:
    for number, score in enumerate((0.9, 0.1 + 0.2, 0.7, 0.5, 0.49, None, 0.3), 1):
        store.record(decision(f"0{number}", score=score))
    chosen = Filter(order=Order.DOUBTFUL)

    pages, before = [], ""
    while page := found(browsing, store, chosen, before, most=2):
        pages += page
        before = page[-1]

    assert pages[:3] == ["04", "06", "05"]
    assert sorted(pages[3:6]) == ["02", "03", "07"]
    assert pages[6:] == ["01"]


def test_another_sites_comment_is_no_place_to_go_on_from(browsing: Browsing, store: Store) -> None:
    store.record(decision("01", score=0.9))
    Sites(store.engine).add("other")
    with store.engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.id == "01").values(site_id=store.site.id + 1))
    store.record(decision("02", score=0.6))
    chosen = Filter(order=Order.DOUBTFUL)

    assert found(browsing, store, chosen, "01") == found(browsing, store, chosen, "00") == ["02"]


@pytest.mark.parametrize("words", ["payday", "PAYDAY", "100%", "казино", "КАЗИНО", "eve", "l_ans"])
def test_a_text_is_found_by_any_part_of_it_or_of_its_author(browsing: Browsing, store: Store, words: str) -> None:
    store.record(decision("01"), Comment("Eve", "Payday l_ans, 100% Казино"))
    store.record(decision("02"), Comment("Ann", "loans, 100 of them"))

    assert found(browsing, store, Filter(text=words)) == ["01"]


def test_a_reason_is_found_by_its_code_alone(browsing: Browsing, store: Store) -> None:
    store.record(decision("01", reasons=(Reason("links", 1.0, evidence=('"code":"zalgo"',)),)))
    store.record(decision("02", reasons=(Reason("one_links", 1.0),)))

    assert found(browsing, store, Filter(reason="links")) == ["01"]
    assert found(browsing, store, Filter(reason="zalgo")) == []


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(since=NOON), ["02", "01"]),
        (Filter(until=NOON), []),
        (Filter(since=NOON + timedelta(seconds=1)), []),
        (Filter(low=0.5), ["02"]),
        (Filter(high=0.5), ["01"]),
        (Filter(low=0.3, high=0.8), ["02"]),
    ],
)
def test_dates_and_scores_bound_the_list(browsing: Browsing, store: Store, chosen: Filter, expected: list[str]) -> None:
    store.record(decision("01", score=0.25))
    store.record(decision("02", score=0.75))

    assert found(browsing, store, chosen) == expected


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        (Alike.NAME, ["02", "01"]),
        (Alike.EMAIL, ["03", "01"]),
        (Alike.ADDRESS, ["04", "01"]),
        (Alike.CAMPAIGN, ["05", "01"]),
    ],
)
def test_what_an_author_or_a_campaign_sent_besides_is_found(
    browsing: Browsing, store: Store, alike: Alike, expected: list[str]
) -> None:
    first = Comment("Mallory", SPUN.format("opera"), email="m@spam.example", ip="8.8.8.8")
    store.record(decision("01"), first)
    store.record(decision("02"), Comment("Mallory", "two"))
    store.record(decision("03"), Comment("b", "three", email="M@spam.example"))
    store.record(decision("04"), Comment("c", "four", ip="8.8.8.8"))
    store.record(decision("05"), Comment("d", SPUN.format("rock")))
    one = browsing.of_ids(store.site.id, ["01"])["01"]

    assert alike in one.alike
    assert found(browsing, store, Filter(alike=alike, of="01")) == expected


def test_strangers_who_share_a_common_name_or_none_are_not_pooled(browsing: Browsing, store: Store) -> None:
    for number, name in enumerate(("", "", "Anonymous", "Anonymous"), 1):
        store.record(decision(f"0{number}"), Comment(name, "Hello"))

    for first in ("01", "03"):
        assert found(browsing, store, Filter(alike=Alike.NAME, of=first)) == [first]
        assert found(browsing, store, Filter(alike=Alike.ADDRESS, of=first)) == [first]


def test_no_site_sees_anothers(browsing: Browsing, store: Store) -> None:
    other = registered(Sites(store.engine), "blog")
    store.record(decision("01"), Comment("Mallory", SPUN.format("opera")))

    assert browsing.of_ids(other.id, ["01"]) == {}
    assert browsing.waiting(other.id) == 0
    for alike in (None, *Alike):
        assert browsing.page(other.id, Filter(shown=Shown.ALL, alike=alike, of="01"), 10) == []
    assert browsing.sites() == {store.site.id: "news", other.id: "blog"}


def test_more_than_can_be_counted_quickly_is_not_counted(browsing: Browsing, store: Store) -> None:
    store.record(decision("x"))
    with store.engine.begin() as connection:
        row = dict(connection.execute(decisions.select()).one()._mapping)
        rows: list[dict[str, Any]] = [{**row, "id": f"{number:05}"} for number in range(MOST_COUNTED + 20)]
        connection.execute(insert(decisions), rows)

    assert browsing.waiting(store.site.id) == MOST_COUNTED + 1


@pytest.mark.parametrize(
    ("chosen", "along"),
    [
        (Filter(), "ix_decisions_waiting"),
        (Filter(order=Order.DOUBTFUL), "ix_decisions_doubtful"),
        (Filter(Shown.ALL), "ix_decisions_in_time (site_id=?)"),
        (Filter(Shown.REJECTED), "ix_decisions_in_time (site_id=?)"),
        *(
            (Filter(Shown.ACCEPTED, alike=each, of="01"), "ix_decisions_in_time (site_id=? AND id>?)")
            for each in AUTHOR
        ),
    ],
)
def test_a_page_is_read_along_an_index(chosen: Filter, along: str, tmp_path: Path, open_url: OpenUrl) -> None:
    # On SQLite, whose plans do not hang on how many rows there are.
    engine = open_url(f"sqlite:///{tmp_path}/hamlet.sqlite")
    make_tables(engine)
    store = store_with_site(engine)
    store.record(decision("01"), Comment("Mallory", "one", email="m@spam.example", ip="8.8.8.8"))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    Browsing(engine, TrafficKeys(SECRET).sketch).page(1, chosen, 10)

    with engine.connect() as connection:
        plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {asked[-1].replace('?', '1')}")).all())
    assert along in plan
    assert "TEMP B-TREE" not in plan
