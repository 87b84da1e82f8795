"""
Near-copies of a text, counted by a real server.
"""

import random
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from spun_templates import TEMPLATES, spin
from traffic_observer import Observer

from service.core.campaign import BANDS, resembles
from service.core.comment import Comment
from service.core.site import Limits
from service.traffic.keys import TrafficKeys

DAY = 86_400_000
HEAD = struct.Struct(">8sIB")
UNLIMITED = Limits(key_per_minute=0, site_per_minute=0, commenter_per_minute=0, commenter_per_hour=0)
PITCH = "I earn $500 a day from home with this simple trick, ask me how it works today"
OTHER = "The bridge has been closed since Monday and nobody has told us when it opens again"


def records(value: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """
    Yield author, Unix seconds and sketch of each comment that a key remembers.
    """
    while value:
        author, came, length = HEAD.unpack_from(value)
        end = HEAD.size + 2 * length
        yield author, came, value[HEAD.size : end]
        value = value[end:]


def pass_time(counters: redis.Redis, seconds: int) -> None:
    """
    Move what is remembered of texts into the past, which is the same as moving the server's clock into the future.
    """
    for key in counters.scan_iter("*:near:*"):
        value = counters.get(key)
        assert isinstance(value, bytes)
        older = b"".join(HEAD.pack(who, came - seconds, len(s) // 2) + s for who, came, s in records(value))
        remaining = counters.pttl(key) - 1_000 * seconds
        counters.set(key, older, px=max(1, remaining))


def test_a_text_is_counted_with_its_authors(observe: Observer) -> None:
    observations = [observe(name=name, text=PITCH) for name in ("Ophelia", "Laertes", "", "Yorick")]

    assert [(seen.seen, seen.authors) for seen in observations] == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_texts_are_counted_apart(observe: Observer) -> None:
    observe(name="Ophelia", text=PITCH)

    assert observe(name="Laertes", text=OTHER).seen == 1


def test_short_texts_repeat_by_chance_and_are_not_counted(observe: Observer, counters: redis.Redis) -> None:
    observe(name="Ophelia", text="Thank you so much!")

    assert observe(name="Laertes", text="Thank you so much!").seen == 1
    assert list(counters.scan_iter("*:near:*")) == []


def test_a_spun_template_is_known_at_its_third_arrival(observe: Observer, counters: redis.Redis) -> None:
    chance = random.Random(20261123)
    known = []
    for template in TEMPLATES * 10:
        counters.flushall()
        known.append([observe(name=name, text=spin(template, chance)).authors for name in ("a", "b", "c")][-1] > 1)

    assert sum(known) / len(known) >= 0.98


def test_the_script_and_the_core_agree_on_what_resembles_what(observe: Observer) -> None:
    keys, chance = TrafficKeys(b"secret"), random.Random(7)
    sketches: list[tuple[int, ...]] = []
    expected, counted = [], []
    for name in range(17):  # what one key remembers, and one more
        text = " ".join(spin(template, chance) for template in chance.sample(TEMPLATES[:3], 2))[
            : chance.randint(60, 400)
        ]
        sketch = keys.sketch(Comment("", text))
        near = [s for s in sketches if {*s[:BANDS]} & {*sketch[:BANDS]} and resembles(s, sketch)]
        sketches.append(sketch)
        expected.append(len(near) + 1)
        counted.append(observe(name=f"name {name}", text=text, limits=UNLIMITED).seen)

    assert max(expected) > 3
    assert counted == expected


def test_a_second_click_and_a_mended_slip_are_not_counted(observe: Observer) -> None:
    observe(name="Ophelia", ip="8.8.8.8", text=PITCH)

    again = observe(name=" ophelia", ip="8.8.8.8", text=PITCH)
    mended = observe(name="Ophelia", ip="8.8.8.8", text=f"{PITCH}!! Thanks.")

    assert [(seen.seen, seen.authors) for seen in (again, mended)] == [(1, 1), (1, 1)]


def test_after_two_minutes_the_same_author_is_seen_again_but_remains_one(
    observe: Observer, counters: redis.Redis
) -> None:
    observe(name="Ophelia", ip="8.8.8.8", text=PITCH)
    pass_time(counters, 120)

    again = observe(name="Ophelia", ip="8.8.8.8", text=PITCH)

    assert (again.seen, again.authors) == (2, 1)


@pytest.mark.parametrize("field", ["name", "ip", "email"])
def test_authors_are_names_or_addresses_whichever_are_more(observe: Observer, field: str) -> None:
    values = {"name": "n{}", "ip": "8.8.8.{}", "email": "n{}@elsinore.dk"}

    last = [observe(text=PITCH, **{field: values[field].format(n)}) for n in range(4)][-1]  # type: ignore[arg-type]

    assert (last.seen, last.authors) == (4, 4)


def test_a_copy_is_forgotten_after_a_day(observe: Observer, counters: redis.Redis) -> None:
    observe(name="Ophelia", text=PITCH)
    pass_time(counters, DAY // 2000)
    observe(name="Laertes", text=PITCH)
    pass_time(counters, DAY // 2000)

    seen = observe(name="Yorick", text=PITCH)

    assert (seen.seen, seen.authors) == (2, 2)
    kept = [list(records(value)) for value in counters.mget(counters.keys("*:near:*")) if isinstance(value, bytes)]
    assert {len(comments) for comments in kept} == {2}


def test_copies_are_known_for_a_day_however_long_they_go_on(observe: Observer, counters: redis.Redis) -> None:
    seen = []
    for number in range(30):
        seen.append(observe(name=f"name {number}", text=PITCH).seen)
        pass_time(counters, DAY // 8_000)

    assert seen == [1, 2, 3, 4, 5, 6, 7] + 23 * [8]


def test_few_copies_are_kept_for_a_day_and_many_for_two_at_most(observe: Observer, counters: redis.Redis) -> None:
    kept = []
    for number in range(40):
        observe(name=f"name {number}", text=PITCH, limits=UNLIMITED)
        kept.append([counters.pttl(key) for key in counters.keys("*:near:*")])

    assert {len(keys) for keys in kept} == {BANDS}
    assert all(0 < left <= DAY for keys in kept[:2] for left in keys)
    assert all(DAY < left <= 2 * DAY for keys in kept[16:] for left in keys)


def test_memory_is_bounded_and_a_large_campaign_is_counted_up_to_its_latest_16(
    observe: Observer, counters: redis.Redis
) -> None:
    last = [observe(name=f"name {n}", text=PITCH, limits=UNLIMITED) for n in range(100)][-1]

    assert (last.seen, last.authors) == (17, 17)
    keys = counters.keys("*:near:*")
    assert len(keys) == BANDS
    assert all(counters.strlen(key) <= 24 * (HEAD.size + 2 * 24) for key in keys)
    assert all(0 < counters.pttl(key) <= 2 * DAY for key in keys)


def test_of_sixteen_at_once_each_sees_another_number(observe: Observer) -> None:
    limits = Limits(key_per_minute=0, site_per_minute=0)

    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda n: observe(name=f"n{n}", text=PITCH, limits=limits).seen, range(16)))

    assert sorted(seen) == list(range(1, 17))


def test_a_refused_caller_leaves_no_trace_of_the_text(observe: Observer, counters: redis.Redis) -> None:
    observe(text=OTHER, limits=Limits(key_per_minute=1))

    observe(text=PITCH, limits=Limits(key_per_minute=1))

    assert observe(name="Laertes", text=PITCH).seen == 1
