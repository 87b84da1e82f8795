"""
What the card of a model says that was learned from a stream, instead of what a fit in memory says.
"""

from collections import Counter
from typing import Any

from training.params import Params
from training.partial.buckets import Stock
from training.partial.former import Former
from training.partial.passes import Learned
from training.report.card import ROLES, sources

PROTOCOL = (
    "Learned from a stream, out of core. Of each text at most a few rows are kept, told by its letters alone. A sample "
    "of each source and label is scored by learners that have seen nothing of its source (good comments), or of its "
    f"group or what shares its least pair of words (spam). {ROLES}"
)


def facts(
    stock: Stock,
    learned: Learned,
    rejected: int,
    measured: int,
    former: Former | None,
    params: Params,
) -> dict[str, Any]:
    """
    Return the entries of a card.

    Args:
        stock: The rows on disk.
        learned: From them.
        rejected: How many rows could not be used.
        measured: How many rows of the sample the figures come from.
        former: The model that the learners began with.
        params: Say what each source is good for.
    """
    used: Counter[tuple[str, str]] = Counter()
    for (source, label, _), count in stock.counts.items():
        used[source, label] += count
    return {
        "protocol": PROTOCOL,
        "rows": {
            "read": stock.read,
            "left_out_as_wrong": rejected,
            "left_out_as_copies": stock.copies,
            "used": stock.fitted,
            "measured": measured,
        },
        "sources": sources(stock.reads, used, params),
        "partial": {
            "passes": learned.passes,
            "counts_missed_at_most": learned.chosen.missed,
            "began_with": former.version if former else None,
            "sources_before": sorted(former.seen.sources) if former else [],
            "rows": stock.fitted + (former.rows if former else 0),
        },
    }
