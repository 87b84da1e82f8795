"""
Comments scored offline, line by line: no Redis, no store, nothing remembered.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from service import answer
from service.core import policy
from service.core.comment import Comment
from service.core.features import extract
from service.core.site import Site
from service.core.text import storable
from service.core.traffic import Observation, Quota
from service.scorer import Scorer

# Nobody has limits here, and every text is seen for the first time.
_NOWHERE = Site(id=0, name="", key_id="")
_NEUTRAL = Observation(Quota(limit=0, remaining=0, reset=0))


@dataclass(frozen=True, slots=True)
class Checked:
    """
    A line of the answer, and what was wrong with the line that it answers.
    """

    text: str
    error: str | None = None


def check(lines: Iterable[bytes], scorer: Scorer) -> Iterator[Checked]:
    """
    Yield an answer for each line that is not blank, in order: its object with `verdict`, `score` and `reasons`, or
    `{"line": …, "error": …}` in its place.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _row(line)
            text = _text({**row, **_judged(_comment(row), scorer)})
        except RecursionError:
            yield _bad(number, "nested too deeply")
        except ValueError as error:
            yield _bad(number, str(error))
        else:
            yield Checked(text)


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    return row


def _comment(row: dict[str, Any]) -> Comment:
    if "comment" not in row:
        raise ValueError("`comment` is missing")
    name, url, honeypot = (_written(field, row.get(field) or "") for field in ("name", "url", "honeypot"))
    return Comment(name, _written("comment", row["comment"]), url=url, honeypot=honeypot)


def _written(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"`{field}` must be a text")
    return storable(value)


def _judged(comment: Comment, scorer: Scorer) -> dict[str, Any]:
    explanation = scorer.explain(extract(comment))
    decision = policy.decide("", _NOWHERE, comment, _NEUTRAL, explanation, scorer.version, scorer.thresholds)
    # By way of the API's own answer, so that both always say the same.
    said = json.loads(answer.to_body(decision))
    return {field: said[field] for field in ("verdict", "score", "reasons")}


def _text(row: dict[str, Any]) -> str:
    text = json.dumps(row, ensure_ascii=False)
    # A lone surrogate has no bytes in UTF-8; its escape has.
    return text if storable(text) is text else json.dumps(row)


def _bad(number: int, error: str) -> Checked:
    return Checked(json.dumps({"line": number, "error": error}), f"line {number}: {error}")
