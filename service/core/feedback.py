"""
What labels say of the next comment: weights for a text that resembles a labelled one, and for an author's standing.
"""

from service.core.decision import Reason
from service.core.labels import Tally

# In log-odds, for a label of full weight: the nearer ends of what `hamlet-train labelled` observes (docs/training.md).
SPAM_COPY, HAM_COPY = 5.5, 2.4
SPAM_AUTHOR, HAM_AUTHOR = 5.7, 5.4
# Labels of so much weight together are no slip of one hand: their weight is not cut.
SEVERAL = 2.0
_MARGIN = 1e-6


def labelled(base: float, copies: Tally, author: Tally, *, accept: float, reject: float, room: float) -> list[Reason]:
    """
    Return the reasons that labels give.

    A copy of what was labelled spam is at least held, and a copy of ham at most held. Otherwise an author's standing
    and copies make a reject only of what is a hold without them, unless several labels agree, and never an accept of
    what lies in the upper half of the hold band or above: labels may be wrong, and a good name may be stolen.

    Args:
        base: The log-odds of spam without labels.
        copies: The labels of comments that this one resembles; of ham only those that it adds no contact to.
        author: The labels of the author's comments on this site, decayed.
        accept: Where the hold band begins, in log-odds.
        reject: Where it ends.
        room: The log-odds that may be added without making a reject of what its own score accepts.
    """
    favour = (reject - accept) / 2
    standing = _bounded(author, SPAM_AUTHOR, HAM_AUTHOR, room, favour)
    copied = 0.0
    if copies.net:
        left, base = room - max(0.0, standing), base + standing
        favour += min(0.0, standing)
        room = max(0.0, left) if copies.net < SEVERAL else SPAM_COPY
        copied = _bounded(copies, SPAM_COPY, HAM_COPY, room, favour)
        if accept < reject:
            copied = max(copied, accept - base + _MARGIN) if copies.net > 0 else min(copied, reject - base - _MARGIN)
    found = (("labelled_copy", copied, copies), ("standing", standing, author))
    return [Reason(code, weight, seen=tally.count) for code, weight, tally in found if weight]


def _bounded(tally: Tally, spam: float, ham: float, room: float, favour: float) -> float:
    if tally.net > 0:
        return min(spam * min(1.0, tally.net), room)
    return -min(ham * min(1.0, -tally.net), favour)
