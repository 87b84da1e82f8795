"""
`hamlet recheck`: stored comments scored again by the model in use.
"""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from running_service import write_model
from stores import Store, decision
from uuid_utils import uuid7

from service.cli import main
from service.core import policy
from service.core.comment import Asked, Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.features import extract
from service.core.labels import Tally
from service.core.traffic import Observation, Quota
from service.model.scorer import load_current
from service.rechecking import CIRCUMSTANCES
from service.store.sites import Sites

Keep = Callable[..., Decision]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """
    A model to which casino is spam, pills are held and thanks are accepted.
    """
    return write_model(tmp_path / "models")


@pytest.fixture
def keep(news: Store) -> Keep:
    """
    Store a comment as an older model decided on it.
    """

    def keep(text: str, verdict: Verdict, reasons: tuple[Reason, ...] = (), **fields: Any) -> Decision:
        fields = {"score": 0.3, "model": "older", "reasons": (Reason("text", 1.0), *reasons), **fields}
        made = decision(str(uuid7()), verdict=verdict, **fields)
        news.record(made, Comment("Ann", text))
        return made

    return keep


def recheck(models: Path, *arguments: str) -> Result:
    env = {"HAMLET_STATE_DIR": str(models.parent), "HAMLET_MODELS_DIR": str(models)}
    return CliRunner().invoke(main, ["recheck", *arguments], env=env)


def sites(models: Path, *arguments: str) -> list[dict[str, Any]]:
    answer = json.loads(recheck(models, "--json", *arguments).stdout)
    assert answer["model"] == "tiny"
    found: list[dict[str, Any]] = answer["sites"]
    return found


def test_verdicts_are_counted_before_and_after_and_what_changes_is_listed(models: Path, keep: Keep) -> None:
    keep("thanks", Verdict.ACCEPT)
    missed = keep("casino", Verdict.ACCEPT)

    (news,) = sites(models)

    assert (news["site"], news["rechecked"], news["fixed"]) == ("news", 2, 0)
    assert news["verdicts"]["accept"] == {"accept": 1, "hold": 0, "reject": 1}
    (change,) = news["changed"]
    assert change.pop("new_score") > 0.95
    assert change == {
        "id": missed.id,
        "model": "older",
        "verdict": "accept",
        "score": 0.3,
        "new_verdict": "reject",
    }


def test_nothing_that_is_stored_changes(models: Path, news: Store, keep: Keep) -> None:
    missed = keep("casino", Verdict.ACCEPT)

    recheck(models)

    assert news.decisions.find(news.site.id, missed.id) == missed


def test_what_a_rule_decided_stays(models: Path, keep: Keep) -> None:
    keep("thanks", Verdict.REJECT, (Reason("flood", rule="flood"),))

    (news,) = sites(models)

    assert (news["fixed"], news["verdicts"]["reject"]["reject"], news["changed"]) == (1, 1, [])


def test_what_was_held_for_want_of_a_model_gets_a_score(models: Path, keep: Keep) -> None:
    keep("thanks", Verdict.HOLD, score=None, prior=None, model=None, reasons=())

    (news,) = sites(models)

    assert news["changed"][0]["score"] is None
    assert news["changed"][0]["new_verdict"] == "accept"


def test_what_the_comments_circumstances_weighed_still_counts(models: Path, keep: Keep) -> None:
    keep("thanks", Verdict.HOLD, (Reason("campaign", 5.2, seen=7, authors=7),))

    (news,) = sites(models)

    assert news["changed"] == []


def test_a_comment_is_scored_as_its_site_has_taught_the_model(models: Path, keep: Keep) -> None:
    write_model(models, "adapted", taught={"news": {"pills": 4.0}, "another": {"thanks": 4.0}})
    keep("pills", Verdict.HOLD)
    keep("thanks", Verdict.ACCEPT)

    (news,) = json.loads(recheck(models, "--json").stdout)["sites"]

    assert [change["new_verdict"] for change in news["changed"]] == ["reject"]


def test_a_homepage_alone_rejects_nobody(models: Path, news: Store) -> None:
    write_model(models, "homepages", clues={"url:club.example": 30.0})
    comment = Comment("Ann", "thanks", url="https://club.example")
    news.record(decision(str(uuid7()), verdict=Verdict.ACCEPT), comment)

    (found,) = json.loads(recheck(models, "--json").stdout)["sites"]

    assert [change["new_verdict"] for change in found["changed"]] == ["hold"]


def test_the_thresholds_of_the_site_are_those_of_today(models: Path, news: Store, keep: Keep) -> None:
    keep("thanks", Verdict.ACCEPT)
    Sites(news.engine).configure("news", thresholds={"accept_below": 0.0})

    assert sites(models)[0]["verdicts"]["accept"]["hold"] == 1


def test_every_site_is_rechecked_or_the_one_that_is_named(models: Path, news: Store, keep: Keep) -> None:
    keep("thanks", Verdict.ACCEPT)
    Sites(news.engine).add("blog")

    assert [(site["site"], site["rechecked"]) for site in sites(models)] == [("blog", 0), ("news", 1)]
    assert [site["site"] for site in sites(models, "--site", "news")] == ["news"]


def test_only_the_last_comments_count_and_only_those_since_a_day(models: Path, news: Store, keep: Keep) -> None:
    for day in range(1, 6):
        moment = int(datetime(2026, 11, day, tzinfo=UTC).timestamp())
        news.record(decision(str(uuid7(nanoseconds=moment * 10**9)), verdict=Verdict.ACCEPT), Comment("Ann", "casino"))

    assert sites(models)[0]["rechecked"] == 5
    assert sites(models, "--last", "2")[0]["rechecked"] == 2
    assert sites(models, "--since", "2026-11-03")[0]["rechecked"] == 3
    assert sites(models, "--since", "2026-11-03T00:00:01")[0]["rechecked"] == 2
    assert sites(models, "--since", "2026-11-03T01:00:01+01:00")[0]["rechecked"] == 2


def test_the_table_has_counts_and_then_the_newest_changes(models: Path, keep: Keep) -> None:
    made = [keep("casino", Verdict.ACCEPT) for _ in range(22)]

    lines = recheck(models).stdout.splitlines()

    assert lines[0] == "news: 22 comments by model tiny, 22 would get another verdict."
    assert lines[1].split() == ["accept", "->", "reject", "22"]
    assert lines[2].split() == [made[-1].id, "accept", "0.3000", "->", "reject", "0.9820"]
    assert lines[-1].strip() == "and 2 more; --csv prints them all"


def test_csv_has_a_line_for_every_change(models: Path, keep: Keep) -> None:
    missed = keep("casino", Verdict.ACCEPT)

    (row,) = csv.DictReader(io.StringIO(recheck(models, "--csv").stdout))

    assert (row["site"], row["id"], row["verdict"], row["new_verdict"]) == ("news", missed.id, "accept", "reject")


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (("--site", "nwes"), "there are: news"),
        (("--since", "yesterday"), "'yesterday' is no date; write 2026-11-01, or 2026-11-01T12:00:00, in UTC"),
        (("--since", "2026-11-31"), "'2026-11-31' is no date"),
        (("--since", "0001-01-01T00:00:00+12:00"), "is no date"),
        (("--csv", "--json"), "exclude each other"),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_its_cure(
    models: Path, news: Store, arguments: tuple[str, ...], cure: str
) -> None:
    result = recheck(models, *arguments)

    assert result.exit_code == 2
    assert cure in result.stderr


def test_the_same_model_and_thresholds_give_the_same_score_to_the_last_digit(models: Path, news: Store) -> None:
    scorer = load_current(models)
    comment = Comment("Ann", "thanks for the pills", honeypot="x", form_seconds=0.5)
    quota = Quota(0, 0, 0)
    campaign = Observation(quota, seen=5, authors=5)
    labels = Observation(quota, copies=Tally(spam=1, count=1), author=Tally(ham=1, count=1))
    made = [
        policy.decide(str(uuid7()), Asked(news.site, comment), seen, scorer.explain(extract(comment)), scorer)
        for seen in (campaign, labels)
    ]
    for each in made:
        news.record(replace(each, verdict=Verdict.ACCEPT), comment)

    changed = sites(models)[0]["changed"]

    assert [change["new_score"] for change in reversed(changed)] == [each.score for each in made]
    assert {reason.code for each in made for reason in each.reasons} >= CIRCUMSTANCES
