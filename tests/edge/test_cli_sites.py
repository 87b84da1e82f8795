"""
`hamlet sites` and `hamlet settings`.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from command_line import hamlet
from rated_model import write_rated_model
from running_service import command, environment, write_model

from service.akismet.keys import Keyring
from service.config import Settings
from service.core.site import Site
from service.errors import Unauthorised
from service.gate import Gate
from service.store.engine import connect
from service.store.sites import Sites


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return write_rated_model(tmp_path / "models")


def admitted(state: Path, key: str) -> Site:
    engine = connect(f"sqlite:///{state / 'hamlet.sqlite'}")
    try:
        return Gate(Sites(engine)).admit(None, key)
    finally:
        engine.dispose()


def akismet_site(state: Path, key: str) -> str | None:
    engine = connect(f"sqlite:///{state / 'hamlet.sqlite'}")
    sites, secret = Sites(engine), (state / "secret").read_text().strip().encode()
    try:
        return Keyring(sites, Gate(sites), secret).admit(key, "").name
    except Unauthorised:
        return None
    finally:
        engine.dispose()


def test_adding_a_site_before_the_service_ever_ran_prints_a_key_that_works(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "sites", "add", "blog", "--json")

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer.keys() == {"site", "key", "akismet_key"}
    assert answer["site"] == admitted(tmp_path, answer["key"]).name == "blog"
    assert result.stdout.count("\n") == 1


def test_a_key_for_akismets_clients_comes_along_and_is_shown_again(tmp_path: Path) -> None:
    added = json.loads(hamlet(tmp_path, "sites", "add", "blog", "--json").stdout)
    shown = json.loads(hamlet(tmp_path, "sites", "show", "blog", "--json").stdout)
    rotated = hamlet(tmp_path, "sites", "rotate", "blog")

    assert shown["akismet_keys"] == [added["akismet_key"]]
    assert akismet_site(tmp_path, added["akismet_key"]) is None
    new = rotated.stderr.split()[-1]
    assert akismet_site(tmp_path, new) == "blog"
    assert f"akismet_keys          {new}\n" in hamlet(tmp_path, "sites", "show", "blog").stdout


def test_how_akismets_clients_hold_can_be_set(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    hamlet(tmp_path, "sites", "set", "blog", "--akismet-hold", "pending")

    assert "akismet_hold          pending\n" in hamlet(tmp_path, "sites", "show", "blog").stdout


def test_a_key_without_json_is_a_line_of_its_own(tmp_path: Path) -> None:
    key = hamlet(tmp_path, "sites", "add", "blog").stdout.strip()

    assert admitted(tmp_path, key).name == "blog"


def test_a_rotated_key_replaces_the_one_before(tmp_path: Path) -> None:
    old = hamlet(tmp_path, "sites", "add", "blog").stdout.strip()

    new = json.loads(hamlet(tmp_path, "sites", "rotate", "blog", "--json").stdout)["key"]

    assert admitted(tmp_path, new).name == "blog"
    with pytest.raises(Unauthorised):
        admitted(tmp_path, old)


def test_a_disabled_site_is_refused_until_it_is_enabled(tmp_path: Path) -> None:
    key = hamlet(tmp_path, "sites", "add", "blog").stdout.strip()

    hamlet(tmp_path, "sites", "disable", "blog")
    with pytest.raises(Unauthorised):
        admitted(tmp_path, key)
    hamlet(tmp_path, "sites", "enable", "blog")

    assert admitted(tmp_path, key).name == "blog"


def test_limits_and_thresholds_are_set_one_by_one_and_listed(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    hamlet(tmp_path, "sites", "set", "blog", "--commenter-per-minute", "3", "--accept-below", "0.2")
    hamlet(tmp_path, "sites", "set", "blog", "--reject-at", "0.9", "--max-spam-accepted", "0.05")

    (site,) = json.loads(hamlet(tmp_path, "sites", "list", "--json").stdout)
    assert site["limits"]["commenter_per_minute"] == 3
    assert site["thresholds"] == {
        "accept_below": 0.2,
        "reject_at": 0.9,
        "max_false_reject": None,
        "max_spam_accepted": 0.05,
    }
    line = hamlet(tmp_path, "sites", "list").stdout
    assert line.startswith("blog  enabled  commenter_per_minute=3 ")
    assert line.endswith(" accept_below=0.2 reject_at=0.9 max_spam_accepted=0.05\n")


def test_what_was_set_is_said_beside_what_a_script_reads(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    plain = hamlet(
        tmp_path, "sites", "set", "blog", "--log-only", "on", "--reject-at", "default", "--site-per-minute=0"
    )
    webhook = hamlet(tmp_path, "sites", "set", "blog", "--webhook", "https://hooks.example/")
    refused = hamlet(tmp_path, "sites", "set", "blog", "--site-per-minute=-1")

    assert (plain.stdout, plain.stderr.splitlines()[0]) == (
        "",
        "blog: log_only on, reject_at default, site_per_minute 0",
    )
    assert (len(webhook.stdout), webhook.stderr.splitlines()[0]) == (65, "blog: webhook https://hooks.example/")
    assert "blog:" not in refused.stderr


def test_a_setting_is_given_back_by_the_word_default(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")
    hamlet(tmp_path, "sites", "set", "blog", "--key-per-minute", "3", "--reject-at", "0.9")

    hamlet(tmp_path, "sites", "set", "blog", "--key-per-minute=default", "--reject-at=default")

    site = json.loads(hamlet(tmp_path, "sites", "show", "blog", "--json").stdout)
    assert (site["limits"]["key_per_minute"], site["thresholds"]["reject_at"]) == (600, None)


def test_a_site_only_logs_until_it_is_switched_off(tmp_path: Path) -> None:
    key = hamlet(tmp_path, "sites", "add", "blog").stdout.strip()

    hamlet(tmp_path, "sites", "set", "blog", "--log-only", "on")
    while_on, line = admitted(tmp_path, key).log_only, hamlet(tmp_path, "sites", "list").stdout
    hamlet(tmp_path, "sites", "set", "blog", "--log-only", "off")

    assert while_on
    assert line.startswith("blog  log only  ")
    assert not admitted(tmp_path, key).log_only


def test_a_site_is_shown_with_what_the_model_in_use_makes_of_its_rates(tmp_path: Path, models: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")
    hamlet(tmp_path, "sites", "set", "blog", "--max-false-reject", "0.01", "--max-spam-accepted", "0.001")

    shown = hamlet(tmp_path, "sites", "show", "blog", HAMLET_MODELS_DIR=str(models))
    site = json.loads(hamlet(tmp_path, "sites", "show", "blog", "--json", HAMLET_MODELS_DIR=str(models)).stdout)

    assert "With model tiny: accept below 0.05, reject at 0.9." in shown.stdout
    assert "max_false_reject      0.01\n" in shown.stdout
    assert "note: --max-spam-accepted 0.001 cannot be proven" in shown.stderr
    assert site["in_force"] == {"model": "tiny", "accept_below": 0.05, "reject_at": 0.9, "discard_at": 0.999}
    assert len(site["remarks"]) == 1


def test_a_rate_that_cannot_count_is_said_when_it_is_set(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")
    model = str(write_model(tmp_path / "without-curve"))

    result = hamlet(tmp_path, "sites", "set", "blog", "--max-false-reject", "0.01", HAMLET_MODELS_DIR=model)

    assert result.exit_code == 0
    assert "--max-false-reject 0.01 waits: this model's card proves no rates" in result.stderr


def test_without_a_model_a_site_is_shown_as_it_is_set(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    result = hamlet(tmp_path, "sites", "show", "blog", HAMLET_MODELS_DIR=str(tmp_path))

    assert result.exit_code == 0
    assert result.stdout.startswith("blog: enabled, log only off, keys ")
    assert "note: there is no model" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (("rotate", "nobody"), "there are: blog"),
        (("show", "nobody"), "there are: blog"),
        (("add", "blog"), "`sites rotate` gives it new ones"),
        (("add", ""), "a name has no spaces at its ends"),
        (("add", "news\n"), "a name has no spaces at its ends"),
        (("add", "ne\x1bws"), "nothing that cannot be printed"),
        (("add", "x" * 201), "a name has at most 200 characters"),
        (("set", "blog", "--home", "blog.example:65536"), "give a host such as blog.example, or blog.example:8080"),
        (("set", "blog"), "say what to change; `hamlet sites set --help` lists it"),
        (("set", "blog", "--site-per-minute", "-1"), "--site-per-minute is -1; give 0 for no limit"),
        (("set", "blog", "--site-per-minute", "1000000001"), "give 0 for no limit, or up to 1000000000"),
        (("set", "blog", "--site-per-minute", "1.5"), "'--site-per-minute': '1.5' is no whole number; give one"),
        (("set", "blog", "--reject-at", "high"), "'--reject-at': 'high' is no number; give one, or `default`"),
        (("set", "blog", "--max-false-reject", "0"), "--max-false-reject is 0.0; give a rate above 0"),
        (("set", "blog", "--accept-below", "0.9", "--reject-at", "0.1"), "change one of them"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_its_cure(tmp_path: Path, arguments: tuple[str, ...], cure: str) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    result = hamlet(tmp_path, "sites", *arguments)

    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert cure in result.stderr
    assert not result.stdout


def test_a_store_that_is_no_store_is_one_line_without_its_password(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "sites", "list", HAMLET_DATABASE_URL="mysql://user:p4ssword@host/db")

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: HAMLET_DATABASE_URL: no store for mysql://")
    assert "p4ssword" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_store_that_was_not_there_is_said_to_be_new(tmp_path: Path) -> None:
    first, second = (hamlet(tmp_path, "sites", "add", name).stderr for name in ("news", "blog"))

    assert f"note: {tmp_path.absolute()}/hamlet.sqlite is new; if you meant another, set HAMLET_STATE_DIR" in first
    assert "is new" not in second


def test_a_store_whose_empty_file_was_put_there_is_meant_and_not_said_to_be_new(tmp_path: Path) -> None:
    (tmp_path / "hamlet.sqlite").touch()

    result = hamlet(tmp_path, "sites", "add", "news")

    assert (result.exit_code, "is new" in result.stderr) == (0, False)


def test_a_new_store_that_was_named_is_told_with_what_named_it(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "sites", "add", "news", HAMLET_DATABASE_URL=f"sqlite:///{tmp_path.absolute()}/typo")

    assert "/typo is new; if you meant another, set HAMLET_DATABASE_URL" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("sites", "list"),
        ("sites", "show", "blog"),
        ("moderators", "list"),
        ("lists", "list", "--site", "blog"),
        ("outbox", "list"),
        ("backup", "copy.sqlite"),
        ("downgrade", "0006"),
        ("purge",),
        ("export", "--site", "blog"),
        ("erase", "--email", "ann@mail.example"),
        ("secret", "rotate"),
        ("secret", "list"),
    ],
)
def test_what_begins_nothing_is_refused_without_a_store_and_makes_none(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    state = tmp_path.absolute() / "state"

    result = hamlet(state, *arguments)

    where = "HAMLET_STATE_DIR, or else HAMLET_DATABASE_URL, says where it is"
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: there is no store at {state}/hamlet.sqlite; {where}\n"
    assert not state.exists()


def test_a_moderator_may_be_the_first_in_a_store(tmp_path: Path) -> None:
    assert hamlet(tmp_path, "moderators", "add", "Anna").exit_code == 0
    assert "Anna" in hamlet(tmp_path, "moderators", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (("sites", "add", "news"), "; the key is in force, and `hamlet sites rotate news` gives another"),
        (("sites", "add", "news", "--json"), "; the key is in force, and `hamlet sites rotate news` gives another"),
        (("sites", "rotate", "blog"), "; the key is in force, and `hamlet sites rotate blog` gives another"),
        (
            ("sites", "keys", "add", "blog", "--scope", "admin"),
            "; `hamlet sites keys list blog` has its id, by which `remove` stops it; then add another",
        ),
        (("moderators", "add", "Anna"), "; `hamlet moderators password Anna` makes another password"),
        (("purge", "--dry-run"), ""),
        (("settings",), ""),
        (("--help",), ""),
        (("--version",), ""),
        (("sites", "--help"), ""),
    ],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_cannot_be_written_is_one_line_with_its_cure(
    tmp_path: Path, arguments: tuple[str, ...], cure: str, unbuffered: str
) -> None:
    hamlet(tmp_path / "state", "sites", "add", "blog")

    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(*arguments),
            env=environment(tmp_path, PYTHONUNBUFFERED=unbuffered),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
            check=False,
        )

    said = f"Error: standard output cannot be written: No space left on device{cure}\n"
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_cannot_be_read_is_not_told_as_output_that_cannot_be_written(tmp_path: Path, unbuffered: str) -> None:
    write_model(tmp_path / "models")

    with Path("/proc/self/mem").open("rb") as unreadable:
        done = subprocess.run(
            command("check", "-"),
            env=environment(tmp_path, PYTHONUNBUFFERED=unbuffered),
            stdin=unreadable,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    assert (done.returncode, done.stdout) == (1, "")
    assert "Input/output error" in done.stderr
    assert "standard output" not in done.stderr


def test_settings_are_listed_with_their_sources_and_no_secret(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "settings", HAMLET_PORT="81", HAMLET_SECRET="s" * 32, HAMLET_PRT="82")

    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert lines.keys() == {f"HAMLET_{field.upper()}" for field in Settings.model_fields}
    assert lines["HAMLET_PORT"] == ["81", "HAMLET_PORT"]
    assert lines["HAMLET_SECRET"] == ["***", "HAMLET_SECRET"]
    assert lines["HAMLET_HOST"] == ["127.0.0.1", "default"]
    assert lines["HAMLET_DEMO"] == ["false", "default"]
    assert "did you mean HAMLET_PORT?" in result.stderr


def test_a_limit_says_what_it_is_of(tmp_path: Path) -> None:
    told = hamlet(tmp_path, "sites", "set", "--help").stdout

    assert re.search(r"--labels-per-hour \S+\s+Labels; 300 by default", told)
    assert re.search(r"--site-per-minute \S+\s+Comments; 600 by default", told)


def test_settings_stand_in_columns(tmp_path: Path) -> None:
    lines = hamlet(tmp_path, "settings").stdout.splitlines()

    of_numbers = [line for line in lines if line.split()[0] in ("HAMLET_PORT", "HAMLET_LABEL_RETENTION_DAYS")]
    assert len({line.index(line.split()[1]) for line in of_numbers}) == 1
    assert len({line.index("default") for line in of_numbers}) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("sites", "keys", "remove", "blog", "a\udcff"),
        ("lists", "add", "--site", "a\udcff", "casino"),
        ("lists", "add", "--site", "blog", "casino", "--note", "a\udcff"),
        ("moderators", "password", "a\udcff"),
        ("labels", "release", "blog", "a\udcff"),
    ],
)
def test_what_is_typed_in_another_encoding_is_quoted_with_the_cure(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    result = hamlet(tmp_path, *arguments)

    assert result.exit_code == 2
    assert result.stderr == "Error: 'a\\udcff' is not in UTF-8; type it in a terminal whose locale is\n"
