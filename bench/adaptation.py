"""
What a site's own labels bring to a model that has not seen the site. Run `python -m bench.adaptation --data PATH …`.

Each source with both labels stands for a site: the model of the fold without it is adapted to some of its labels, and
judged by its rows of other groups, near-copies and articles held out together.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupShuffleSplit

from service.core.features import document
from training.commands.options import data
from training.data.corpus import gather
from training.data.duplicates import thin
from training.data.split import fewest
from training.evaluation.settle import settle_each
from training.fitting.adaptation import Texts, Values, adapted_log_odds
from training.fitting.crossfit import cross_fit
from training.fitting.thresholds import scores_of
from training.params import Params, read_params
from training.train import prepare

DRAWS = 5
# Of a label a site gives at most so many times as many as of the other.
MOST_TIMES = 5
HEADINGS = ("good rejected", "held", "spam accepted", "rejected", "ROC-AUC")


@click.command()
@data("labelled rows", required=True)
@click.option("--labels", "sizes", multiple=True, type=int, default=(60, 300, 1000), show_default=True)
def main(paths: tuple[Path, ...], sizes: tuple[int, ...]) -> None:
    """
    Print, as a table in Markdown, what the thresholds do before and after so many labels, each the mean of five draws.
    """
    params = read_params()
    rows = gather(paths, strict=False).rows
    documents = [document(row.as_comment()) for row in rows]
    prepared = prepare(rows, thin(rows, documents, params.duplicates.similarity, params.duplicates.keep), params)
    held = cross_fit(prepared, params)
    terms = settle_each(held, prepared, params)
    log_odds = terms.log_odds(held.by_source, np.arange(len(prepared.rows)))
    print(f"| source | labels | {' | '.join(HEADINGS)} |")
    print(f"| --- |{' ---: |' * (1 + len(HEADINGS))}")
    for source in sorted({row.source for row in prepared.rows}):
        of_source = np.array([row.source == source for row in prepared.rows], dtype=bool)
        own = np.flatnonzero(of_source & ~np.isnan(log_odds))
        texts = Texts.of([prepared.rows[row] for row in own.tolist()])
        for size in sizes:
            pairs = list(_drawn(texts, size, log_odds[own], prepared.groups[own], terms.thresholds(own), params))
            if pairs:
                before, after = np.mean(pairs, axis=0)
                cells = (f"{100 * one:.1f} → {100 * other:.1f}" for one, other in zip(before, after, strict=True))
                print(f"| {source} | {size:,} | {' | '.join(cells)} |", flush=True)


def _drawn(
    texts: Texts, size: int, log_odds: Values, groups: NDArray[np.int64], thresholds: tuple[Values, Values],
    params: Params,
) -> Iterator[tuple[Values, Values]]:  # fmt: skip
    """
    Yield what is counted of the texts that are judged, before and after, for each draw of those that are labelled.
    """
    if len(groups) < 2 * size or fewest(texts.is_spam) < 2 * params.adaptation.fewest:
        return
    splitter = GroupShuffleSplit(DRAWS, test_size=0.5, random_state=params.seed)
    for draw, (given, score) in enumerate(splitter.split(groups, groups=groups)):
        fit = _labels(given, size, texts.is_spam, draw)
        is_spam, accept_below, reject_at = (each[score] for each in (texts.is_spam, *thresholds))
        if fewest(texts.is_spam[fit]) >= params.adaptation.fewest and fewest(is_spam):
            after = adapted_log_odds(texts, log_odds, fit, score, params)
            yield (
                _counted(log_odds[score], is_spam, accept_below, reject_at),
                _counted(after, is_spam, accept_below, reject_at),
            )


def _counted(log_odds: Values, is_spam: NDArray[np.bool_], accept_below: Values, reject_at: Values) -> Values:
    """
    Return the shares that `HEADINGS` name, and ROC-AUC.
    """
    scores = scores_of(log_odds)
    rejected, accepted = scores >= reject_at, scores < accept_below
    found = [rejected[~is_spam], ~accepted[~is_spam], accepted[is_spam], rejected[is_spam]]
    return np.array([*(each.mean() for each in found), roc_auc_score(is_spam, log_odds)])


def _labels(rows: NDArray[np.int64], size: int, is_spam: NDArray[np.bool_], seed: int) -> NDArray[np.int64]:
    """
    Return so many rows by lot, no more of one label than its share of `MOST_TIMES` to one.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    most = size * MOST_TIMES // (MOST_TIMES + 1)
    chosen: Sequence[NDArray[np.int64]] = [shuffled[is_spam[shuffled] == label][:most] for label in (False, True)]
    rank = np.concatenate([np.arange(len(each)) / max(len(each), 1) for each in chosen])
    return np.concatenate(chosen)[np.argsort(rank, kind="stable")[:size]]


if __name__ == "__main__":
    main()
