"""
What a site may set for itself, checked before it is stored. The messages name the options of `hamlet sites set`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row

from service.core.scripts import scripts_of
from service.core.site import OwnThresholds
from service.store.errors import BadSiteSetting

# Redis counts in doubles and answers in whole numbers of 64 bits: far above this, a quota would come back below 0.
HIGHEST_LIMIT = 1_000_000_000
_SCORES = ("accept_below", "reject_at")


def own_thresholds(row: Row[Any]) -> OwnThresholds:
    return OwnThresholds(**{field.name: getattr(row, field.name) for field in fields(OwnThresholds)})


def with_limits(limits: Mapping[str, int], changes: Mapping[str, int | None]) -> dict[str, int]:
    """
    Return the limits that a site sets after a change; None takes one away, so that the default counts again.

    Raises:
        BadSiteSetting: a limit is out of bounds.
    """
    for name, number in changes.items():
        if number is not None and not 0 <= number <= HIGHEST_LIMIT:
            raise BadSiteSetting(f"{option(name)} is {number}; give 0 for no limit, or up to {HIGHEST_LIMIT}")
    return {name: number for name, number in {**limits, **changes}.items() if number is not None}


def with_thresholds(own: OwnThresholds, changes: Mapping[str, float | None]) -> OwnThresholds:
    """
    Return what a site sets of thresholds after a change; None takes one away, so that the model's counts again.

    Raises:
        BadSiteSetting: a threshold is out of bounds, or the two scores are out of order.
    """
    for name, number in changes.items():
        if number is None:
            continue
        if name in _SCORES and not 0 <= number <= 1:
            raise BadSiteSetting(f"{option(name)} is {number}; give a score from 0 to 1")
        if name not in _SCORES and not 0 < number < 1:
            raise BadSiteSetting(f"{option(name)} is {number}; give a rate above 0 and below 1, such as 0.001")
    own = replace(own, **changes)
    if own.accept_below is not None and own.reject_at is not None and own.accept_below > own.reject_at:
        raise BadSiteSetting(
            f"--accept-below {own.accept_below} is above --reject-at {own.reject_at}; "
            "change one of them, or give one back to the model with `default`"
        )
    return own


def with_languages(row: Row[Any], languages: Sequence[str] | None, hold_others: bool | None) -> dict[str, Any]:
    """
    Return a site's languages after a change, and whether it has comments in other scripts held.

    Raises:
        BadSiteSetting: a language is not known, or other scripts are to be held and no language is set.
    """
    spoken = row.languages if languages is None else [*dict.fromkeys(language.lower() for language in languages)]
    holds = row.hold_other_scripts if hold_others is None else hold_others
    for language in spoken:
        if not scripts_of((language,)):
            raise BadSiteSetting(f"--languages: {language!r} is no language of two or three letters, such as en or uk")
    if holds and not spoken:
        raise BadSiteSetting("--hold-other-scripts needs to know what the site is written in: give --languages too")
    return {"languages": spoken, "hold_other_scripts": holds}


def option(name: str) -> str:
    """
    Return a setting as it is typed.

    >>> option("reject_at")
    '--reject-at'
    """
    return f"--{name.replace('_', '-')}"
