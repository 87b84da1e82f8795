"""
The JSON edge for a site's lists: what is on them, more of it, less of it, and what it would have done.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from service.api.answer import as_json, no_content
from service.api.asking import caller, parameters, whole_number
from service.api.lists_body import entry_answer, read, trial_answer
from service.core.site import Scope
from service.errors import InvalidField, NotFound
from service.gate import Gate
from service.listing import Listing, remarks
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
        site = caller(gate, Scope.ADMIN)
        parameters()
        return as_json({"entries": [entry_answer(each) for each in listing.of(site.name)]})

    @api.post(LISTS)
    def add() -> Response:
        site = caller(gate, Scope.ADMIN)
        is_dry, last = _options(parameters("dry_run", "last"))
        entries = read(request.environ, listing.clock())
        notes = remarks(entries)
        if is_dry:
            return as_json(trial_answer(listing.rehearse(site.name, entries, last), notes))
        try:
            stored = listing.add(site.name, entries, f"key {site.key_id}")
        except TooManyEntries as error:
            raise InvalidField(str(error), field="entries") from None
        return as_json({"entries": [entry_answer(each) for each in stored], "notes": notes}, 201)

    @api.delete(f"{LISTS}/<int(max=2147483647):entry_id>")
    def remove(entry_id: int) -> Response:
        site = caller(gate, Scope.ADMIN)
        parameters()
        if not listing.remove(site.name, [entry_id]):
            raise NotFound("this site's lists have no entry of this id")
        return no_content()

    return api


def _options(given: Mapping[str, str]) -> tuple[bool, int]:
    dry_run = given.get("dry_run", "false")
    if dry_run not in ("true", "false"):
        raise InvalidField("`dry_run` must be true or false", field="dry_run")
    return dry_run == "true", whole_number(given, "last", LAST, MOST_LAST)
