"""
`hamlet purge`, `hamlet erase`, `hamlet export` and `hamlet secret`.
"""

import json
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import hamlet
from running_service import RunningService, command, environment, write_model
from stores import NOON, Store, decision, make_tables, recorded, store_with_site
from uuid_utils import uuid7

from service import state
from service.cli import main
from service.config import Settings
from service.core.comment import Asked, Comment
from service.hash_secrets import HashSecrets
from service.store.decisions import Decisions
from service.store.engine import connect

ANN = Comment("Ann", "Hello", email="ann@mail.example", ip="198.41.0.4")


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Store]:
    settings = state.prepare(Settings(state_dir=tmp_path))
    engine = connect(settings.store_url)
    make_tables(engine)
    store = store_with_site(engine)
    decisions = Decisions(engine, settings.people_secrets[0])
    recorded(decisions, Asked(store.site, ANN), decision("019aaaaa-0000-7000-8000-000000000000"))
    yield store
    engine.dispose()


def test_a_purge_says_how_much_it_would_erase_and_how_much_it_did(tmp_path: Path, news: Store) -> None:
    one_day = {"HAMLET_RETENTION_DAYS": "1"}

    would = json.loads(hamlet(tmp_path, "purge", "--dry-run", "--json", **one_day).stdout)
    did = hamlet(tmp_path, "purge", **one_day)

    assert would == {"decisions": 1, "labels": 0}
    assert "decisions                1\n" in did.stdout
    assert json.loads(hamlet(tmp_path, "purge", "--json", **one_day).stdout)["decisions"] == 0


def test_a_person_is_erased_and_the_owner_is_told_of_what(tmp_path: Path, news: Store) -> None:
    data = tmp_path / "rows.jsonl"
    data.write_text('{"label": "ham", "name": "Ann", "comment": "Hello"}\n')

    would = json.loads(hamlet(tmp_path, "erase", "--email", "Ann@mail.example", "--dry-run", "--json").stdout)
    did = hamlet(tmp_path, "erase", "--email", "ann@mail.example", "--json", HAMLET_TRAINING_DATA=str(data))
    again = hamlet(tmp_path, "erase", "--email", "ann@mail.example", "--site", "news")

    assert (would["sites"], would["comments"]) == (["news"], 1)
    told = json.loads(did.stdout)
    assert (told["comments"], told["redis_told"], told["copies_in_training_data"]) == (1, False, [f"{data}:1"])
    assert "comments                 0\n" in again.stdout


def test_a_running_service_is_told_too(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with RunningService(tmp_path) as service:
        service.moderate("Ann", "casino")

        result = CliRunner().invoke(main, ["erase", "--name", "ann", "--json"], env=service.environment)

    told = json.loads(result.stdout)
    assert (told["sites"], told["comments"], told["redis_told"]) == (["demo"], 1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["erase"], "give --email, --name or --ip"),
        (["erase", "--ip", "192.168.0.7"], "or one that many share"),
        (["export"], "give --email, --name or --ip"),
        (["export", "--site", "nowhere"], "there is no site 'nowhere'"),
    ],
)
def test_who_names_nobody_is_told_so(tmp_path: Path, news: Store, arguments: list[str], message: str) -> None:
    result = hamlet(tmp_path, *arguments)

    assert (result.exit_code, message in result.stderr) == (2, True)


@pytest.mark.parametrize("command", ["erase", "export"])
def test_a_redis_that_cannot_be_meant_is_named(tmp_path: Path, news: Store, command: str) -> None:
    result = hamlet(tmp_path, command, "--name", "ann", HAMLET_REDIS_URL="redis://localhost:port/0")

    assert (result.exit_code, "HAMLET_REDIS_URL cannot be used" in result.stderr) == (2, True)


def test_a_person_gets_what_there_is_of_them_as_json_lines(tmp_path: Path, news: Store) -> None:
    out = tmp_path / "ann.jsonl"

    result = hamlet(tmp_path, "export", "--email", "ann@mail.example", "--out", str(out))

    (row,) = map(json.loads, out.read_text().splitlines())
    assert (row["table"], row["name"], row["comment"], row["verdict"]) == ("decisions", "Ann", "Hello", "hold")
    assert result.stderr == "1 rows\n"


def test_an_export_is_for_its_owner_alone_though_others_could_read_what_was_there(tmp_path: Path, news: Store) -> None:
    new, old = tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    old.write_text("left over\n" * 1_000)
    old.chmod(0o644)

    for out in (new, old):
        hamlet(tmp_path, "export", "--email", "ann@mail.example", "--out", str(out))

    assert [out.stat().st_mode & 0o777 for out in (new, old)] == [0o600, 0o600]
    assert old.read_text() == new.read_text()


def test_an_export_into_a_pipe_leaves_the_pipe_as_it_is(tmp_path: Path, news: Store) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o644)

    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)) as reader:
        hamlet(tmp_path, "export", "--email", "ann@mail.example", "--out", str(pipe))
        row = json.loads(reader.read())

    assert (row["name"], pipe.stat().st_mode & 0o777) == ("Ann", 0o644)


@pytest.mark.parametrize(
    ("person", "out", "why"),
    [
        ("ann@mail.example", "/dev/full", "No space left on device"),
        ("nobody@mail.example", "/dev/null/nobody.jsonl", "Not a directory"),
    ],
)
def test_an_export_that_cannot_be_written_says_so(tmp_path: Path, news: Store, person: str, out: str, why: str) -> None:
    result = hamlet(tmp_path, "export", "--email", person, "--out", out)

    assert (result.exit_code, result.stderr) == (2, f"Error: {out} cannot be written: {why}\n")


def test_nothing_found_is_an_empty_file_and_an_unknown_site_none(tmp_path: Path, news: Store) -> None:
    nobody, nowhere = tmp_path / "nobody.jsonl", tmp_path / "nowhere.jsonl"

    hamlet(tmp_path, "export", "--email", "nobody@mail.example", "--out", str(nobody))
    hamlet(tmp_path, "export", "--site", "nowhere", "--out", str(nowhere))

    assert (nobody.read_text(), nowhere.exists()) == ("", False)


def test_a_site_gets_all_its_rows(tmp_path: Path, news: Store) -> None:
    result = hamlet(tmp_path, "export", "--site", "news")

    assert [json.loads(line)["table"] for line in result.stdout.splitlines()] == ["sites", "keys", "decisions"]


def test_what_commenters_wrote_does_not_speak_to_a_terminal(tmp_path: Path, news: Store) -> None:
    asked = Asked(news.site, Comment("Ann\x9b2J", "はい"))
    recorded(Decisions(news.engine, b"x" * 32), asked, decision("019aaaaa-0000-7000-8000-000000000001"))
    reader, screen = os.openpty()

    piped = hamlet(tmp_path, "export", "--site", "news").stdout
    subprocess.run(
        command("export", "--site", "news"),
        env=environment(tmp_path, HAMLET_STATE_DIR=str(tmp_path)),
        stdout=screen,
        check=True,
    )
    seen = os.read(reader, 10_000)

    assert "Ann\x9b2J" in piped
    assert "Ann?2J" in seen.decode()
    assert "はい" in seen.decode()
    os.close(reader)
    os.close(screen)


def test_after_a_rotation_a_person_is_found_as_before(tmp_path: Path, news: Store) -> None:
    before = hamlet(tmp_path, "secret", "list").stdout

    rotated = hamlet(tmp_path, "secret", "rotate")

    secrets = state.prepare(Settings(state_dir=tmp_path)).people_secrets
    recorded(Decisions(news.engine, secrets[0]), Asked(news.site, ANN), decision(str(uuid7())))
    found = json.loads(hamlet(tmp_path, "erase", "--email", "ann@mail.example", "--dry-run", "--json").stdout)
    new, old = hamlet(tmp_path, "secret", "list").stdout.splitlines()
    HashSecrets(tmp_path).take_up(secrets[0].decode(), NOON)
    in_use, dated = hamlet(tmp_path, "secret", "list").stdout.splitlines()
    assert found["comments"] == 2
    assert before.split()[0] == old.split()[0]
    assert rotated.stdout.split()[0] == new.split()[0]
    assert new.endswith("makes the hashes once the service has been started again")
    assert old.endswith("finds earlier ones, needed while anything of its time is kept")
    assert in_use.endswith("makes the hashes")
    assert dated.endswith("finds earlier ones, needed until 2029-03-23")
    assert (
        "needed while anything of its time is kept"
        in hamlet(tmp_path, "secret", "list", HAMLET_RETENTION_DAYS="0").stdout
    )


def test_a_new_secret_makes_the_hashes_from_the_next_start_of_the_service_on(tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    hamlet(tmp_path / "state", "sites", "add", "blog")
    hamlet(tmp_path / "state", "secret", "rotate")

    with RunningService(tmp_path) as service:
        listed = CliRunner().invoke(main, ["secret", "list"], env=service.environment)

    new, old = listed.stdout.splitlines()
    assert new.endswith("makes the hashes")
    assert "needed until 20" in old


def test_a_new_secret_that_cannot_be_written_is_one_line(tmp_path: Path, news: Store) -> None:
    (tmp_path / f"hash-secrets.{os.getpid()}").mkdir()  # where it is written before it gets its name

    result = hamlet(tmp_path, "secret", "rotate")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: HAMLET_STATE_DIR is '{tmp_path}': ")
    assert result.stderr.count("\n") == 1


def test_of_a_full_disk_nothing_is_said_of_owners_or_of_a_file_without_a_name(tmp_path: Path, news: Store) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        result = hamlet(tmp_path, "secret", "rotate")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    cure = "make room there, or raise the quota or `ulimit -f`"
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: HAMLET_STATE_DIR is '{tmp_path}': File too large; {cure}\n"


def test_a_secret_that_other_machines_share_is_not_rotated_on_one_of_them(tmp_path: Path, news: Store) -> None:
    result = hamlet(tmp_path, "secret", "rotate", HAMLET_SECRET="x" * 40)

    assert len(result.stdout.strip()) >= 32
    assert "HAMLET_SECRET is set, so nothing was changed" in result.stderr
    assert not (tmp_path / "hash-secrets").exists()
    shared = hamlet(tmp_path, "secret", "list", HAMLET_HASH_SECRETS=f"{'n' * 32} {'o' * 32}").stdout
    assert [line.split(maxsplit=1)[1] for line in shared.splitlines()] == [
        "makes the hashes",
        "finds earlier ones, needed while anything of its time is kept",
    ]
