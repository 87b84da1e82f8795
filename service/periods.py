"""
Spans of time as people type them at the command line.
"""

import re
from datetime import timedelta
from typing import Any

import click

_PERIOD = re.compile(r"(\d{1,5})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Period(click.ParamType[timedelta]):
    """
    A whole number of minutes, hours or days: 30m, 12h, 7d.
    """

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """
        Return the span. What is none ends the command with the way to write one.

        >>> Period().convert("7d", None, None)
        datetime.timedelta(days=7)
        """
        if isinstance(value, timedelta):
            return value
        match = _PERIOD.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is no span of time; write 30m, 12h or 7d", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


PERIOD = Period()
