"""
What people say that comments were, spam or ham, and how much of it counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import exp2

from service.core.comment import Comment
from service.core.decision import Verdict

# An author's label counts half after so many days: addresses and mailboxes change hands, and authors their ways.
HALF_LIFE_DAYS = 30.0
# Older ones act on no comment any more, though training goes on reading them.
LIFE_DAYS = 90.0
# Why a label does not count that its giver took back. The others that were set aside wait for somebody to look.
TAKEN_BACK = "taken back"


class Label(StrEnum):
    """
    What a comment was.
    """

    SPAM = "spam"
    HAM = "ham"


class Source(StrEnum):
    """
    By which way a label came.
    """

    MODERATOR = "moderator"
    API = "api"
    AKISMET = "akismet"
    PERSPECTIVE = "perspective"


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A comment that was labelled, as the store keeps it: the e-mail and the address as keyed hashes, or None.

    `id` is the decision's, or made of the comment's fields where no decision is known; then `verdict` is what the
    client says that it was told, and `score` what the model says now.
    """

    id: str
    decision_id: str | None
    comment: Comment
    email_hash: str | None = None
    address_hash: str | None = None
    verdict: Verdict | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """
    One label: what somebody said, when, and how much it weighs. `set_aside` says why it does not count, if it does not.
    `source` is a Source, or the way of a newer Hamlet.
    """

    id: str
    label: Label
    who: str
    source: str
    weight: float
    at: datetime
    set_aside: str | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """
    A comment with the label in force.
    """

    subject: Subject
    given: Given


@dataclass(frozen=True, slots=True)
class Tally:
    """
    Weights of the labels of some comments, added up, and how many labels these are.
    """

    spam: float = 0.0
    ham: float = 0.0
    count: int = 0

    @property
    def net(self) -> float:
        """
        The weight by which spam outweighs ham; below 0 where ham does.
        """
        return self.spam - self.ham


NOTHING_SAID = Tally()


def weight_of(source: Source, who: str) -> float:
    """
    Return how much a label counts: two of a site's key as much as one of a moderator, and four that name nobody.

    >>> weight_of(Source.MODERATOR, ""), weight_of(Source.API, ""), weight_of(Source.AKISMET, "")
    (1.0, 0.5, 0.25)
    """
    if source is Source.MODERATOR:
        return 1.0
    return 0.5 if source is Source.API or who else 0.25


def in_force(given: Iterable[Given]) -> Given | None:
    """
    Return the label of a comment that counts: of the weightiest the latest; None if all are set aside.
    """
    return max(
        (label for label in given if label.set_aside is None),
        key=lambda label: (label.weight, label.at, label.id),
        default=None,
    )


def contradicts(label: Label, score: float | None) -> bool:
    """
    Tell whether the model gave a label less than one chance in a hundred.

    >>> contradicts(Label.HAM, 0.995), contradicts(Label.HAM, 0.9), contradicts(Label.SPAM, None)
    (True, False, False)
    """
    return score is not None and (1 - score if label is Label.HAM else score) < 0.01


def decayed(weight: float, age_seconds: float) -> float:
    """
    Return what is left of a label's weight.

    >>> decayed(1.0, 30 * 86400)
    0.5
    """
    return weight * exp2(-max(0.0, age_seconds) / 86_400 / HALF_LIFE_DAYS)
