"""
The moderators' labels as training data: read from the store, stronger than others' labels, and tested on the newest.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from small_fit import ENGLISH, PARAMS, PARAMS_FILE
from sqlalchemy import insert
from stores import NOON, SECRET, decision, news_in, store_with_site
from uuid_utils import uuid7

from service.core.comment import Comment
from service.core.features import document
from service.core.labels import Label, Source
from service.store.engine import connect
from service.store.labels import Labels, Wish
from service.store.tables import labels
from training.cli import main
from training.data.corpus import gather
from training.data.duplicates import thin
from training.data.rows import Row
from training.data.store import own_rows
from training.errors import BadData
from training.evaluation.figures import NEWEST
from training.evaluation.newest import newest
from training.fitting.weights import row_weights
from training.promotion.registry import read_card
from training.train import measure

LONG = "they promised us a new bridge for the third time and nobody has seen a single worker on the site yet"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """
    The state folder of a service that has a site, `news`, and no label.
    """
    with news_in(tmp_path):
        return tmp_path


def written() -> Sequence[Row]:
    return gather(ENGLISH, strict=True).rows


def given_by_moderators(rows: Sequence[Row]) -> list[Row]:
    """
    Return rows as own labels, a minute each.
    """
    start = datetime(2026, 11, 1, tzinfo=UTC)
    return [
        replace(row, source="store:news", group="", is_own=True, date=(start + timedelta(minutes=number)).isoformat())
        for number, row in enumerate(rows)
    ]


def thinned(rows: Sequence[Row]) -> list[Row]:
    found = thin(rows, [document(row.as_comment()) for row in rows], 0.7, 3)
    return [rows[position] for position in found.kept]


def test_a_labelled_comment_is_a_row_of_its_site_that_counts_as_much_as_its_label(state: Path) -> None:
    engine = connect(f"sqlite:///{state}/hamlet.sqlite")
    said = Labels(engine, [SECRET], lambda: str(uuid7()))
    store = store_with_site(engine, "blog")
    store.record(decision("01"), Comment("Ann", "Hello", url="http://ann.example/", article_title="Bridges"))
    subject = said.decided(store.site.id, "01")
    assert subject
    given, _ = said.give(store.site.id, subject, Wish(Label.SPAM, Source.API, "", "k", 0.5, NOON, contradicts=False))
    engine.dispose()

    (row,) = own_rows({"HAMLET_STATE_DIR": str(state)})

    assert row == Row(
        source="store:blog",
        label="spam",
        name="Ann",
        comment="Hello",
        url="http://ann.example/",
        article_title="Bridges",
        date="2026-11-23T12:00:00+00:00",
        place=f"label {given.id}",
        weight=0.5,
        is_own=True,
    )


def test_a_folder_without_a_store_is_an_error_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no store there; set HAMLET_STATE_DIR or HAMLET_DATABASE_URL"):
        list(own_rows({"HAMLET_STATE_DIR": str(tmp_path)}))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("comment", [LONG, "Thank you"])
def test_of_one_text_the_moderators_label_stays_whatever_others_said(comment: str) -> None:
    others = [Row("public", "ham", "Ann", comment) for _ in range(9)]
    own = Row("store:news", "spam", "Ann", comment, is_own=True)

    assert thinned([*others, own]) == [own]


def test_moderators_who_disagree_leave_a_text_without_a_label() -> None:
    own = [Row("store:news", label, "Ann", LONG, is_own=True) for label in ("ham", "spam")]

    assert thinned(own) == []


def test_own_rows_stay_before_others_of_the_same_label() -> None:
    others = [Row(f"public {number}", "ham", "Ann", LONG) for number in range(5)]
    own = Row("store:news", "ham", "Ann", LONG, is_own=True)

    assert own in thinned([*others, own])


def test_a_label_of_half_the_weight_counts_half() -> None:
    whole = Row("store:news", "ham", "Ann", LONG)

    full, half = row_weights([whole, replace(whole, weight=0.5)], np.array([1, 2]), PARAMS)

    assert half == pytest.approx(full / 2)


def test_the_newest_fifth_of_the_own_labels_are_those_given_last() -> None:
    own = given_by_moderators(written()[:10])

    assert newest([written()[0], *reversed(own)]).tolist() == [1, 2]


def test_the_newest_own_labels_are_measured_apart() -> None:
    rows = written()
    corpus = gather([], strict=True, own=given_by_moderators(sorted(rows, key=lambda row: row.comment)))

    measured = measure(corpus, PARAMS)

    found = measured.assessment.figures[NEWEST]["source"]
    own = [row for row in measured.prepared.rows if row.is_own]
    assert found["all"] == found["store:news"]
    assert found["all"]["ham"] + found["all"]["spam"] == len(own) // 5  # type: ignore[operator]
    assert "ham_rejected" in found["all"]


def test_newest_own_labels_of_one_kind_only_give_no_figure() -> None:
    spam_first = sorted(written(), key=lambda row: row.label, reverse=True)
    corpus = gather([], strict=True, own=given_by_moderators(spam_first))

    assert measure(corpus, PARAMS).assessment.figures[NEWEST] == {}


def test_a_model_is_fitted_on_the_store_alone(state: Path, tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{state}/hamlet.sqlite")
    fields = {"site_id": 1, "source": "moderator", "who": "Mod", "turn": 0, "weight": 1.0, "contradicts": False}
    with engine.begin() as connection:
        rows = [
            {**fields, "id": f"{number:04}", "subject": f"{number}", "label": row.label, "at": NOON, "name": row.name}
            | {"comment": row.comment, "details": {"url": row.url}}
            for number, row in enumerate(written())
        ]
        connection.execute(insert(labels), rows)
    engine.dispose()

    out = str(tmp_path / "models")
    result = CliRunner(env={"HAMLET_STATE_DIR": str(state)}).invoke(
        main,
        ["fit", "--from-store", "--params", str(PARAMS_FILE), "--out", out, "--version", "2026-11-24.1"],
    )

    assert result.exit_code == 0, result.output
    card = (tmp_path / "models" / "2026-11-24.1" / "card.json").read_text()
    assert read_card(tmp_path / "models" / "2026-11-24.1")["command"].startswith("hamlet-train fit --from-store")
    assert '"store:news"' in card
    assert not any(row.comment in card for row in written() if len(row.comment) > 20)


@pytest.mark.parametrize("command", ["fit", "evaluate"])
def test_without_any_rows_the_command_says_where_they_can_come_from(command: str) -> None:
    result = CliRunner().invoke(main, [command])

    assert (result.exit_code, "--data, --from-store, or both" in result.output) == (2, True)
