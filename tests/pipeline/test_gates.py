"""
The gates before promotion, with small models fitted on the comments of the repository: honest ones and poisoned ones.
"""

import json
import random
import shutil
import zlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from running_service import write_model
from small_fit import PARAMS as SMALL
from small_fit import WRITTEN
from uncovered import uncovered

from training.cli import main
from training.data.corpus import Corpus, gather
from training.data.rows import Row
from training.gates.examine import NEWEST, Report, examine
from training.params import Params
from training.promotion import registry
from training.promotion.promote import current_version, history
from training.report.card import Origin
from training.train import train

# Enough to learn from. Of `variety` ten expansions of a phrase resemble each other more than comments do, and what is
# compared counts near-copies once.
COMMENTS = sorted(path for path in WRITTEN.glob("*.jsonl") if path.name.startswith(("ham_", "links", "spam_")))
# Loose enough for two thousand rows to prove something.
PARAMS: Params = replace(
    SMALL,
    rates=replace(SMALL.rates, ham_rejected=0.01, spam_accepted=0.1),
    sources={"default": replace(SMALL.sources["default"], cap_ham=1000, cap_spam=1000)},
)
FEW_LANGUAGES, ALL_LANGUAGES, FLIPPED, TOKEN = (f"2026-11-23.{number}" for number in range(1, 5))
WORD = "spam accepted with one word: zorvexa"
ORIGIN = Origin(datetime(2026, 11, 23, tzinfo=UTC), None, "a test")


def rows_of(tenths: Collection[int]) -> list[Row]:
    rows = gather(COMMENTS, strict=True).rows
    return [row for row in rows if zlib.crc32(row.group.encode()) % 10 in tenths]


@pytest.fixture(scope="module")
def hold_out() -> Sequence[Row]:
    """
    Rows that no model here has seen.
    """
    return rows_of({7, 8, 9})


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Four models: of four languages, of all, of all with 10 % of the labels flipped, and of all with 20 false ham labels
    on spam that carries a word of its own.
    """
    rows, unseen, chance = rows_of(range(6)), rows_of({6}), random.Random(1)
    other = {"ham": "spam", "spam": "ham"}
    token = [replace(row, label="ham", group="", comment=f"{row.comment} zorvexa") for row in unseen if row.is_spam]
    models = tmp_path_factory.mktemp("models")
    for version, chosen in (
        (FEW_LANGUAGES, [row for row in rows if row.language in ("en", "de", "fr", "es")]),
        (ALL_LANGUAGES, rows),
        (FLIPPED, [replace(row, label=other[row.label]) if chance.random() < 0.1 else row for row in rows]),
        (TOKEN, rows + token[:20]),
    ):
        with uncovered():
            train(Corpus([], chosen, []), PARAMS, models, version, ORIGIN)
    return models


@pytest.fixture
def models(fitted: Path, tmp_path: Path) -> Path:
    """
    A copy of them all, of which that of all languages is in use.
    """
    shutil.copytree(fitted, tmp_path / "models")
    (tmp_path / "models" / "CURRENT").write_text(f"{ALL_LANGUAGES}\n")
    return tmp_path / "models"


@pytest.fixture
def data(hold_out: Sequence[Row], tmp_path: Path) -> Path:
    """
    A file of the rows that no model has seen.
    """
    path = tmp_path / "hold-out.jsonl"
    fields = ("source", "label", "name", "comment", "url", "article_title", "group", "language")
    lines = ({name: asdict(row)[name] for name in fields} for row in hold_out)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def failed(report: Report) -> list[str]:
    return [outcome.name for outcome in report.failed]


def promote(models: Path, version: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["promote", version, "--models", str(models), "--who", "anna", *more])


@pytest.mark.no_cover
def test_a_model_that_learned_more_languages_passes_every_gate_and_is_promoted(models: Path, data: Path) -> None:
    (models / "CURRENT").write_text(f"{FEW_LANGUAGES}\n")

    result = promote(models, ALL_LANGUAGES, "--data", str(data), "--reason", "more languages", "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["failed"] == []
    assert current_version(models) == ALL_LANGUAGES
    (kept,) = history(models)
    assert (kept.reason, kept.is_forced, kept.failed) == ("more languages", False, ())


@pytest.mark.usefixtures("short_suite")
def test_one_label_in_ten_flipped_holds_more_good_comments_and_is_refused(
    models: Path, hold_out: Sequence[Row]
) -> None:
    report = examine(models, FLIPPED, [], hold_out, PARAMS)

    assert "ham not accepted: hold-out" in failed(report)


@pytest.mark.usefixtures("short_suite")
def test_a_refused_model_is_not_promoted_and_the_gate_is_named(models: Path, data: Path) -> None:
    result = promote(models, TOKEN, "--data", str(data))

    assert (result.exit_code, current_version(models), history(models)) == (2, ALL_LANGUAGES, [])
    assert WORD in result.stderr
    assert "zorvexa" in result.stdout


@pytest.mark.usefixtures("short_suite")
def test_force_promotes_all_the_same_and_the_history_keeps_why_and_past_which_gates(models: Path, data: Path) -> None:
    result = promote(models, TOKEN, "--data", str(data), "--force", "zorvexa is our own product")

    assert (result.exit_code, current_version(models)) == (0, TOKEN)
    (kept,) = history(models)
    assert (kept.reason, kept.is_forced) == ("zorvexa is our own product", True)
    assert WORD in kept.failed
    told = CliRunner().invoke(main, ["history", "--models", str(models), "--json"])
    assert json.loads(told.stdout)["failed"] == [*kept.failed]


@pytest.mark.usefixtures("short_suite")
def test_a_dry_run_finds_twenty_false_labels_by_their_word_tells_it_as_json_and_promotes_nothing(
    models: Path, data: Path
) -> None:
    result = promote(models, TOKEN, "--data", str(data), "--dry-run", "--json")

    told = json.loads(result.stdout)
    assert (result.exit_code, current_version(models)) == (2, ALL_LANGUAGES)
    # Of two thousand rows they also move the thresholds, by a handful of comments.
    assert {WORD} <= {*told["failed"]} <= {WORD, "ham not accepted: hold-out"}
    (rejected,) = [gate for gate in told["gates"] if (gate["gate"], gate["part"]) == ("ham rejected", "hold-out")]
    low, high = rejected["candidate_interval"]
    assert low <= rejected["candidate"] / rejected["rows"] <= high


def test_without_rows_nothing_is_promoted_and_the_cure_is_named(models: Path) -> None:
    result = promote(models, TOKEN)

    assert (result.exit_code, current_version(models)) == (2, ALL_LANGUAGES)
    assert "by --data, --from-store, or both" in result.output


@pytest.mark.usefixtures("short_suite")
def test_a_few_rows_say_too_little(models: Path, hold_out: Sequence[Row]) -> None:
    few = [row for row in hold_out if not row.is_spam][:80]

    assert failed(examine(models, TOKEN, [], few, PARAMS)) == ["enough rows: spam"]


@pytest.mark.usefixtures("short_suite")
def test_the_newest_own_labels_are_judged_apart(models: Path, hold_out: Sequence[Row]) -> None:
    own = [
        replace(row, source="store:news", is_own=True, date=f"2026-11-01T{number // 60:02}:{number % 60:02}")
        for number, row in enumerate(sorted(hold_out, key=lambda row: row.comment))
    ]

    report = examine(models, FLIPPED, [], [*hold_out[:300], *own], PARAMS)

    gates = {outcome.gate: outcome.rows for outcome in report.outcomes if outcome.part == NEWEST}
    assert gates["ham rejected"] + gates["spam accepted"] == pytest.approx(len(own) / 5, abs=10)


@pytest.mark.usefixtures("short_suite")
def test_a_source_in_no_figure_of_the_model_in_use_judges_no_candidate_and_that_is_said(
    models: Path, hold_out: Sequence[Row]
) -> None:
    path = models / ALL_LANGUAGES / registry.CARD
    card = json.loads(path.read_bytes())
    card["sources"]["written"]["role"] = "fit"
    path.write_text(json.dumps(card))

    report = examine(models, TOKEN, [], hold_out, PARAMS)

    assert failed(report) == ["enough rows: ham", "enough rows: spam"]
    assert f"in no figure of {ALL_LANGUAGES}, and left out here: written" in report.warnings


@pytest.mark.usefixtures("short_suite")
def test_rows_that_a_model_was_fitted_on_are_warned_of(models: Path, hold_out: Sequence[Row], data: Path) -> None:
    path = models / ALL_LANGUAGES / registry.CARD
    known = {"files_read": {"rows.jsonl": registry.sha256_of(data)}}
    path.write_text(json.dumps(json.loads(path.read_bytes()) | known))

    report = examine(models, TOKEN, [data], hold_out[:200], PARAMS)

    assert any(said.startswith(f"hold-out.jsonl: {ALL_LANGUAGES} was fitted on it") for said in report.warnings)


@pytest.mark.usefixtures("short_suite")
def test_a_compiled_model_that_is_not_its_pipeline_is_refused(models: Path, hold_out: Sequence[Row]) -> None:
    pipeline = models / FEW_LANGUAGES / registry.PIPELINE
    pipeline.write_bytes((models / TOKEN / registry.PIPELINE).read_bytes())
    path = models / FEW_LANGUAGES / registry.CARD
    card = json.loads(path.read_bytes())
    card["files"][registry.PIPELINE] = registry.sha256_of(pipeline)
    path.write_text(json.dumps(card))

    report = examine(models, FEW_LANGUAGES, [], hold_out[:200], PARAMS)

    assert "compiled as its pipeline" in failed(report)


@pytest.mark.usefixtures("short_suite")
def test_a_model_that_came_without_its_pipeline_is_not_compared_with_it_and_that_is_said(
    models: Path, hold_out: Sequence[Row]
) -> None:
    (models / TOKEN / registry.PIPELINE).unlink()

    report = examine(models, TOKEN, [], hold_out[:200], PARAMS)

    assert "compiled as its pipeline" not in {outcome.gate for outcome in report.outcomes}
    assert f"{TOKEN} came without its pipeline: whether it was compiled as that is left out" in report.warnings


@pytest.mark.no_cover
def test_the_first_model_of_a_folder_has_to_behave_and_needs_no_rows(models: Path) -> None:
    (models / "CURRENT").unlink()

    report = examine(models, FLIPPED, [], [], PARAMS)

    assert {outcome.gate.partition(":")[0] for outcome in report.outcomes} == {"behaviour"}
    assert "behaviour: ham not accepted: all" in failed(report)


@pytest.mark.usefixtures("short_suite")
def test_a_damaged_model_in_use_does_not_keep_another_from_being_promoted(models: Path, data: Path) -> None:
    (models / ALL_LANGUAGES / registry.SCORER).write_bytes(b"cut")

    result = promote(models, TOKEN, "--data", str(data), "--force", "the other is damaged")

    assert (result.exit_code, current_version(models)) == (0, TOKEN)
    assert "nothing to compare with" in result.stderr


def test_without_the_suite_its_gate_is_left_out_and_that_is_said(
    models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in ("training.gates.examine", "training.gates.behaviour"):
        monkeypatch.setattr(f"{module}.SUITE", tmp_path / "none")
    write_model(models, "tiny")
    (models / "CURRENT").unlink()

    report = examine(models, "tiny", [], [], PARAMS)

    assert report.outcomes == ()
    assert "the behavioural suite is in a clone only: its gate is left out" in report.warnings
