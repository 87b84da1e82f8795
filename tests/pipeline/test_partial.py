"""
A fit of any number of rows: learned from a stream, judged as a fit in memory is, and gone on from.
"""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.sparse import csr_matrix
from sklearn.metrics import roc_auc_score
from small_fit import PARAMS, PARAMS_FILE, WRITTEN
from uncovered import uncovered

from service.core.features import extract
from service.model.scorer import Scorer
from training.cli import main
from training.data.corpus import gather
from training.data.rows import Row
from training.errors import BadData, BadModel
from training.fitting.bounds import bounds
from training.fitting.compile import prove_equal
from training.partial.balance import factors_of
from training.partial.buckets import Copies, shuffle
from training.partial.fit import train
from training.partial.folds import folds_of
from training.partial.former import Former
from training.partial.learning import Learner
from training.partial.vocabulary import Chosen, Tokens, choose
from training.promotion import registry
from training.report.card import Origin

ORIGIN = Origin(datetime(2026, 11, 23, tzinfo=UTC), None, "a test")
# Longer names than a text of numpy's holds that was made of shorter ones.
SOURCES = [f"{'a' * 80}.{name}" for name in ("blog", "forum", "news")]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder with a model of several buckets, of rows from three sources.
    """
    folder = tmp_path_factory.mktemp("models")
    rows = _sources(folder)
    with uncovered():
        train([rows], (), PARAMS, folder, "2026-11-23.1", ORIGIN)
    return folder


def _sources(folder: Path) -> Path:
    path = folder / "rows.jsonl"
    with path.open("w") as file:
        for number, row in enumerate(gather([WRITTEN], strict=True).rows[::4]):
            said = {
                "source": SOURCES[number % 3],
                "label": row.label,
                "name": row.name,
                "comment": row.comment,
                "url": row.url,
            }
            file.write(json.dumps(said | {"language": row.language, "group": row.group}) + "\n")
    return path


@pytest.fixture
def card(models: Path) -> dict[str, Any]:
    return registry.read_card(models / "2026-11-23.1")


def test_serving_loads_it_and_it_equals_its_pipeline(models: Path) -> None:
    folder = models / "2026-11-23.1"
    comments = [row.as_comment() for row in gather([WRITTEN], strict=True).rows[::10]]

    assert Scorer.load(folder).version == "2026-11-23.1"
    assert prove_equal(registry.read_pipeline(folder), folder, comments) < 1e-9


def test_it_tells_spam_of_sources_that_it_has_not_seen_from_ham(card: dict[str, Any]) -> None:
    unseen = card["figures"]["sources held out"]

    assert unseen["all"]["all"]["roc_auc"][0] > 0.9
    assert [*unseen["source"]] == SOURCES


def test_sources_are_held_out_of_a_stream_however_long_their_names(card: dict[str, Any]) -> None:
    assert not [said for said in card["warnings"] if "held out by group" in said]


def test_its_card_says_what_was_read_and_how_it_was_learned(card: dict[str, Any]) -> None:
    rows, partial = card["rows"], card["partial"]

    assert rows["read"] == rows["used"] + rows["left_out_as_copies"]
    assert sum(source["ham_used"] + source["spam_used"] for source in card["sources"].values()) == rows["used"]
    assert (partial["began_with"], partial["counts_missed_at_most"]) == (None, 0)
    assert partial["passes"] * partial["rows"] >= PARAMS.partial.steps
    assert "accept_below" in card["thresholds"]


def test_the_command_repeats_a_fit_to_the_last_byte(models: Path, tmp_path: Path, card: dict[str, Any]) -> None:
    given = ["--data", str(models / "rows.jsonl"), "--params", str(PARAMS_FILE), "--out", str(tmp_path)]

    fitted = CliRunner().invoke(main, ["fit", "--partial", "--version", "2026-11-24.1", *given])

    assert fitted.exit_code == 0, fitted.output
    again = registry.read_card(tmp_path / "2026-11-24.1")
    assert again["files"]["scorer.npz"] == card["files"]["scorer.npz"]
    assert "--partial" in again["command"]


def test_what_goes_on_from_a_model_knows_its_words_and_the_new_ones(models: Path, tmp_path: Path) -> None:
    former = Former.read(models / "2026-11-23.1")
    new = tmp_path / "elsewhere.jsonl"
    with new.open("w") as file:
        for number in range(400):
            spam = f"{_word(number)} sells zorgblatt tonic number {number}"
            ham = f"the {_word(number)} bridge in plumbleton was closed on day {number}"
            for label, text in (("spam", spam), ("ham", ham)):
                file.write(json.dumps({"label": label, "name": "", "comment": text}) + "\n")

    train([new], (), PARAMS, tmp_path, "2026-11-24.1", ORIGIN, former=former)

    before, after = Scorer.load(models / "2026-11-23.1"), Scorer.load(tmp_path / "2026-11-24.1")
    assert sum(after.tokens.weights(["zorgblatt", "tonic"])) > sum(before.tokens.weights(["zorgblatt", "tonic"])) + 1
    rows = gather([models / "rows.jsonl"], strict=True).rows
    known, is_spam = [extract(row.as_comment()) for row in rows], [row.is_spam for row in rows]
    had, has = (roc_auc_score(is_spam, [model.explain(each).log_odds for each in known]) for model in (before, after))
    assert has > had - 0.02
    partial = registry.read_card(tmp_path / "2026-11-24.1")["partial"]
    assert (partial["began_with"], partial["sources_before"]) == ("2026-11-23.1", SOURCES)


def test_what_a_doubling_adds_is_not_added_again_to_a_model_that_is_gone_on_from(models: Path) -> None:
    former = Former.read(models / "2026-11-23.1")
    chosen = Chosen({"words": [], "clues": ["is:length_3"], "characters": []}, np.ones(1), np.ones(1), 0)
    limits = bounds(chosen.vocabularies, PARAMS.model)

    start = former.start(chosen, np.ones(1), limits, passes=1)

    assert limits.apply(start.weights) == pytest.approx(former.weights["clues"]["is:length_3"])


def _word(number: int) -> str:
    return "".join(chr(97 + int(digit)) * 2 for digit in str(number + 100))


def test_a_former_model_is_not_judged_by_rows_that_it_may_have_seen(models: Path, tmp_path: Path) -> None:
    former = Former.read(models / "2026-11-23.1")

    with pytest.raises(BadData, match="may have seen all of these rows"):
        train([models / "rows.jsonl"], (), PARAMS, tmp_path, "2026-11-24.1", ORIGIN, former=former)


def test_a_model_that_counts_characters_otherwise_is_not_gone_on_from(models: Path, tmp_path: Path) -> None:
    former = replace(Former.read(models / "2026-11-23.1"), full_words=inf)

    with pytest.raises(BadData, match="full_words is inf there and 6 here"):
        train([models / "rows.jsonl"], (), PARAMS, tmp_path, "2026-11-24.1", ORIGIN, former=former)


def test_later_rows_of_a_known_source_are_new_to_a_model(models: Path) -> None:
    seen = replace(Former.read(models / "2026-11-23.1").seen, until="2026-11-23T10:00:00+00:00")
    rows = [Row(source, "ham", "", "", date=date) for source in (SOURCES[0], "x") for date in ("", "2026-11-24")]

    assert [seen.may_hold(row) for row in rows] == [True, False, False, False]


def test_one_label_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"label": "ham", "comment": "Hello"}\n')

    with pytest.raises(BadData, match="both labels"):
        train([tmp_path / "rows.jsonl"], (), PARAMS, tmp_path, "2026-11-24.1", ORIGIN)


def test_wrong_rows_are_named_and_left_out_or_stop_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rows.jsonl").write_text("no row\n")

    with pytest.raises(BadData, match=r"1 wrong rows, the first at rows\.jsonl:1"):
        train([tmp_path / "rows.jsonl"], (), PARAMS, tmp_path, "2026-11-24.1", ORIGIN, strict=True)

    assert "Left out rows.jsonl:1: not JSON" in capsys.readouterr().err


def test_a_model_whose_card_says_too_little_is_not_gone_on_from(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-23.1"
    folder.mkdir()
    registry.write(folder, registry.read_pipeline(models / "2026-11-23.1"), b"", {"version": "2026-11-23.1"})

    with pytest.raises(BadModel, match="says too little"):
        Former.read(folder)


def test_of_a_text_a_few_rows_of_each_label_are_kept() -> None:
    copies = Copies(2)
    rows = [Row("s", label, "", text) for label in ("spam", "ham") for text in ("Buy now!", "buy NOW", "Buy, now", "")]

    assert [copies.has_enough(row) for row in rows] == [False, False, True, False] * 2


def test_every_row_is_in_one_bucket_and_a_sample_is_fair(tmp_path: Path) -> None:
    params = replace(PARAMS, sources={"default": replace(PARAMS.sources["default"], cap_ham=50)})
    rows = [Row("s", "ham", "", f"text {number}") for number in range(1_000)]

    stock = shuffle(rows, tmp_path, 4, None, params)

    read = Counter(row.comment for bucket in range(4) for row in stock.rows(bucket))
    assert read == Counter(row.comment for row in rows)
    numbers = [int(row.comment.split()[1]) for row in stock.sample]
    assert len(numbers) == 50
    assert 300 < sum(numbers) / 50 < 700


def test_a_source_counts_for_the_root_of_its_rows(tmp_path: Path) -> None:
    sizes = {"large": 900, "small": 100}
    rows = [
        Row(source, label, "", f"{source} {label} {number}", language="en")
        for source, size in sizes.items()
        for label in ("spam", "ham")
        for number in range(size)
    ]
    stock = shuffle(rows, tmp_path, 1, None, PARAMS)

    factors = factors_of(stock, PARAMS)

    weight = {name: factors[name, "spam", "en"] * size for name, size in sizes.items()}
    assert weight["large"] / weight["small"] == pytest.approx(3.0)


def test_what_is_frequent_is_counted_though_the_rest_is_forgotten() -> None:
    tokens = Tokens(most=100)

    for batch in range(200):
        tokens.add(["common", *(f"rare{batch}x{number}" for number in range(20))], is_spam=batch % 2 == 0)

    assert len(tokens.counts[True]) + len(tokens.counts[False]) <= 100
    counted = tokens.counts[True]["common"] + tokens.counts[False]["common"]
    assert 200 - tokens.missed <= counted <= 200


def test_of_runs_of_characters_that_are_as_frequent_the_first_are_kept() -> None:
    tokens = Tokens(most=100)
    tokens.add(["quickbrownfox"] * 9, is_spam=True)
    params = replace(PARAMS, model=replace(PARAMS.model, ngrams=(2, 2), max_characters=3))

    chosen = choose(tokens, params)

    assert chosen.vocabularies["characters"] == [" q", "qu", "ui"]


def test_no_word_and_no_run_of_characters_weighs_more_than_its_bound() -> None:
    learner = Learner(3, PARAMS)
    learner.learn(csr_matrix(np.eye(3)[[0, 1, 2] * 40]), np.tile([True, False, True], 40), np.ones(120))
    model = replace(PARAMS.model, most_of_words=0.02, most_of_characters=0.01)
    limits = bounds({"words": ["cheap"], "clues": ["is:asks"], "characters": ["ea"]}, model)

    found = learner.weights(np.ones(3), np.ones(3), limits, entries=3)

    words, clues, characters = np.abs(found.values)
    assert (words, characters) == (0.02, 0.01)
    assert clues > 0.02


def test_without_characters_words_are_not_scaled_as_if_they_were_some() -> None:
    counted = np.array([9.0, 1.0]), np.array([1.0, 9.0])
    chosen = Chosen({"words": ["cheap"], "clues": ["is:asks"], "characters": []}, *counted, 0)

    scale = chosen.scale(replace(PARAMS.model, character_scale=0.5))

    assert scale == pytest.approx([np.log(5), np.log(5)])


def test_more_sources_than_folds_share_them() -> None:
    params = replace(PARAMS, partial=replace(PARAMS.partial, most_folds=4))

    folds = folds_of({f"site {number}" for number in range(9)}, params)

    assert len(folds.names) == 4
    assert {*folds.of_source.values()} == {0, 1, 2, 3}


def test_only_a_fit_of_a_stream_goes_on_from_a_model(models: Path, tmp_path: Path) -> None:
    given = ["--data", str(models / "rows.jsonl"), "--out", str(tmp_path)]

    refused = CliRunner().invoke(main, ["fit", "--begin-with", "2026-11-23.1", *given])

    assert (refused.exit_code, "--begin-with goes with --partial" in refused.output) == (2, True)
