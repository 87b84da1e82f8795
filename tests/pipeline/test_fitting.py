import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from running_service import write_model
from scipy.sparse import csr_matrix
from small_fit import DATA, ENGLISH, PARAMS, PARAMS_FILE

from service.core.comment import Comment
from service.core.features import Readings, document, extract
from service.model.scorer import Pooling, Scorer
from training.characters import Characters
from training.cli import main
from training.data.corpus import gather
from training.errors import BadModel
from training.fitting.as_written import count_readings
from training.fitting.compile import prove_equal
from training.fitting.counts import columns, count, count_written
from training.fitting.pipeline import counters
from training.promotion import registry
from training.promotion.promote import current_version

CREATED = datetime(2026, 11, 23, tzinfo=UTC)


def fit(folder: Path, version: str) -> str:
    """
    Fit a small model on rows of one source, as a site owner's own labels are, and return what the command printed.
    """
    fitted = CliRunner().invoke(
        main, ["fit", *DATA, "--params", str(PARAMS_FILE), "--out", str(folder), "--version", version]
    )
    assert fitted.exit_code == 0, fitted.output
    return fitted.output


def english(changes: Callable[[dict[str, str]], dict[str, str]]) -> list[dict[str, str]]:
    rows = [json.loads(line) for path in ENGLISH for line in path.read_bytes().splitlines()]
    return [row | changes(row) for row in rows]


def fit_rows(folder: Path, rows: list[dict[str, str]], *more: str) -> Result:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return CliRunner().invoke(main, ["fit", "--data", str(path), "--out", str(folder / "models"), *more])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A models folder with one small model.
    """
    folder = tmp_path_factory.mktemp("models")
    (folder / "printed").write_text(fit(folder, "2026-11-23.1"))
    return folder


@pytest.fixture
def card(models: Path) -> dict[str, Any]:
    return registry.read_card(models / "2026-11-23.1")


def test_serving_can_load_a_fitted_model(models: Path) -> None:
    assert Scorer.load(models / "2026-11-23.1").version == "2026-11-23.1"


def test_the_compiled_model_equals_the_pipeline_on_every_row(models: Path) -> None:
    folder = models / "2026-11-23.1"
    comments = [row.as_comment() for row in gather(ENGLISH, strict=True).rows]

    assert prove_equal(registry.read_pipeline(folder), folder, comments) < 1e-9


def test_probabilities_of_the_pipeline_are_the_calibrated_score(models: Path) -> None:
    pipeline = registry.read_pipeline(models / "2026-11-23.1")
    documents = ["cheap pills link:pills.example", "I agree"]

    odds = pipeline.decision_function(documents)

    assert pipeline.predict_proba(documents)[:, 1] == pytest.approx(1 / (1 + np.exp(-odds)))


def test_the_pipeline_holds_nothing_of_ours_but_what_counts_characters(models: Path) -> None:
    pipeline = registry.read_pipeline(models / "2026-11-23.1")

    kinds = [type(step) for _, step in (*pipeline.steps, *pipeline.named_steps["features"].transformer_list)]

    assert [kind for kind in kinds if kind.__module__.partition(".")[0] != "sklearn"] == [Characters]


def test_rows_of_one_source_are_held_out_by_group_and_the_card_says_so(card: dict[str, Any]) -> None:
    assert any("held out by group, not by source" in warning for warning in card["warnings"])


def test_too_little_ham_to_prove_a_bound_rejects_nothing_and_the_card_says_so(card: dict[str, Any]) -> None:
    assert card["thresholds"]["reject_at"] == 1.0
    assert any("nothing is rejected" in warning for warning in card["warnings"])


def test_every_row_that_was_read_is_accounted_for_on_the_card(card: dict[str, Any]) -> None:
    rows = card["rows"]

    assert rows["read"] == rows["used"] + sum(
        rows[name] for name in rows if name.startswith("left_out_") and name != "left_out_as_wrong"
    )


def test_a_changed_pipeline_file_is_not_opened(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-23.1"
    folder.mkdir()
    for file in (models / "2026-11-23.1").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / registry.PIPELINE).write_bytes(b"cos\nsystem\n(S'touch opened'\ntR.")

    with pytest.raises(BadModel, match="it was not opened"):
        registry.read_pipeline(folder)


def test_a_figure_and_its_interval_stand_on_one_line_of_the_card(models: Path) -> None:
    text = (models / "2026-11-23.1" / registry.CARD).read_text(encoding="utf-8")

    assert re.search(r'"ham_held": \[[\d.]+, [\d.]+, [\d.]+\],?\n', text)


def test_the_first_model_of_a_folder_becomes_the_current_one(models: Path) -> None:
    assert current_version(models) == "2026-11-23.1"
    assert "hamlet-train promote" not in (models / "printed").read_text()


@pytest.mark.no_cover
def test_a_fit_beside_a_model_in_use_is_the_same_to_the_last_byte_and_waits_to_be_promoted(
    tmp_path: Path, card: dict[str, Any]
) -> None:
    write_model(tmp_path, "one")

    printed = fit(tmp_path, "2026-11-24.1")

    again = registry.read_card(tmp_path / "2026-11-24.1")
    of_this_run = ("version", "created", "command")
    assert {**again, **{name: card[name] for name in of_this_run}} == card
    assert current_version(tmp_path) == "one"
    assert "hamlet-train promote 2026-11-24.1" in printed


def test_a_version_is_never_written_over(models: Path) -> None:
    result = CliRunner().invoke(main, ["fit", *DATA, "--out", str(models), "--version", "2026-11-23.1"])

    assert result.exit_code == 1
    assert "never written over" in result.output


@pytest.mark.parametrize("version", ["mine/2026-11-23.1", "2026-13-23.1", "2026-11-32.1", "٢٠٢٦-11-23.1"])
def test_a_version_that_is_no_day_and_number_is_refused_before_anything_is_read(tmp_path: Path, version: str) -> None:
    result = CliRunner().invoke(main, ["fit", *DATA, "--out", str(tmp_path), "--version", version])

    assert result.exit_code == 1
    assert result.output == f"Error: {version}: a version looks like 2026-11-23.1\n"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("more", [[], ["--partial"]], ids=["all at once", "partial"])
def test_too_few_rows_to_learn_a_word_from_are_an_error_with_its_cure(tmp_path: Path, more: list[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"label": "ham", "comment": "Hello there"}\n{"label": "spam", "comment": "Buy pills"}\n')

    result = CliRunner().invoke(main, ["fit", *more, "--data", str(rows), "--out", str(tmp_path / "models")])

    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("Error: no word is in ")
    assert "hundred" in result.output


def test_rows_with_words_but_too_few_runs_of_characters_are_too_few(tmp_path: Path) -> None:
    texts = {"ham": ("Hello there", "Hello Ann"), "spam": ("Hello pills", "Buy now")}
    rows = [{"label": label, "comment": text} for label, given in texts.items() for text in given]

    result = fit_rows(tmp_path, rows)

    assert (result.exit_code, "Error: no word is in " in result.output) == (1, True)


def test_rows_of_one_group_cannot_be_held_out_and_the_cure_is_named(tmp_path: Path) -> None:
    result = fit_rows(tmp_path, english(lambda _: {"group": "my blog"}), "--params", str(PARAMS_FILE))

    assert result.exit_code == 1
    assert "Error: all rows are of one group" in result.output


def test_a_site_whose_labels_came_in_a_file_each_is_told_to_name_it_in_both(tmp_path: Path) -> None:
    result = fit_rows(tmp_path, english(lambda row: {"source": row["label"]}), "--params", str(PARAMS_FILE))

    assert result.exit_code == 1
    assert "or give all the same `source` if they are of one site" in result.output


def test_where_no_model_can_be_written_none_is_fitted(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = CliRunner().invoke(main, ["fit", *DATA, "--out", str(tmp_path / "file" / "models")])

    assert result.exit_code == 1
    assert "no model can be written there (Not a directory)" in result.output


def test_a_version_is_seen_when_all_of_it_is_written(tmp_path: Path) -> None:
    with registry.new_version(tmp_path, "2026-11-23.1") as part:
        (part / registry.CARD).write_text("{}", encoding="utf-8")
        seen = [*tmp_path.glob(f"*/{registry.CARD}")], registry.next_version(tmp_path, CREATED.date())

    assert seen == ([], "2026-11-23.1")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == [
        "2026-11-23.1",
        "2026-11-23.1/card.json",
    ]


def test_of_a_version_whose_writing_is_broken_off_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), registry.new_version(tmp_path, "2026-11-23.1") as part:
        (part / registry.CARD).write_text("{}", encoding="utf-8")
        raise KeyboardInterrupt

    assert [*tmp_path.iterdir()] == []


def test_the_next_version_of_a_day_is_the_first_free_number(models: Path) -> None:
    assert registry.next_version(models, CREATED.date()) == "2026-11-23.2"


def test_columns_of_a_fold_are_those_that_counting_its_rows_alone_would_give() -> None:
    documents = [document(row.as_comment()) for row in gather(ENGLISH, strict=True).rows[:300]]
    counts = count(documents, [Readings(each) for each in documents], np.ones(300, dtype=bool), PARAMS.model)

    found = counts.names[columns(counts, np.arange(0, 300, 2), PARAMS.model)]

    alone = counters(PARAMS.model).fit(documents[::2])
    assert found.tolist() == [name for _, each in alone.transformer_list for name in each.get_feature_names_out()]


def test_counts_are_those_of_the_counters_that_the_pipeline_has() -> None:
    documents = [document(row.as_comment()) for row in gather(ENGLISH, strict=True).rows[:300]] + [""]
    is_fitted = np.arange(301) % 3 > 0

    counts = count(documents, [Readings(each) for each in documents[::-1]], is_fitted, PARAMS.model)

    reference = counters(PARAMS.model).fit([each for each, used in zip(documents, is_fitted, strict=True) if used])
    assert counts.names.tolist() == [
        name for _, counter in reference.transformer_list for name in counter.get_feature_names_out()
    ]
    assert abs(counts.dressed - reference.transform(documents)).max() < 1e-6
    assert abs(counts.written.counts - reference.transform(documents[::-1])).max() < 1e-6
    again = count_written(counts, [Readings(each) for each in documents], PARAMS.model)
    assert (again.counts != counts.dressed).nnz == 0


def test_characters_inside_words_count_by_the_root_of_how_many_words_there_are() -> None:
    counter = Characters(ngram_range=(2, 2), vocabulary=["ca", "rl"], full_words=2).fit(["one"])

    counts = counter.transform(["cat url:.com", "cat car cab cap can camp calf cart url:.com"])

    assert counts.toarray().tolist() == [[1.0, 1.0], [4.0, 1.0]]


def test_a_row_weighs_what_of_each_of_its_parts_the_heaviest_reading_weighs() -> None:
    weights = np.array([1.0, 2.0, -3.0])
    rows = [
        Readings("one", ("two",), fields=((), (), ("three", "one", "two"))),
        Readings("one two", fields=(("three",), ("two",), ("three",))),
        Readings("one", ("two",), ("one two", "three")),
    ]

    written = count_readings(rows, _counted, Pooling(0.5, 0.25, 0.75, links_margin=0.75))

    assert written.highest(weights, np.array([1, 0, 2])).tolist() == [
        3.0 + 0.75 * (0.0 + 2.0) - 0.75,
        1.5 + (2.0 + 0.1),
        3.0 - 0.25,
    ]


def _counted(documents: Sequence[str]) -> csr_matrix:
    return csr_matrix([[document.split().count(word) for word in ("one", "two", "three")] for document in documents])


@pytest.mark.parametrize("between", [" ", "\n\n"])
def test_passages_and_paragraphs_of_a_compiled_model_equal_those_of_its_pipeline(between: str, models: Path) -> None:
    folder = models / "2026-11-23.1"
    rows = [row for path in ENGLISH for row in gather([path], strict=True).rows]
    comments = [Comment("", between.join(row.comment for row in rows[start : start + 9])) for start in range(0, 270, 9)]

    difference = prove_equal(registry.read_pipeline(folder), folder, comments)

    scorer = Scorer.load(folder)
    codes = [{reason.code for reason in scorer.explain(extract(comment)).reasons} for comment in comments]
    assert difference < 1e-9
    assert sum("passage" in found for found in codes) > 10


def test_no_row_is_nothing_to_judge_a_model_by(models: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")

    result = CliRunner().invoke(
        main, ["evaluate", "--data", str(tmp_path / "empty.jsonl"), "--model", str(models / "2026-11-23.1")]
    )

    assert result.exit_code == 1
    assert "no row to judge by: empty.jsonl" in result.output
