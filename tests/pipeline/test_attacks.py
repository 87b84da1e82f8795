import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from running_service import write_model

from service.core.comment import Comment
from service.core.features import document
from service.core.site import Thresholds
from training.attacks.catalogue import ATTACKS, attack
from training.attacks.disguises import DISGUISES
from training.attacks.resistance import Values, costs_too_much, resistance
from training.cli import main
from training.data.files import read
from training.data.rows import Row

SPAM = Path(__file__).parents[1] / "artefact" / "spam_to_attack.jsonl"
OFFER = Comment(
    "Best Loans",
    'Cheap casino bonus for everybody! <a href="http://win.example.com/a">Play</a> http://spin.example.org &euro;5',
    url="http://loans.example.net",
)


def words(comment: Comment) -> list[str]:
    return [token for token in document(comment).split() if ":" not in token]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for row in read(SPAM) if isinstance(row, Row)]


def test_the_corpus_to_attack_is_spam_without_wrong_rows(rows: list[Row]) -> None:
    assert len(rows) == len(SPAM.read_text(encoding="utf-8").splitlines()) >= 60
    assert all(row.is_spam for row in rows)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_the_same_for_the_same_seed(name: str, rows: list[Row]) -> None:
    comments = [row.as_comment() for row in rows]

    assert [attack(name, comment, seed=3) for comment in comments] == [
        attack(name, comment, seed=3) for comment in comments
    ]


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_changes_some_spam(name: str, rows: list[Row]) -> None:
    silent = Comment("", "see http://a.example.com")
    comments = [*(row.as_comment() for row in rows), silent]

    assert any(attack(name, comment) != comment for comment in comments)


def test_markup_addresses_and_entities_survive_a_disguise() -> None:
    changed = attack("upper case", OFFER).comment

    assert changed == (
        'CHEAP CASINO BONUS FOR EVERYBODY! <a href="http://win.example.com/a">PLAY</a> http://spin.example.org &euro;5'
    )


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_comment_reads_as_the_original(name: str) -> None:
    disguised = attack(name, OFFER)

    assert set(words(OFFER)) <= set(words(disguised))


@pytest.mark.parametrize("name", DISGUISES)
def test_nearly_all_words_of_the_corpus_survive_a_disguise(name: str, rows: list[Row]) -> None:
    latin = [row.as_comment() for row in rows if row.language in ("en", "de", "fr", "es", "nl")]

    kept = [len(set(words(c)) & set(words(attack(name, c)))) / len(set(words(c))) for c in latin]

    # Leet that begins or ends a word looks like "10th" and "win10", and stays unread.
    assert np.mean(kept) > (0.9 if name == "leet" else 0.98)


@pytest.mark.parametrize(
    "name", ["hxxp", "[dot]", "spaced dots", "link in BBCode", "link in Markdown", "look-alike domains"]
)
def test_a_hidden_link_is_found(name: str) -> None:
    found = document(attack(name, Comment("", "Play at http://spin.example.org/now"))).split()

    assert "link:example.org" in found


@pytest.mark.parametrize("name", ["translated template", "model-written flattery"])
@pytest.mark.parametrize(
    "contact",
    [
        "http://spin.example.org/now",
        "spin.example.com",
        "sales@example.org",
        "+45 12 34 56 78",
        "@spin_and_win",
        "spin[.]example[.]com",
    ],
)
def test_a_rewriting_keeps_what_the_spam_leads_to(name: str, contact: str) -> None:
    rewritten = attack(name, Comment("Ann", f"Cheap spins for all, ask {contact} today"))

    assert "Cheap" not in rewritten.comment
    assert contact in rewritten.comment


@pytest.mark.parametrize("name", ["translated template", "model-written flattery"])
def test_spam_that_would_lead_nowhere_when_rewritten_is_left_as_it_is(name: str) -> None:
    comment = Comment("Ann", "Cheap spins for all, ask me how")

    assert attack(name, comment) == comment
    assert attack(name, replace(comment, url="http://spin.example.org")) != comment


def test_the_cost_of_an_attack_counts_only_the_rows_that_it_changes() -> None:
    rows = [Row("blog", "spam", "", "see http://a.example.com"), Row("blog", "spam", "", "cheap pills")]

    found = dict(resistance(rows, lambda comments: np.zeros(len(comments)), Thresholds(0.5, 0.9)))

    assert found["hxxp"]["rows"] == 1
    assert found["ham before"]["rows"] == 2
    assert "personal name" not in found


def test_an_attack_that_makes_spam_pass_costs_too_much() -> None:
    rows = [Row("blog", "spam", "", "cheap pills here"), Row("blog", "ham", "", "I agree")]

    def knows_one_spelling(comments: Sequence[Comment]) -> Values:
        return np.array([5.0 if comment.comment == "cheap pills here" else -5.0 for comment in comments])

    found = dict(resistance(rows, knows_one_spelling, Thresholds(0.5, 0.9)))

    assert found["upper case"]["before"] == {"caught": 1.0, "rejected": 1.0, "at_half_percent": 1.0}
    assert found["upper case"]["after"] == {"caught": 0.0, "rejected": 0.0, "at_half_percent": 0.0}
    assert costs_too_much(found["upper case"])


def test_the_command_prints_what_every_attack_costs_the_current_model() -> None:
    result = CliRunner().invoke(main, ["attack", "--data", str(SPAM), "--json"])

    found = json.loads(result.stdout)
    assert found["mathematical letters"]["rows"] > 50
    assert found["mathematical letters"]["after"]["caught"] > 0.95
    assert found["mathematical letters"]["after"]["at_half_percent"] is None


def test_the_table_names_each_attack_and_marks_what_costs_more_than_five_points(tmp_path: Path) -> None:
    path = tmp_path / "spam.jsonl"
    path.write_text('{"label": "spam", "comment": "casino at http://win.example.com/a"}\n', encoding="utf-8")
    model = write_model(tmp_path / "models") / "tiny"

    result = CliRunner(env={"COLUMNS": "160"}).invoke(main, ["attack", "--data", str(path), "--model", str(model)])

    lines = [line for line in result.stdout.splitlines() if line.startswith("│")]
    marks = {line.split("│")[1].strip(): "over 5 points" in line for line in lines}
    assert (marks["[dot]"], marks["translated template"]) == (False, True)


def test_rows_without_spam_cannot_be_attacked(tmp_path: Path) -> None:
    path = tmp_path / "ham.jsonl"
    path.write_text('{"label": "ham", "comment": "I agree"}\n', encoding="utf-8")

    result = CliRunner().invoke(main, ["attack", "--data", str(path)])

    assert result.exit_code == 1
    assert "no row is spam" in result.stderr


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["attack", "--data", str(SPAM), "--model", str(tmp_path)])

    assert result.exit_code == 1
    assert "card.json" in result.stderr


def test_a_threshold_that_rejects_nothing_rejects_no_attack() -> None:
    rows = [Row("blog", "spam", "", "cheap pills here")]

    found = dict(resistance(rows, lambda comments: np.full(len(comments), 40.0), Thresholds(0.5, 1.0)))

    assert found["upper case"]["before"]["rejected"] == 0.0
