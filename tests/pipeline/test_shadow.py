"""
`hamlet-train shadow`: a model beside the one in use, on the comments of a service.
"""

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from running_service import WORDS, write_model
from sqlalchemy import Engine, update
from stores import decision, news_in

from service.core.comment import Comment
from service.core.decision import Decision, Reason, Verdict
from service.core.labels import Label
from service.core.site import OwnThresholds
from service.model.scorer import Scorer
from service.store.tables import decisions
from training.cli import main
from training.promotion.shadow import Disagreement, Seen, compare, watched

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A champion that holds pills and a candidate that rejects them; for both casino is spam.
    """
    write_model(tmp_path / "models", "champion")
    monkeypatch.setitem(WORDS, "pills", 7.0)
    write_model(tmp_path / "models", "candidate")
    (tmp_path / "models" / "CURRENT").write_text("champion\n")
    return tmp_path / "models"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """
    The state folder of a site with three comments: casino, pills twice.
    """
    with news_in(tmp_path) as news:
        for number, text in enumerate(("casino", "pills", "pills pills"), 1):
            news.record(decision(f"0{number}", reasons=()), Comment("Ann", text))
        label(news.engine, "02", "spam")
        label(news.engine, "03", "ham")
    return tmp_path


def label(engine: Engine, decision_id: str, said: str) -> None:
    with engine.begin() as connection:
        connection.execute(update(decisions).where(decisions.c.id == decision_id).values(label=said))


def shadow(state: Path, models: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main,
        ["shadow", "candidate", "--models", str(models), *arguments],
        env={"HAMLET_STATE_DIR": str(state), "COLUMNS": "200"},
    )


def seen(text: str, *reasons: Reason) -> Seen:
    made: Decision = decision("01", reasons=reasons)
    return "news", OwnThresholds(), made, Comment("Ann", text)


def compared(models: Path, *given: Seen) -> list[Disagreement]:
    champion, candidate = (Scorer.load(models / name) for name in ("champion", "candidate"))
    return compare(given, champion, candidate).disagreements


def test_the_two_differ_where_only_one_knows_a_word(models: Path) -> None:
    (found,) = compared(models, seen("casino"), seen("pills"), seen("thanks"))

    assert (found.champion, found.candidate) == (Verdict.HOLD, Verdict.REJECT)
    assert found.champion_score < 0.5 < found.candidate_score


def test_what_a_rule_decided_is_no_models_business(models: Path) -> None:
    champion, candidate = (Scorer.load(models / name) for name in ("champion", "candidate"))

    found = compare([seen("pills", Reason("deny_list", rule="deny_list"))], champion, candidate)

    assert (found.fixed, found.verdicts.total(), found.cost) == (1, 0, None)


def test_a_candidate_is_judged_as_the_labels_of_the_site_adapted_it(tmp_path: Path) -> None:
    write_model(tmp_path, "champion")
    write_model(tmp_path, "candidate", taught={"news": {"thanks": 4.0}})
    _, own, made, thanks = seen("thanks")

    (found,) = compared(tmp_path, ("news", own, made, thanks), ("another", own, made, thanks))

    assert (found.site, found.champion, found.candidate) == ("news", Verdict.ACCEPT, Verdict.HOLD)


def test_each_is_judged_by_the_thresholds_that_the_site_has_set(models: Path) -> None:
    site, _, made, comment = seen("pills")
    lenient = OwnThresholds(accept_below=0.9999, reject_at=1.0)

    assert compared(models, (site, lenient, made, comment)) == []


@pytest.mark.parametrize(
    ("champion", "candidate", "label", "right"),
    [
        (Verdict.HOLD, Verdict.REJECT, Label.SPAM, "candidate"),
        (Verdict.HOLD, Verdict.REJECT, Label.HAM, "champion"),
        (Verdict.REJECT, Verdict.HOLD, Label.HAM, "candidate"),
        (Verdict.ACCEPT, Verdict.HOLD, Label.HAM, "champion"),
        (Verdict.ACCEPT, Verdict.HOLD, Label.SPAM, "candidate"),
        (Verdict.ACCEPT, Verdict.HOLD, None, None),
    ],
)
def test_whoever_is_nearer_to_the_label_is_right(
    champion: Verdict, candidate: Verdict, label: Label | None, right: str | None
) -> None:
    assert Disagreement("news", "01", champion, 0.5, candidate, 0.5, label).right == right


def test_the_report_says_where_they_differ_who_was_right_and_what_it_cost(state: Path, models: Path) -> None:
    result = shadow(state, models)

    assert result.exit_code == 0, result.output
    assert "3 comments by champion, in use, and by candidate: 2 with another verdict." in result.output
    assert "ms (medians)" in result.output
    row = next(line for line in result.output.splitlines() if "reject" in line and "│" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["hold", "reject", "2", "1", "1", "1", "1"]


def test_the_report_can_be_read_by_a_program(state: Path, models: Path) -> None:
    facts = json.loads(shadow(state, models, "--json", "--site", "news").stdout)

    assert (facts["scored"], facts["verdicts"]["hold"]["reject"]) == (3, 2)
    assert facts["labels_agreed_with"] == {"champion": 1, "candidate": 1}
    assert {each["decision_id"]: each["label"] for each in facts["disagreements"]} == {"02": "spam", "03": "ham"}


def test_nothing_of_the_service_is_changed(state: Path, models: Path) -> None:
    before = (state / "hamlet.sqlite").read_bytes()

    shadow(state, models)

    assert (state / "hamlet.sqlite").read_bytes() == before
    assert (models / "CURRENT").read_text() == "champion\n"


def test_a_model_or_a_site_that_is_not_there_is_said_so(state: Path, models: Path) -> None:
    assert "missing" in CliRunner().invoke(main, ["shadow", "missing", "--models", str(models)]).output
    result = shadow(state, models, "--site", "blog")
    assert result.exit_code == 1
    assert "there is no site 'blog'" in result.output


def test_what_ends_it_otherwise_leaves_ctrl_c_as_it_was(state: Path, models: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    shadow(state, models, "--site", "blog")

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_what_comes_while_it_watches_is_seen_once(tmp_path: Path) -> None:
    now = NOON
    later = iter(("ffffffff-0000-7000-8000-000000000002", "ffffffff-0000-7000-8000-000000000003"))

    def sleep(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)
        if another := next(later, None):
            news.record(decision(another))

    clock: Callable[[], datetime] = lambda: now  # noqa: E731
    with news_in(tmp_path) as news:
        news.record(decision("00000000-0000-7000-8000-000000000001"))

        found = [each[2].id for each in watched(news.engine, None, 10, NOON + timedelta(seconds=9), clock, sleep)]

    assert [each[-1] for each in found] == ["1", "2", "3"]
