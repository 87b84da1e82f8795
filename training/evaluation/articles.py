"""
Each article of a source left out in turn: how a model that knows the site does on a page that it has not seen.
"""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from training.data.split import fewest, is_fitted
from training.evaluation.figures import Figures, by_part
from training.evaluation.scored import Scored
from training.evaluation.settle import Terms
from training.fitting import weights
from training.fitting.crossfit import Prepared
from training.params import Params

# Rows of each label that an article needs, and articles of a source that are left out: each costs a fit.
FEWEST, MOST = 30, 10
LONGEST_TITLE = 60


def articles_left_out(prepared: Prepared, terms: Terms, params: Params) -> dict[str, dict[str, Figures]]:
    """
    Return the figures of each article, and their mean, for every source with two articles that hold both labels.
    """
    return {
        source: _figures(source, articles, prepared, terms, params)
        for source, articles in _articles(prepared, terms).items()
    }


def _articles(prepared: Prepared, terms: Terms) -> dict[str, dict[str, NDArray[np.int64]]]:
    members: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for position in np.flatnonzero(~np.isnan(terms.slope)).tolist():
        row = prepared.rows[position]
        if title := row.article_title.strip() or row.group:
            members[row.source][title[:LONGEST_TITLE]].append(position)
    found: dict[str, dict[str, NDArray[np.int64]]] = {}
    for source, titles in members.items():
        both = {title: rows for title, rows in titles.items() if fewest(prepared.is_spam[rows]) >= FEWEST}
        largest = sorted(both, key=lambda title: -len(both[title]))[:MOST]
        if len(largest) > 1:
            found[source] = {title: np.array(both[title]) for title in largest}
    return found


def _figures(
    source: str, articles: dict[str, NDArray[np.int64]], prepared: Prepared, terms: Terms, params: Params
) -> dict[str, Figures]:
    may_fit = is_fitted(prepared.rows, params)
    borrowed = np.array([source in item.lenders for item in prepared.dressed])
    scores: list[NDArray[np.float64]] = []
    for rows in articles.values():
        alike = np.isin(prepared.groups, prepared.groups[rows])
        fit = np.flatnonzero(may_fit & ~borrowed & ~alike)
        fitted = weights.fit(prepared.counts, fit, prepared.is_spam, prepared.weight, params)
        scores.append(terms.log_odds(fitted.decide(prepared.counts, rows), rows))
    places = np.concatenate(list(articles.values()))
    scored = Scored.of(
        [prepared.rows[place] for place in places],
        np.concatenate(scores),
        terms.thresholds(places),
        # Every row for itself: the whole article is one group, and there is nothing to learn from drawing it twice.
        np.arange(len(places)),
        params.seed,
    )
    numbers = np.repeat(np.arange(len(articles)), [len(rows) for rows in articles.values()])
    found = by_part(scored, {source: {title: numbers == at for at, title in enumerate(articles)}})[source]
    aucs = np.array([found[title]["roc_auc"] for title in articles])
    return {**found, f"mean of {len(articles)}": {"roc_auc": [round(float(value), 5) for value in aucs.mean(axis=0)]}}
