"""
Deciding on comments, and taking a decision back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, request, url_for

from service.core.labels import Label
from service.errors import DecidedMeanwhile, InvalidField, NotFound
from service.labelling import Labelling
from service.moderate import filters
from service.moderate.queue import MOST_AT_ONCE, card_of, counted
from service.moderate.session import moderator, page_of
from service.moderate.sites import chosen_site, own_sites
from service.store.browsing import Browsing, Filter


@dataclass(frozen=True, slots=True)
class _Choice:
    id: str
    seen: Label | None


def install(pages: Blueprint, browsing: Browsing, labelling: Labelling) -> None:
    """
    Add what can be done to comments, one or many.
    """

    @pages.post("/decide")
    def decide() -> Response:
        site_id, label = chosen_site(own_sites(browsing), request.form.get("site", "")), _label()
        choices, who = _choices(), moderator().name
        decided = partial(labelling.decide, site_id, label=label, who=who)
        refused = {each.id for each in choices if not _is_done(partial(decided, each.id, seen=each.seen))}
        return _after(browsing, site_id, choices, refused, f"{len(choices) - len(refused)} decided: {label}.")

    @pages.post("/undo")
    def undo() -> Response:
        site_id = chosen_site(own_sites(browsing), request.form.get("site", ""))
        choices, who = _choices(), moderator().name
        # Of what somebody else said nothing is taken back, but it can be overruled.
        taken = labelling.take_back(site_id, {each.id: each.seen for each in choices}, who)
        refused = {each.id for each in choices} - taken
        return _after(browsing, site_id, choices, refused, f"{len(taken)} taken back.", is_undo=True)


def _is_done(act: Callable[[], object]) -> bool:
    # What was erased since the page was drawn is not there any more, and keeps no other comment from being decided on.
    try:
        act()
    except (DecidedMeanwhile, NotFound):
        return False
    return True


def _after(
    browsing: Browsing, site_id: int, choices: list[_Choice], refused: set[str], told: str, *, is_undo: bool = False
) -> Response:
    """
    Return the changed comments where only these are replaced, else the way back to the list.
    """
    back = _back(site_id)
    if "HX-Request" not in request.headers and not refused:
        told_at = "undone" if is_undo else "decided"
        return cast("Response", redirect(f"{url_for('moderate.show')}?{back}#{told_at}", 303))
    cards = [card_of(browsing, site_id, choice.id) for choice in choices]
    undo = [] if is_undo else [card for card in cards if card.id not in refused]
    kept = "you took it back already, or somebody else said so; decide to overrule them"
    why = kept if is_undo else "somebody else decided meanwhile"
    if any(card.is_erased for card in cards):
        why = f"it was erased, or {why}"
    parts = {"cards": cards, "refused": refused, "told": told, "why": why, "undo": undo}
    if "HX-Request" in request.headers:
        waiting = counted(browsing.waiting(site_id))
        return page_of("moderate/changed.html", **parts, site_id=site_id, back=back, waiting=waiting)
    # Where no script puts them into the list, whoever came second is told on a page of its own.
    return page_of("moderate/refused.html", **parts, site_id=site_id, back=back)


def _choices() -> list[_Choice]:
    choices = list(_chosen())
    if not 0 < len(choices) <= MOST_AT_ONCE:
        raise InvalidField(f"choose from 1 to {MOST_AT_ONCE} comments", field="choice")
    return choices


def _chosen() -> Iterator[_Choice]:
    for text in dict.fromkeys(request.form.getlist("choice")):
        decision_id, _, seen = text.partition("|")
        if seen not in ("", *Label):
            raise InvalidField("`choice` must be a decision and the label that it had", field="choice")
        yield _Choice(decision_id, Label(seen) if seen else None)


def _label() -> Label:
    try:
        return Label(request.form.get("label", ""))
    except ValueError:
        raise InvalidField("`label` must be spam or ham", field="label") from None


def _back(site_id: int) -> str:
    # Read and written again, so that it leads nowhere but to the list.
    try:
        chosen = filters.read(dict(parse_qsl(request.form.get("back", ""))))
    except InvalidField:
        chosen = Filter()
    return filters.write(chosen, site=site_id)
