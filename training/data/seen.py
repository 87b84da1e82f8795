"""
Which rows a model may have been fitted on, by its card: later rows of its sources are new to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from training.data.rows import Row


@dataclass(frozen=True, slots=True)
class Seen:
    """
    The sources that a model was fitted on, and when (ISO 8601).
    """

    sources: frozenset[str]
    until: str

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> Self:
        """
        Return what a card tells; of an adapted model, when the one was fitted that was adapted.

        Raises:
            KeyError, TypeError: it tells too little.
        """
        before = card.get("partial", {}).get("sources_before", ())
        return cls(frozenset([*card["sources"], *before]), str(card.get("fitted", card["created"])))

    def may_hold(self, row: Row) -> bool:
        """
        Tell whether the model may have been fitted on a row.
        """
        return row.source in self.sources and row.date <= self.until
