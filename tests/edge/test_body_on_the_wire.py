"""
How a body arrives at the whole service: in chunks, too long, or cut off.
"""

import json
import socket
from contextlib import suppress

import pytest
from running_service import SECONDS, RunningService

GOOD = b'{"name": "a", "comment": "b"}'


def post(service: RunningService, header: str, sent: bytes, *, is_cut: bool = False) -> tuple[int, str]:
    """
    Send a body as it is, perhaps hang up; return the status and the body of the answer.
    """
    head = f"POST /v1/comments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=SECONDS) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n{header}\r\n\r\n".encode())
        received = b""
        with suppress(BrokenPipeError, ConnectionResetError):  # the server may answer before all is sent
            connection.sendall(sent)
            if is_cut:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
    top, _, answer = received.partition(b"\r\n\r\n")
    return int(top.split()[1]), answer.decode()


def chunked(content: bytes) -> bytes:
    parts = (content[start : start + 1000] for start in range(0, len(content), 1000))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def of_size(size: int) -> bytes:
    body = json.dumps({"name": "", "comment": "", "article_text": ""}).encode()
    return body.replace(b'text": "', b'text": "' + b"x" * (size - len(body)))


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (262_144, 200), (262_145, 413), (1_000_000, 413)])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_the_limit_is_the_same_in_chunks_and_in_one_piece(
    service: RunningService, size: int, status: int, in_chunks: bool
) -> None:
    content = of_size(size)
    header = "Transfer-Encoding: chunked" if in_chunks else f"Content-Length: {size}"

    assert post(service, header, chunked(content) if in_chunks else content)[0] == status


@pytest.mark.parametrize(
    ("header", "sent"),
    [(f"Content-Length: {len(GOOD) + 10}", GOOD), ("Transfer-Encoding: chunked", chunked(GOOD)[:-15])],
)
def test_a_body_that_is_cut_off_is_400(service: RunningService, header: str, sent: bytes) -> None:
    status, answer = post(service, header, sent, is_cut=True)

    assert status == 400
    assert '"detail":"the body breaks off before its end"' in answer
    assert '"verdict":"hold"' in answer


@pytest.mark.parametrize("header", [f"Content-Length: {len(GOOD) - 5}", "X-No-Length: 1"])
def test_only_what_was_declared_is_read(service: RunningService, header: str) -> None:
    status, answer = post(service, header, GOOD)

    assert status == 400
    assert "not JSON" in answer


@pytest.mark.parametrize("length", ["-1", "x", "5\r\nContent-Length: 6"])
def test_a_length_that_is_none_is_400(service: RunningService, length: str) -> None:
    assert post(service, f"Content-Length: {length}", GOOD)[0] == 400


@pytest.mark.parametrize(
    ("header", "status"), [("Idempotency-Key: 5€", 422), ("User-Agent: https://bücher.example", 200)]
)
def test_of_headers_that_are_not_ascii_only_one_that_has_to_be_is_refused(
    service: RunningService, header: str, status: int
) -> None:
    answered = post(service, f"Content-Length: {len(GOOD)}\r\n{header}", GOOD)

    assert answered[0] == status
