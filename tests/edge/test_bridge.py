"""
The bridge's own deadline: who is answered without a decision, and when.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from edge_fakes import counted
from flask import Flask

from service import bridge as module
from service.api.body import FAULT
from service.api.comments import Comments
from service.bridge import Bridge
from service.wire import RawAnswer

KEY = "hamlet_0123456789_" + "A" * 43
HELD: RawAnswer = (200, [("x-akismet-guid", "1")], b"true")


class Protocol:
    """
    One request without a body, and the answer that it gets.
    """

    def __init__(self) -> None:
        self.answers: list[RawAnswer] = []

    async def __call__(self) -> bytes:
        return b""

    def response_bytes(self, *answer: Any) -> None:
        self.answers.append(answer)


class NeverSent(Protocol):
    """
    A request whose body does not come.
    """

    async def __call__(self) -> bytes:
        await asyncio.get_running_loop().create_future()
        return b""


@pytest.fixture
def stuck() -> Iterator[Event]:
    """
    What an application waits for, which the end of a test brings.
    """
    event = Event()
    yield event
    event.set()


def give(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for name in ("ANSWER_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Give all the time that a busy machine may need.
    """
    give(monkeypatch, 60)


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Give no more than a moment, where it runs out whatever happens.
    """
    give(monkeypatch, 0.05)


def application(wait: Event | None = None) -> Any:
    def call(_: Any, start_response: Callable[..., Any]) -> list[bytes]:
        if wait:
            wait.wait()
        start_response("200 OK", [])
        return [b"decided"]

    return call


def only_checks(environ: dict[str, Any]) -> RawAnswer | None:
    return HELD if environ["PATH_INFO"] == "/1.1/comment-check" else None


def bridge(application: Any, late: Callable[[dict[str, Any]], RawAnswer | None]) -> Bridge:
    return Bridge(application, 1, lambda environs: [(200, [], b"decided together")] * len(environs), late)


def ask(server: Bridge, *paths: str, protocol: type[Protocol] = Protocol) -> list[list[RawAnswer]]:
    async def all_at_once() -> list[list[RawAnswer]]:
        protocols = [protocol() for _ in paths]
        await asyncio.gather(*(server.__rsgi__(scope(path), each) for path, each in zip(paths, protocols, strict=True)))
        return [each.answers for each in protocols]

    return asyncio.run(all_at_once())


def scope(path: str, query: str = "", method: str = "POST") -> Any:
    given = {"method": method, "path": path, "query_string": query, "server": "127.0.0.1:8000", "client": "127.0.0.1:9"}
    headers = {"content-length": "0"}
    return SimpleNamespace(**given, http_version="1.1", scheme="http", headers=headers)


def test_in_time_everybody_gets_the_applications_answer() -> None:
    (answers,) = ask(bridge(application(), only_checks), "/1.1/comment-check")

    assert answers == [(200, [], b"decided")]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/comments"), ("POST", "//v1/comments"), ("post", "/v1/comments")]
)
def test_comments_are_decided_together_however_the_application_would_read_their_address(method: str, path: str) -> None:
    protocol = Protocol()

    asyncio.run(bridge(application(), only_checks).__rsgi__(scope(path, method=method), protocol))

    assert protocol.answers == [(200, [], b"decided together")]


@pytest.mark.parametrize(
    "path", ["//k/KEY/1.1/comment-check", "/k/KEY//1.1/comment-check", "/k/KEY/1.1///comment-check"]
)
def test_slashes_too_many_are_passed_over_wherever_they_are_and_answered_with_no_redirect(path: str) -> None:
    application = Flask(__name__)
    application.add_url_rule("/k/<key>/1.1/comment-check", view_func=lambda key: f"key {key}", methods=["POST"])

    ((status, _, content),) = ask(bridge(application, only_checks), path)[0]

    assert (status, content) == (200, b"key KEY")


def test_a_path_and_a_query_that_were_not_encoded_are_read_as_the_bytes_that_they_were() -> None:
    read: list[str] = []

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        read.extend(environ[name].encode("latin-1").decode() for name in ("PATH_INFO", "QUERY_STRING"))
        start_response("200 OK", [])
        return []

    asyncio.run(bridge(call, only_checks).__rsgi__(scope("/café", "for=5€"), Protocol()))

    assert read == ["/café", "for=5€"]


def test_a_header_spelled_with_underscores_is_not_taken_for_what_a_proxy_says() -> None:
    read: dict[str, Any] = {}

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        read.update(environ)
        start_response("200 OK", [])
        return []

    asked = scope("/livez")
    asked.headers |= {"x-forwarded-for": "203.0.113.7", "x_forwarded_for": "198.51.100.1", "content_length": "9"}

    asyncio.run(bridge(call, only_checks).__rsgi__(asked, Protocol()))

    assert (read["HTTP_X_FORWARDED_FOR"], read["CONTENT_LENGTH"]) == ("203.0.113.7", "0")


class Headers(dict[str, str]):
    """
    Leaves out of its items, as Granian does, the values that are not ASCII.
    """

    def items(self) -> Any:
        return [(name, value) for name, value in super().items() if value.isascii()]


def test_a_header_that_cannot_be_read_is_there_all_the_same_and_valid_nowhere() -> None:
    read: dict[str, Any] = {}

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        read.update(environ)
        start_response("200 OK", [])
        return []

    asked = scope("/livez", method="GET")
    asked.headers = Headers({"accept": "*/*", "idempotency-key": "5€", "x_api-key": "5€", "host": "bücher.example"})

    asyncio.run(bridge(call, only_checks).__rsgi__(asked, Protocol()))

    assert {name: value for name, value in read.items() if name.startswith("HTTP_")} == {
        "HTTP_ACCEPT": "*/*",
        "HTTP_IDEMPOTENCY_KEY": "\x80",
    }


@pytest.mark.usefixtures("impatience")
def test_a_check_that_takes_too_long_is_held_and_so_is_one_that_no_thread_has_taken_up(stuck: Event) -> None:
    answers = ask(bridge(application(stuck), only_checks), *["/1.1/comment-check"] * 5)

    assert answers == [[HELD]] * 5


@pytest.mark.usefixtures("impatience")
def test_what_cannot_be_answered_otherwise_waits(stuck: Event) -> None:
    def late(_: Any) -> None:
        stuck.set()

    (answers,) = ask(bridge(application(stuck), late), "/readyz")

    assert answers == [(200, [], b"decided")]


@pytest.mark.parametrize("path", ["/v1/comments", "/1.1/comment-check"])
def test_a_body_that_does_not_come_is_told_to_who_answers_and_the_answer_is_the_last_of_its_connection(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.05)

    def decide(environs: Sequence[dict[str, Any]]) -> list[RawAnswer]:
        return [(environ[FAULT].status, [], environ[FAULT].detail.encode()) for environ in environs]

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        ((status, headers, content),) = decide([environ])
        start_response(f"{status} ", headers)
        return [content]

    (answers,) = ask(Bridge(call, 1, decide), path, protocol=NeverSent)

    assert answers == [(408, [("connection", "close")], b"the body did not arrive within 0.05 s")]


def test_a_comment_whose_body_does_not_come_is_refused_and_accounted_for_like_any_other(
    comments: Comments, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.05)
    caplog.set_level(logging.INFO, "hamlet.requests")
    protocol, asked, before = NeverSent(), scope("/v1/comments"), counted(408, "body-too-slow")
    asked.headers |= {"x-request-id": "slow-1", "x-api-key": KEY, "content-type": "application/json"}

    asyncio.run(Bridge(application(), 1, comments.answer).__rsgi__(asked, protocol))

    ((status, headers, content),) = protocol.answers
    problem = json.loads(content)
    assert (status, problem["type"], problem["verdict"]) == (408, "/docs/problems#body-too-slow", "hold")
    assert {"X-Request-Id": "slow-1", "X-Content-Type-Options": "nosniff"}.items() <= dict(headers).items()
    assert counted(408, "body-too-slow") - before == 1
    (line,) = [line for record in caplog.records for line in record.__dict__["lines"]]
    assert (line["request_id"], line["status"], line["site"]) == ("slow-1", 408, "blog")


@pytest.mark.usefixtures("impatience")
def test_a_comment_that_takes_too_long_is_held_and_so_are_those_that_wait_behind_it(
    stuck: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decide(environs: Sequence[dict[str, Any]]) -> list[RawAnswer]:
        stuck.wait()
        return [(200, [], b"decided")] * len(environs)

    server = Bridge(application(), 1, decide, lambda _: HELD)

    answers = ask(server, *["/v1/comments"] * 5)

    assert answers == [[HELD]] * 5
    stuck.set()
    give(monkeypatch, 60)
    assert ask(server, "/v1/comments") == [[(200, [], b"decided")]]
