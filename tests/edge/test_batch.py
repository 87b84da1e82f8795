"""
POST /v1/batch: lines in, an answer to each out, around fakes.
"""

import asyncio
import gc
import json
import logging
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from edge_fakes import counted
from flask import Flask

from service import accounting
from service.api import batch
from service.api.comments import Comments
from service.bridge import Bridge
from service.core.comment import Asked
from service.core.traffic import Quota
from service.errors import QuotaExceeded
from service.moderation import Outcome
from service.wire import BEGAN

KEY = "hamlet_0123456789_" + "A" * 43
GOOD = b'{"name": "a", "comment": "b"}\n'


@dataclass
class Transport:
    """
    Takes what is sent. Granian ends the answer when its own is freed, so nothing else here refers to it.
    """

    sent: list[bytes]

    async def send_bytes(self, line: bytes) -> None:
        self.sent.append(line)


@dataclass
class Protocol:
    """
    A request whose body comes in parts, and the answer to it; None is a part that never comes.
    """

    parts: list[bytes | None]
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    sent_before: list[int] = field(default_factory=list)
    transport: weakref.ref[Transport] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            self.sent_before.append(len(self.sent))
            if part is None:
                await asyncio.get_running_loop().create_future()
            else:
                yield part
        yield b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.sent = status, dict(headers), [body]

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Transport:
        self.status, self.headers = status, dict(headers)
        transport = Transport(self.sent)
        self.transport = weakref.ref(transport)
        return transport

    @property
    def has_ended(self) -> bool:
        return self.transport is not None and self.transport() is None

    @property
    def answers(self) -> list[dict[str, Any]]:
        assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in self.sent)
        return [json.loads(line) for line in self.sent]


@pytest.fixture
def server(edge: Flask, comments: Comments) -> Bridge:
    accounting.install(edge, is_breaker_open=lambda: False)
    return Bridge(edge, 1, comments.answer)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def ask(server: Bridge, *parts: bytes | None, path: str = "/v1/batch", **headers: str) -> Protocol:
    given = {"authorization": f"Bearer {KEY}", "content-type": "application/x-ndjson", **headers}
    address = {"path": path, "query_string": "", "server": "127.0.0.1:8000", "client": "127.0.0.1:9"}
    plain = {name.replace("_", "-"): value for name, value in given.items()}
    scope = SimpleNamespace(**address, method="POST", http_version="1.1", scheme="http", headers=plain)
    protocol = Protocol([*parts])
    asyncio.run(server.__rsgi__(scope, protocol))
    return protocol


def test_every_line_gets_its_answer_in_order_whatever_parts_the_body_comes_in(server: Bridge, moderation: Any) -> None:
    body = b"".join(b'{"name": "a", "comment": "%d"}\n' % number for number in range(20))

    asked = ask(server, *(body[start : start + 7] for start in range(0, len(body), 7)))

    assert asked.status == 200
    assert asked.headers["Content-Type"] == "application/x-ndjson"
    assert [answer["line"] for answer in asked.answers] == [*range(1, 21)]
    assert all(answer["verdict"] == "hold" and answer["score"] == 0.8312345678901234 for answer in asked.answers)
    assert [comment.comment for comment, _ in moderation.asked] == [str(number) for number in range(20)]


def test_a_slash_too_many_before_the_address_loses_no_answer(server: Bridge) -> None:
    asked = ask(server, GOOD, path="//v1/batch")

    assert [answer["line"] for answer in asked.answers] == [1]


def test_a_line_is_answered_before_the_next_part_is_read(server: Bridge) -> None:
    asked = ask(server, GOOD, GOOD + GOOD, GOOD)

    assert asked.sent_before == [0, 1, 3]


def test_blank_lines_have_no_answer_and_the_last_line_needs_no_end(server: Bridge) -> None:
    asked = ask(server, b"\r\n" + GOOD + b"  \n\n" + GOOD.strip())

    assert [answer["line"] for answer in asked.answers] == [2, 5]


def test_an_empty_batch_has_an_empty_answer(server: Bridge) -> None:
    asked = ask(server)

    assert (asked.status, asked.sent) == (200, [])


def test_a_bad_line_has_a_problem_in_its_place_and_the_rest_goes_on(server: Bridge) -> None:
    bad = [b"{", b"[]", b'{"name": "a", "coment": "b"}', b"\xff", b"[" * 9999]

    asked = ask(server, GOOD + b"\n".join(bad) + b"\n" + GOOD)

    assert [answer.get("status", 200) for answer in asked.answers] == [200, 400, 400, 422, 400, 400, 200]
    assert [answer["line"] for answer in asked.answers] == [*range(1, 8)]
    assert asked.answers[3]["type"] == "/docs/problems#invalid-field"
    assert {answer["verdict"] for answer in asked.answers} == {"hold"}


@pytest.mark.parametrize("size", [262_145, 5_000_000])
def test_a_line_longer_than_any_comment_is_refused_in_its_place_and_never_kept(server: Bridge, size: int) -> None:
    parts = [b"x" * 1000 for _ in range(size // 1000)]

    asked = ask(server, GOOD, *parts, b"x" * 1000 + b"\n" + GOOD)

    assert [answer.get("status", 200) for answer in asked.answers] == [200, 413, 200]
    assert asked.answers[1]["line"] == 2


def test_the_longest_line_is_read(server: Bridge, moderation: Any) -> None:
    line = GOOD.strip().replace(b'"b"}', b'"b", "article_text": "')
    line += b"x" * (262_144 - len(line) - 2) + b'"}'

    asked = ask(server, line + b"\n")

    assert "status" not in asked.answers[0]
    assert len(moderation.asked) == 1


def test_each_comment_has_its_own_id_as_claim(server: Bridge, moderation: Any) -> None:
    ask(server, b'{"name": "a", "comment": "b", "id": 1}\n{"name": "a", "comment": "b", "id": 2}\n')

    assert [claim.key for _, claim in moderation.asked] == ["id:1", "id:2"]


def test_where_the_quota_ends_a_line_says_when_to_come_again(server: Bridge, moderation: Any) -> None:
    inner = moderation.moderate_all

    def limited(asked: Sequence[Asked]) -> list[Outcome | Exception]:
        is_second = len(moderation.asked) == 1
        outcomes: list[Outcome | Exception] = inner(asked)
        return [QuotaExceeded(Quota(1, 0, 60), 20)] if is_second else outcomes

    moderation.moderate_all = limited
    asked = ask(server, GOOD * 3)

    assert [answer.get("status", 200) for answer in asked.answers] == [200, 429, 200]
    assert asked.answers[1]["retry_after"] == 25
    assert asked.answers[1]["type"] == "/docs/problems#quota-exceeded"


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({"authorization": "Bearer x"}, 401, "no site has this key"),
        ({"content-type": "application/json"}, 415, "application/x-ndjson"),
        ({"content-encoding": "gzip"}, 415, "uncompressed"),
        ({"content-length": str(batch.LARGEST_BATCH + 1)}, 413, "send the rest in another"),
        ({"idempotency-key": "1"}, 422, "give each comment its `id`"),
    ],
)
def test_what_is_wrong_with_the_whole_batch_is_told_before_anything_is_read(
    server: Bridge, moderation: Any, headers: dict[str, str], status: int, says: str
) -> None:
    asked = ask(server, GOOD, **headers)

    problem = json.loads(asked.sent[0])
    assert (asked.status, asked.sent_before, moderation.asked) == (status, [], [])
    assert says in problem["detail"]
    assert problem["verdict"] == "hold"


def test_a_wrong_content_type_is_told_the_right_ones(server: Bridge) -> None:
    asked = ask(server, **{"content-type": "text/plain"})

    assert asked.headers["Accept"] == "application/x-ndjson, application/ndjson, application/jsonl"


def test_a_part_that_does_not_come_ends_the_batch_and_what_was_decided_stands(
    server: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "PART_SECONDS", 0.05)

    asked = ask(server, GOOD + b'{"na', None)

    assert [(answer["line"], answer.get("status")) for answer in asked.answers] == [(1, None), (2, 408)]


def test_what_is_beyond_the_most_lines_is_to_be_sent_in_another_batch(
    server: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_LINES", 2)

    asked = ask(server, GOOD * 2, GOOD * 2)

    assert [(answer["line"], answer.get("status")) for answer in asked.answers] == [(1, None), (2, None), (3, 413)]


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(("parts", "status"), [((GOOD, GOOD), None), ((GOOD * 3,), 413), ((GOOD, None), 408)])
def test_an_answer_ends_with_its_last_line_whichever_that_is(
    server: Bridge, monkeypatch: pytest.MonkeyPatch, parts: tuple[bytes | None, ...], status: int | None
) -> None:
    monkeypatch.setattr(batch, "MOST_LINES", 2)
    monkeypatch.setattr(batch, "PART_SECONDS", 0.05)

    asked = ask(server, *parts)

    assert asked.answers[-1].get("status") == status
    assert asked.has_ended


def test_what_ends_a_batch_is_counted_and_logged_as_a_request_of_its_own(
    server: Bridge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batch, "PART_SECONDS", 0.05)
    caplog.set_level(logging.INFO, "hamlet.requests")
    before = counted(408, "body-too-slow")

    asked = ask(server, GOOD, None, **{"x-request-id": "mine"})

    ended = asked.answers[-1]
    assert (ended["type"], ended["verdict"], ended["request_id"]) == ("/docs/problems#body-too-slow", "hold", "mine.2")
    assert counted(408, "body-too-slow") - before == 1
    lines = [line for record in caplog.records for line in record.__dict__["lines"]]
    assert {record.getMessage() for record in caplog.records} == {"request"}
    assert [(line["request_id"], line["status"]) for line in lines] == [("mine", 200), ("mine.1", 200), ("mine.2", 408)]


def test_so_is_what_is_beyond_the_most_bytes_when_their_number_was_not_declared(
    server: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "LARGEST_BATCH", 2 * len(GOOD))

    asked = ask(server, GOOD, GOOD, GOOD)

    assert [answer.get("status", 200) for answer in asked.answers] == [200, 200, 413]


def test_the_time_of_a_line_begins_with_it_and_not_with_the_batch() -> None:
    begins = []

    async def answer(environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        begins.append(environ[BEGAN])
        return 200, [], b"{}"

    asyncio.run(batch.Batches(answer).stream({"PATH_INFO": batch.PATH, BEGAN: 0.0}, Protocol([GOOD, GOOD])))

    assert begins == sorted({*begins})
    assert len(begins) == 3


def test_batches_together_take_one_thread() -> None:
    now, most = 0, 0

    async def answer(environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        nonlocal now, most
        if environ["PATH_INFO"] == batch.EACH:
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1
        return 200, [], b"{}"

    async def at_once() -> list[Protocol]:
        batches, protocols = batch.Batches(answer), [Protocol([GOOD * 9]) for _ in range(5)]
        await asyncio.gather(*(batches.stream({"PATH_INFO": batch.PATH}, protocol) for protocol in protocols))
        return protocols

    answered = asyncio.run(at_once())

    assert most == 1
    assert [len(each.sent) for each in answered] == [9] * 5
