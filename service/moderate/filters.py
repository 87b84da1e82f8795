"""
What a moderator wants to see, read from an address and written into one.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from service.api.asking import is_plausible
from service.errors import InvalidField
from service.store.browsing import Alike, Filter, Order, Shown

LONGEST_TEXT = 200
PERCENT = 100


def read(given: Mapping[str, str]) -> Filter:
    """
    Return the filter of an address; what is not there, or empty, is as in `Filter`.

    Raises:
        InvalidField: a part of it makes no sense.
    """
    values = {name: _read(name, text) for field in fields(Filter) if (text := given.get(name := field.name, ""))}
    return Filter(**values)


def write(chosen: Filter, **more: str | int) -> str:
    """
    Return the query string of a filter, with what else belongs in it.

    >>> write(Filter(text="pay day", low=0.5), site=1)
    'site=1&text=pay+day&low=50'
    """
    values = [(field.name, getattr(chosen, field.name), field.default) for field in fields(chosen)]
    told = {name: _write(name, value) for name, value, default in values if value not in (None, "", default)}
    return urlencode({**{name: value for name, value in more.items() if value}, **told})


def in_form(chosen: Filter) -> dict[str, str]:
    """
    Return the fields of a filter as a form shows them.
    """
    return {field.name: _write(field.name, getattr(chosen, field.name)) for field in fields(chosen)}


def _read(name: str, text: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "shown": Shown,
        "order": Order,
        "alike": Alike,
        "since": _day,
        "until": lambda day: _day(day) + timedelta(days=1),
        "low": _share,
        "high": _share,
        "of": _plausible,
        "reason": _code,
        "text": lambda words: words[:LONGEST_TEXT].strip(),
    }
    try:
        return readers[name](text)
    except (ValueError, OverflowError):
        raise InvalidField(f"`{name}` makes no sense; go back, and change or empty it", field=name) from None


def _write(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        # `until` means all of its day.
        return (value - timedelta(days=1) if name == "until" else value).date().isoformat()
    return f"{value * PERCENT:g}" if isinstance(value, float) else str(value)


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)


def _share(text: str) -> float:
    share = float(text) / PERCENT
    if not 0 <= share <= 1:
        raise ValueError
    return share


def _plausible(text: str) -> str:
    if not is_plausible(text):
        raise ValueError
    return text


def _code(text: str) -> str:
    if len(text) > LONGEST_TEXT or not text.isidentifier():
        raise ValueError
    return text
