"""
How much of the behavioural suite may fail, read strictly from TOML; every limit there has its reason.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

from training.errors import BadParams

LIMITS = Path(__file__).with_name("suite") / "limits.toml"


@dataclass(frozen=True, slots=True)
class Rate:
    """
    The share of comments that may fail: of all, of a part (a kind or a language), and of kinds that get more slack.
    """

    overall: float
    part: float
    kinds: Mapping[str, float]

    def most(self, part: str, rows: int) -> int:
        """
        Return how many of the rows of a part may fail. A share above zero always allows a part one of its few.

        >>> rate = Rate(0.05, 0.1, {"praise": 0.4})
        >>> rate.most("all", 366), rate.most("praise", 29), rate.most("in vi", 4)
        (18, 11, 1)
        """
        if part == "all":
            return floor(self.overall * rows)
        share = self.kinds.get(part, self.part)
        return max(1, floor(share * rows)) if share else 0


@dataclass(frozen=True, slots=True)
class Shift:
    """
    How far a score may fall and rise, in log-odds, when nothing has changed for the reader; `most` may go further.
    """

    fall: float
    rise: float
    most: float


@dataclass(frozen=True, slots=True)
class Limits:
    """
    The limits of every check; `tolerance` is what a directional claim forgives, in log-odds.
    """

    rates: Mapping[str, Rate]
    shifts: Mapping[str, Shift]
    tolerance: float


def read_limits(path: Path = LIMITS) -> Limits:
    """
    Return the limits of a file.

    Raises:
        BadParams: the file is missing or no TOML, or a limit lacks a number or its reason.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        return Limits(
            rates={name: _rate(said) for name, said in given["rates"].items()},
            shifts={name: Shift(**_reasoned(said)) for name, said in given["shifts"].items()},
            tolerance=_reasoned(given["directions"])["tolerance"],
        )
    except (OSError, tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError) as error:
        raise BadParams(f"{path}: {error!r}") from error


def _rate(said: Mapping[str, Any]) -> Rate:
    kinds = {kind: _reasoned(slack)["share"] for kind, slack in said.get("kinds", {}).items()}
    return Rate(**_reasoned({name: value for name, value in said.items() if name != "kinds"}), kinds=kinds)


def _reasoned(said: Mapping[str, Any]) -> dict[str, Any]:
    if not said["reason"]:
        raise KeyError("reason")
    return {name: value for name, value in said.items() if name != "reason"}
