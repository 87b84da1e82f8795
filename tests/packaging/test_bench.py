"""
What a measurement may reach, and what it may not keep to itself.
"""

import socketserver
import threading
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from bench.processes import Server, embedded, hamlet, running
from bench.steady import CALLERS, Load


class Breaking(socketserver.StreamRequestHandler):
    """
    Promises ten bytes of an answer, sends one, and closes.
    """

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")


def test_an_answer_that_breaks_off_counts_as_a_failure_and_the_load_goes_on() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Breaking) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()

        answers = Load(Server("", f"http://127.0.0.1:{server.server_address[1]}/", "", 0, 0), 0.2).answers()

        server.shutdown()
    assert len(answers) > CALLERS
    assert {answer.status for answer in answers} == {0}


def test_a_measurement_says_nothing_of_the_store_that_it_makes(capfd: pytest.CaptureFixture[str]) -> None:
    with hamlet():
        pass

    assert capfd.readouterr().err == ""


def test_a_server_that_does_not_end_when_it_is_told_to_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deaf = ["sh", "-c", "trap '' INT; echo ready; exec sleep 600"]

    with pytest.raises(TimeoutExpired), running(deaf, {}, log, lambda: log.read_text() != "", 1.0) as (pid, _):
        pass

    assert not Path(f"/proc/{pid}").exists()


def test_a_measurement_reaches_no_database_and_no_redis_of_the_operators() -> None:
    operators = {
        "PATH": "/usr/bin",
        "HAMLET_DATABASE_URL": "postgresql://in-use/hamlet",
        "HAMLET_REDIS_URL_FILE": "/run/secrets/redis-url",
        "HAMLET_MODELS_DIR": "/models",
    }

    measured = embedded(operators, Path("/tmp/var"))

    assert measured == {"PATH": "/usr/bin", "HAMLET_MODELS_DIR": "/models", "HAMLET_STATE_DIR": "/tmp/var"}
