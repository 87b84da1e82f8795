"""
What spammers do to get past a filter, as seeded functions of a comment; the same seed, the same attack.
"""

from dataclasses import replace
from random import Random

from service.core.comment import Comment
from training.attacks.disguises import DISGUISES, Disguise
from training.attacks.smuggling import HIDDEN_LINKS, PADDINGS, REWRITINGS, Attack


def _on_comment(disguise: Disguise) -> Attack:
    return lambda comment, random: replace(comment, comment=disguise(comment.comment, random))


# An attack leaves a comment as it is if it finds nothing in it to work on: no link, no name.
ATTACKS: dict[str, Attack] = {
    **{name: _on_comment(disguise) for name, disguise in DISGUISES.items()},
    **HIDDEN_LINKS,
    **PADDINGS,
    **REWRITINGS,
}


def attack(name: str, comment: Comment, seed: int = 0) -> Comment:
    """
    Return the comment under the attack of that name.

    >>> attack("hyphens", Comment("", "Cheap casino")).comment
    'C-h-e-a-p c-a-s-i-n-o'
    """
    return ATTACKS[name](comment, Random(f"{seed} {name} {comment.comment}"))
