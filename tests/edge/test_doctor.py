"""
What `hamlet doctor` finds, in settings and parts that are weak or broken on purpose.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from running_service import command, environment, write_model
from sqlalchemy import text
from stores import make_tables

from service.config import Settings
from service.core.moderator import Role
from service.doctor import counters, examine, exposure, files
from service.doctor.counters import of_server
from service.processes.valkey import EmbeddedValkey
from service.store.engine import connect
from service.store.moderators import Moderators
from service.store.retention import Retention
from service.store.sites import Sites

SECRET = "A-long-secret-with-many-characters"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """
    An installation of which there is nothing to say, but that root looks at it.
    """
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    settings = Settings(state_dir=state, models_dir=write_model(tmp_path / "models"), secret=SECRET)
    engine = connect(settings.store_url)
    make_tables(engine)
    Sites(engine).add("blog")
    Moderators(engine).add("Anna", Role.MODERATOR, (), "a password that is long", datetime.now(UTC))
    engine.dispose()
    return settings


def found(settings: Settings, **environ: str) -> str:
    lines = [f"{'wrong' if each.is_wrong else 'note'} {each.what}: {each.cure}" for each in examine(settings, environ)]
    return "\n".join(line for line in lines if "runs as root" not in line)


def changed(settings: Settings, **values: Any) -> Settings:
    return settings.model_copy(update=values)


def test_of_a_sound_installation_there_is_nothing_to_say(settings: Settings) -> None:
    assert found(settings) == ""


def test_a_state_folder_or_a_secret_that_others_can_read_is_found(settings: Settings) -> None:
    settings.state_dir.chmod(0o755)
    secret = settings.state_dir / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o644)

    assert f"chmod 700 {settings.state_dir}" in found(settings)
    assert f"chmod 600 {secret}" in found(settings)


@contextmanager
def as_a_stranger(folder: Path) -> Iterator[None]:
    """
    Have the account of this process be one that may not look into a folder.
    """
    account, mode = os.geteuid(), folder.stat().st_mode
    folder.chmod(0)
    if account == 0:
        os.seteuid(65_534)
    yield
    os.seteuid(account)
    folder.chmod(mode)


@pytest.mark.parametrize("depth", [0, 1])
def test_whoever_may_not_look_into_the_state_folder_is_told_to_be_its_owner(settings: Settings, depth: int) -> None:
    closed = [settings.state_dir, settings.state_dir.parent][depth]

    with as_a_stranger(closed):
        told = found(settings)

    assert told.count(" cannot be read by this account: run it as the service's") == 2
    assert f"wrong {settings.state_dir} cannot" in told


def test_a_state_folder_that_is_a_file_is_told_as_such(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "state-file"
    file.touch()

    told = found(changed(settings, state_dir=file))

    assert f"wrong HAMLET_STATE_DIR is {file}, which is no folder: name a folder that can be written" in told
    assert "chmod" not in told


def test_a_file_with_a_secret_that_everybody_can_read_is_found(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "redis-url"
    file.write_text("redis://")
    file.chmod(0o644)

    told = found(settings, HAMLET_REDIS_URL_FILE=str(file))
    file.chmod(0o640)

    assert told.startswith("wrong everybody on this machine can read HAMLET_REDIS_URL_FILE")
    assert found(settings, HAMLET_REDIS_URL_FILE=str(file)) == ""


def test_a_secret_of_few_characters_is_found_and_not_repeated(settings: Settings) -> None:
    told = found(changed(settings, secret="abab" * 8))

    assert told.startswith("wrong HAMLET_SECRET is made of 2 different characters")
    assert "abab" not in told


def test_a_variable_that_sets_nothing_is_found(settings: Settings) -> None:
    assert "did you mean HAMLET_WORKERS?" in found(settings, HAMLET_WORKER="3")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"demo": True}, "note the demo site is on"),
        ({"demo": True, "trusted_proxies": "127.0.0.1"}, "wrong the demo site is on"),
        ({"demo": True, "host": "0.0.0.0"}, "wrong the demo site is on"),
        ({"host": "0.0.0.0"}, "wrong it listens on 0.0.0.0 and knows of no proxy"),
        ({"host": "::", "trusted_proxies": "10.0.0.0/8"}, "note /metrics, /readyz, /livez and /version ask for no key"),
        ({"deliver_privately": True}, "note sites may have Hamlet call addresses of this network"),
    ],
)
def test_what_lets_in_more_than_it_should_is_found(settings: Settings, values: dict[str, Any], words: str) -> None:
    assert found(changed(settings, **values)).startswith(words)


@pytest.mark.parametrize(
    ("url", "count"),
    [
        ("redis://cache.example/0", 2),
        ("redis+cluster://10.0.0.1:6379,10.0.0.2", 2),
        ("rediss://:secret@cache.example/0", 0),
        ("redis://127.0.0.1/0", 0),
        ("unix:///run/valkey.sock", 0),
    ],
)
def test_a_redis_elsewhere_wants_a_password_and_encryption(settings: Settings, url: str, count: int) -> None:
    assert len(list(exposure.examine(changed(settings, redis_url=url)))) == count


@pytest.mark.parametrize(
    ("url", "count"),
    [
        ("postgresql://db.example/hamlet", 1),
        ("postgresql://db.example/hamlet?sslmode=verify-full", 0),
        ("postgresql:///hamlet", 0),
    ],
)
def test_a_postgresql_elsewhere_wants_encryption(settings: Settings, url: str, count: int) -> None:
    assert len(list(exposure.examine(changed(settings, database_url=url)))) == count


def test_sqlite_on_a_network_file_system_is_found() -> None:
    mounts = "\n".join(
        (
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
            "36 22 0:32 / /srv rw shared:2 - nfs4 files:/srv rw",
            "37 36 8:2 / /srv/my\\040disk rw - xfs /dev/sdb rw",
        )
    )

    kinds = [files.file_system(Path(path), mounts) for path in ("/home", "/srv/hamlet", "/srv/my disk/hamlet")]

    assert kinds == ["ext4", "nfs4", "xfs"]
    assert "nfs4" in files.NETWORK_FILE_SYSTEMS


@pytest.mark.parametrize(
    ("total", "free", "is_found"),
    [(10**12, 2 * 10**10, True), (10**9, 10**8, True), (10**12, 10**11, False), (10**9, 5 * 10**8, False)],
)
def test_a_disk_that_is_nearly_full_is_found(total: int, free: int, is_found: bool) -> None:
    assert bool(list(files.of_disk(Path("/x"), total=total, free=free))) == is_found


@pytest.mark.parametrize(("account", "owner", "is_found"), [(0, 0, True), (0, 999, False), (999, 999, False)])
def test_a_service_that_runs_as_root_is_found_but_not_root_who_looks_at_another_ones(
    account: int, owner: int, is_found: bool
) -> None:
    assert bool(list(files.of_account(account, owner))) == is_found


def test_a_store_that_is_not_there_yet_is_no_fault_and_is_not_made(settings: Settings) -> None:
    database = settings.state_dir / "hamlet.sqlite"
    database.unlink()

    assert found(settings).startswith("note there is no store yet")
    assert "HAMLET_STATE_DIR" in found(settings)
    assert not database.exists()


def test_a_store_that_cannot_be_read_is_found(settings: Settings) -> None:
    (settings.state_dir / "hamlet.sqlite").write_bytes(b"no database" * 1000)

    assert found(settings).startswith("wrong the store does not answer (file is not a database)")


def test_pending_migrations_are_found_and_not_made(settings: Settings) -> None:
    engine = connect(settings.store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    told = found(settings)

    assert told.startswith("wrong the store is at revision 0001, this Hamlet at ")
    assert found(settings) == told
    engine.dispose()


def test_sites_that_only_log_and_the_lack_of_moderators_are_told(settings: Settings) -> None:
    engine = connect(settings.store_url)
    Sites(engine).configure("blog", log_only=True)
    Moderators(engine).remove("Anna")
    engine.dispose()

    told = found(settings).splitlines()

    assert [line.split(":")[0] for line in told] == [
        "note site blog only logs",
        "note there are no moderators, so what is held waits in the CMS alone",
    ]


def test_a_clock_far_ahead_of_the_last_purge_is_told(settings: Settings) -> None:
    engine = connect(settings.store_url)
    retention = Retention(engine)
    retention.has_run(datetime.now(UTC) - timedelta(days=6))
    before = found(settings)
    retention.has_run(datetime.now(UTC) - timedelta(days=60))
    engine.dispose()

    told = found(settings)

    assert before == ""
    assert told.startswith("note by this machine's clock the last purge was 60 days ago: if the clock is wrong")


def test_a_model_that_cannot_be_trusted_is_found_and_the_warnings_of_a_card_are_told(settings: Settings) -> None:
    folder = settings.models_dir / "tiny"
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, "warnings": ["few comments in Dutch"]}))
    told = found(settings)
    (folder / "scorer.npz").write_bytes(b"tampered")

    assert told.startswith("note the card of model tiny warns: few comments in Dutch")
    assert found(settings).startswith("wrong no model can be trusted")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path) as server:
        yield server


def test_a_redis_that_refuses_when_it_is_full_is_found(settings: Settings, server: EmbeddedValkey) -> None:
    with redis.Redis.from_url(server.url) as client:
        before = found(changed(settings, redis_url=server.url))
        client.config_set("maxmemory-policy", "noeviction")
        refusing = found(changed(settings, redis_url=server.url))
        client.config_set("maxmemory", "0")
        boundless = found(changed(settings, redis_url=server.url))

    assert before == ""
    assert refusing.startswith("wrong Valkey refuses to count when its memory is full")
    assert boundless.startswith("note Valkey may take all memory of its machine")


def test_an_embedded_valkey_that_cannot_run_here_is_found(tmp_path: Path) -> None:
    (told,) = counters.of_embedded(lambda: tmp_path / "valkey-server")

    assert told.what.startswith("the embedded Valkey cannot be started (")
    assert "HAMLET_REDIS_URL" in told.cure


def test_an_embedded_valkey_whose_scripts_can_break_out_is_found(tmp_path: Path) -> None:
    old = tmp_path / "valkey-server"
    old.write_text("#!/bin/sh\necho Valkey server v=8.1.3 sha=0:0 malloc=jemalloc-5.3.0 bits=64 build=1\n")
    old.chmod(0o755)

    (told,) = counters.of_embedded(lambda: old)

    assert told.what.startswith("the embedded Valkey 8.1.3 has CVE-2025-49844")


def test_a_redis_that_does_not_answer_is_found(settings: Settings) -> None:
    assert found(changed(settings, redis_url="redis://127.0.0.1:1/0")).startswith("wrong Redis does not answer")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"redis_url": "redis://[::1"}, "wrong HAMLET_REDIS_URL is no address"),
        ({"redis_url": "redis://ann:hunter/2@host"}, "wrong HAMLET_REDIS_URL is no address"),
        ({"redis_url": "redis+sentinel://host"}, "wrong HAMLET_REDIS_URL is no address"),
        ({"database_url": "postgresql://ann@[::1/name"}, "wrong the store cannot be opened"),
        ({"database_url": "postgresql://ann@host:hunter/name"}, "wrong the store cannot be opened"),
    ],
)
def test_an_address_that_is_none_is_found_and_not_repeated(
    settings: Settings, values: dict[str, str], words: str
) -> None:
    told = found(changed(settings, **values))

    assert words in told
    assert "hunter" not in told


@pytest.mark.parametrize(
    ("information", "is_safe"),
    [
        ({"redis_version": "6.2.19"}, False),
        ({"redis_version": "6.2.20"}, True),
        ({"redis_version": "7.0.15"}, False),
        ({"redis_version": "7.2.10"}, False),
        ({"redis_version": "8.2.2"}, True),
        ({"server_name": "valkey", "redis_version": "7.2.4", "valkey_version": "8.1.3"}, False),
        ({"server_name": "valkey", "redis_version": "7.2.4", "valkey_version": "9.0.1"}, True),
        ({"redis_version": "unknown"}, False),
    ],
)
def test_a_version_whose_scripts_can_break_out_is_found(information: dict[str, str], is_safe: bool) -> None:
    told = list(of_server({"maxmemory": 1, "maxmemory_policy": "volatile-lru", **information}, ahead=0))

    assert (told == []) == is_safe
    assert is_safe or "distribution" in told[0].cure


REPLICA = {"role": "slave", "slave_read_only": 1, "master_host": "10.0.0.1", "master_port": 6379}


@pytest.mark.parametrize(
    ("information", "is_right"),
    [
        ({"role": "master"}, True),
        (REPLICA, False),
        (REPLICA | {"slave_read_only": 0}, True),
        (REPLICA | {"cluster_enabled": 1}, True),
    ],
)
def test_a_redis_that_takes_no_writes_is_found(information: dict[str, Any], is_right: bool) -> None:
    sound = {"redis_version": "8.4.0", "maxmemory": 1, "maxmemory_policy": "allkeys-lru"}

    told = [finding.what for finding in of_server(sound | information, ahead=0)]

    replica = "Redis is a read-only replica (of 10.0.0.1:6379), in which nothing can be counted"
    assert told == ([] if is_right else [replica])


@pytest.mark.parametrize(("skew", "words"), [(3.0, "3 s ahead of"), (-61.4, "61 s behind")])
def test_clocks_that_differ_are_found(skew: float, words: str) -> None:
    (told,) = of_server({"redis_version": "8.4.0", "maxmemory": 1, "maxmemory_policy": "allkeys-lru"}, skew)

    assert words in told.what


def test_the_command_ends_with_1_when_something_is_wrong(settings: Settings, tmp_path: Path) -> None:
    environ = environment(tmp_path, HAMLET_SECRET=SECRET)

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command("doctor", *arguments), env=environ | changes, capture_output=True, text=True, timeout=300
        )

    sound, weak = run("--json"), run(HAMLET_DEMO="true", HAMLET_TRUSTED_PROXIES="127.0.0.1")
    shutil.rmtree(tmp_path / "models")
    broken = run("--json")

    assert sound.returncode == 0, sound.stdout
    assert not [each for each in json.loads(sound.stdout) if each["is_wrong"]]
    assert weak.returncode == 1
    assert weak.stdout.startswith("note   it runs as root" if "root" in sound.stdout else "wrong  the demo site is on")
    assert "wrong  the demo site is on" in weak.stdout
    assert "\n       set HAMLET_DEMO=false where this is not for trying\n" in weak.stdout
    assert broken.returncode == 1
    assert [each["what"] for each in json.loads(broken.stdout) if each["is_wrong"]] == [
        "no model can be trusted, so every comment is held"
    ]
