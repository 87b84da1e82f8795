import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from training.cli import main
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
        ("seed =", "# ", "seed is not given; training/params.toml has what there is to give"),
        ("paragraph_margin =", "# ", "model.paragraph_margin is not given"),
        ("[sources.default]", "[sources.defualt]", "'default' is missing"),
    ],
)
def test_what_a_file_from_before_lacks_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(BadParams, match=re.escape(said)):
        read_params(changed(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("C = 0.1", 'C = "high"', "model.C = 'high': Input should be a valid number"),
        ("entries = 80_000", "entries = 8e4", "model.entries = 80000.0: Input should be a valid integer"),
        ("groups = 5", "groups = 2.5", "folds.groups = 2.5: Input should be a valid integer"),
        ("seed = ", "seed = 1.5  #", "seed = 1.5: Input should be a valid integer"),
        ("seed = ", "seed = 4_294_967_296 #", "seed = 4294967296: Input should be less than 4294967296"),
        ("C = 0.1", "C = -0.1", "model.C = -0.1: Input should be greater than 0"),
        ("C = 0.1", "C = inf", "model.C = inf: Input should be a finite number"),
        ("entries = 80_000", "entries = 0", "model.entries = 0: Input should be greater than 0"),
        ("full_words = ", "full_words = -1 #", "model.full_words = -1: Input should be greater than or equal to 0"),
        ("most_of_words = ", "most_of_words = -1 #", "model.most_of_words = -1: Input should be greater than or equal"),
        ("paragraph_margin = 0.25", "paragraph_margin = nan", "model.paragraph_margin = nan: Input should be a finite"),
        ("most_of_words = ", "most_of_words = inf #", "model.most_of_words = inf: Input should be a finite number"),
        (
            "author_share = ",
            "author_share = 1.5 #",
            "model.author_share = 1.5: Input should be less than or equal to 1",
        ),
        ("drop_name = ", "drop_name = 15 #", "augment.drop_name = 15: Input should be less than or equal to 1"),
        ("ham_rejected = ", "ham_rejected = -1.0 #", "thresholds.ham_rejected = -1.0: Input should be greater"),
        ("confidence = 0.95", "confidence = 95", "thresholds.confidence = 95: Input should be less than 1"),
        ("ngrams = ", "ngrams = [5, 2] #", "model.ngrams = [5, 2]: Value error, the smaller comes first"),
        ("ngrams = ", "ngrams = [2] #", "model.ngrams.1 is not given"),
        ("ngrams = ", 'ngrams = [2, "x"] #', "model.ngrams.1 = 'x': Input should be a valid integer"),
        ("groups = 5", "groups = 1", "folds.groups = 1: Input should be greater than 1"),
        ("most_folds = 16", "most_folds = 60", "most_folds and groups are 65, of which 63 can be told apart"),
        ("weight = 1.0", "weight = 0", "sources.default.weight = 0: Input should be greater than 0"),
        ("emphasis = 3.5", "emphasis = -1.0", "sources.written.emphasis = -1.0: Input should be greater than 0"),
        (
            'role = "evaluate"',
            'role = "sometimes"',
            "sources.c3_globeandmail.role = 'sometimes': Input should be 'all', 'report', 'fit' or 'evaluate'",
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


def test_a_folder_is_no_file_of_parameters(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["fit", "--data", str(tmp_path), "--params", str(tmp_path)])

    assert result.exit_code == 2
    assert f"'{tmp_path}' is a directory" in result.output
