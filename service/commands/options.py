"""
Options and arguments that several commands have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

LONGEST_NAME = 200
# The word that sets a setting back.
DEFAULT = "default"
NAME = click.argument("name")


def _printable(_: click.Context, __: click.Parameter, name: str) -> str:
    if not name or name != name.strip() or not name.isprintable():
        raise click.BadParameter("a name has no spaces at its ends and nothing that cannot be printed")
    if len(name) > LONGEST_NAME:
        raise click.BadParameter(f"a name has at most {LONGEST_NAME} characters")
    return name


# The name of something new; what nobody could type again is refused.
NEW_NAME = click.argument("name", callback=_printable)
SITE = click.option("--site", required=True, help="The site's name.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


def threshold_options(command: Any) -> Any:
    """
    Add the options that are the fields of `OwnThresholds`.
    """
    for option, text in (
        ("--reject-at", "Reject what scores this or more; wins over --max-false-reject."),
        ("--accept-below", "Accept what scores less than this; wins over --max-spam-accepted."),
        ("--max-spam-accepted", "Accept so that at most this share of the spam is, such as 0.05."),
        ("--max-false-reject", "Reject so that at most this share of the good comments is, such as 0.0005."),
    ):
        command = click.option(option, type=or_default(float), metavar=f"N|{DEFAULT}", help=text)(command)
    return command


def or_default(kind: type[int] | type[float]) -> Callable[[str], float | str]:
    """
    Return what reads a number, or the word that sets it back.
    """

    def convert(value: str) -> float | str:
        if value == DEFAULT:
            return value
        try:
            return kind(value)
        except ValueError:
            what = "whole number" if kind is int else "number"
            raise click.BadParameter(f"{value!r} is no {what}; give one, or `{DEFAULT}`") from None

    return convert


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the options that were typed; None for those that were set back to the default.
    """
    return {name: None if value == DEFAULT else value for name, value in options.items() if value is not None}
