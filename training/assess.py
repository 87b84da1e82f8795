"""
From held-out scores to the line, the thresholds and honest figures: no source helps to choose what it is judged by.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.core.site import Thresholds
from training.calibrate import Line, fit_line
from training.crossfit import Held, Prepared
from training.evaluate import Figures, by_part, figures
from training.params import Params
from training.thresholds import Choice, choose

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    What is shipped (`line`, `choice`), and the figures of rows whose own line and thresholds came from elsewhere.

    `log_odds` has the held-out score of every measured row under the line that did not see its source.
    """

    line: Line
    choice: Choice
    measured: NDArray[np.int64]
    log_odds: Values
    figures: dict[str, Figures]


def assess(held: Held, prepared: Prepared, params: Params) -> Assessment:
    """
    Return the assessment of a cross-fit.

    Ham is judged by the fold that held out its source: a new site's readers resemble no source. Spam is judged twice:
    with its source held out, and, for the bound on accepted spam, with only its template held out, since a site meets
    kinds of spam that are known from elsewhere more often than new ones.
    """
    usable = np.array([params.source(row.source).role == "all" for row in prepared.rows])
    line, choice = _choose(held, prepared, params, usable)
    measured = np.flatnonzero(~np.isnan(held.by_source))
    log_odds = np.full(len(prepared.rows), np.nan)
    known_kind = np.full(len(prepared.rows), np.nan)
    thresholds: dict[str, Thresholds] = {}
    folds = sorted(set(held.fold[measured].tolist()))
    for fold in folds:
        inside = held.fold == fold
        own_line, own_choice = _choose(held, prepared, params, usable & ~inside if len(folds) > 1 else usable)
        log_odds[inside] = own_line.log_odds(held.by_source[inside])
        known_kind[inside] = own_line.log_odds(held.by_group[inside])
        thresholds[fold] = own_choice.thresholds
    found = _figures(held, prepared, measured, log_odds, thresholds, choice)
    spam = measured[prepared.is_spam[measured] & ~np.isnan(known_kind[measured])]
    of_known_kind = _parts(prepared, held, spam, known_kind, thresholds)
    found |= {f"spam of known kinds in {name}": parts for name, parts in of_known_kind.items()}
    return Assessment(line, choice, measured, log_odds[measured], found)


def _choose(held: Held, prepared: Prepared, params: Params, usable: NDArray[np.bool_]) -> tuple[Line, Choice]:
    rows = np.flatnonzero(usable & ~np.isnan(held.by_source))
    is_spam = prepared.is_spam[rows]
    line = fit_line(held.by_source[rows], is_spam, prepared.weight[rows])
    ham = line.log_odds(held.by_source[rows[~is_spam]])
    spam = line.log_odds(held.by_group[rows[is_spam]])
    return line, choose(ham, spam[~np.isnan(spam)], params.rates)


def _parts(
    prepared: Prepared, held: Held, rows: NDArray[np.int64], log_odds: Values, thresholds: dict[str, Thresholds]
) -> dict[str, Figures]:
    sources = [prepared.rows[row].source for row in rows]
    of_source = {source: thresholds[str(held.fold[row])] for source, row in zip(sources, rows, strict=True)}
    return by_part(sources, log_odds[rows], prepared.is_spam[rows], of_source)


def _figures(
    held: Held,
    prepared: Prepared,
    rows: NDArray[np.int64],
    log_odds: Values,
    thresholds: dict[str, Thresholds],
    choice: Choice,
) -> dict[str, Figures]:
    languages = [f"language {prepared.rows[row].language or 'unknown'}" for row in rows]
    common = _common(languages)
    everywhere = dict.fromkeys(languages, choice.thresholds)
    of_language = by_part(languages, log_odds[rows], prepared.is_spam[rows], everywhere)
    overall = figures(log_odds[rows], prepared.is_spam[rows], choice.thresholds, np.array([]))
    return {
        "all": overall,
        **_parts(prepared, held, rows, log_odds, thresholds),
        **{name: parts for name, parts in of_language.items() if name in common},
    }


def _common(names: Sequence[str], fewest: int = 50) -> set[str]:
    found, times = np.unique(np.array(names), return_counts=True)
    return set(found[times >= fewest].tolist())
