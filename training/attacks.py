"""
What spammers do to get past a filter, as seeded functions of a comment; the same seed, the same attack.
"""

from dataclasses import replace
from random import Random

from service.core.comment import Comment
from training.disguises import DISGUISES, Disguise
from training.rows import Row
from training.smuggling import HIDDEN_LINKS, PADDINGS, REWRITINGS, Attack


def _on_comment(disguise: Disguise) -> Attack:
    return lambda comment, random: replace(comment, comment=disguise(comment.comment, random))


# An attack leaves a comment as it is if it finds nothing in it to work on: no link, no name.
ATTACKS: dict[str, Attack] = {
    **{name: _on_comment(disguise) for name, disguise in DISGUISES.items()},
    **HIDDEN_LINKS,
    **PADDINGS,
    **REWRITINGS,
}
# What may be done to a row for fitting. Rewriting takes away what the label was given for, and padding with these few
# paragraphs would teach the paragraphs, not the trick.
_FOR_FITTING = tuple(ATTACKS[name] for name in (*DISGUISES, *HIDDEN_LINKS))


def attack(name: str, comment: Comment, seed: int = 0) -> Comment:
    """
    Return the comment under the attack of that name.

    >>> attack("hyphens", Comment("", "Cheap casino")).comment
    'C-h-e-a-p c-a-s-i-n-o'
    """
    return ATTACKS[name](comment, Random(f"{seed} {name} {comment.comment}"))


def attacked(row: Row, random: Random) -> Row:
    """
    Return the row under one attack by chance, its label still true, so that fitting meets what filtering will.
    """
    changed = random.choice(_FOR_FITTING)(row.as_comment(), random)
    return replace(row, comment=changed.comment, url=changed.url)
