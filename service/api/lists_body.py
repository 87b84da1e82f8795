"""
A site's lists as JSON: what may be said of an entry, and what is answered.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.api import body
from service.api.submission import Moment, invalid, nullable, sent
from service.core.decision import Verdict
from service.core.entries import Action, Entry, Kind
from service.core.entry_values import LONGEST_VALUE, BadEntry
from service.core.text import storable
from service.errors import InvalidField
from service.listing import LONGEST_NOTE, Rehearsed, entry
from service.wire import Environ

MOST_AT_ONCE = 1_000


class EntrySubmission(BaseModel, title="Entry"):
    """
    Something to look for in comments, and what to do with those that have it.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra=nullable)

    value: str = Field(max_length=LONGEST_VALUE, description="What to look for.")
    action: Action = Field(description="What to do; `discard` is a reject that no moderator need look at.")
    kind: Kind | None = Field(None, description="What the value is; left out, it is what it looks like.")
    expires_at: Moment | None = Field(None, description="Until when it counts: RFC 3339, with a zone.")
    note: str = Field("", max_length=LONGEST_NOTE, description="Why, for whoever reads the list later.")

    @model_validator(mode="before")
    @classmethod
    def _sent(cls, given: object) -> object:
        return sent(given, cls) if isinstance(given, dict) else given


class ListSubmission(BaseModel, title="Entries"):
    """
    Entries to be added to the lists of a site.
    """

    model_config = ConfigDict(extra="forbid")

    entries: list[EntrySubmission] = Field(min_length=1, max_length=MOST_AT_ONCE)


class EntryAnswer(BaseModel, title="ListedEntry"):
    """
    An entry of a site's lists.
    """

    id: int
    kind: Kind
    value: str = Field(description="As it is compared.")
    action: Action
    expires_at: datetime | None
    note: str
    who: str = Field(description="The key that it came by, or the command line.")


class ListAnswer(BaseModel, title="Lists"):
    """
    Entries of a site's lists, and what to think of about new ones.
    """

    entries: list[EntryAnswer]
    notes: list[str] | None = Field(None, description="Only of what was added.")


class HitsAnswer(BaseModel, title="Hits"):
    """
    What an entry would have decided on.
    """

    kind: Kind
    value: str
    action: Action
    accept: int = Field(description="How many of these comments were accepted,")
    hold: int = Field(description="held,")
    reject: int = Field(description="and rejected.")


class ChangeAnswer(BaseModel, title="Change"):
    """
    How many verdicts would have been others.
    """

    before: Verdict
    after: Verdict
    count: int
    examples: list[str] = Field(description="The ids of some of the decisions.")


class TrialAnswer(BaseModel, title="Trial"):
    """
    What entries would have done to the last comments of the site; nothing was stored.
    """

    comments: int = Field(description="How many comments were looked at.")
    entries: list[HitsAnswer]
    changes: list[ChangeAnswer]
    notes: list[str]


def read(environ: Environ, now: datetime) -> list[Entry]:
    """
    Return the entries of a body.

    Raises:
        InvalidField: one is not of its kind, or has expired already.
        BadRequest, BodyTooLarge, UnsupportedMediaType: as of `service.api.body`.
    """
    body.media_type(environ.get("CONTENT_TYPE", ""), environ.get("HTTP_CONTENT_ENCODING", ""), (body.JSON,))
    try:
        wish = ListSubmission.model_validate(body.from_json(body.raw(environ)))
    except ValidationError as error:
        raise invalid(error, ("this body", ListSubmission), ("an entry", EntrySubmission)) from None
    return [_wish(number, each, now) for number, each in enumerate(wish.entries)]


def _wish(number: int, wish: EntrySubmission, now: datetime) -> Entry:
    place = f"entries.{number}"
    if wish.expires_at and wish.expires_at <= now:
        raise InvalidField("`expires_at` has passed", field=f"{place}.expires_at")
    try:
        ends = wish.expires_at and wish.expires_at.astimezone(UTC)
        return entry(storable(wish.value), wish.action, wish.kind, ends, storable(wish.note))
    except OverflowError:
        raise InvalidField("`expires_at` is after the year 9999", field=f"{place}.expires_at") from None
    except BadEntry as error:
        raise InvalidField(str(error), field=f"{place}.value") from None


def entry_answer(stored: Entry) -> dict[str, Any]:
    """
    Return an `EntryAnswer`.
    """
    return {"id": stored.id, **asdict(stored)}


def trial_answer(rehearsed: Rehearsed, notes: list[str]) -> dict[str, Any]:
    """
    Return a `TrialAnswer`.
    """
    trial = rehearsed.trial
    hits = [
        {"kind": each.kind, "value": each.value, "action": each.action, **{v.value: counts[v] for v in Verdict}}
        for each, counts in trial.hits
    ]
    changes = [
        {"before": before, "after": after, "count": change.count, "examples": change.examples}
        for (before, after), change in trial.changes.items()
    ]
    return {"comments": trial.comments, "entries": hits, "changes": changes, "notes": [*notes, *rehearsed.notes]}
