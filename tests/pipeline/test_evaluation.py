"""
The whole evaluation on a small made-up corpus: a blog with names, homepages, dates and three articles, and a forum.
"""

import contextlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner, Result
from small_fit import PARAMS, PARAMS_FILE

from training.cli import main
from training.data.corpus import Corpus
from training.data.rows import Row
from training.evaluation.articles import articles_left_out
from training.evaluation.fields import sample
from training.evaluation.figures import ARTICLES, FIELDS, GIVEN, LATER, NEWEST, SOURCES, TEMPLATES
from training.evaluation.later import split
from training.promotion.registry import sha256_of
from training.report import html
from training.report.card import Origin, card
from training.report.heldout import Measured, findings
from training.report.tables import show
from training.train import measure

HAM, SPAM, BOTH = map(
    str.split,
    (
        "budget senate vote court lawyer tax school teacher road bridge river winter storm harvest museum train",
        "pills casino loan jersey outlet cheap bonus jackpot replica handbag viagra slots payday crypto escort seo",
        "the a one people today never always think know maybe city world music water paper window",
    ),
)


def corpus(seed: int = 1) -> list[Row]:
    random = Random(seed)
    rows: list[Row] = []
    for number in range(600):
        label, words = ("spam", SPAM) if number % 2 else ("ham", HAM)
        is_blog = number < 400
        text = random.choices(words, k=3) + random.choices(BOTH, k=7)
        rows.append(
            Row(
                "blog" if is_blog else "forum",
                label,
                random.choice(["Ann Lee", "Bob Ray", "Eva Kim"]) if label == "ham" else "cheap pills",
                " ".join(random.sample(text, 10)),
                url="" if label == "ham" else "https://pills.example/",
                article_title=f"Article {number % 3}" if is_blog else "",
                date=str(date(2012, 1, 1) + timedelta(days=number)) if is_blog else "",
                place=f"made-up:{number}",
            )
        )
    return rows


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(Corpus([], corpus(), []), PARAMS)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "made-up.jsonl"
    fields = ("source", "label", "name", "comment", "url", "article_title", "date")
    lines = [json.dumps({field: getattr(row, field) for field in fields}) for row in corpus()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    folder = tmp_path_factory.mktemp("models")
    run("fit", "--data", data, "--out", folder, "--version", "2026-11-23.1", "--params", PARAMS_FILE)
    return folder


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_files_of_the_same_name_are_each_on_the_card(measured: Measured, tmp_path: Path) -> None:
    files = [tmp_path / year / "rows.jsonl" for year in ("2025", "2026")]
    for file in files:
        file.parent.mkdir()
        file.write_text(str(file))

    origin = Origin(datetime(2026, 11, 23, tzinfo=UTC), None, "a test")
    facts = card(Corpus(files, [], []), measured, PARAMS, "2026-11-23.1", origin)

    assert [*facts["files_read"].values()] == [sha256_of(file) for file in files]


def test_every_view_has_its_figures_by_dimension_and_part(measured: Measured) -> None:
    found = measured.assessment.figures

    assert list(found) == [SOURCES, TEMPLATES, FIELDS, LATER, ARTICLES, NEWEST]
    assert set(found[SOURCES]) == {"all", "source", "language", "length", "kind of spam"}
    assert set(found[SOURCES]["source"]) == {"blog", "forum"}
    assert found[TEMPLATES]["all"]["all"]["roc_auc"][0] > 0.9  # type: ignore[index]


@pytest.mark.no_cover
def test_sources_are_held_out_however_long_their_names() -> None:
    rows = [replace(row, source=f"{'a' * 80}.{row.source}") for row in corpus()]

    held = measure(Corpus([], rows, []), PARAMS).held

    assert {*held.fold.tolist()} == {row.source for row in rows}


def test_a_model_that_goes_by_the_homepage_is_worse_without_it(measured: Measured) -> None:
    found = measured.assessment.figures[FIELDS]

    error = {
        variant: parts["all"]["brier"][0]  # type: ignore[index]
        for variant, parts in found.items()
    }
    assert error["without name and homepage"] > error["as written"]
    assert error["without title"] == error["as written"]


def test_the_sample_for_fields_is_the_same_every_time_and_holds_every_source_and_label() -> None:
    rows = corpus()

    chosen = sample(rows, seed=3)

    assert (chosen == sample(rows, seed=3)).all()
    assert {(rows[at].source, rows[at].label) for at in chosen} == {(row.source, row.label) for row in rows}


def test_nothing_is_fitted_that_was_written_after_the_day_or_resembles_what_was(measured: Measured) -> None:
    prepared = measured.prepared
    dates = np.array([row.date for row in prepared.rows])

    fit, score = split(dates, "2012-08-01", prepared, PARAMS)

    assert max(dates[fit]) < "2012-08-01" <= min(dates[score])
    assert "" not in dates[fit]
    assert not set(prepared.groups[fit]) & set(prepared.groups[score])
    assert not any("blog" in prepared.dressed[row].lenders for row in fit)


def test_later_rows_are_measured_source_by_source(measured: Measured) -> None:
    (day, parts), *_ = measured.assessment.figures[LATER].items()

    assert re.fullmatch(r"from 2012-\d\d-\d\d on", day)
    assert set(parts) == {"all", "blog"}


def test_each_article_is_left_out_in_turn_and_the_mean_stands_below(measured: Measured) -> None:
    parts = measured.assessment.figures[ARTICLES]["blog"]

    aucs = [parts[f"Article {number}"]["roc_auc"][0] for number in range(3)]  # type: ignore[index]
    assert list(parts)[-1] == "mean of 3"
    assert parts["mean of 3"]["roc_auc"][0] == pytest.approx(np.mean(aucs), abs=1e-4)  # type: ignore[index]


def test_articles_without_both_labels_are_not_left_out(measured: Measured) -> None:
    rows = [replace(row, article_title=row.label) for row in measured.prepared.rows]

    found = articles_left_out(measured.held, replace(measured.prepared, rows=rows), measured.assessment.terms, PARAMS)

    assert found == {}


def test_articles_that_teach_nothing_of_each_other_are_judged_by_the_model_as_it_is(measured: Measured) -> None:
    in_one_group = replace(measured.prepared, groups=np.zeros_like(measured.prepared.groups))

    found = articles_left_out(measured.held, in_one_group, measured.assessment.terms, PARAMS)

    assert found["blog"] == found["blog, as it is"]


def test_the_report_names_worst_errors_without_their_texts(measured: Measured, tmp_path: Path) -> None:
    facts = {"thresholds": {"accept_below": 0.3, "reject_at": 0.9}, "warnings": ["look <here>"]}
    found = findings("A model", {**facts, "figures": measured.assessment.figures}, measured, PARAMS)

    html.write(tmp_path / "report.html", found)

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    worst = found.errors[0].row
    assert worst.place in page
    assert "look &lt;here&gt;" in page
    assert not any(row.comment in page or (row.url and row.url in page) for row in measured.prepared.rows)


def test_an_owner_may_have_the_texts_in_the_report(measured: Measured, tmp_path: Path) -> None:
    facts = {"thresholds": {"accept_below": 0.3, "reject_at": 0.9}, "warnings": []}
    found = findings("A model", {**facts, "figures": measured.assessment.figures}, measured, PARAMS)

    html.write(tmp_path / "report.html", found, texts=True)

    assert found.errors[0].row.comment in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_report_of_a_model_needs_no_other_file_and_no_network(models: Path) -> None:
    page = (models / "2026-11-23.1" / "report.html").read_text(encoding="utf-8")

    assert page.count("<svg") == 4
    assert not re.search(r"<(?:script|link|img|iframe)|url\((?!#)|@import", page)
    assert set(re.findall(r"https?://[\w.]+", page)) <= {"http://www.w3.org"}


def test_a_model_on_rows_that_it_was_fitted_on_is_judged_with_a_warning(models: Path, data: Path) -> None:
    result = run("evaluate", "--data", data, "--model", models / "2026-11-23.1", "--params", PARAMS_FILE, "--json")

    found = json.loads(result.stdout)
    assert set(found["figures"]) == {GIVEN, FIELDS}
    assert found["warnings"] == ["made-up.jsonl: the model was fitted on it, so these figures flatter; see --held-out"]


@pytest.mark.no_cover
def test_the_commit_is_that_of_hamlet_whatever_else_it_is_called_in(data: Path, tmp_path: Path) -> None:
    def git(folder: Path, *arguments: str) -> str:
        signed = ["git", "-C", str(folder), "-c", "user.name=Ann", "-c", "user.email=ann@mail.example", *arguments]
        return subprocess.run(signed, capture_output=True, text=True, check=True).stdout.strip()

    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "--message", "A blog")

    with contextlib.chdir(tmp_path):
        result = run("evaluate", "--held-out", "--data", data, "--params", PARAMS_FILE, "--json")

    assert json.loads(result.stdout)["commit"] == git(PARAMS_FILE.parent, "rev-parse", "HEAD")


def test_what_would_be_fitted_is_judged_without_writing_a_model(data: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    result = run("evaluate", "--held-out", "--data", data, "--params", PARAMS_FILE, "--json", "--report", page)

    found = json.loads(result.stdout)
    assert set(found["figures"]) == {SOURCES, TEMPLATES, FIELDS, LATER, ARTICLES, NEWEST}
    assert found["bounds"]["ham"] > 0
    assert page.exists()


def test_an_evaluation_prints_its_warnings_and_tables(models: Path, data: Path) -> None:
    result = run("evaluate", "--data", data, "--model", models / "2026-11-23.1", "--params", PARAMS_FILE)

    assert "these figures flatter" in result.stderr
    assert "rows as given: source" in result.stdout
    assert "caught at 0.1 %" in result.stdout


def test_a_finished_model_and_held_out_rows_are_not_judged_at_once(models: Path, data: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", "--held-out", "--model", str(models), "--data", str(data)])

    assert result.exit_code == 2
    assert "give one of them" in result.output


def test_a_report_without_a_folder_is_refused_before_anything_is_read(tmp_path: Path, data: Path) -> None:
    page = tmp_path / "reports" / "page.html"

    result = CliRunner().invoke(main, ["evaluate", "--held-out", "--data", str(data), "--report", str(page)])

    assert result.exit_code == 2
    assert f"--report: there is no folder {page.parent}\n" in result.output
    assert "Reading" not in result.output


@pytest.mark.parametrize("name", ["news", "[video] news", "news [/b]"])
def test_a_table_has_names_as_they_are_and_leaves_room_for_what_was_not_measured(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show({"rows": {name: {name: {"ham": 5, "ham_groups": 4, "ham_held": [0.2, 0.1, 0.3], "spam": 0}}}})

    title, *lines = [line for line in capsys.readouterr().out.splitlines() if name in line]
    assert title.strip() == f"rows: {name}"
    assert "20.0 %" in lines[0]
    assert "–" in lines[0]


def test_without_a_model_in_use_one_is_to_be_named(data: Path, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        result = CliRunner().invoke(main, ["evaluate", "--data", str(data)])

    assert result.exit_code == 1
    assert "Error: models/CURRENT: No such file or directory; promote a model with hamlet-train" in result.output


def test_a_card_that_is_no_object_is_named(data: Path, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("[]")

    result = CliRunner().invoke(main, ["evaluate", "--data", str(data), "--model", str(tmp_path)])

    assert result.exit_code == 1
    assert "card.json: not a JSON object" in result.output


def test_a_model_that_was_changed_is_not_evaluated(data: Path, models: Path, tmp_path: Path) -> None:
    changed = tmp_path / "2026-11-23.1"
    shutil.copytree(models / "2026-11-23.1", changed)
    (changed / "scorer.npz").write_bytes(b"other weights")

    result = CliRunner().invoke(main, ["evaluate", "--data", str(data), "--model", str(changed)])

    assert result.exit_code == 1
    assert "scorer.npz: its sha256 is not the one on its card" in result.output
