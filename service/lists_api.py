"""
The JSON edge for a site's lists: what is on them, more of it, less of it, and what it would have done.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request
from pydantic_core import to_json

from service.core.site import Scope, Site
from service.errors import InvalidField, NotFound
from service.gate import Gate
from service.listing import Listing, remarks
from service.lists_body import entry_answer, read, trial_answer
from service.store.errors import TooManyEntries

LISTS = "/v1/lists"
# What a dry run looks at: as much as takes a second or so.
LAST, MOST_LAST = 1_000, 5_000


def blueprint(listing: Listing, gate: Gate) -> Blueprint:
    """
    Return the routes under `/v1/lists`, for keys of the scope admin.
    """
    api = Blueprint("lists", __name__)

    @api.get(LISTS)
    def show() -> Response:
        site = _caller(gate)
        return _answer({"entries": [entry_answer(each) for each in listing.of(site.name)]})

    @api.post(LISTS)
    def add() -> Response:
        site = _caller(gate)
        is_dry, last = _options(request.args)
        entries = read(request.environ, listing.clock())
        notes = remarks(entries)
        if is_dry:
            return _answer(trial_answer(listing.rehearse(site.name, entries, last), notes))
        try:
            stored = listing.add(site.name, entries, f"key {site.key_id}")
        except TooManyEntries as error:
            raise InvalidField(str(error), field="entries") from None
        return _answer({"entries": [entry_answer(each) for each in stored], "notes": notes}, 201)

    @api.delete(f"{LISTS}/<int(max=2147483647):entry_id>")
    def remove(entry_id: int) -> Response:
        site = _caller(gate)
        if not listing.remove(site.name, [entry_id]):
            raise NotFound("this site's lists have no entry of this id")
        return Response(status=204)

    return api


def _caller(gate: Gate) -> Site:
    site = gate.caller(request.environ, scope=Scope.ADMIN)
    g.site = site.name
    return site


def _options(given: Mapping[str, str]) -> tuple[bool, int]:
    dry_run, last = given.get("dry_run", "false"), given.get("last", str(LAST))
    if dry_run not in ("true", "false"):
        raise InvalidField("`dry_run` must be true or false", field="dry_run")
    if not (last.isascii() and last.isdecimal() and 1 <= int(last[:9]) <= MOST_LAST):
        raise InvalidField(f"`last` must be a number from 1 to {MOST_LAST}", field="last")
    return dry_run == "true", int(last)


def _answer(content: Mapping[str, Any], status: int = 200) -> Response:
    return Response(to_json(content), status, {"Content-Type": "application/json", "Cache-Control": "no-store"})
