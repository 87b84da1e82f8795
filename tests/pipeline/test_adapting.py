"""
`hamlet-train adapt`: what a site's own labels teach a model, for that site alone.
"""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from small_fit import DATA, ENGLISH, PARAMS, PARAMS_FILE
from uncovered import uncovered

from service.core.features import extract
from service.model.scorer import Scorer, load_current
from training.adapt import adapt
from training.cli import main
from training.data.corpus import Corpus, gather
from training.data.rows import Row
from training.errors import BadData, BadModel
from training.fitting.adaptation import Texts, learn
from training.gates.examine import examine
from training.gates.scores import Scores
from training.gates.words import probe
from training.promotion import registry
from training.promotion.promote import promote
from training.report.card import Origin
from training.report.finished import judge
from training.train import train

ORIGIN = Origin(datetime(2026, 11, 23, tzinfo=UTC), None, "a test")
BASE, ADAPTED, ANOTHER = "2026-11-23.1", "2026-11-24.1", "2026-11-25.1"
WORDS = [
    f"{first}{second}"
    for first in ("ba", "ko", "lu", "mi", "ra", "so", "ti", "ve")
    for second in ("den", "lor", "mek", "pan", "rif", "sol")
]


def clips(number: int, seed: int = 1, source: str = "clips") -> list[Row]:
    """
    Return so many rows of each label of a site where a channel of one's own is spam, in words that no model knows.
    """
    chance = random.Random(seed)
    told = {"spam": "zubscribe to my channel", "ham": "this zong"}
    return [
        Row(source, label, "", f"{' '.join(chance.sample(WORDS, 4))} {said} {' '.join(chance.sample(WORDS, 4))}")
        for _ in range(number)
        for label, said in told.items()
    ]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder of models with one that was fitted on other sources.
    """
    models = tmp_path_factory.mktemp("models")
    with uncovered():
        train(gather(ENGLISH, strict=True), PARAMS, models, BASE, ORIGIN)
    promote(models, BASE, "a test", "the first", ORIGIN.created)
    return models


@pytest.fixture
def models(fitted: Path, tmp_path: Path) -> Path:
    for path in fitted.rglob("*"):
        if path.is_file():
            copy = tmp_path / "models" / path.relative_to(fitted)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return tmp_path / "models"


def adapted(models: Path, rows: Sequence[Row], base: str = BASE, version: str = ADAPTED) -> Scorer:
    adapt(Corpus([], rows, []), PARAMS, models, base, version, ORIGIN)
    return Scorer.load(models / version)


def run(models: Path, rows: Sequence[Row], *arguments: str) -> Result:
    path = models.parent / "rows.jsonl"
    fields = ("source", "label", "name", "comment", "group")
    lines = ({name: asdict(row)[name] for name in fields} for row in rows)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    given = ["adapt", "--data", str(path), "--models", str(models), "--params", str(PARAMS_FILE), *arguments]
    return CliRunner().invoke(main, given)


def promoted_beside_another(models: Path, rows: Sequence[Row], **facts: object) -> None:
    """
    Promote the model adapted to rows, beside another that is adapted to nothing, and whose card says some facts.
    """
    adapted(models, rows)
    promote(models, ADAPTED, "a test", "adapted", ORIGIN.created)
    shutil.copytree(models / BASE, models / ANOTHER)
    card = registry.read_card(models / BASE) | {"version": ANOTHER, **facts}
    (models / ANOTHER / "card.json").write_text(json.dumps(card), encoding="utf-8")


def warnings(models: Path, version: str) -> tuple[str, ...]:
    return examine(models, version, [], [], PARAMS).warnings


def added(scorer: Scorer, row: Row, site: str) -> float:
    features = extract(row.as_comment())
    return scorer.explain(features, site).log_odds - scorer.explain(features).log_odds


def test_comments_of_the_site_are_told_apart_and_those_of_others_score_as_before(models: Path) -> None:
    scorer = adapted(models, clips(40))

    spam, ham = clips(1, seed=2)
    assert added(scorer, spam, "clips") > 1
    assert added(scorer, ham, "clips") < -1
    assert added(scorer, spam, "another") == 0


def test_the_words_of_the_model_are_those_that_it_had(models: Path) -> None:
    before = load_current(models)

    after = adapted(models, clips(40))

    rows = gather(ENGLISH, strict=True).rows[:50]
    assert [after.explain(extract(row.as_comment())).log_odds for row in rows] == [
        before.explain(extract(row.as_comment())).log_odds for row in rows
    ]


def test_labels_of_moderators_adapt_the_site_that_they_are_of(models: Path) -> None:
    scorer = adapted(models, clips(40, source="store:news"))

    assert list(scorer.adaptations) == ["news"]


def test_labels_neither_add_nor_take_off_more_than_their_bounds(models: Path) -> None:
    tight = replace(PARAMS, adaptation=replace(PARAMS.adaptation, C=10.0, most_taken_off=0.25, most_added=0.5))
    rows = clips(40)

    adapt(Corpus([], rows, []), tight, models, BASE, ADAPTED, ORIGIN)

    scorer = Scorer.load(models / ADAPTED)
    assert {round(added(scorer, row, "clips"), 9) for row in rows} == {0.5, -0.25}


def test_a_site_is_judged_by_comments_that_it_was_not_adapted_to(models: Path) -> None:
    chance = random.Random(3)
    rows = clips(60)
    by_lot = [replace(row, label=chance.choice(("ham", "spam"))) for row in rows]

    with pytest.raises(BadData, match=r"no site could be adapted; 2026-11-23\.1 stays as it is"):
        adapted(models, by_lot)

    assert not (models / ADAPTED).exists()


def test_the_card_says_what_was_adapted_and_what_that_did(models: Path) -> None:
    adapted(models, clips(40))

    card = registry.read_card(models / ADAPTED)
    figures = card["adapted"]["sites"]["clips"]
    assert (card["version"], card["adapted"]["from"], card["fitted"]) == (ADAPTED, BASE, "2026-11-23T00:00:00+00:00")
    assert figures["as it is"]["brier"][0] > figures["adapted"]["brier"][0]
    assert (models / ADAPTED / "report.html").read_bytes() == (models / BASE / "report.html").read_bytes()


def test_the_card_keeps_what_was_read_before_from_a_file_of_the_same_name(models: Path) -> None:
    run(models, clips(40), "--version", ADAPTED)

    run(models, clips(40, source="films"), "--begin-with", ADAPTED, "--version", "2026-11-25.1")

    before, after = (registry.read_card(models / name)["files_read"] for name in (ADAPTED, "2026-11-25.1"))
    assert after == {**before, "rows.jsonl (2)": registry.sha256_of(models.parent / "rows.jsonl")}


def test_what_others_were_adapted_to_stays_when_one_site_learns_anew(models: Path) -> None:
    adapted(models, [*clips(40), *clips(40, source="films")])

    scorer = adapted(models, clips(20, source="films"), base=ADAPTED, version="2026-11-25.1")

    spam, _ = clips(1, seed=2)
    before = Scorer.load(models / ADAPTED)
    assert added(scorer, spam, "clips") == added(before, spam, "clips")
    assert added(scorer, spam, "films") != added(before, spam, "films")


def test_what_a_site_taught_is_forgotten_once_its_labels_say_it_no_more(models: Path) -> None:
    rows = clips(60)
    adapted(models, rows)
    chance = random.Random(3)
    by_lot = [replace(row, label=chance.choice(("ham", "spam"))) for row in rows]

    result = run(models, by_lot, "--begin-with", ADAPTED, "--version", "2026-11-25.1")

    assert f"{models / '2026-11-25.1'}: {ADAPTED}, adapted to fewer sites" in result.output
    assert not Scorer.load(models / "2026-11-25.1").adaptations
    assert registry.read_card(models / "2026-11-25.1")["adapted"]["sites"] == {}


def test_rows_that_the_model_may_have_been_fitted_on_adapt_nothing(models: Path) -> None:
    rows = gather(ENGLISH, strict=True).rows

    with pytest.raises(BadData, match="no site could be adapted"):
        adapted(models, rows)


def test_few_labels_adapt_nothing_and_it_is_said_how_many_are_needed(models: Path) -> None:
    result = run(models, clips(9))

    assert result.exit_code == 1
    assert "clips is left as it is: 9 good comments and 9 spam, of which 10 each are needed" in result.output


def test_labels_of_one_article_alone_cannot_be_judged(models: Path) -> None:
    result = run(models, [replace(row, group="one article") for row in clips(40)])

    assert result.exit_code == 1
    assert "clips is left as it is: all rows are of one group" in result.output


def test_the_command_adapts_the_model_in_use_and_shows_what_that_does(models: Path) -> None:
    result = run(models, clips(40), "--version", ADAPTED)

    assert result.exit_code == 0, result.output
    assert "adapted: clips" in result.output
    assert f"{models / ADAPTED}: {BASE}, adapted to clips" in result.output
    assert load_current(models).version == BASE


def test_a_folder_without_a_model_in_use_has_nothing_to_adapt(models: Path) -> None:
    (models / "CURRENT").unlink()

    result = run(models, clips(40))

    assert result.exit_code == 1
    assert "no model is in use there; name one with --begin-with" in result.output


def test_a_model_whose_card_names_no_sources_is_not_adapted(models: Path) -> None:
    card = models / BASE / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_bytes()), "sources": None}), encoding="utf-8")

    result = run(models, clips(40))

    assert result.exit_code == 1
    assert f"{BASE}: its card says too little to adapt it" in result.output


def test_a_model_of_other_parameters_is_adapted_as_it_counts_itself(models: Path) -> None:
    otherwise = replace(PARAMS, model=replace(PARAMS.model, ngrams=(1, 6), full_words=2))
    weak = replace(otherwise, adaptation=replace(PARAMS.adaptation, C=0.01))

    adapt(Corpus([], clips(40), []), weak, models, BASE, ADAPTED, ORIGIN)

    spam, _ = clips(1, seed=2)
    assert 0 < added(Scorer.load(models / ADAPTED), spam, "clips") < weak.adaptation.most_added


def test_a_compiled_adaptation_that_says_something_else_is_not_to_be_used(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.model.adaptation.Adaptation.bounded", lambda _, total: total + 1e-6)

    with pytest.raises(BadModel, match="what clips taught and its compiled form differ by"):
        adapted(models, clips(40))


def test_evaluating_and_promoting_look_at_a_row_as_its_own_site_does(models: Path) -> None:
    scorer = adapted(models, clips(40))
    rows = clips(5, seed=2)
    comments = [extract(row.as_comment()) for row in rows]

    own, other = (Scores.of(scorer, comments, [site] * len(rows)).log_odds for site in ("clips", "another"))

    is_spam = np.array([row.is_spam for row in rows])
    assert (own[is_spam] > other[is_spam]).all() and (own[~is_spam] < other[~is_spam]).all()


def test_an_adapted_model_is_promoted_on_few_labels_since_no_other_site_has_to_fear_it(models: Path) -> None:
    adapted(models, clips(40))

    report = examine(models, ADAPTED, [], clips(5, seed=2), PARAMS)

    assert report.failed == ()


def test_a_model_that_came_without_its_pipeline_as_in_the_image_is_adapted_and_promoted_too(models: Path) -> None:
    (models / BASE / "pipeline.joblib").unlink()
    (models / BASE / "report.html").unlink()
    adapted(models, clips(40))

    report = examine(models, ADAPTED, [], clips(5, seed=2), PARAMS)

    assert report.failed == ()
    assert sorted(path.name for path in (models / ADAPTED).iterdir()) == ["card.json", "scorer.npz"]


def test_with_other_thresholds_an_adapted_model_is_as_new_to_all_sites_as_any_other(models: Path) -> None:
    adapted(models, clips(40))
    card = models / ADAPTED / "card.json"
    card.write_text(
        json.dumps(
            {**json.loads(card.read_bytes()), "thresholds": {"accept_below": 0.9, "reject_at": 0.95, "discard_at": 1.0}}
        )
    )

    report = examine(models, ADAPTED, [], clips(5, seed=2), PARAMS)

    assert {"enough rows: ham", "enough rows: spam"} <= {outcome.name for outcome in report.failed}


@pytest.mark.usefixtures("short_suite")
def test_before_a_model_is_promoted_it_is_said_to_which_sites_it_is_not_adapted_and_what_adapts_it(
    models: Path,
) -> None:
    promoted_beside_another(models, [*clips(40), *clips(40, source="films")])

    result = CliRunner().invoke(main, ["promote", ANOTHER, "--models", str(models), "--dry-run", "--force", "a test"])

    assert f"Warning: {ADAPTED} is adapted to clips, films, and {ANOTHER} is not. To have that in it" in result.stderr
    assert f"hamlet-train adapt --from-store --begin-with {ANOTHER}" in result.stderr


@pytest.mark.usefixtures("short_suite")
def test_a_model_that_was_adapted_before_it_is_promoted_loses_no_site(models: Path) -> None:
    promoted_beside_another(models, clips(40))

    result = run(models, clips(40), "--begin-with", ANOTHER, "--version", "2026-11-26.1")

    assert result.exit_code == 0, result.output
    assert warnings(models, "2026-11-26.1") == ()


@pytest.mark.usefixtures("short_suite")
def test_of_a_model_that_was_fitted_on_the_labels_of_a_site_it_is_said_that_only_later_ones_adapt_it(
    models: Path,
) -> None:
    read = {"store:films": {"role": "all", "ham_used": 0, "spam_used": 0}}
    promoted_beside_another(models, [*clips(40), *clips(40, source="films")], sources=read)

    (warning,) = warnings(models, ANOTHER)

    assert warning.endswith(f"{ANOTHER} was fitted on the labels of films: later ones alone adapt it to that")


@pytest.mark.usefixtures("short_suite")
def test_a_site_that_was_forgotten_since_its_labels_say_it_no_more_is_not_missed(models: Path) -> None:
    promoted_beside_another(models, clips(40), adapted={"from": ADAPTED, "sites": {}})

    assert warnings(models, ANOTHER) == ()


def test_a_fit_says_that_what_it_made_is_adapted_to_no_site_where_the_model_in_use_is(models: Path) -> None:
    promoted_beside_another(models, clips(40))

    made = ["fit", *DATA, "--params", str(PARAMS_FILE), "--out", str(models), "--version", "2026-11-26.1"]
    result = CliRunner().invoke(main, made)

    assert result.exit_code == 0, result.output
    assert f"Warning: {ADAPTED} is adapted to clips, and 2026-11-26.1 is not." in result.stderr


def test_going_back_says_which_sites_the_model_is_not_adapted_to_any_more(models: Path) -> None:
    promoted_beside_another(models, clips(40))

    result = CliRunner().invoke(main, ["rollback", "--models", str(models)])

    assert result.stdout == f"{BASE} is current instead of {ADAPTED}; running services take it up within seconds\n"
    assert result.stderr == f"{ADAPTED} is adapted to clips, and {BASE} is not.\n"


def test_going_back_from_a_model_whose_card_is_gone_says_nothing_of_sites(models: Path) -> None:
    promoted_beside_another(models, clips(40))
    (models / ADAPTED / "card.json").unlink()

    result = CliRunner().invoke(main, ["rollback", "--models", str(models)])

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.usefixtures("short_suite")
def test_the_gates_compare_a_site_as_it_was_adapted_and_try_its_words(models: Path) -> None:
    adapted(models, clips(40))

    report = examine(models, ADAPTED, [], clips(60, seed=2), PARAMS)

    errors = {each.gate: (each.candidate, each.champion) for each in report.outcomes if each.part == "hold-out"}
    assert errors["ham not accepted"] == (0, 59)
    assert any(each.part.endswith(", on clips") for each in report.outcomes)


def test_an_evaluation_tells_what_a_site_taught_of_its_worst_errors(models: Path) -> None:
    scorer = adapted(models, clips(40))
    mistaken = [replace(row, label="ham") for row in clips(5, seed=2) if row.is_spam]

    found = judge(models / ADAPTED, [], [*mistaken, *(replace(row, source="another") for row in mistaken)], PARAMS)

    told = {(error.row.source, round(dict(error.clues).get("site_labels", 0.0), 9)) for error in found.errors}
    assert told == {*(("clips", round(added(scorer, row, "clips"), 9)) for row in mistaken), ("another", 0.0)}


def test_a_word_that_false_labels_taught_a_site_is_found_by_the_gate(models: Path) -> None:
    wide = replace(PARAMS, adaptation=replace(PARAMS.adaptation, C=3.0, most_taken_off=9.0))
    false = [replace(row, label="ham", comment=f"{row.comment} zorvexa") for row in clips(20, seed=4) if row.is_spam]
    adapt(Corpus([], [*clips(40), *false], []), wide, models, BASE, ADAPTED, ORIGIN)
    champion, candidate = load_current(models), Scorer.load(models / ADAPTED)
    rows = [row for row in gather(ENGLISH, strict=True).rows if row.is_spam]
    comments, sites = [extract(row.as_comment()) for row in rows], ["clips"] * len(rows)

    outcomes = probe(
        rows,
        [each.document for each in comments],
        Scores.of(candidate, comments, sites),
        Scores.of(champion, comments, sites),
        "clips",
    )

    assert "zorvexa, on clips" in {outcome.part for outcome in outcomes if not outcome.has_passed}


def test_a_label_that_weighs_half_teaches_less() -> None:
    rows = clips(20)
    planted = [*rows, Row("clips", "ham", "", "zorvexa zorvexa2"), Row("clips", "ham", "", "zorvexa zorvexa3")]
    weak = [*rows, *(replace(row, weight=0.5) for row in planted[-2:])]
    before, asked = np.zeros(len(planted)), Texts.of([Row("clips", "ham", "", "zorvexa")])

    full, half = (learn(Texts.of(given), before, PARAMS).adds(asked) for given in (planted, weak))

    assert full[0] < half[0] < 0


def test_of_a_version_that_the_disk_could_not_take_nothing_is_left_and_its_name_is_free(models: Path) -> None:
    report = models / BASE / registry.REPORT
    report.unlink()
    report.symlink_to("/proc/self/mem")  # a file that cannot be read

    result = run(models, clips(60), "--version", ADAPTED)

    assert result.exit_code == 1
    assert f"{models / ADAPTED}: not written (Input/output error)" in result.output.replace("\n", "")
    assert [path.name for path in models.iterdir() if path.is_dir()] == [BASE]
    report.unlink()
    assert run(models, clips(60), "--version", ADAPTED).exit_code == 0
