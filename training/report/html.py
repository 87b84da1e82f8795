"""
report.html: what a model does, for people who are no statisticians; one file with its pictures inside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from service.core.site import Thresholds
from training.evaluation.explain import Clue, Error
from training.evaluation.figures import GIVEN, SOURCES, TEMPLATES, Figures
from training.evaluation.scored import Scored
from training.report import plots
from training.report.tables import ERRORS, RANKS, text_of

BLOCKS = {"words": "Words and pairs", "clues": "Clues", "characters": "Parts of words"}
HOW = {
    SOURCES: "each site judged by a model that had seen nothing of it, as a new site is met",
    TEMPLATES: "the model knew the site and its kinds of spam, but no text like the one it judged",
    GIVEN: "a model looks better than it is on rows that it was fitted on",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Findings:
    """
    What is known of a model.

    `facts` is its card, or what an evaluation has of one: thresholds, warnings and figures. `views` are the rows that
    the pictures show, the most severely held out first. `weights` are the heaviest entries by block and label.
    """

    title: str
    facts: Mapping[str, Any]
    views: Mapping[str, Scored]
    errors: Sequence[Error]
    weights: Mapping[str, Mapping[str, Sequence[Clue]]] | None = None


def write(path: Path, findings: Findings, texts: bool = False) -> None:
    """
    Write the report of a model.

    With `texts` the worst errors are shown with their comments, which a report that is passed on must not hold.
    """
    facts, views, errors = findings.facts, findings.views, findings.errors
    thresholds = Thresholds(**facts["thresholds"])
    page = _TEMPLATES.get_template("report.html").render(
        {"bounds": None, "protocol": None, "sources": None, **facts},
        title=findings.title, thresholds=thresholds, texts=texts, weights=findings.weights, blocks=BLOCKS,
        columns={**ERRORS, **RANKS}, text_of=text_of,
        first=next(iter(views)),
        outcomes={(view, HOW[view]): _outcomes(facts["figures"][view]["all"]["all"]) for view in views},
        bars={view: _bars(facts["figures"][view]["source"]) for view in views},
        pictures=plots.pictures(views, thresholds),
        errors={
            "Good comments that score highest": [error for error in errors if not error.row.is_spam],
            "Spam that scores lowest": [error for error in errors if error.row.is_spam],
        },
    )  # fmt: skip
    path.write_text(page + "\n", encoding="utf-8")


def _outcomes(figures: Figures) -> list[dict[str, Any]]:
    rows = []
    for label, what in (("ham", "good"), ("spam", "spam")):
        if parts := _shares(figures, label):
            rows.append({"what": what, "thousandths": [_of_a_thousand(part) for part in parts]})
    return rows


def _of_a_thousand(part: float) -> str:
    """
    Return a share as people read it of 1,000 comments.

    >>> [_of_a_thousand(part) for part in (1.0, 0.99972, 0.12345, 0.00071, 1e-17)]
    ['1,000', '999.7', '123.5', '0.71', '0']
    """
    return f"{round(1000 * part, 2 if part < 0.01 else 1):,g}"


def _shares(figures: Figures, label: str) -> tuple[float, float, float] | None:
    """
    Return the shares of one label that are accepted, held and rejected.
    """
    if not figures.get(label):
        return None
    rejected = _value(figures[f"{label}_rejected"])
    accepted = 1 - _value(figures["ham_held"]) if label == "ham" else _value(figures["spam_accepted"])
    return accepted, max(0.0, 1 - accepted - rejected), rejected


def _bars(sources: Mapping[str, Figures]) -> list[dict[str, Any]]:
    found = []
    for name, figures in sources.items():
        lines = []
        for label, what in (("ham", "good"), ("spam", "spam")):
            if parts := _shares(figures, label):
                accepted, held, rejected = parts
                good, bad = (accepted, rejected) if label == "ham" else (rejected, accepted)
                words = f"{accepted:.1%} accepted, {held:.1%} held, {rejected:.1%} rejected"
                lines.append({"label": what, "parts": (("good", good), ("waits", held), ("bad", bad)), "words": words})
        counts = f"{figures['ham']:,} good, {figures['spam']:,} spam"
        found.append({"name": name, "counts": counts, "lines": lines})
    return found


def _value(figure: int | list[float]) -> float:
    return figure[0] if isinstance(figure, list) else float(figure)
