"""
The pipeline: counts of words, clues and characters, and a regularised logistic regression over them.

A score is a sum over the distinct words and clues of a comment: there is no TF-IDF, and no normalisation but that the
characters inside words count for less, the more words there are (`training/characters.py`). All else is of
scikit-learn.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from training.characters import Characters
from training.errors import BadData
from training.params import Model

# The tokens of `service.core.features.document`: bare words, and clues, which alone hold a colon.
WORD = r"(?<!\S)[^\s:]+(?!\S)"
CLUE = r"(?<!\S)[^\s:]+:\S+"
BLOCKS = ("words", "clues", "characters")
Vocabularies = Mapping[str, Sequence[str]]
# The weights of a model, by block and entry.
Entries = Mapping[str, Mapping[str, float]]
_Tokens = partial(CountVectorizer, lowercase=False, dtype=np.float32)


def counters(model: Model, vocabularies: Vocabularies | None = None) -> FeatureUnion:
    """
    Return the three counters, to be fitted, or with fixed vocabularies.

    `max_features` is not set here: `counts.py` applies it to the rows that a fold fits.
    """
    fixed = vocabularies or dict.fromkeys(BLOCKS)
    bounds = dict.fromkeys(BLOCKS, 1) if vocabularies else {
        "words": model.min_df_words, "clues": model.min_df_clues, "characters": model.min_df_characters
    }  # fmt: skip
    kinds: dict[str, Callable[..., CountVectorizer]] = {
        "words": partial(_Tokens, token_pattern=WORD, ngram_range=(1, 2)),
        "clues": partial(_Tokens, token_pattern=CLUE),
        "characters": partial(Characters, ngram_range=model.ngrams, full_words=model.full_words),
    }
    return FeatureUnion([(block, kinds[block](min_df=bounds[block], vocabulary=fixed[block])) for block in BLOCKS])


def classifier(model: Model) -> LogisticRegression:
    """
    Return the regression, to be fitted.

    Dual coordinate descent: 5 s a fold where lbfgs needed 80, since rows are few for so many columns and `C` is small.
    At this tolerance scores are within a few tenths of the optimum at the far ends, and ranks do not move.
    It penalises the intercept a little, which calibration makes good.
    """
    return LogisticRegression(
        C=model.C, solver="liblinear", dual=True, intercept_scaling=5, tol=2.0, max_iter=1000, random_state=0
    )


def assemble(model: Model, vocabularies: Vocabularies, weights: NDArray[np.float64], intercept: float) -> Pipeline:
    """
    Return a fitted pipeline with the given vocabularies and one weight for each of their entries, in order.

    Raises:
        BadData: a block has no entry left.
    """
    if empty := [block for block in BLOCKS if not vocabularies[block]]:
        raise BadData(
            f"of the weights that stay, entries = {model.entries}, none is of {' or '.join(empty)}; let more stay"
        )
    union = counters(model, vocabularies).fit(["one comment"])
    final = classifier(model)
    final.classes_ = np.array(["ham", "spam"])
    final.coef_ = weights.reshape(1, -1)
    final.intercept_ = np.array([intercept])
    final.n_iter_ = np.array([0])
    final.n_features_in_ = len(weights)
    return Pipeline([("features", union), ("classifier", final)])


def entries_of(pipeline: Pipeline) -> Entries:
    """
    Return every entry of a pipeline with its weight, by block, in the order of their columns.
    """
    return weighed(pipeline.named_steps["features"], pipeline.named_steps["classifier"].coef_[0])


def weighed(union: FeatureUnion, weights: NDArray[np.float64]) -> Entries:
    """
    Return every entry that fitted counters count, with the weight of its column, by block.
    """
    counted = dict(union.transformer_list)
    found: dict[str, dict[str, float]] = {}
    start = 0
    for block in BLOCKS:
        names = counted[block].get_feature_names_out().tolist()
        found[block] = dict(zip(names, weights[start : start + len(names)].tolist(), strict=True))
        start += len(names)
    return found
