"""
A decided comment as the page draws it: its text in pieces, of which some caused the verdict, and nothing that acts.
"""

from dataclasses import dataclass
from datetime import datetime

from service.core.comment import Comment
from service.core.decision import Reason, Verdict
from service.core.labels import Label
from service.core.summary import phrase
from service.moderate.marking import Piece, inert, pieces
from service.store.browsing import Alike, Found

_ABOUT_NAME, _ABOUT_URL = "name", "author_url"


@dataclass(frozen=True, slots=True)
class Cause:
    """
    A reason in words, with its code, its signed weight in log-odds, None for a rule, and what of the comment it quotes.
    """

    code: str
    words: str
    weight: float | None
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """
    What is drawn of a decided comment. `score` is in per cent. `is_only_logged` tells that its site published it
    whatever the verdict.
    """

    id: str
    received_at: datetime
    comment: Comment
    name: tuple[Piece, ...]
    text: tuple[Piece, ...]
    url: tuple[Piece, ...]
    verdict: Verdict
    label: Label | None
    summary: str
    score: float | None
    causes: tuple[Cause, ...]
    alike: tuple[Alike, ...]
    is_only_logged: bool
    is_erased: bool = False

    @property
    def choice(self) -> str:
        """
        The comment and the label that it has while it is looked at, as a form sends them.
        """
        return f"{self.id}|{self.label or ''}"


def draw(found: Found) -> Card:
    decision = found.decision
    against = sorted(decision.reasons, key=lambda reason: -(reason.weight or float("inf")))
    about: dict[str, list[Reason]] = {"": [], _ABOUT_NAME: [], _ABOUT_URL: []}
    for reason in against:
        about[_about(reason.code)].append(reason)
    return Card(
        decision.id,
        found.received_at,
        found.comment,
        pieces(found.comment.name, about[_ABOUT_NAME]),
        pieces(found.comment.comment, about[""]),
        pieces(found.comment.url, about[_ABOUT_URL]),
        decision.verdict,
        found.label,
        decision.summary,
        None if decision.score is None else decision.score * 100,
        tuple(map(_cause, decision.reasons)),
        found.alike,
        decision.log_only,
        found.is_erased,
    )


def _cause(reason: Reason) -> Cause:
    return Cause(reason.code, phrase(reason), reason.weight, tuple(map(inert, reason.evidence)))


def _about(code: str) -> str:
    return _ABOUT_URL if code == _ABOUT_URL else _ABOUT_NAME if code.startswith(_ABOUT_NAME) else ""
