"""
What is learned from a stream is counted as the pipeline counts it, and as often.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_fit import PARAMS

from training.fitting.counts import words_of
from training.fitting.pipeline import BLOCKS, counters
from training.partial.encoding import PORTION, Encoder

TOKEN = st.sampled_from(["a", "cheap", "loans", "has:url", "x", "日本", "ab", ":", "a:", "is:length_3", "offer-now"])
DOCUMENTS = st.lists(st.lists(TOKEN, unique=True).map(" ".join), min_size=1, max_size=6)


def vocabularies(documents: list[str]) -> dict[str, list[str]]:
    union = counters(PARAMS.model)
    found = {}
    for block in BLOCKS:
        counter = dict(union.transformer_list)[block].set_params(min_df=1)
        try:
            found[block] = counter.fit(documents).get_feature_names_out().tolist()
        except ValueError:  # scikit-learn knows no empty vocabulary
            found[block] = ["none"]
    return found


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS)
def test_every_entry_is_counted_as_the_pipeline_counts_it(documents: list[str]) -> None:
    known = vocabularies([*documents, "cheap has:url"])
    union = counters(PARAMS.model, known).fit(["one comment"])

    full, bare = Encoder(PARAMS.model, known)(documents)

    assert full.toarray() == pytest.approx(union.transform(documents).toarray())
    assert bare.toarray() == pytest.approx(union.transform([words_of(each) for each in documents]).toarray())


def test_more_documents_than_are_counted_at_once_are_the_rows_of_one_matrix() -> None:
    documents = [f"cheap loans{' has:url' * (number % 2)}" for number in range(PORTION + 1)]
    encoder = Encoder(PARAMS.model, vocabularies(documents[:2]))

    found = encoder.as_written(documents)

    assert np.array_equal(found.toarray(), encoder(documents)[0].toarray())
