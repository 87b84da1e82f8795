"""
How much a row counts when fitting.
"""

from dataclasses import replace

import numpy as np
import pytest
from small_fit import PARAMS

from service.core.comment import Comment
from service.core.features import Readings, document
from training.data.rows import Row
from training.errors import BadData
from training.fitting.counts import OF_LINKS, count, count_written
from training.fitting.pipeline import assemble
from training.fitting.weights import balance_sources, fit, row_weights
from training.params import Params


@pytest.fixture
def params() -> Params:
    return replace(PARAMS, sources={"default": replace(PARAMS.sources["default"], weight=1.0)})


def rows(*counts: tuple[str, str, int]) -> list[Row]:
    return [
        Row("blog", label, "", f"{language} {label} {number}", language=language)
        for language, label, count in counts
        for number in range(count)
    ]


def weights_of(given: list[Row], params: Params) -> dict[tuple[str, str], float]:
    weight = row_weights(given, np.arange(len(given)), params)
    return {(row.language, row.label): float(weight[index]) for index, row in enumerate(given)}


def test_spam_of_a_language_without_ham_counts_less(params: Params) -> None:
    weight = weights_of(rows(("en", "ham", 1000), ("en", "spam", 1000), ("ja", "spam", 500)), params)

    assert weight["ja", "spam"] == params.languages.least
    assert weight["en", "spam"] == 1.0


def test_ham_of_a_rare_language_counts_more_but_not_without_bound(params: Params) -> None:
    weight = weights_of(rows(("en", "ham", 1000), ("pt", "ham", 250), ("el", "ham", 2), ("en", "spam", 10)), params)

    assert weight["en", "ham"] == 1.0
    assert weight["pt", "ham"] == pytest.approx(2.0)
    assert weight["el", "ham"] == params.languages.most


def test_no_word_and_no_run_of_characters_weighs_more_than_its_bound(params: Params) -> None:
    model = replace(params.model, most_of_words=0.05, most_of_characters=0.02)
    documents = ["cheap pills is:one_link", "good morning is:asks"] * 30
    counts = count(documents, [Readings(each) for each in documents], np.ones(60, dtype=bool), model)

    fitted = fit(counts, np.arange(60), np.tile([True, False], 30), np.ones(60), replace(params, model=model))

    heaviest = {
        block: np.abs(fitted.values[(fitted.columns >= place.start) & (fitted.columns < place.stop)]).max()
        for block, place in counts.blocks.items()
    }
    assert heaviest["words"] == 0.05
    assert heaviest["characters"] == 0.02
    assert heaviest["clues"] > 0.05


def test_rows_of_which_no_two_share_a_word_are_too_few_to_learn_from(params: Params) -> None:
    documents = ["cheap pills is:one_link", "good morning is:asks"] * 30
    counts = count(documents, [Readings(each) for each in documents], np.ones(60, dtype=bool), params.model)

    with pytest.raises(BadData, match="no word is in"):
        fit(counts, np.array([0, 1]), np.tile([True, False], 30), np.ones(60), params)


def test_no_homepage_weighs_for_ham_beyond_its_bound(params: Params) -> None:
    model = replace(params.model, least_of_homepages=0.0)
    documents = ["cheap pills url:.xyz", "good morning url:.org link:.org"] * 30
    counts = count(documents, [Readings(each) for each in documents], np.ones(60, dtype=bool), model)

    fitted = fit(counts, np.arange(60), np.tile([True, False], 30), np.ones(60), replace(params, model=model))

    weight = dict(zip(counts.names[fitted.columns], fitted.values, strict=True))
    assert (weight["url:.org"], weight["rl:.o"]) == (0.0, 0.0)
    assert weight["url:.xyz"] > 0 > weight["link:.org"]


def test_each_doubling_of_a_comments_words_adds_as_much(params: Params) -> None:
    documents = ["cheap pills is:length_1", "good morning is:length_3"] * 30
    weights = []
    for per_doubling in (0.0, -0.25):
        model = replace(params.model, per_doubling=per_doubling)
        counts = count(documents, [Readings(each) for each in documents], np.ones(60, dtype=bool), model)
        fitted = fit(counts, np.arange(60), np.tile([True, False], 30), np.ones(60), replace(params, model=model))
        weights.append(dict(zip(counts.names[fitted.columns], fitted.values, strict=True)))

    added = {name: weight - weights[0][name] for name, weight in weights[1].items()}

    assert added == pytest.approx({**dict.fromkeys(added, 0.0), "is:length_1": 0.75, "is:length_3": 0.25})


def test_a_passage_that_is_heavy_by_chance_in_honest_texts_comes_to_weigh_less(params: Params) -> None:
    honest, sold = "good morning dear cheap pills is:asks", "buy cheap pills is:asks"
    documents = [honest, sold] * 30
    readings = [Readings(honest, ("good morning dear is:asks", "cheap pills is:asks")), Readings(sold)] * 30
    is_spam = np.tile([False, True], 30)
    decided = []
    for heaviest_part in (0.0, 0.5):
        model = replace(params.model, passage_margin=0.0, heaviest_part=heaviest_part)
        counts = count(documents, readings, np.ones(60, dtype=bool), model)
        fitted = fit(counts, np.arange(60), is_spam, np.ones(60), replace(params, model=model))
        decided.append(fitted.decide(counts, np.array([0]))[0])

    assert decided[1] < 0.0 < decided[0]


def test_the_heaviest_part_of_a_text_is_fitted_without_its_links_and_fields(params: Params) -> None:
    readings = [
        Readings("one two", ("two", "three"), ("four is:one_link is:length_2",), (("name:ann",), ("url:.com",), ())),
        Readings("four", ("one",)),
        Readings("one", ("two", "two"), ("three two",)),
    ]
    model = replace(params.model, min_df_words=1, min_df_clues=1, min_df_characters=1)
    model = replace(model, passage_margin=0.5, paragraph_margin=0.25)
    dressed = ["one two three four is:one_link is:length_2 name:ann url:.com"] * 3
    counts = count(dressed, readings, np.ones(3, dtype=bool), model)
    weight = {"one": 1.0, "two": 2.0, "three": 3.1, "four": 3.5}
    weights = np.array([weight.get(name, 0.0) for name in counts.names])

    parts, of_row = counts.heaviest_parts(weights, np.array([0, 1]), model)

    alone = count_written(counts, [Readings("four is:length_2")], model).counts
    assert of_row.tolist() == [0]
    assert parts.nnz and abs(parts - alone).nnz == 0


@pytest.mark.parametrize(
    "link",
    [
        "http://a.example.com",
        "shop.example.com",
        "shop [dot] example [dot] com",
        "https://bit.ly/a",
        "t.me/a",
        '<a href="http://a.example.com">story</a>',
        "[url=http://a.example.com]story[/url]",
    ],
)
@pytest.mark.parametrize(
    "text", ["{0}", "{0}\n{0}", "{0} {0}a", "{0} {0}a {0}b", "my story\n{0}", "{0} my long story of it all, then"]
)
def test_the_clues_that_a_link_adds_to_a_text_are_those_of_links_and_no_other_is(text: str, link: str) -> None:
    with_link, without = (set(document(Comment("", text.format(each))).split()) for each in (link, "story"))

    added = {clue for clue in with_link - without if clue.startswith("is:") and not clue.startswith("is:length_")}

    assert added and all(OF_LINKS.fullmatch(clue) for clue in added)
    assert not any(OF_LINKS.fullmatch(clue) for clue in without)


def test_a_large_group_weighs_no_more_than_its_bound(params: Params) -> None:
    given = rows(("en", "ham", 1000), ("en", "spam", 1000))
    most = params.duplicates.rows_a_group
    groups = np.concatenate([np.zeros(1000, dtype=np.int64), np.arange(1, 1001)])

    weight = row_weights(given, groups, params)

    assert weight[:1000].sum() == pytest.approx(min(1000, most))


def test_a_source_of_four_times_the_rows_counts_twice_as_much(params: Params) -> None:
    given = [Row(source, "ham", "", str(number)) for source, size in (("a", 400), ("b", 100)) for number in range(size)]

    weight = balance_sources(given, np.ones(500), params)

    assert weight.sum() == pytest.approx(500)
    assert weight[:400].sum() == pytest.approx(2 * weight[400:].sum())


def test_a_source_with_emphasis_counts_for_as_much_more(params: Params) -> None:
    given = [Row(source, "ham", "", str(number)) for source in ("a", "b") for number in range(100)]
    emphasised = {**params.sources, "b": replace(params.sources["default"], emphasis=2.5)}

    weight = balance_sources(given, np.ones(200), replace(params, sources=emphasised))

    assert weight[100:].sum() == pytest.approx(2.5 * weight[:100].sum())


def test_where_no_weight_of_a_block_may_stay_there_is_no_model(params: Params) -> None:
    vocabularies: dict[str, list[str]] = {"words": [], "clues": ["is:one_link"], "characters": []}

    with pytest.raises(
        BadData, match=r"of the weights that stay, entries = 1, none is of words or characters; let more stay"
    ):
        assemble(replace(params.model, entries=1), vocabularies, np.array([1.0]), 0.0)
