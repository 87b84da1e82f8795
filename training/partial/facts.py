"""
What the card of a model says that was learned from a stream, instead of what a fit in memory says.
"""

from collections import Counter
from typing import Any

from training.data.rows import LABELS
from training.params import Params
from training.partial.buckets import Stock
from training.partial.former import Former
from training.partial.passes import Learned

PROTOCOL = (
    "Learned from a stream, out of core. Of each text at most a few rows are kept, told by its letters alone. A sample "
    "of each source and label is scored by learners that have seen nothing of its source (good comments), or of its "
    "group or what shares its least pair of words (spam). The figures of a source use a calibration and thresholds "
    "chosen without it. Sources of role 'fit' are in no figure; those of role 'report' choose no threshold; sources of "
    "role 'evaluate' are in no fit, threshold or calibration. What a site's moderators said "
    "chooses only where rejecting begins, unless the other rows prove too little."
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
    return {
        "protocol": PROTOCOL,
        "rows": {
            "read": stock.read,
            "left_out_as_wrong": rejected,
            "left_out_as_copies": stock.copies,
            "used": stock.fitted,
            "measured": measured,
        },
        "sources": {name: _of_source(name, stock, params) for name in sorted({name for name, _ in stock.reads})},
        "partial": {
            "passes": learned.passes,
            "counts_missed_at_most": learned.chosen.missed,
            "began_with": former.version if former else None,
            "sources_before": sorted(former.seen.sources) if former else [],
            "rows": stock.fitted + (former.rows if former else 0),
        },
    }


def _of_source(name: str, stock: Stock, params: Params) -> dict[str, object]:
    used: Counter[str] = Counter()
    for (other, label, _), count in stock.counts.items():
        used[label] += count if other == name else 0
    read = {f"{label}_read": stock.reads[name, label] for label in LABELS}
    source = params.source(name)
    return read | {f"{label}_used": used[label] for label in LABELS} | {
        "role": source.role, "weight": source.weight, "emphasis": source.emphasis, "reason": source.reason
    }  # fmt: skip
