"""
The programs of docs/clients.md, run as they stand there.
"""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from running_service import RunningService, free_port

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
PROGRAMS = dict(re.findall(r"^```(python|php|javascript|sh)\n(.+?)^```$", PAGE.read_text("utf-8"), re.M | re.S))
# The name of the interpreter, and Debian's package of it.
INTERPRETERS = {
    "python": (sys.executable, "python3"),
    "php": ("php", "php-cli"),
    "javascript": ("node", "nodejs"),
    "sh": ("curl", "curl"),
}
Moderate = Callable[..., str]
languages = pytest.mark.parametrize("language", [*INTERPRETERS])


@pytest.fixture
def moderate(language: str, installed: Callable[[str, str], str], tmp_path: Path) -> Moderate:
    """
    Run the program of a language on a comment and return what it prints.
    """
    found = installed(*INTERPRETERS[language])
    program = tmp_path / "program"
    program.write_text(PROGRAMS[language])
    command = ["sh" if language == "sh" else found, str(program)]

    def moderate(port: int, key: str = "none", comment: str = "thanks") -> str:
        environment = {
            "HAMLET_URL": f"http://127.0.0.1:{port}",
            "HAMLET_KEY": key,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        }
        given = json.dumps({"name": "Ann", "comment": comment})
        run = subprocess.run(
            command, input=given, env=environment, capture_output=True, text=True, timeout=300, check=True
        )
        assert run.stderr == ""
        return run.stdout

    return moderate


@contextmanager
def answering(status: int, body: bytes) -> Iterator[int]:
    """
    A server that gives the same answer to everyone; its port.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_page_has_a_short_program_in_each_language() -> None:
    assert PROGRAMS.keys() == INTERPRETERS.keys()
    assert max(len(program.splitlines()) for program in PROGRAMS.values()) <= 20


@languages
@pytest.mark.parametrize(("comment", "verdict"), [("thanks", "accept"), ("pills", "hold"), ("casino", "reject")])
def test_the_verdict_is_hamlets(moderate: Moderate, service: RunningService, comment: str, verdict: str) -> None:
    assert moderate(service.port, service.key, comment) == f"{verdict}\n"


@languages
def test_a_wrong_key_holds(moderate: Moderate, service: RunningService) -> None:
    assert moderate(service.port, "wrong") == "hold\n"


@languages
def test_nobody_there_holds(moderate: Moderate) -> None:
    assert moderate(free_port()) == "hold\n"


@languages
def test_a_server_that_says_nothing_holds_after_a_second(moderate: Moderate) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        verdict = moderate(silent.getsockname()[1])

    assert verdict == "hold\n"
    assert time.monotonic() - began < 30  # a second, and the start of an interpreter on a busy machine


@languages
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Welcome to the wireless network of our hotel</html>"),
        (200, b'{"id":"1","verdict":"publish"}'),
        (200, b'{"id":"1","verdict":null}'),
        (200, b'{"id":"1","verdict":["accept"]}'),
        (200, b"[]"),
        (200, b""),
        (500, b'{"id":"1","verdict":"accept"}'),
    ],
)
def test_any_other_answer_holds(moderate: Moderate, status: int, body: bytes) -> None:
    with answering(status, body) as port:
        assert moderate(port) == "hold\n"


@pytest.mark.parametrize("given", ['{"name": "Ann", "comment": "\\ud83d"}', "{", "5"])
def test_json_that_php_cannot_read_as_a_comment_is_told_in_one_line(
    installed: Callable[[str, str], str], tmp_path: Path, given: str
) -> None:
    program = tmp_path / "program"
    program.write_text(PROGRAMS["php"])

    run = subprocess.run(
        [installed("php", "php-cli"), program], input=given, capture_output=True, text=True, timeout=300
    )

    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch("PHP can read no comment in this: .+\n", run.stderr)
