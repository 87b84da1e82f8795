"""
What the gates found, on a terminal and as JSON.
"""

from collections.abc import Mapping
from dataclasses import asdict

from rich.table import Table

from training.gates.behaviour import BEHAVIOUR
from training.gates.examine import ENOUGH, Report
from training.gates.outcome import Outcome, interval
from training.progress import print_table

# What eight columns with intervals need.
WIDTH = 155


def show(report: Report) -> None:
    """
    Print every gate that failed, and of the others those over all rows.
    """
    table = Table("gate", "part", title=f"{report.version} instead of {report.champion or 'none'}")
    for heading in ("of", "candidate", "champion", "p", "allowed", ""):
        table.add_column(heading, justify="right")
    for outcome in report.outcomes:
        if not outcome.has_passed or not _is_detail(outcome):
            p = "" if outcome.p is None else f"{outcome.p:.2g}"
            errors = (_share(outcome, outcome.candidate), _share(outcome, outcome.champion))
            word, style = ("passed", None) if outcome.has_passed else ("FAILED", "bold red")
            table.add_row(outcome.gate, outcome.part, f"{outcome.rows:,}", *errors, p, outcome.limit, word, style=style)
    print_table(table, WIDTH)


def as_json(report: Report) -> Mapping[str, object]:
    """
    Return all of it, each share with the ends of its 95 % interval.
    """
    outcomes = [
        {
            **asdict(outcome),
            "candidate_interval": _ends(outcome, outcome.candidate),
            "champion_interval": _ends(outcome, outcome.champion),
        }
        for outcome in report.outcomes
    ]
    failed = [outcome.name for outcome in report.failed]
    return {
        "version": report.version,
        "champion": report.champion,
        "failed": failed,
        "warnings": report.warnings,
        "gates": outcomes,
    }


def _is_detail(outcome: Outcome) -> bool:
    return outcome.gate.startswith((BEHAVIOUR, ENOUGH)) or outcome.part.startswith(("source ", "language "))


def _ends(outcome: Outcome, errors: int | None) -> tuple[float, float] | None:
    return interval(errors, outcome.rows) if errors is not None and outcome.rows else None


def _share(outcome: Outcome, errors: int | None) -> str:
    ends = _ends(outcome, errors)
    if errors is None or not ends:
        return ""
    low, high = (100 * end for end in ends)
    return f"{errors:,}: {100 * errors / outcome.rows:.2f} % ({low:.2f}-{high:.2f})"
