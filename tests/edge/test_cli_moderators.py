"""
`hamlet moderators`: who may sign in.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import hamlet

from service import passwords
from service.store.engine import connect
from service.store.moderators import Moderators


@pytest.fixture
def state(tmp_path: Path) -> Path:
    hamlet(tmp_path, "sites", "add", "news")
    return tmp_path


def opens(state: Path, name: str, password: str) -> bool:
    engine = connect(f"sqlite:///{state / 'hamlet.sqlite'}")
    try:
        found = Moderators(engine).attempt(name, datetime.now(UTC))
        return found is not None and passwords.is_right(found[1], password)
    finally:
        engine.dispose()


def test_a_new_account_gets_a_password_that_opens_it(state: Path) -> None:
    result = hamlet(state, "moderators", "add", "Anna", "--site", "news")

    assert opens(state, "Anna", result.stdout.strip())
    assert hamlet(state, "moderators", "list").stdout == "Anna  moderator  news\n"


def test_a_password_can_be_chosen(state: Path) -> None:
    chosen = "to let or not to let"

    result = hamlet(state, "moderators", "add", "Anna", "--ask", typed=f"{chosen}\n{chosen}\n")

    assert result.stdout == ""
    assert opens(state, "Anna", chosen)


def test_a_short_password_is_refused_and_no_account_is_made(state: Path) -> None:
    result = hamlet(state, "moderators", "add", "Anna", "--ask", typed="hamlet\nhamlet\n")

    assert result.exit_code == 2
    assert "15 characters or more" in result.stderr
    assert json.loads(hamlet(state, "moderators", "list", "--json").stdout) == []


def test_a_password_that_is_not_in_utf_8_is_refused_and_not_shown(state: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "service", "moderators", "add", "Anna", "--ask"],
        input=b"long-enough-p\xe4ssword\n" * 2, capture_output=True, start_new_session=True,
        env={"HAMLET_STATE_DIR": str(state), "LC_ALL": "C"},
    )  # fmt: skip

    assert run.returncode == 2
    assert b"the password is not in UTF-8" in run.stderr
    assert b"long-enough" not in run.stdout + run.stderr
    assert json.loads(hamlet(state, "moderators", "list", "--json").stdout) == []


@pytest.mark.parametrize("name", ["", " Anna", "An\nna"])
def test_a_name_that_nobody_could_type_is_refused(state: Path, name: str) -> None:
    assert hamlet(state, "moderators", "add", name).exit_code == 2


def test_a_new_password_ends_the_old_one_and_its_lock(state: Path) -> None:
    old = hamlet(state, "moderators", "add", "Anna", "--role", "admin").stdout.strip()
    for _ in range(5):
        opens(state, "Anna", "wrong")
    assert "locked until" in hamlet(state, "moderators", "list").stdout

    new = hamlet(state, "moderators", "password", "Anna").stdout.strip()

    assert opens(state, "Anna", new)
    assert not opens(state, "Anna", old)


def test_an_account_that_was_removed_is_gone(state: Path) -> None:
    hamlet(state, "moderators", "add", "Anna")

    assert hamlet(state, "moderators", "remove", "Anna").exit_code == 0

    again = hamlet(state, "moderators", "remove", "Anna")
    assert again.exit_code == 2
    assert "there is no moderator 'Anna'" in again.stderr


def test_the_accounts_can_be_read_by_a_program(state: Path) -> None:
    hamlet(state, "moderators", "add", "Anna")

    told = json.loads(hamlet(state, "moderators", "list", "--json").stdout)

    assert [(each["name"], each["role"], each["sites"]) for each in told] == [("Anna", "moderator", None)]
