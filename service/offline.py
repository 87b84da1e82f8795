"""
Comments scored offline, row by row: no Redis, no store, nothing remembered.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.core import policy
from service.core.comment import Asked, Comment
from service.core.features import extract
from service.core.site import Site
from service.core.text import storable
from service.core.traffic import Observation, Quota
from service.model.scorer import Scorer
from service.rows import Row

# Nobody has limits here, and every text is seen for the first time.
_NOWHERE = Site(id=0, name="", key_id="")
_NEUTRAL = Observation(Quota(limit=0, remaining=0, reset=0))


def judge(rows: Iterable[Row], scorer: Scorer, site: str) -> Iterator[Row]:
    """
    Yield each row, in order, with `verdict`, `score` and `reasons` as of a comment of a site, or what is wrong with it.
    """
    for row in rows:
        try:
            yield row if row.error else Row(row.number, {**row.fields, **_judged(_comment(row.fields), scorer, site)})
        except ValueError as error:
            yield Row(row.number, error=str(error))


def in_words(row: Row) -> Row:
    """
    Return a checked row with its reasons as one text, for a cell of a table.
    """
    if row.error:
        return row
    return Row(row.number, {**row.fields, "reasons": "; ".join(map(_phrase, row.fields["reasons"]))})


def _comment(fields: Mapping[str, Any]) -> Comment:
    if "comment" not in fields:
        raise ValueError("`comment` is missing")
    name, url, honeypot = (_written(field, fields.get(field) or "") for field in ("name", "url", "honeypot"))
    return Comment(name, _written("comment", fields["comment"]), url=url, honeypot=honeypot)


def _written(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"`{field}` must be a text")
    return storable(value)


def _judged(comment: Comment, scorer: Scorer, site: str) -> dict[str, Any]:
    explanation = scorer.explain(extract(comment), site)
    decision = policy.decide("", Asked(_NOWHERE, comment), _NEUTRAL, explanation, scorer)
    # By way of the API's own answer, so that both always say the same.
    said = json.loads(decision.told_json)
    return {field: said[field] for field in ("verdict", "score", "reasons")}


def _phrase(reason: Mapping[str, Any]) -> str:
    quoted = ", ".join(reason.get("evidence", ()))
    return f"{reason['code']} {reason['weight']:+.2f}" + (f" ({quoted})" if quoted else "")
