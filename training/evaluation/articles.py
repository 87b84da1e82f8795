"""
Each article of a source left out in turn: how a model that has learned from the site's labels does on a page that it
has not seen.
"""

from collections import defaultdict
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from training.data.split import fewest, is_fitted
from training.errors import BadData
from training.evaluation.figures import Figures, of_masks
from training.evaluation.scored import Scored
from training.evaluation.settle import Terms, Values
from training.fitting.adaptation import Texts, adapted_log_odds
from training.fitting.crossfit import Held, Prepared
from training.params import Params

# Rows of each label that an article needs, and articles of a source that are left out.
FEWEST, MOST = 30, 10
LONGEST_TITLE = 60


def articles_left_out(held: Held, prepared: Prepared, terms: Terms, params: Params) -> dict[str, dict[str, Figures]]:
    """
    Return the figures of each article, and their mean, for every source with two articles that hold both labels: by
    the model that saw nothing of the source, adapted to the labels of its other articles, and by that model as it is.
    An article of which the others teach nothing is judged by it as it is.
    """
    found: dict[str, dict[str, Figures]] = {}
    for source, articles in _articles(prepared, terms).items():
        log_odds = terms.log_odds(held.by_source, np.arange(len(prepared.rows)))
        found[f"{source}, as it is"] = _figures(articles, log_odds, prepared, terms, params)
        of_source = np.flatnonzero([row.source == source for row in prepared.rows])
        own, groups = [prepared.rows[row] for row in of_source.tolist()], prepared.groups[of_source]
        texts, may_fit, before, after = Texts.of(own), is_fitted(own, params), log_odds[of_source], log_odds.copy()
        for rows in articles.values():
            score = np.flatnonzero(np.isin(of_source, rows))
            fit = np.flatnonzero(may_fit & ~np.isin(groups, groups[score]))
            with suppress(BadData):  # as of a source that is only measured, or where a group joins all articles
                after[rows] = adapted_log_odds(texts, before, fit, score, params)
        found[source] = _figures(articles, after, prepared, terms, params)
    return found


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
    articles: dict[str, NDArray[np.int64]], log_odds: Values, prepared: Prepared, terms: Terms, params: Params
) -> dict[str, Figures]:
    places = np.concatenate(list(articles.values()))
    scored = Scored.of(
        [prepared.rows[place] for place in places],
        log_odds[places],
        terms.thresholds(places),
        # Every row for itself: the whole article is one group, and there is nothing to learn from drawing it twice.
        np.arange(len(places)),
        params.seed,
    )
    numbers = np.repeat(np.arange(len(articles)), [len(rows) for rows in articles.values()])
    found = of_masks(scored, {title: numbers == at for at, title in enumerate(articles)})
    aucs = np.array([found[title]["roc_auc"] for title in articles])
    return {**found, f"mean of {len(articles)}": {"roc_auc": [round(float(value), 5) for value in aucs.mean(axis=0)]}}
