"""
`hamlet thresholds`: what other thresholds would have done to a site's own decisions.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rated_model import write_rated_model
from running_service import write_model
from stores import Store, decision

from service.cli import main
from service.core.decision import Reason, Verdict
from service.store.sites import Sites

FLOOD = (Reason("flood", rule="flood"),)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return write_rated_model(tmp_path / "models")


@pytest.fixture
def news(news: Store) -> Store:
    """
    A site with eleven decisions: scores from 0 to 0.9 by the model in use, and a flood.
    """
    for tenth in range(10):
        verdict = Verdict.ACCEPT if tenth < 2 else Verdict.HOLD
        news.record(decision(f"{tenth:02}", verdict=verdict, score=tenth / 10, model="tiny"))
    news.record(decision("10", verdict=Verdict.HOLD, score=0.0, model="tiny", reasons=FLOOD))
    return news


def thresholds(models: Path, *arguments: str, site: str = "news") -> Result:
    env = {"HAMLET_STATE_DIR": str(models.parent), "HAMLET_MODELS_DIR": str(models)}
    return CliRunner().invoke(main, ["thresholds", "--site", site, *arguments], env=env)


def choices(models: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    answer = json.loads(thresholds(models, "--json", *arguments).stdout)
    return {choice.pop("choice"): choice for choice in answer["choices"]}


def test_todays_thresholds_and_a_range_of_rates_are_replayed(models: Path, news: Store) -> None:
    found = choices(models)

    assert [*found] == [
        "in force",
        "--max-false-reject 0.001",
        "--max-spam-accepted 0.02",
        "--max-spam-accepted 0.1",
    ]
    bounds = {"accept_below": 0.4, "reject_at": 0.95}
    assert found["--max-spam-accepted 0.1"] == {**bounds, "accept": 4, "hold": 7, "reject": 0, "changed": 2}


def test_a_choice_of_ones_own_comes_after_todays(models: Path, news: Store) -> None:
    found = choices(models, "--max-false-reject", "0.01", "--accept-below", "0.3")

    typed = [*found][1]
    assert typed == "--max-false-reject 0.01 --accept-below 0.3"
    assert found[typed] == {
        "accept_below": 0.3,
        "reject_at": 0.9,
        "accept": 3,
        "hold": 7,
        "reject": 1,
        "changed": 2,
    }
    assert Sites(news.engine).named("news").thresholds.accept_below is None


def test_a_score_of_the_site_gives_way_to_the_rates_that_are_tried(models: Path, news: Store) -> None:
    Sites(news.engine).configure("news", thresholds={"accept_below": 0.0})

    found = choices(models)

    assert found["in force"]["accept"] == 0
    assert found["--accept-below default --max-spam-accepted 0.1"]["accept"] == 4


def test_a_model_without_a_curve_is_tried_with_scores(tmp_path: Path, news: Store) -> None:
    models = write_model(tmp_path / "without-curve")

    found = choices(models, "--max-false-reject", "0.01")

    assert {"--reject-at 0.99", "--accept-below 0.5"} <= found.keys()
    assert found["--max-false-reject 0.01"] == found["in force"]
    assert "card proves no rates" in thresholds(models, "--max-false-reject", "0.01").stderr


def test_only_the_last_decisions_count(models: Path, news: Store) -> None:
    answer = json.loads(thresholds(models, "--json", "--last", "3").stdout)

    assert (answer["decisions"], answer["fixed"]) == (3, 1)
    assert answer["recorded"] == {"accept": 0, "hold": 3, "reject": 0}


def test_scores_of_another_model_are_told(models: Path, news: Store) -> None:
    news.record(decision("11", model="older"))

    assert "note: 1 were scored by another model than tiny" in thresholds(models).stderr


def test_the_table_has_a_line_a_choice(models: Path, news: Store) -> None:
    lines = thresholds(models).stdout.splitlines()

    assert lines[0] == "The last 11 decisions of news; 1 were decided without a threshold."
    assert lines[3].split() == ["as", "recorded", "2", "9", "0"]
    assert lines[4].split() == ["in", "force", "0.2000", "0.950000", "2", "9", "0", "0"]
    assert len(lines) == 8


def test_a_site_without_decisions_has_a_table_of_zeros(models: Path, news: Store) -> None:
    Sites(news.engine).add("quiet")

    result = thresholds(models, site="quiet")

    assert result.exit_code == 0
    assert result.stdout.startswith("The last 0 decisions of quiet")


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (("--site", "nwes"), "there are: news"),
        (("--reject-at", "2"), "--reject-at is 2.0; give a score from 0 to 1"),
        (("--reject-at", "0.1", "--accept-below", "0.2"), "change one of them"),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_its_cure(
    models: Path, news: Store, arguments: tuple[str, ...], cure: str
) -> None:
    result = thresholds(models, *arguments)

    assert result.exit_code == 2
    assert cure in result.stderr


def test_without_a_model_there_is_nothing_to_compare(tmp_path: Path, news: Store) -> None:
    result = thresholds(tmp_path / "models")

    assert result.exit_code == 2
    assert "promote a model with hamlet-train" in result.stderr
