"""
Clients that are slow, many, wrong or somebody else than they say: everybody else is still served.
"""

import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing

import pytest
import redis
from load import Load
from redis_servers import one_server
from running_service import RunningService, wait_until, write_model
from traffic_observer import pass_time

Serve = Callable[..., AbstractContextManager[RunningService]]
HEAD = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CALLER_LIMIT, AUTHOR_LIMIT = 40, 20
# Refusals, far more than a minute of one client's comments, and soon enough for a busy machine.
STORM = 600
# What is counted must not depend on how busy the machine is.
PATIENT = "?socket_timeout=10&socket_connect_timeout=10"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("hostile-clients")
    write_model(folder / "models")
    with (
        one_server() as server,
        RunningService(folder, HAMLET_WORKERS="1", HAMLET_REDIS_URL=server.url + PATIENT) as running,
    ):
        running.lift_limits(commenter_per_minute=AUTHOR_LIMIT)
        yield running


@pytest.fixture
def counters() -> Iterator[str]:
    """
    The URL of a Redis of a test's own.
    """
    with one_server() as server:
        yield server.url + PATIENT


def recorded(service: RunningService, site: str) -> int:
    """
    Return how many decisions of a site are in the store.
    """
    query = "SELECT count(*) FROM decisions JOIN sites ON sites.id = site_id WHERE sites.name = ?"
    with closing(sqlite3.connect(service.folder / "state" / "hamlet.sqlite")) as store:
        return int(store.execute(query, (site,)).fetchone()[0])


def exchange(service: RunningService, sent: bytes) -> bytes:
    """
    Send bytes as they are, and return what comes back until the server hangs up.
    """
    received = b""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(sent)
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    "dribble",
    [
        HEAD + b"Content-Length: 999\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{",
        b"POST /v1/comments HT",
        HEAD + b"X-",
    ],
    ids=["bodies", "chunks", "request lines", "headers"],
)
def test_fifty_that_dribble_keep_nobody_waiting(service: RunningService, dribble: bytes) -> None:
    with ExitStack() as slow:
        for _ in range(50):
            slow.enter_context(closing(socket.create_connection(("127.0.0.1", service.port)))).sendall(dribble)
        began = time.monotonic()

        answers = [service.moderate("Ann", f"thanks to you {number}") for number in range(5)]

        assert time.monotonic() - began < 4.5  # after 5 s those that dribble are hung up on
        assert service.counted("hamlet_connections_open") > 50
    assert {answer["verdict"] for answer in answers} == {"accept"}


def test_what_stands_behind_the_last_chunk_is_left_alone(service: RunningService) -> None:
    key = f"Authorization: Bearer {service.key}\r\nConnection: close\r\nTrailer: X-Sum\r\n".encode()
    body = b'1c\r\n{"name":"Ann","comment":"O"}\r\n0\r\nX-Sum: 1\r\n\r\n'

    answer = exchange(service, HEAD + key + CHUNKED + body)

    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_form_that_breaks_off_is_not_decided_and_can_be_sent_again(service: RunningService) -> None:
    key = f"X-Api-Key: {service.key}\r\nConnection: close\r\n".encode()
    head = HEAD.replace(b"json", b"x-www-form-urlencoded") + key + CHUNKED
    head += b"1c\r\nid=broken&name=Ann&comment=O\r\n"

    broken = exchange(service, head + b"oh no")
    whole = exchange(service, head + b"1\r\nh\r\n0\r\n\r\n")

    assert broken.startswith(b"HTTP/1.1 400 ")
    assert b'"detail":"the body breaks off before its end"' in broken
    assert whole.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}", 400),
        (b"Content-Length: -1\r\n\r\n", 400),
        (b"Content-Length: 99999999999\r\n\r\n", 413),
        (
            b"Transfer-Encoding: chunked\r\n\r\n"
            + b"40000\r\n"
            + b"x" * 0x40000
            + b"\r\n10\r\n"
            + b"x" * 16
            + b"\r\n0\r\n\r\n",
            413,
        ),
        (b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
    ],
    ids=["two framings", "two lengths", "negative", "more than there is", "chunks without end", "no chunk"],
)
def test_a_body_that_lies_about_its_length_is_refused_and_nothing_hangs(
    service: RunningService, body: bytes, status: int
) -> None:
    key = f"Authorization: Bearer {service.key}\r\nConnection: close\r\n".encode()

    received = exchange(service, HEAD + key + body)

    assert received == b"" or int(received.split()[1]) == status
    assert service.moderate("Ann", "thanks to all of you")["verdict"] == "accept"


def test_a_storm_of_retries_is_told_when_to_come_back_and_what_is_within_the_limit_is_judged(
    serve: Serve, counters: str
) -> None:
    with serve(HAMLET_WORKERS="1", HAMLET_REDIS_URL=counters) as service:
        service.lift_limits(key_per_minute=CALLER_LIMIT)
        with Load(service.port, service.key, clients=16, pause=0) as load:
            wait_until(lambda: load.statuses[429] > 400)
        refused = service.counted('hamlet_problems_total{code="quota-exceeded",status="429"}')
        stored = service.stored()

    assert set(load.statuses) == {200, 429}
    assert len(stored) == CALLER_LIMIT
    assert CALLER_LIMIT - load.late() <= len(load.ids()) <= load.statuses[200] <= CALLER_LIMIT + load.late()
    assert set(load.ids()) <= stored
    assert load.lost == []
    assert load.statuses[429] <= refused <= load.statuses[429] + load.late()
    assert len(load.retry_after) == load.statuses[429]
    assert len(set(load.retry_after)) > 5  # or all would come back together


def test_a_storm_that_waits_for_nothing_costs_other_sites_nothing_and_ends_when_it_was_told(
    serve: Serve, counters: str
) -> None:
    with serve(HAMLET_WORKERS="1", HAMLET_REDIS_URL=counters) as service:
        added = service.hamlet("sites", "add", "other", "--json")
        service.lift_limits(key_per_minute=CALLER_LIMIT)
        workers = service.workers()
        with Load(service.port, service.key, clients=48, pause=0) as storm:
            wait_until(lambda: storm.statuses[429] > 0)
            with Load(service.port, json.loads(added)["key"], clients=1) as other:
                wait_until(lambda: storm.statuses[429] > STORM and other.statuses[200] > 20)
        stored = recorded(service, "demo")
        still_refused = service.post("/v1/comments", {"name": "Ann", "comment": "thanks to all of you"})
        with redis.Redis.from_url(counters) as client:
            pass_time(client, int(still_refused.headers["retry-after"]))
        after = service.post("/v1/comments", {"name": "Ann", "comment": "thanks to all of you"})

        assert service.workers() == workers
    assert stored == CALLER_LIMIT
    assert storm.statuses[200] <= CALLER_LIMIT + storm.late()
    assert set(other.statuses) == {200}
    assert (storm.lost, other.lost) == ([], [])
    assert (still_refused.status, after.status) == (429, 200)


def test_two_hundred_wrong_keys_are_told_the_same_and_cost_the_right_one_nothing(service: RunningService) -> None:
    wrong = [f"hamlet_{number:010x}_{'A' * 43}" for number in range(100)]
    wrong += [service.key[:-4] + f"{number:04d}" for number in range(50)]
    wrong += ["", "é" * 20, "x" * 5_000, "hamlet_", "\t"] * 10
    seen = set()

    for key in wrong:
        head = HEAD + b"Connection: close\r\nContent-Length: 2\r\nAuthorization: Bearer " + key.encode() + b"\r\n\r\n{}"
        status, document = _parsed(exchange(service, head))
        seen.add((status, document["type"], document["verdict"], document["detail"].startswith("send the site's key")))

    assert {status for status, *_ in seen} <= {401, 429}
    assert {(kind, verdict) for status, kind, verdict, _ in seen if status == 401} == {
        ("/docs/problems#unknown-key", "hold")
    }
    assert service.moderate("Ann", "thanks to all of you")["verdict"] == "accept"


@pytest.mark.parametrize("place", ["2a00:1450:4001:82b::{:x}", "::ffff:9.9.9.9"], ids=["one network", "one host"])
def test_whoever_changes_their_address_within_their_network_is_one_author(service: RunningService, place: str) -> None:
    answers = []

    for number in range(AUTHOR_LIMIT + 3):
        body = {"name": f"Reader {number}", "comment": f"thanks {number}", "ip": place.format(number + 1)}
        answers.append(json.loads(service.post("/v1/comments", body).body)["verdict"])

    assert set(answers[:AUTHOR_LIMIT]) == {"accept"}
    assert set(answers[AUTHOR_LIMIT:]) == {"hold"}


def test_what_an_author_types_cannot_begin_a_line_of_the_log(service: RunningService) -> None:
    before = len(service.log_lines())
    name = 'x"}\n{"event": "forged"}\r\n\x1b[2J\u2028\u0085forged'

    service.moderate(name, f"thanks {name}")

    wait_until(lambda: len(service.log_lines()) > before)
    text = (service.folder / "log").read_text()
    assert text.isascii()
    assert "forged" not in text
    assert "\x1b" not in text


def _parsed(received: bytes) -> tuple[int, dict[str, str]]:
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)
