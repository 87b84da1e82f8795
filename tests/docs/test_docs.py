"""
What can be set, asked, counted and typed is documented where people look for it.
"""

import ast
import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from service.api import openapi
from service.cli import main
from service.config import Settings, variable
from service.core.comment import Comment
from service.core.entries import Action, Entry, Kind
from service.core.entry_lines import of_line
from service.core.lists import Lists

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def metrics() -> list[str]:
    # Read, not imported: where prometheus_client counts is decided at its import, once for all tests.
    sources = ast.walk(ast.parse(read("service/metrics.py") + read("service/gauges.py")))
    names = [node.value for node in sources if isinstance(node, ast.Constant)]
    return sorted({name for name in names if isinstance(name, str) and re.fullmatch("hamlet_[a-z_]+", name)})


def commands(group: click.Group, prefix: str) -> list[str]:
    found = []
    for name, command in group.commands.items():
        nested = commands(command, f"{prefix} {name}") if isinstance(command, click.Group) else [f"{prefix} {name}"]
        found.extend(nested)
    return found


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented_as_it_describes_itself(field: str) -> None:
    (line,) = [line for line in read("docs/settings.md").splitlines() if line.startswith(f"| `{variable(field)}` |")]

    assert f"| {Settings.model_fields[field].description} |" in line.replace("\\|", "|")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^\| `(HAMLET_\w+)`", read("docs/settings.md"), re.MULTILINE))

    assert documented == {variable(field) for field in Settings.model_fields}


@pytest.mark.parametrize("name", metrics())
def test_every_metric_is_documented(name: str) -> None:
    assert f"`{name}`" in read("docs/settings.md")


@pytest.mark.parametrize("command", commands(main, "hamlet"))
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}" in read("docs/settings.md")


@pytest.mark.parametrize("route", [*openapi.document()["paths"], "/openapi.json", "/docs", "/livez", "/readyz"])
def test_every_route_is_documented(route: str) -> None:
    assert re.search(rf"{re.escape(route)}(?![\w/])", read("docs/http-api.md"))


@pytest.mark.parametrize("page", sorted([*DOCS.glob("*.md"), ROOT / "README.md"]), ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_security_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", read("docs/security.md"))

    assert len(named) > 40
    assert [f"{path}::{test}" for path, test in named if f"def {test}(" not in read(path)] == []


def test_security_goes_through_all_ten_risks() -> None:
    assert re.findall(r"^## (API\d+):", read("docs/security.md"), re.MULTILINE) == [f"API{n}" for n in range(1, 11)]


def test_the_reading_tour_and_the_architecture_name_files_that_exist() -> None:
    for page in ("docs/architecture.md", "service/__init__.py"):
        for name in re.findall(r"`([a-z_/]+\.(?:py|lua))`", read(page)):
            assert (ROOT / "service" / name).exists() or (ROOT / name).exists(), f"{page}: {name}"


def test_every_folder_of_training_is_told() -> None:
    folders = {path.name for path in (ROOT / "training").iterdir() if path.is_dir() and path.name != "__pycache__"}
    table = read("docs/training.md").partition("## Where it is in the code")[2].partition("\n## ")[0]

    assert set(re.findall(r"`(\w+)/`", table)) - {"training"} == folders


def test_every_fault_in_operations_is_made_by_a_test_that_exists() -> None:
    tests = re.findall(r"`(\w+/test_\w+\.py)`", read("docs/operations.md"))

    assert len(tests) > 30
    assert [name for name in tests if not (ROOT / "tests" / name).exists()] == []


def test_the_rates_that_chose_the_thresholds_are_told_as_they_are() -> None:
    rates = tomllib.loads(read("training/params.toml"))["thresholds"]
    ham, spam = f"{rates['ham_rejected'] * 10_000:g} in 10,000", f"{rates['spam_accepted'] * 1_000:g} in 1,000"

    for page in ("README.md", "docs/training.md"):
        assert set(re.findall(r"at most ([\d.]+ in [\d,]+)\s(?:held-out )?(?:good|spam|of)", read(page))) == {ham, spam}
    assert f"`spam_accepted` is {rates['spam_accepted']}" in read("docs/training.md")


@pytest.mark.parametrize(
    "row", re.findall(rf"^\| `({'|'.join(Kind)})` \|.*\| (`.*`) \|$", read("docs/lists.md"), re.MULTILINE)
)
def test_every_entry_that_the_page_of_lists_shows_is_of_the_kind_that_it_is_shown_for(row: tuple[str, str]) -> None:
    kind, written = row

    assert {of_line(value)[0] for value in re.findall("`([^`]+)`", written)} == {kind}


def test_every_comment_with_a_link_is_held_by_the_entry_that_the_page_of_lists_names() -> None:
    (value,) = re.findall(r"--action hold '(regex:http.*)'", read("docs/lists.md"))
    lists = Lists([Entry(*of_line(value), Action.HOLD)])

    for comment in ("see https://blog.example/a", "see www.blog.example", '<a href="http://blog.example">this</a>'):
        assert lists.match(Comment("Ann", comment), datetime.now(UTC))
    assert lists.match(Comment("Ann", "I agree", url="https://ann.example"), datetime.now(UTC))


def test_the_picture_is_small_enough_for_a_readme() -> None:
    assert (DOCS / "try-it.png").stat().st_size <= 150_000


def test_the_openapi_document_is_json() -> None:
    assert json.loads(json.dumps(openapi.document()))["openapi"].startswith("3.1")
