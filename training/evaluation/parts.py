"""
By what a report splits its figures: source, language, length and kind of spam.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.core import markup
from training.data.rows import Row
from training.data.split import fewest
from training.evaluation.kinds import OTHER, kind_of, kinds

Masks = dict[str, NDArray[np.bool_]]
Parts = Mapping[str, Masks]
LENGTHS = {"1 to 5 words": 5, "6 to 20 words": 20, "21 to 80 words": 80, "81 to 300 words": 300}
LONGER = "over 300 words"
# Fewer rows than this say nothing of a language.
FEWEST = 50
BOTH = "sources with both labels"
CHOOSING = "sources that are not only reported"
# Chinese and Japanese put no spaces between words, which are about two characters long.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{1,2}|[^\W\u3040-\u30ff\u3400-\u9fff]+")


def parts_of(rows: Sequence[Row], only_reported: Collection[str] = ()) -> Parts:
    """
    Return for each dimension the rows that each of its parts holds; a part without rows is left out.

    "all" has every row. Where sources are named whose labels are only reported, the rest is a part of its own.
    """
    lengths, kinds_in_order = [*LENGTHS, LONGER], [*(kind.name for kind in kinds()), OTHER]
    sources = masks([row.source for row in rows])
    return {
        "all": {
            "all": np.ones(len(rows), dtype=bool),
            **_others(sources, only_reported),
            **_with_both_labels(sources, rows),
        },
        "source": sources,
        "language": {
            name: inside
            for name, inside in masks([row.language or "unknown" for row in rows]).items()
            if inside.sum() >= FEWEST
        },
        "length": masks([length_band(row.comment) for row in rows], lengths),
        "kind of spam": masks([kind_of(row) if row.is_spam else "" for row in rows], kinds_in_order),
    }


def parts_among(parts: Parts, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> dict[str, Masks]:
    """
    Return the parts of some of the rows.
    """
    return {
        dimension: {name: inside[chosen] for name, inside in named.items() if inside[chosen].any()}
        for dimension, named in parts.items()
    }


def masks(labels: Sequence[str], names: Iterable[str] | None = None) -> Masks:
    """
    Return which rows have each label, given a label a row; of `names`, in their order, those that some row has.
    """
    values = np.array(labels)
    found = {name: values == name for name in (sorted(set(labels)) if names is None else names)}
    return {name: inside for name, inside in found.items() if inside.any()}


def length_band(comment: str) -> str:
    """
    Return the band of lengths that a comment falls into, its markup taken away.

    >>> length_band("<b>Thank you!</b>")
    '1 to 5 words'
    """
    words = len(_WORD.findall(markup.render(comment).text))
    return next((name for name, most in LENGTHS.items() if words <= most), LONGER)


def _others(sources: Masks, left_out: Collection[str]) -> Masks:
    kept = [inside for name, inside in sources.items() if name not in left_out]
    return {CHOOSING: np.any(kept, axis=0)} if 0 < len(kept) < len(sources) else {}


def _with_both_labels(sources: Masks, rows: Sequence[Row]) -> Masks:
    # Where ham and spam come from the same pages, with the same fields, nothing but what they say tells them apart.
    is_spam = np.array([row.is_spam for row in rows], dtype=bool)
    has_both = [inside for inside in sources.values() if fewest(is_spam[inside]) >= FEWEST]
    return {BOTH: np.any(has_both, axis=0)} if len(has_both) > 1 else {}
