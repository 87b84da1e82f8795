"""
From held-out scores to the line, the thresholds and honest figures: no row helps to choose what it is judged by.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from service.core.comment import Comment
from service.core.features import readings
from training.evaluation.articles import articles_left_out
from training.evaluation.fields import without_fields
from training.evaluation.figures import ARTICLES, FIELDS, LATER, NEWEST, SOURCES, TEMPLATES, Figures, by_part
from training.evaluation.later import later_rows
from training.evaluation.newest import newest_labels
from training.evaluation.parts import parts_among, parts_of
from training.evaluation.scored import Scored
from training.evaluation.settle import Terms, Values, settle, settle_each
from training.fitting.calibrate import Line
from training.fitting.counts import count_written
from training.fitting.crossfit import Held, Prepared
from training.fitting.thresholds import Choice
from training.params import Params
from training.progress import track

Views = dict[str, dict[str, dict[str, Figures]]]


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    What is shipped (`line`, `choice`), and what is known of rows whose own line and thresholds came from elsewhere.

    `measured` has the position of each row of `unseen`, which is scored with its source held out; `known` is scored
    with its template held out. `figures` are by view, dimension and part.
    """

    line: Line
    choice: Choice
    terms: Terms
    measured: NDArray[np.int64]
    unseen: Scored
    known: Scored
    figures: Views


def assess(held: Held, prepared: Prepared, params: Params, *, can_refit: bool = True) -> Assessment:
    """
    Return the assessment of a cross-fit. Without `can_refit` what takes other folds than those of `held` is left out.

    Every row is judged twice: with its source held out, since a new site's readers resemble no source, and with only
    its template held out, since a site meets kinds of spam that are known from elsewhere more often than new ones.
    """
    line, choice = settle(held, prepared, params, np.ones(len(prepared.rows), dtype=bool))
    terms = settle_each(held, prepared, params)
    measured = np.flatnonzero(~np.isnan(held.by_source))
    of_known = measured[~np.isnan(held.by_group[measured])]
    unseen, known = (
        Scored.of(
            [prepared.rows[row] for row in rows],
            terms.log_odds(raw[rows], rows),
            terms.thresholds(rows),
            prepared.groups[rows],
            params.seed,
        )
        for rows, raw in ((measured, held.by_source), (of_known, held.by_group))
    )
    sources = {row.source for row in unseen.rows}
    parts = parts_of(unseen.rows, {name for name in sources if params.source(name).role == "report"})
    views: Mapping[str, Callable[[], dict[str, dict[str, Figures]]]] = {
        SOURCES: lambda: by_part(unseen, parts),
        TEMPLATES: lambda: by_part(known, parts_among(parts, np.isin(measured, of_known))),
        FIELDS: lambda: without_fields(unseen, parts, _scoring(held, prepared, terms, measured, params), params.seed),
    }
    refitted: Mapping[str, Callable[[], dict[str, dict[str, Figures]]]] = {
        LATER: lambda: later_rows(held, prepared, params),
        ARTICLES: lambda: articles_left_out(held, prepared, terms, params),
        NEWEST: lambda: newest_labels(held, prepared, params),
    }
    if can_refit:
        views = {**views, **refitted}
    figures = {name: view() for name, view in track(views.items(), "Figures", len(views))}
    return Assessment(line, choice, terms, measured, unseen, known, figures)


def _scoring(
    held: Held, prepared: Prepared, terms: Terms, measured: NDArray[np.int64], params: Params
) -> Callable[[NDArray[np.int64], Sequence[Comment]], Values]:
    """
    Return how other forms of measured rows are scored: by the models that have not seen those rows.
    """

    def score(positions: NDArray[np.int64], comments: Sequence[Comment]) -> Values:
        rows = measured[positions]
        written = count_written(prepared.counts, [readings(comment) for comment in comments], params.model)
        counted = replace(prepared.counts, written=written)
        raw = np.full(len(rows), np.nan)
        for name in sorted(set(held.model[rows].tolist())):
            places = np.flatnonzero(held.model[rows] == name)
            raw[places] = held.models[name].decide(counted, places)
        return terms.log_odds(raw, rows)

    return score
