"""
`hamlet sites` and `hamlet settings`.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.config import Settings
from service.core.site import Site
from service.errors import Unauthorised
from service.gate import Gate
from service.store.engine import connect
from service.store.sites import Sites


def hamlet(state: Path, *arguments: str, **environ: str) -> Result:
    env = {"HAMLET_STATE_DIR": str(state), **environ}
    result = CliRunner().invoke(main, arguments, env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def admitted(state: Path, key: str) -> Site:
    engine = connect(f"sqlite:///{state / 'hamlet.sqlite'}")
    try:
        return Gate(Sites(engine)).admit(None, key)
    finally:
        engine.dispose()


def test_adding_a_site_before_the_service_ever_ran_prints_a_key_that_works(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "sites", "add", "blog", "--json")

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer.keys() == {"site", "key"}
    assert answer["site"] == admitted(tmp_path, answer["key"]).name == "blog"
    assert result.stdout.count("\n") == 1


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
    hamlet(tmp_path, "sites", "set", "blog", "--reject-at", "0.9")

    (site,) = json.loads(hamlet(tmp_path, "sites", "list", "--json").stdout)
    assert site["limits"]["commenter_per_minute"] == 3
    assert (site["accept_below"], site["reject_at"]) == (0.2, 0.9)
    line = hamlet(tmp_path, "sites", "list").stdout
    assert line.startswith("blog  enabled  commenter_per_minute=3 ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("rotate", "nobody"),
        ("add", "blog"),
        ("set", "blog", "--site-per-minute", "-1"),
        ("set", "blog", "--accept-below", "0.9", "--reject-at", "0.1"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_its_cure(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    hamlet(tmp_path, "sites", "add", "blog")

    result = hamlet(tmp_path, "sites", *arguments)

    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert not result.stdout


def test_a_store_that_is_no_store_is_one_line_without_its_password(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "sites", "list", HAMLET_DATABASE_URL="mysql://user:p4ssword@host/db")

    assert result.exit_code == 2
    assert "p4ssword" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_settings_are_listed_with_their_sources_and_no_secret(tmp_path: Path) -> None:
    result = hamlet(tmp_path, "settings", HAMLET_PORT="81", HAMLET_SECRET="s" * 32, HAMLET_PRT="82")

    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert lines.keys() == {f"HAMLET_{field.upper()}" for field in Settings.model_fields}
    assert lines["HAMLET_PORT"] == ["81", "HAMLET_PORT"]
    assert lines["HAMLET_SECRET"] == ["***", "HAMLET_SECRET"]
    assert lines["HAMLET_HOST"] == ["127.0.0.1", "default"]
    assert "did you mean HAMLET_PORT?" in result.stderr
