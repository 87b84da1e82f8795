"""
The history of the model in use: one promotion a line, as `hamlet-train` writes them.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

HISTORY = "history.jsonl"


class DamagedHistory(Exception):
    """
    A history of which nothing can be told, and by which nobody can go back. The message says what to do.
    """


@dataclass(frozen=True, slots=True)
class Promotion:
    """
    One change of the model in use: `before` is the version that was, None for the first. `at` is in ISO 8601, UTC.

    `failed` names the gates that the version did not pass; `is_forced` tells that it was promoted past them.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    version: str
    before: str | None
    at: str
    who: str
    reason: str
    is_rollback: bool = False
    is_forced: bool = False
    failed: tuple[str, ...] = ()


_PROMOTION: TypeAdapter[Promotion] = TypeAdapter(Promotion)


def history(models: Path) -> list[Promotion]:
    """
    Return all promotions, the earliest first.

    Raises:
        DamagedHistory: a line of their file is no promotion.
    """
    path = models / HISTORY
    # Of bytes: a text is cut at U+2028 and the like as well, which a reason may hold.
    lines = path.read_bytes().splitlines() if path.is_file() else []
    try:
        return [_PROMOTION.validate_json(line, strict=True) for line in lines]
    except ValidationError as error:
        first = error.errors()[0]
        cause = ": ".join([*map(str, first["loc"]), first["msg"]])
        raise DamagedHistory(f"{path}: a line is no promotion ({cause}); restore the file or move it away") from error
