"""
`hamlet sites coral`, what `hamlet sites set` says of webhooks and callbacks, and `hamlet outbox`.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import command_line
import pytest
from click.testing import Result
from running_service import write_model
from sqlalchemy import Engine
from stores import decision, recorded

from service.core.comment import Asked, Comment
from service.core.events import State
from service.core.labels import Label, Source
from service.store.announcing import Change, announce_labels
from service.store.decisions import Decisions
from service.store.engine import connect
from service.store.outbox import Outbox
from service.store.sites import Sites

SECRET = "empsec_" + "5c" * 32
NOW = datetime.now(UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    write_model(tmp_path / "models")
    assert hamlet(tmp_path, "sites", "add", "blog").exit_code == 0
    return tmp_path


def hamlet(state: Path, *arguments: str, typed: str | None = None) -> Result:
    return command_line.hamlet(state, *arguments, typed=typed, HAMLET_MODELS_DIR=str(state / "models"))


def engine(state: Path) -> Engine:
    return connect(f"sqlite:///{state / 'hamlet.sqlite'}")


def coral(state: Path, *arguments: str) -> object:
    return json.loads(hamlet(state, "sites", "coral", "blog", *arguments, "--json").stdout)


def test_corals_secret_is_asked_for_and_never_shown(state: Path) -> None:
    result = hamlet(state, "sites", "coral", "blog", "--secret", typed=f"{SECRET}\n")

    assert "blog: 1 signing secret in force" in result.stdout
    assert SECRET not in result.output
    assert coral(state) == {
        "site": "blog",
        "secrets": 1,
        "statuses": {"accept": "NONE", "hold": "SYSTEM_WITHHELD", "reject": "REJECTED"},
    }


def test_a_new_secret_counts_beside_the_earlier_one_for_a_day_or_as_long_as_is_said(state: Path) -> None:
    hamlet(state, "sites", "coral", "blog", "--secret", SECRET)

    overlapping = coral(state, "--secret", f"{SECRET}2")
    alone = coral(state, "--secret", f"{SECRET}3", "--overlap", "0")

    assert isinstance(overlapping, dict) and overlapping["secrets"] == 2
    assert isinstance(alone, dict) and alone["secrets"] == 1


def test_corals_statuses_are_chosen_among_those_that_make_sense(state: Path) -> None:
    chosen = coral(state, "--accept", "APPROVED", "--hold", "PREMOD")
    senseless = hamlet(state, "sites", "coral", "blog", "--accept", "REJECTED")

    assert isinstance(chosen, dict)
    assert chosen["statuses"] == {"accept": "APPROVED", "hold": "PREMOD", "reject": "REJECTED"}
    assert senseless.exit_code == 2


def test_corals_secrets_can_be_forgotten(state: Path) -> None:
    hamlet(state, "sites", "coral", "blog", "--secret", SECRET)

    result = hamlet(state, "sites", "coral", "blog", "--remove")

    assert result.stdout == "blog: no signing secrets in force\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("blog", "--secret", "short"),
        ("nobody",),
        ("nobody", "--secret", SECRET),
        *(("blog", "--secret", SECRET, "--overlap", hours) for hours in ("inf", "nan", "1e12", "-1")),
    ],
)
def test_what_is_no_secret_and_who_is_no_site_is_said(state: Path, arguments: tuple[str, ...]) -> None:
    result = hamlet(state, "sites", "coral", *arguments)

    assert result.exit_code == 2


def test_a_webhook_prints_its_secret_and_show_prints_it_again(state: Path) -> None:
    printed = hamlet(state, "sites", "set", "blog", "--webhook", "https://hooks.example/hamlet").stdout.strip()
    shown = json.loads(hamlet(state, "sites", "show", "blog", "--json").stdout)
    hamlet(state, "sites", "set", "blog", "--webhook", "default")
    after = json.loads(hamlet(state, "sites", "show", "blog", "--json").stdout)

    assert len(printed) == 64
    assert (shown["webhook"], shown["webhook_secret"]) == ("https://hooks.example/hamlet", printed)
    assert (after["webhook"], after["webhook_secret"]) == (None, None)


def test_a_home_is_a_host_and_a_webhook_a_web_address(state: Path) -> None:
    good = hamlet(state, "sites", "set", "blog", "--home", "Blog.Example:8080")
    bad = [
        hamlet(state, "sites", "set", "blog", *wish)
        for wish in (("--home", "https://blog.example/"), ("--home", ""), ("--webhook", "ftp://x/"), ("--webhook", "x"))
    ]

    assert good.exit_code == 0
    assert "blog.example:8080" in hamlet(state, "sites", "show", "blog").stdout
    assert [each.exit_code for each in bad] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("home", "webhook", "cure"),
    [
        ("blog.example", "ftp://hooks.example/", "'ftp://hooks.example/' is not an http:// or https:// URL"),
        ("https://blog.example/", "https://hooks.example/", "'https://blog.example/' is none; give a host"),
    ],
)
def test_of_settings_one_of_which_is_refused_none_is_kept(state: Path, home: str, webhook: str, cure: str) -> None:
    before = hamlet(state, "sites", "show", "blog", "--json").stdout
    others = ("--log-only", "on", "--reject-at", "0.5")

    refused = hamlet(state, "sites", "set", "blog", *others, "--home", home, "--webhook", webhook)

    assert (refused.exit_code, cure in refused.stderr) == (2, True)
    assert hamlet(state, "sites", "show", "blog", "--json").stdout == before


def test_the_outbox_is_listed_and_what_was_given_up_is_told_again(state: Path) -> None:
    hamlet(state, "sites", "set", "blog", "--home", "blog.example")
    store = engine(state)
    site = Sites(store).by_key_id(Sites(store).key_ids()[0])
    assert site
    comment = Comment("Ann", "Hello", callback="https://blog.example/hook")
    recorded(Decisions(store, b"secret"), Asked(site[0], comment), decision(), NOW)
    with store.begin() as connection:
        announce_labels(connection, [Change("01", None, Label.HAM, Source.MODERATOR)], NOW)
    waiting = hamlet(state, "outbox", "list").stdout
    (due,) = Outbox(store).claim(NOW, timedelta(0), 1)
    Outbox(store).settle(due.number, State.DEAD, NOW, "HTTP 401")
    store.dispose()

    given_up = hamlet(state, "outbox", "list").stdout
    retried = hamlet(state, "outbox", "retry").stdout

    assert "for the first time" in waiting
    assert "given up after attempt 1: HTTP 401" in given_up
    assert retried == "1 to be told again\n"
