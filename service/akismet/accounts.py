"""
The calls about a key: is it known, and what has been done with it.

An account here is a site. It has no plan and no monthly limit; held comments are counted as calls, and neither as spam
nor as ham. What moderators corrected is counted when they did it.
"""

import csv
import io
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response
from pydantic_core import to_json

from service.akismet.answers import invalid, text
from service.akismet.parts import Call, Parts
from service.errors import InvalidField
from service.store.statistics import Tally

JSON = "application/json"
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_COLUMNS = ("Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked")
# As clients ask; "all" goes back five years.
_MONTHS = {"6-months": 6, "all": 60}
_DAYS = 60


def usage_limit(call: Call, parts: Parts) -> Response:
    """
    Return how many comments the site sent this month, as JSON; there is no limit on that.
    """
    now = parts.clock()
    (month,) = parts.statistics.tallies(call.site.id, [_month_start(now, 0), now])
    answer: dict[str, Any] = {"limit": "none", "usage": month.total, "percentage": "0.00", "throttled": False}
    if call.fields.is_on("extended"):
        answer |= {"notice_level": "NOTICE_NONE", "upgrade": False}
    return _json(answer)


def key_sites(call: Call, parts: Parts) -> Response:
    """
    Return the sites of a key, of which there is one, with its numbers of a month, as JSON or CSV.
    """
    month = call.fields.text("month") or f"{parts.clock():%Y-%m}"
    limit, offset = _number(call, "limit", 500), _number(call, "offset", 0)
    (tally,) = parts.statistics.tallies(call.site.id, _bounds_of(month))
    found = [_site_row(call.site.name, tally)] if call.fields.text("filter") in call.site.name else []
    shown = found[offset : offset + limit]
    if call.fields.text("format") == "csv":
        head = f"Active sites for {call.key} during {month} (limit:{limit}, offset: {offset}, total: {len(found)})"
        return text(_csv(head, shown), media_type="text/csv")
    return _json({month: shown, "limit": limit, "offset": offset, "total": len(found)})


def stats(call: Call, parts: Parts) -> Response:
    """
    Return the numbers of the last 60 days by day, or of six months or five years by month, as JSON.
    """
    now, wish = parts.clock(), call.fields.text("from") or "all"
    if wish == f"{_DAYS}-days":
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        starts, form = [today - timedelta(days=ago) for ago in range(_DAYS - 1, -1, -1)], "%Y-%m-%d"
    elif wish in _MONTHS:
        starts, form = [_month_start(now, ago) for ago in range(_MONTHS[wish] - 1, -1, -1)], "%Y-%m"
    else:
        raise InvalidField("from must be 60-days, 6-months or all", field="from")
    periods = [*zip(starts, parts.statistics.tallies(call.site.id, [*starts, now]), strict=True)]
    breakdown = {
        f"{start:{form}}": {**_numbers(tally), "da": f"{start:%Y-%m-%d}"}
        for start, tally in periods
        if tally.total or tally.missed_spam or tally.false_positives
    }
    sums = {name: sum(_numbers(tally)[name] for _, tally in periods) for name in _numbers(Tally())}
    return _json({**sums, "accuracy": _accuracy(sums), "time_saved": 0, "breakdown": breakdown})


def subscription(call: Call, _: Parts) -> Response:
    """
    Return the account that a site stands for, as JSON: it is always active.
    """
    name = call.site.name
    account = {"account_id": call.site.id, "account_type": "self-hosted", "account_name": name, "status": "active"}
    return _json({**account, "next_billing_date": "", "limit_reached": False})


def token(_: Call, __: Parts) -> Response:
    """
    Return a refusal: a token opens pages of Akismet's own, and there are none here.
    """
    return invalid("there are no tokens here; use the key")


def _site_row(name: str, tally: Tally) -> dict[str, str | bool]:
    counts = {"api_calls": tally.total, **_numbers(tally)}
    return {"site": name, **{what: str(number) for what, number in counts.items()}, "is_revoked": False}


def _numbers(tally: Tally) -> dict[str, int]:
    return {
        "spam": tally.rejected,
        "ham": tally.accepted,
        "missed_spam": tally.missed_spam,
        "false_positives": tally.false_positives,
    }


def _accuracy(sums: dict[str, int]) -> float | None:
    """
    Return the percentage of spam and ham that nobody corrected; None if there is neither.
    """
    told = sums["spam"] + sums["ham"]
    wrong = min(told, sums["missed_spam"] + sums["false_positives"])
    return round(100 * (1 - wrong / told), 2) if told else None


def _csv(head: str, rows: list[dict[str, str | bool]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    out.write(f"{head}\n")
    writer.writerow(_COLUMNS)
    writer.writerows(
        [str(value).lower() if isinstance(value, bool) else value for value in row.values()] for row in rows
    )
    return out.getvalue()


def _number(call: Call, name: str, otherwise: int) -> int:
    given = call.fields.text(name).strip() or str(otherwise)
    if not (given.isascii() and given.isdecimal() and len(given) <= 9):
        raise InvalidField(f"{name} must be a whole number", field=name)
    return int(given)


def _bounds_of(month: str) -> list[datetime]:
    match = _MONTH.fullmatch(month)
    if not match:
        raise InvalidField("month must be a month of this century, like 2026-11", field="month")
    start = datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
    return [start, start + timedelta(days=monthrange(start.year, start.month)[1])]


def _month_start(now: datetime, ago: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - ago, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _json(answer: object) -> Response:
    return text(to_json(answer).decode(), media_type=JSON)
