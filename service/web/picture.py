"""
A decision as the page draws it: percentages, bars and words.
"""

from dataclasses import dataclass

from service.core.decision import Decision, Reason
from service.core.summary import phrase

# Of a drawing 100 wide: weights go left and right from here.
MIDDLE = 50.0
MOST_QUOTES, LONGEST_QUOTE = 5, 60


@dataclass(frozen=True, slots=True)
class Row:
    """
    A reason: its words, its signed weight, where its bar starts and how wide it is, and what it quotes.
    """

    words: str
    weight: float | None
    start: float
    width: float
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """
    The score and the thresholds from 0 to 100, None where there was no model, and the reasons.
    """

    score: float | None
    accept_below: float | None
    reject_at: float | None
    rows: tuple[Row, ...]


def draw(decision: Decision) -> Picture:
    """
    Return what to draw; the longest bar is the heaviest reason.
    """
    bounds = decision.thresholds
    reasons = list(decision.reasons)
    if decision.prior is not None:
        reasons.append(Reason("before reading it", decision.prior))
    heaviest = max((abs(reason.weight or 0) for reason in reasons), default=0) or 1
    return Picture(
        None if decision.score is None else decision.score * 100,
        bounds.accept_below * 100 if bounds else None,
        bounds.reject_at * 100 if bounds else None,
        tuple(_row(reason, heaviest) for reason in reasons),
    )


def _row(reason: Reason, heaviest: float) -> Row:
    width = abs(reason.weight or 0) / heaviest * MIDDLE
    start = MIDDLE if (reason.weight or 0) > 0 else MIDDLE - width
    quotes = tuple(_short(quote) for quote in reason.evidence[:MOST_QUOTES] if quote.strip())
    words = phrase(reason)
    return Row(words[:1].upper() + words[1:], reason.weight, start, width, quotes)


def _short(quote: str) -> str:
    return quote if len(quote) <= LONGEST_QUOTE else f"{quote[: LONGEST_QUOTE - 1]}…"
