"""
The model in the repository against the behavioural suite: one test a check, named by the claim and its part.
"""

from pathlib import Path

import pytest

from service.core.comment import Comment
from service.core.decision import Explanation
from service.core.site import Thresholds
from service.model.scorer import load_current
from training.behaviour.checks import Check, examine, judge_with, read_suite
from training.behaviour.limits import read_limits
from training.commands.behaviour import line

MODELS = Path(__file__).parents[2] / "models"


def silent(comment: Comment) -> Explanation:
    return Explanation(0.0, 0.0, ())


# Which checks there are depends on the rows alone, so that a model that cannot be loaded fails tests, not collection.
# How much is held and how much spam comes through is a matter of degree: `hamlet-train behaviour` and the card tell it.
DEGREES = ("ham not accepted", "spam accepted")
NAMES = [
    (check.name, check.part)
    for check in examine(read_suite(), silent, Thresholds(0.5, 0.9), read_limits())
    if check.name not in DEGREES
]


@pytest.fixture(scope="module")
def checks() -> dict[tuple[str, str], Check]:
    scorer = load_current(MODELS)
    found = examine(read_suite(), judge_with(scorer), scorer.thresholds, read_limits())
    return {(check.name, check.part): check for check in found}


@pytest.mark.parametrize(("name", "part"), NAMES, ids=[f"{name}, {part}" for name, part in NAMES])
def test_the_shipped_model_keeps_to_the_limits(name: str, part: str, checks: dict[tuple[str, str], Check]) -> None:
    check = checks[name, part]

    told = "\n".join(map(line, check.failures))

    assert not check.is_broken, f"{len(check.failures)} of {check.tried} failed, {check.most} may:\n{told}"
