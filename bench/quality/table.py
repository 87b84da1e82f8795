"""
The table: for each unseen group of comments, every contender's figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.quality.contest import Outcome
from bench.quality.figures import Figures, figures, mean
from training.data.split import Fold
from training.fitting.crossfit import Prepared
from training.params import Params

NEWS = ("c3_globeandmail", "facebook_politics_thesis", "reddit_politics_2024", "reddit_news_bt4222")
BLOGS = ("blog_dylanmtaylor", "blog_justintulloss")
# What is unseen, the sources of its ham, and those of its spam.
PARTS = (
    ("political news: readers against blog spam", NEWS, BLOGS),
    ("two blogs: ham and spam from the same pages", BLOGS, BLOGS),
    ("flattery from unseen templates, against political news", NEWS, ("spintax_blogspam",)),
    ("Telegram", ("tgspam_umputun",), ("tgspam_umputun",)),
    ("gambling", ("id_judol_youtube",), ("id_judol_youtube",)),
)
HEAD = (
    "unseen (ham / spam)", "filter", "ham suspected", "spam let through",
    "recall at 0.1 %", "at 0.5 %", "at 1 %", "ROC-AUC",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """
    A group of comments: pairs of good rows and spam rows, whose figures are averaged, and the folds that score them.
    """

    title: str
    pairs: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
    folds: Sequence[Fold]


def parts(prepared: Prepared, sources: Sequence[Fold], videos: Sequence[Fold], params: Params) -> Iterator[Part]:
    """
    Yield the parts of which there is ham and spam in the data.

    Sources whose labels are for reports only are not pooled: what they call spam is not what is meant here.
    """
    names = np.array([row.source for row in prepared.rows])
    scored = np.zeros(len(names), dtype=bool)
    for fold in sources:
        scored[fold.score] = True
    for title, ham, spam in PARTS:
        pair = _pair(prepared, scored & np.isin(names, ham), scored & np.isin(names, spam))
        if all(map(len, pair)):
            yield Part(title, [pair], sources)
    of_videos = [_pair(prepared, inside, inside) for inside in (_mask(fold, len(names)) for fold in videos)]
    both = [pair for pair in of_videos if all(map(len, pair))]
    if both:
        yield Part(f"YouTube, mean of {len(both)} videos, each left out", both, videos)
    pooled = scored & np.array([params.source(name).role != "report" for name in names])
    pair = _pair(prepared, pooled, pooled)
    if all(map(len, pair)):
        yield Part("all sources, each left out, pooled", [pair], sources)


def markdown(parts: Sequence[Part], outcomes: Sequence[Outcome], size: int) -> Iterator[str]:
    """
    Yield the lines of the table; `size` is the number of rows that positions count in.
    """
    yield f"| {' | '.join(HEAD)} |"
    yield "|" + " --- |" * 2 + " ---: |" * (len(HEAD) - 2)
    for part in parts:
        ham, spam = (sum(len(pair[label]) for pair in part.pairs) for label in (0, 1))
        first = f"{part.title} ({ham:,} / {spam:,})"
        for outcome in outcomes:
            name = outcome.contender.name + (f", {outcome.contender.most:,} rows" if outcome.contender.most else "")
            cells = [outcome.failure] + [""] * 5 if outcome.failure else _cells(_figures(part, outcome, size))
            yield f"| {' | '.join((first, name, *cells))} |"
            first = ""


def _figures(part: Part, outcome: Outcome, size: int) -> Figures:
    scores = np.full(size, np.nan)
    for fold in part.folds:
        scores[fold.score] = outcome.scores[fold.name]
    return mean([figures(scores[ham], scores[spam], outcome.contender.even) for ham, spam in part.pairs])


def _cells(found: Figures) -> list[str]:
    rates = found.false_positives, found.let_through, *found.recalls
    return [*(f"{100 * rate:.1f} %" for rate in rates), f"{found.roc_auc:.4f}"]


def _pair(
    prepared: Prepared, ham: NDArray[np.bool_], spam: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.flatnonzero(ham & ~prepared.is_spam), np.flatnonzero(spam & prepared.is_spam)


def _mask(fold: Fold, size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[fold.score] = True
    return mask
