import re
import tomllib
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
    sources = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["sources"]

    assert [name for name, said in sources.items() if not said.get("reason")] == []


def test_the_newspaper_corpus_is_for_evaluation_only() -> None:
    assert read_params().source("c3_globeandmail").role == "evaluate"


def test_a_source_that_is_not_named_gets_the_default() -> None:
    assert read_params().source("my_own_blog") == read_params().sources["default"]


def test_what_moderators_said_on_a_site_counts_more_than_rows_of_strangers() -> None:
    params = read_params()

    assert params.source("store:news") == params.sources["store"]
    assert params.source("store:news").weight > params.source("my_own_blog").weight


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entries =", "entires =", "entires"),
        ("[augment]", "[modle]\nC = 0.3\n\n[augment]", "modle"),
        ("groups = 5", "groups = 5\ngruops = 3", "gruops"),
        ("seed =", "sede = 1\nseed =", "sede"),
    ],
)
def test_an_unknown_name_stops_the_fit(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BadParams, match=said):
        read_params(changed(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[augment]", "[augmnet]", "'augment' is missing"),
        ("paragraph_margin =", "# ", "paragraph_margin not given; training/params.toml has what there is to give"),
    ],
)
def test_what_a_file_from_before_lacks_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BadParams, match=re.escape(said)):
        read_params(changed(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("C = 0.1", 'C = "high"', "C is 'high'"),
        ("entries = 80_000", "entries = 8e4", "entries is 80000.0"),
        ("groups = 5", "groups = 2.5", "groups is 2.5"),
        ("seed = ", "seed = 1.5  #", "seed is 1.5"),
        ("C = 0.1", "C = -0.1", "C of [model] is no number above 0"),
        ("entries = 80_000", "entries = 0", "entries is no number above 0"),
        ("max_words = ", "max_words = 0 #", "max_words is no number above 0"),
        ("rows_a_group = ", "rows_a_group = -1 #", "rows_a_group is no number above 0"),
        ("most = ", "most = 0.0 #", "most is no number above 0"),
        ("alpha = ", "alpha = 0.0 #", "alpha is no number above 0"),
        ("full_words = ", "full_words = -1 #", "full_words is no number from 0 on"),
        ("similarity = ", "similarity = 2.0 #", "similarity is no share, such as 0.7"),
        ("ngrams = ", "ngrams = [5, 2] #", "ngrams are [5, 2], and no two sizes from 1 on, the smaller first"),
        ("ngrams = ", "ngrams = [2] #", "ngrams are [2], and no two sizes"),
        ("ngrams = ", 'ngrams = [2, "x"] #', "ngrams are [2, 'x'], and no two sizes"),
        ("author_share = ", "author_share = -3.0 #", "author_share is no share, such as 0.8"),
        ("paragraph_margin = 0.25", "paragraph_margin = nan", "paragraph_margin is no number from 0 on"),
        ("heaviest_part = ", "heaviest_part = -0.1 #", "heaviest_part is no number from 0 on"),
        ("most_added = 4.0", "most_added = -4.0", "most_added is no number from 0 on"),
        ("fewest = 20", "fewest = 0", "fewest is no number above 0"),
        ("groups = 5", "groups = 1", "groups is no number above 1"),
        ("most_folds = 16", "most_folds = 60", "most_folds and groups are 65, of which 63 can be told apart"),
        ("most_folds = 16", "most_folds = 0", "most_folds is no number above 0"),
        ("confidence = 0.95", "confidence = 95", "confidence is no share, such as 0.95"),
        ("weight = 1.0", "weight = 0", "the weight of default is no number above 0"),
        ("weight = 1.0", "weight = nan", "the weight of default is no number above 0"),
        ("emphasis = 3.5", "emphasis = -1.0", "the emphasis of written is no number above 0"),
        (
            'role = "evaluate"',
            'role = "sometimes"',
            "the role of c3_globeandmail is none of all, report, fit, evaluate",
        ),
    ],
)
def test_a_value_that_no_fit_can_use_stops_it(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BadParams, match=re.escape(said)):
        read_params(changed(tmp_path, old, new))


def test_a_file_in_another_encoding_stops_the_fit(tmp_path: Path) -> None:
    path = tmp_path / "params.toml"
    path.write_bytes("# für uns".encode("latin-1"))

    with pytest.raises(BadParams, match="can't decode"):
        read_params(path)
