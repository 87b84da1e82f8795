"""
What a newer Hamlet may have written into a shared store, read by an older one.

A word that is acted on is read by `known`, and whoever reads it says what takes the place of one that is not known. A
word that is only shown stays the text that it is. Rows that could only be acted on wrongly are left out by the query.
"""

from enum import StrEnum
from typing import TypeVar

_Words = TypeVar("_Words", bound=StrEnum)


def known(words: type[_Words], text: str) -> _Words | None:
    """
    Return the word of an enum that a text is; None if only a newer Hamlet knows it.

    >>> from service.core.labels import Label
    >>> known(Label, "spam"), known(Label, "satire")
    (<Label.SPAM: 'spam'>, None)
    """
    return next((word for word in words if word == text), None)
