"""
What the locks promise: nothing is fetched that was not pinned and hashed, and one environment can grow into the next.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RUN, TRAIN, DEV, AUDIT = LOCKS = (
    *("requirements.lock", "requirements-train.lock", "requirements-dev.lock"),
    "requirements-audit.lock",
)


def pins(lock: str) -> dict[str, str]:
    """
    Return each pin, with its marker, and the lines that follow it.
    """
    parts = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return {pin.strip(): rest for pin, _, rest in (part.partition("\\\n") for part in parts if part)}


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-") for requirement in requirements}  # type: ignore[index]


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_has_a_hash(lock: str) -> None:
    loose = [pin for pin, rest in pins(lock).items() if "==" not in pin or "--hash=sha256:" not in rest]

    assert pins(lock)
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address_or_an_index(lock: str) -> None:
    assert not re.search(r"://|--index|--extra-index|--find-links| @ ", (ROOT / lock).read_text())


@pytest.mark.parametrize(("smaller", "larger"), [(RUN, TRAIN), (TRAIN, DEV), (AUDIT, DEV)])
def test_each_lock_holds_the_smaller_one_pin_for_pin(smaller: str, larger: str) -> None:
    # Markers may widen: what only Windows needs to run, say, all may need to develop.
    without_markers = {pin.split()[0] for pin in pins(larger)}

    assert {pin.split()[0] for pin in pins(smaller)} <= without_markers


def test_every_dependency_is_locked(pyproject: dict[str, Any]) -> None:
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    extras = project["optional-dependencies"]

    to_run = names(project["dependencies"] + extras["oidc"] + extras["otel"] + extras["postgresql"] + groups["build"])
    to_develop = [each for each in groups["dev"] if isinstance(each, str)] + groups["audit"]

    assert to_run <= names(list(pins(RUN)))
    assert to_run | names(extras["train"]) <= names(list(pins(TRAIN)))
    assert names(groups["audit"]) <= names(list(pins(AUDIT)))
    assert to_run | names(extras["train"] + to_develop) <= names(list(pins(DEV)))


def test_serving_installs_nothing_that_only_training_needs(pyproject: dict[str, Any]) -> None:
    assert not names(list(pins(RUN))) & (names(pyproject["project"]["optional-dependencies"]["train"]) | {"scipy"})
