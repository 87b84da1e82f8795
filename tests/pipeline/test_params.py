from pathlib import Path

import pytest

from training.errors import BadParams
from training.params import SHIPPED, read_params


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "params.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_every_source_in_the_shipped_parameters_has_a_reason_of_its_own() -> None:
    params = read_params()

    assert all(source.reason for source in params.sources.values())


def test_the_newspaper_corpus_is_for_evaluation_only() -> None:
    assert read_params().source("c3_globeandmail").role == "evaluate"


def test_a_source_that_is_not_named_gets_the_default() -> None:
    assert read_params().source("my_own_blog") == read_params().sources["default"]


def test_what_moderators_said_on_a_site_counts_more_than_rows_of_strangers() -> None:
    params = read_params()

    assert params.source("store:news") == params.sources["store"]
    assert params.source("store:news").weight > params.source("my_own_blog").weight


def test_an_unknown_name_stops_the_fit(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match="entires"):
        read_params(changed(tmp_path, "entries =", "entires ="))


def test_a_text_where_a_number_belongs_stops_the_fit(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match="C is 'high'"):
        read_params(changed(tmp_path, "C = 0.1", 'C = "high"'))


def test_an_unknown_role_stops_the_fit(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match="the role of c3_globeandmail"):
        read_params(changed(tmp_path, 'role = "evaluate"', 'role = "sometimes"'))
