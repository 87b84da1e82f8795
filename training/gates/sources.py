"""
Sources that would own a candidate: one that has most of a label's weight, and had far less of it in the champion.

A fit gives a source the root of what its rows weigh, times its emphasis (`weights.balance_sources`), and caps its rows,
so that among several none decides alone unless the parameters let it.
"""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any

from training.data.rows import LABELS
from training.gates.outcome import Outcome

WEIGHT_OF_A_SOURCE = "weight of a source"
MOST = 0.5
# Two sources share a label between them however small both are; a site that learns from itself alone has one.
FEWEST_SOURCES = 3
KNOWN = 0.5


def owned(candidate: Mapping[str, Any], champion: Mapping[str, Any]) -> Iterator[Outcome]:
    """
    Yield an outcome for each source of a candidate and label, from the cards of both models.
    """
    limit = f"{MOST:.0%} or {1 / KNOWN:g} × champion"
    for label in LABELS:
        ours, theirs = shares(candidate, label), shares(champion, label)
        for source, share in ours.items():
            has_passed = share <= MOST or len(ours) < FEWEST_SOURCES or theirs.get(source, 0.0) >= KNOWN * share
            rows = candidate["sources"][source][f"{label}_used"]
            part = f"source {source}, {label}: {share:.0%}, was {theirs.get(source, 0.0):.0%}"
            yield Outcome(WEIGHT_OF_A_SOURCE, part, rows, None, None, limit, has_passed)


def shares(card: Mapping[str, Any], label: str) -> dict[str, float]:
    """
    Return what part of a label's weight each source has.

    >>> fitted = {"role": "all", "weight": 1.0}
    >>> shares({"sources": {"a": {"ham_used": 9, **fitted}, "b": {"ham_used": 1, **fitted}}}, "ham")
    {'a': 0.75, 'b': 0.25}
    """
    roots = {
        name: sqrt(source[f"{label}_used"] * source["weight"]) * source.get("emphasis", 1.0)
        for name, source in card.get("sources", {}).items()
        if source["role"] != "evaluate" and source[f"{label}_used"]
    }
    whole = sum(roots.values())
    return {name: root / whole for name, root in roots.items()}
