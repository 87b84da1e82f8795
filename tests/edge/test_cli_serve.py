"""
`hamlet serve` as its processes.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from running_service import (
    SECONDS,
    RunningService,
    TracedService,
    command,
    descendants,
    environment,
    free_port,
    tracing,
    wait_until,
    write_model,
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("service")
    write_model(folder / "models")
    with TracedService(folder, HAMLET_WORKERS="2") as running:
        yield running


def test_a_comment_is_judged_by_all_parts(service: RunningService) -> None:
    answer = service.moderate("Ann", "A casino for everyone in town")

    assert (answer["verdict"], answer["model"], answer["degraded"]) == ("reject", "tiny", [])
    assert answer["recorded"]


def test_a_ready_service_names_its_parts(service: RunningService) -> None:
    answer = service.request("GET", "/readyz")

    assert answer.status == 200
    assert json.loads(answer.body) == {
        "status": "ok",
        "checks": {"store": "ok", "model": "ok", "worker": "ok", "traffic": "ok"},
    }


def test_the_version_names_the_model(service: RunningService) -> None:
    assert json.loads(service.request("GET", "/version").body)["model"] == "tiny"


def test_the_metrics_are_those_of_all_workers(service: RunningService) -> None:
    def counted() -> float:
        lines = service.request("GET", "/metrics").body.decode().splitlines()
        name = 'hamlet_decisions_total{edge="api",verdict="accept"} '
        return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0)

    before = counted()

    for number in range(20):
        service.moderate(f"Reader {number}", f"thanks {number}")

    assert {counted() for _ in range(10)} == {before + 20}


def test_a_request_is_one_line_of_json_without_what_was_said(service: RunningService) -> None:
    service.moderate("Nobody\n\x1b[31m\u2028", "thanks for the secret words")

    wait_until(lambda: any(line.get("site") == "demo" for line in service.log_lines()))
    log = (service.folder / "log").read_text()
    assert "secret words" not in log
    assert "Nobody" not in log
    assert service.key not in log
    assert log.isascii()


def test_a_sane_request_id_comes_back_and_another_is_replaced(service: RunningService) -> None:
    kept = service.request("GET", "/livez", X_Request_Id="abc-123")
    replaced = service.request("GET", "/livez", X_Request_Id="a b")

    assert kept.headers["x-request-id"] == "abc-123"
    assert len(replaced.headers["x-request-id"]) == 32


def test_clients_that_dribble_their_bodies_or_headers_do_not_keep_others_waiting(service: RunningService) -> None:
    head = f"POST /v1/comments HTTP/1.1\r\nHost: x\r\nX-Api-Key: {service.key}\r\n".encode()
    slow = [head + b"Content-Type: application/json\r\nContent-Length: 999\r\n\r\n{", head + b"X-"]
    sockets = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(50)]
    for number, connection in enumerate(sockets):
        connection.sendall(slow[number % 2])

    began = time.monotonic()
    assert service.moderate("Ann", "thanks to all of you")["verdict"] == "accept"
    seconds = time.monotonic() - began
    sockets[0].settimeout(SECONDS)
    end = sockets[0].recv(4096)

    for connection in sockets:
        connection.close()
    assert seconds < 4.5  # after 5 s the first of them is hung up on
    assert end.startswith(b"HTTP/1.1 408 ")
    assert b'"verdict":"hold"' in end


def test_a_path_keeps_its_letters(service: RunningService) -> None:
    answer = service.request("GET", "/v1/comments/%C3%A9%00", Authorization=f"Bearer {service.key}")

    assert answer.status == 404


def test_the_port_is_for_one_service_only(service: RunningService, tmp_path: Path) -> None:
    ended = _serve(environment(tmp_path, HAMLET_PORT=str(service.port)))

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: HAMLET_HOST and HAMLET_PORT say 127.0.0.1 and")
    assert ended.stderr.count("\n") == 1


def test_the_state_folder_is_for_one_service_only(service: RunningService) -> None:
    ended = _serve({**service.environment, "HAMLET_PORT": "1024"})

    assert ended.returncode == 2
    assert "which another service uses" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("service.lock", "name a folder that can be written, with all that is in it, by this account"),
        ("valkey/valkey.log", "give them to this account, or set HAMLET_STATE_DIR elsewhere"),
    ],
)
def test_a_state_folder_with_files_that_cannot_be_written_is_one_line(tmp_path: Path, name: str, cure: str) -> None:
    (tmp_path / "state" / name).mkdir(parents=True)  # where a file should be: root could write any other

    ended = _serve(environment(tmp_path, HAMLET_PORT=str(free_port())))

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: ")
    assert f"/state/{name}" in ended.stderr
    assert ended.stderr.endswith(f"{cure}\n")
    assert ended.stderr.count("\n") == 1


def test_a_folder_of_metrics_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    ended = _serve(environment(tmp_path, HAMLET_PORT=str(free_port()), HAMLET_METRICS_DIR="/proc"))

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: HAMLET_METRICS_DIR is '/proc': ")
    assert ended.stderr.count("\n") == 1


def test_bad_settings_are_one_line(tmp_path: Path) -> None:
    ended = _serve(environment(tmp_path, HAMLET_PORT="http"))

    assert ended.returncode == 2
    assert ended.stderr == "Error: HAMLET_PORT cannot be 'http'; it takes: the TCP port to listen on, from 1 to 65535\n"


@pytest.mark.parametrize(
    "url",
    [
        "redis://:secret@host:port/0",
        "redis://:secret/1@host",
        "rediss+sentinel://:secret/1@h/name",
        "redis+cluster://:secret@/",
        "redis+sentinel://:secret@h",
        "redis://:secret@host?ssl_cert_reqs=none",
        "redis://:secret@host/x",
        "rediss+sentinel://:secret@h/name?time_out=1",
    ],
)
def test_an_address_of_redis_that_makes_no_sense_is_one_line_without_the_password(tmp_path: Path, url: str) -> None:
    ended = _serve(environment(tmp_path, HAMLET_REDIS_URL=url))

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: HAMLET_REDIS_URL cannot be used: ")
    assert ended.stderr.count("\n") == 1
    assert "secret" not in ended.stderr


def test_a_start_without_the_store_ends_and_says_why_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://hamlet:secret@127.0.0.1:1/hamlet"

    ended = _serve(environment(tmp_path, HAMLET_PORT=str(free_port()), HAMLET_DATABASE_URL=url))

    assert ended.returncode == 2
    assert "Connection refused; HAMLET_DATABASE_URL" in ended.stderr.splitlines()[-1]
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_answers_what_was_accepted_and_leaves_nothing_running(tmp_path: Path, number: int) -> None:
    write_model(tmp_path / "models")
    with TracedService(tmp_path) as service, ThreadPoolExecutor(8) as threads:
        processes = descendants(service.process.pid)
        asked = [threads.submit(service.moderate, f"Reader {i}", f"thanks {i}") for i in range(8)]
        verdicts = [answer.result()["verdict"] for answer in asked]

        code, out = service.stop(number)

    assert code == 0
    assert verdicts == ["accept"] * 8
    assert service.environment["HAMLET_PORT"] in out
    assert len(processes) >= 3  # two workers and Valkey
    wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path) as service:
        processes = descendants(service.process.pid)

        service.stop(signal.SIGKILL)

        wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))


def test_a_worker_that_dies_is_replaced(service: RunningService) -> None:
    before = service.workers()

    os.kill(before[0], signal.SIGKILL)

    wait_until(lambda: set(service.workers()) - set(before))
    wait_until(service.answers)


def test_a_worker_loads_nothing_that_only_traces_need(service: RunningService) -> None:
    loaded = [Path(f"/proc/{pid}/maps").read_text() for pid in service.workers()]

    assert loaded
    assert not [each for each in loaded if "psutil" in each]  # which OpenTelemetry's SDK imports, and nothing else


def test_a_second_start_keeps_the_demo_key_and_its_decisions(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path) as service:
        key, first = service.key, service.moderate("Ann", "thanks")["id"]
    with RunningService(tmp_path) as service:
        found = service.request("GET", f"/v1/comments/{first}", Authorization=f"Bearer {key}")

    assert found.status == 200
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    for name in ("secret", "demo-key"):
        assert (tmp_path / "state" / name).stat().st_mode & 0o777 == 0o600


def test_without_a_model_the_service_runs_holds_and_is_not_ready(tmp_path: Path) -> None:
    with RunningService(tmp_path) as service:
        answer = service.moderate("Ann", "thanks")
        ready = service.request("GET", "/readyz")

    assert (answer["verdict"], answer["degraded"]) == ("hold", ["model"])
    assert ready.status == 503
    assert json.loads(ready.body)["checks"]["model"] != "ok"


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl; type: apt-get install curl")
def test_the_printed_curl_line_works(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path) as service:
        out = service.process.stdout
        assert out
        printed = iter(lambda: out.readline().decode(), "")
        first = next(line for line in printed if line.startswith("curl "))
        line = first.rstrip("\\\n") + next(printed)

        answered = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)

    assert json.loads(answered.stdout)["verdict"] in ("accept", "hold")


def test_the_printed_command_begins_as_what_was_typed(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    hamlet = str(Path(sys.executable).with_name("hamlet"))
    environ = environment(tmp_path, HAMLET_PORT=str(free_port()), HAMLET_DEMO="true")

    with subprocess.Popen([hamlet, "serve"], env=environ, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        printed = next((line for line in service.stdout if "moderators add" in line), "")
        service.terminate()

    assert f"`{hamlet} moderators add NAME`" in printed


def _serve(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # Whoever runs the tests may have Hamlet on the default port.
    environ = {"HAMLET_PORT": str(free_port()), **environ, **tracing()}
    return subprocess.run(command("serve"), env=environ, capture_output=True, text=True, timeout=300, check=False)
