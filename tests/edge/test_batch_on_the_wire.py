"""
POST /v1/batch of the whole service: answers that come while the client is still sending.
"""

import json
import socket
from typing import IO, Any

from running_service import RunningService

from service.api.batch import MOST_LINES


def opened(service: RunningService, request_id: str = "any") -> tuple[socket.socket, IO[bytes]]:
    """
    Begin a batch in chunks.
    """
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=10)
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\nX-Request-Id: {request_id}\r\n"
    )
    connection.sendall(f"{head}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    return connection, connection.makefile("rb")


def send(connection: socket.socket, **comment: Any) -> None:
    line = json.dumps(comment).encode() + b"\n"
    connection.sendall(b"%x\r\n%b\r\n" % (len(line), line))


def answer(received: IO[bytes]) -> dict[str, Any]:
    """
    Return the next line of the answer, each of which is a chunk of its own.
    """
    while not (line := received.readline()).startswith(b"{"):
        assert line, "the answer has ended"
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_comment_is_answered_before_the_next_one_is_sent(service: RunningService) -> None:
    connection, received = opened(service)
    with connection:
        send(connection, name="Ann", comment="thanks")
        first = answer(received)
        send(connection, name="Bob", comment="casino")
        second = answer(received)

    assert [(each["line"], each["verdict"]) for each in (first, second)] == [(1, "accept"), (2, "reject")]


def test_a_client_that_hangs_up_disturbs_nobody(service: RunningService) -> None:
    connection, received = opened(service)
    for _ in range(300):
        send(connection, name="Ann", comment=5)
    answer(received)

    received.close()
    connection.close()

    assert service.moderate("Bob", "casino")["verdict"] == "reject"
    assert [line for line in service.log_lines() if line["level"] == "error"] == []


def test_a_batch_that_was_cut_off_can_be_sent_again(service: RunningService) -> None:
    connection, received = opened(service)
    with connection:
        send(connection, name="Ann", comment="thanks a lot", id=7)
        first = answer(received)
    connection, received = opened(service)
    with connection:
        send(connection, name="Ann", comment="thanks a lot", id=7)
        again = answer(received)

    assert again == first


def test_every_comment_is_a_request_in_the_log_under_the_batchs_id_and_its_line(service: RunningService) -> None:
    connection, received = opened(service, "mine")
    with connection:
        send(connection, name="Ann", comment="pills")
        answer(received)

    lines = [line for line in service.log_lines() if line.get("request_id") == "mine.1"]
    assert {(line["route"], line["status"]) for line in lines} == {("/v1/comments", 200)}


def test_thousands_of_lines_may_be_sent_before_any_answer_is_read(service: RunningService) -> None:
    body = b'{"name": "Ann"}\n' * 5000

    answered = service.request(
        "POST", "/v1/batch", body, Authorization=f"Bearer {service.key}", Content_Type="application/x-ndjson"
    )

    assert answered.status == 200
    assert [json.loads(line)["line"] for line in answered.body.splitlines()] == [*range(1, 5001)]


def test_the_answer_ends_with_the_line_that_is_one_too_many(service: RunningService) -> None:
    connection, received = opened(service)
    with connection:
        blank = b"\n" * (MOST_LINES + 1)
        connection.sendall(b"%x\r\n%b\r\n" % (len(blank), blank))
        refused = answer(received)
        rest = received.read(len(b"\r\n0\r\n\r\n"))

    assert (refused["line"], refused["status"]) == (MOST_LINES + 1, 413)
    assert rest == b"\r\n0\r\n\r\n"
