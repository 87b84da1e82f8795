"""
What is known of a corpus from rows held out, and what a report says of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.data.duplicates import Thinned
from training.evaluation.assess import Assessment
from training.evaluation.explain import Clue, Rule, clues_of, heaviest, worst
from training.evaluation.figures import SOURCES, TEMPLATES
from training.fitting.crossfit import Held, Prepared
from training.fitting.pipeline import Entries
from training.params import Params
from training.report.html import Findings


@dataclass(frozen=True, slots=True)
class Measured:
    """
    Everything that is known of a corpus before the final model is fitted on it.
    """

    thinned: Thinned
    prepared: Prepared
    held: Held
    assessment: Assessment


def findings(
    title: str, facts: Mapping[str, Any], measured: Measured, params: Params, final: Entries | None = None
) -> Findings:
    """
    Return the findings of a cross-fit; `facts` is the card, `final` the weights of the final model, if there is one.
    """
    assessment = measured.assessment

    def clues(position: int) -> list[Clue]:
        row, model = int(assessment.measured[position]), params.model
        rule = Rule(model.ngrams, model.full_words, model.pooling.times(assessment.terms.slope[row]))
        return clues_of(assessment.unseen.rows[position].as_comment(), _entries(measured, row), rule)

    return Findings(
        title,
        facts,
        {SOURCES: assessment.unseen, TEMPLATES: assessment.known},
        worst(assessment.unseen, clues),
        heaviest(final) if final else None,
    )


def _entries(measured: Measured, row: int) -> Entries:
    # Of the model that had not seen the row.
    counts, model = measured.prepared.counts, measured.held.models[str(measured.held.model[row])]
    values = model.values * measured.assessment.terms.slope[row]
    found: dict[str, dict[str, float]] = {}
    for block, names in counts.entries(model.columns).items():
        found[block] = dict(zip(names, values[counts.inside(block, model.columns)].tolist(), strict=True))
    return found
