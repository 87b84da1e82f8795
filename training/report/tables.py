"""
The figures on a terminal: two tables for each view and dimension, errors at the thresholds first, then ranks.
"""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from training.evaluation.figures import Figures
from training.progress import print_table

ERRORS = {
    "ham": "good", "ham_rejected": "rejected", "ham_held": "held",
    "spam": "spam", "spam_accepted": "accepted", "spam_rejected": "rejected",
}  # fmt: skip
RANKS = {
    "recall_at_0.001": "caught at 0.1 %", "recall_at_0.005": "at 0.5 %", "recall_at_0.01": "at 1 %",
    "roc_auc": "ROC-AUC", "pr_auc": "PR-AUC", "brier": "Brier", "calibration_error": "calibration error",
}  # fmt: skip
# Those that are no shares.
PLAIN = ("roc_auc", "pr_auc", "brier", "calibration_error")
# What ten columns with their intervals need.
WIDTH = 120


def show(figures: Mapping[str, Mapping[str, Mapping[str, Figures]]]) -> None:
    """
    Print the figures of every view, dimension and part to standard output.
    """
    for view, dimensions in figures.items():
        for dimension, parts in dimensions.items():
            for columns in (ERRORS, RANKS):
                if any(key in values for values in parts.values() for key in columns):
                    print_table(_table(f"{view}: {dimension}", columns, parts), WIDTH)


def text_of(name: str, values: Figures) -> tuple[str, str]:
    """
    Return a figure as people read it, and what stands below it: its interval, or the groups that were counted.

    >>> text_of("ham_held", {"ham_held": [0.0457, 0.0391, 0.0512]}), text_of("ham", {"ham": 1200, "ham_groups": 90})
    (('4.6 %', '3.9-5.1'), ('1,200', '90 groups'))
    """
    figure = values.get(name)
    if not isinstance(figure, list):
        return ("–" if figure is None else f"{figure:,}"), (f"{values[f'{name}_groups']:,} groups" if figure else "")
    if name in PLAIN:
        value, low, high = (f"{part:.3f}" for part in figure)
        return value, f"{low}-{high}"
    digits = 2 if figure[0] < 0.01 else 1
    value, low, high = (f"{100 * part:.{digits}f}" for part in figure)
    return f"{value} %", f"{low}-{high}"


def _table(title: str, columns: Mapping[str, str], parts: Mapping[str, Figures]) -> Table:
    table = Table("", title=title, title_justify="left", title_style="bold")
    for heading in columns.values():
        table.add_column(heading, justify="right")
    for name, values in parts.items():
        if any(key in values for key in columns):
            cells = (text_of(key, values) for key in columns)
            table.add_row(
                name, *(Text.assemble(value, "\n", (ends, "dim")) if ends else value for value, ends in cells)
            )
    return table
