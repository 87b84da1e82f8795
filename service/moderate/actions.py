"""
Deciding on comments, and taking a decision back.
"""

from collections.abc import Collection
from typing import cast
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, request, url_for

from service.api.asking import is_plausible
from service.core.labels import Label
from service.errors import InvalidField
from service.labelling import Labelling
from service.moderate import filters
from service.moderate.queue import MOST_AT_ONCE, cards_of, counted
from service.moderate.session import moderator, page_of
from service.moderate.sites import chosen_site, own_sites
from service.store.browsing import Browsing, Filter


def install(pages: Blueprint, browsing: Browsing, labelling: Labelling) -> None:
    """
    Add what can be done to comments, one or many.
    """

    @pages.post("/decide")
    def decide() -> Response:
        site_id, label = chosen_site(own_sites(browsing), request.form.get("site", "")), _label()
        seen = _seen()
        decided = labelling.decide(site_id, seen, label, moderator().name)
        return _after(browsing, site_id, seen, decided, f"{len(decided)} decided: {label}.")

    @pages.get("/decide")
    @pages.get("/undo")
    def look_again() -> Response:
        # Where no script ran, the address of what was done stays in the bar.
        return cast("Response", redirect(url_for("moderate.show"), 303))

    @pages.post("/undo")
    def undo() -> Response:
        site_id = chosen_site(own_sites(browsing), request.form.get("site", ""))
        seen = _seen()
        # What somebody else said is not taken back, but can be overruled.
        taken = labelling.take_back(site_id, seen, moderator().name)
        return _after(browsing, site_id, seen, taken, f"{len(taken)} taken back.", is_undo=True)


def _after(
    browsing: Browsing, site_id: int, chosen: Collection[str], done: set[str], told: str, *, is_undo: bool = False
) -> Response:
    """
    Return the changed comments where only these are replaced, else the way back to the list.
    """
    back, refused = _back(site_id), {*chosen} - done
    if "HX-Request" not in request.headers and not refused:
        told_at = "undone" if is_undo else "decided"
        return cast("Response", redirect(f"{url_for('moderate.show')}?{back}#{told_at}", 303))
    cards = cards_of(browsing, site_id, chosen)
    undo = [] if is_undo else [card for card in cards if card.id in done]
    kept = "you took it back already, or somebody else said so; decide to overrule them"
    why = kept if is_undo else "somebody else decided meanwhile"
    if any(card.is_erased for card in cards):
        why = f"it was erased, or {why}"
    parts = {"cards": cards, "refused": refused, "told": told, "why": why, "undo": undo}
    if "HX-Request" in request.headers:
        waiting = counted(browsing.waiting(site_id))
        return page_of("moderate/changed.html", **parts, site_id=site_id, back=back, waiting=waiting)
    # Where no script puts the cards into the list, whoever came second is told on a page of its own.
    return page_of("moderate/refused.html", **parts, site_id=site_id, back=back)


def _seen() -> dict[str, Label | None]:
    """
    Return the labels that the chosen comments had on the page, by their ids.
    """
    chosen: dict[str, Label | None] = {}
    for text in request.form.getlist("choice"):
        decision_id, _, seen = text.partition("|")
        if seen not in ("", *Label):
            raise InvalidField("`choice` must be a decision and the label that it had", field="choice")
        chosen[decision_id] = Label(seen) if seen else None
    if not 0 < len(chosen) <= MOST_AT_ONCE:
        raise InvalidField(f"choose from 1 to {MOST_AT_ONCE} comments", field="choice")
    return chosen


def _label() -> Label:
    try:
        return Label(request.form.get("label", ""))
    except ValueError:
        raise InvalidField("`label` must be spam or ham", field="label") from None


def _back(site_id: int) -> str:
    # Read and written again, so that it leads nowhere but to the list.
    back = dict(parse_qsl(request.form.get("back", "")))
    try:
        chosen = filters.read(back)
    except InvalidField:
        chosen = Filter()
    before = back.get("before", "")
    return filters.write(chosen, site=site_id, before=before if is_plausible(before) else "")
