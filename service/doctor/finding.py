"""
One thing that was found.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What is the matter, and what to do. Where nothing `is_wrong`, it is for the owner to know and to judge.
    """

    what: str
    cure: str
    is_wrong: bool = True


def note(what: str, cure: str) -> Finding:
    """
    Return something that may be as it should be.
    """
    return Finding(what, cure, is_wrong=False)
