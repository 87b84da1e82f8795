"""
Dataclasses for what is made for every comment: frozen for the type checker alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

__all__ = ["light_dataclass"]

_Class = TypeVar("_Class")

if TYPE_CHECKING:
    from dataclasses import dataclass as light_dataclass
else:

    def light_dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type[_Class]], type[_Class]]:
        """
        Return what makes a class a dataclass that is compared and hashed by its fields.

        Python keeps a frozen one from being changed, at the price of a call for each field when one is made: for the
        hundred fields of a comment's values a twentieth of what its decision takes. Mypy finds what would change them.

        >>> @light_dataclass(frozen=True, slots=True)
        ... class Point:
        ...     x: int
        >>> {Point(1)} == {Point(1)}
        True
        """
        return dataclass(slots=slots, unsafe_hash=frozen)
