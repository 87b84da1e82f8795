"""
The list of comments, deciding on them, and taking a decision back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl

from flask import Blueprint, Response, redirect, render_template, request, url_for

from service.core.labels import Label
from service.core.summary import REASONS
from service.errors import DecidedMeanwhile, InvalidField, NotFound
from service.labelling import Labelling
from service.moderate import filters
from service.moderate.card import Card, draw
from service.moderate.session import moderator
from service.moderate.sites import chosen_site, own_sites
from service.store.browsing import MOST_COUNTED, Alike, Browsing, Filter, Order, Shown

PAGE = 25
MOST_AT_ONCE = 200
FEW_OTHERS = 3


@dataclass(frozen=True, slots=True)
class _Choice:
    id: str
    seen: Label | None


def install(pages: Blueprint, browsing: Browsing, labelling: Labelling) -> None:
    """
    Add the list, a closer look at one comment, and what can be done to them.
    """

    @pages.get("/")
    def show() -> Response:
        sites = own_sites(browsing)
        site_id = chosen_site(sites, request.args.get("site", ""))
        chosen, before = filters.read(request.args), request.args.get("before", "")
        # One more than shown tells whether there is a next page.
        # All of an author, a campaign or a reason are on one page, to be decided on together.
        most = MOST_AT_ONCE if chosen.alike or chosen.reason else PAGE
        found = browsing.page(site_id, chosen, most + 1, before)
        cards = [draw(each) for each in found[:most]]
        following = filters.write(chosen, site=site_id, before=cards[-1].id) if len(found) > most else ""
        count = browsing.waiting(site_id)
        return _page(
            "list.html",
            sites=sites,
            site_id=site_id,
            cards=cards,
            chosen=chosen,
            form=filters.in_form(chosen),
            back=filters.write(chosen, site=site_id),
            following=following,
            waiting=f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}",
            shown=[*Shown],
            orders=[*Order],
            reasons=REASONS,
            link=lambda **changes: filters.write(filters.read({**request.args.to_dict(), **changes}), site=site_id),
        )

    @pages.get("/comments/<decision_id>")
    def look(decision_id: str) -> Response:
        site_id = chosen_site(own_sites(browsing), request.args.get("site", ""))
        card = _card(browsing, site_id, decision_id)
        said = labelling.of(site_id, decision_id)
        return _page("closer.html", card=card, said=said, others=_others(browsing, site_id, card), site_id=site_id)

    @pages.post("/decide")
    def decide() -> Response:
        site_id, label = chosen_site(own_sites(browsing), request.form.get("site", "")), _label()
        refused: set[str] = set()
        choices = _choices()
        for choice in choices:
            try:
                labelling.decide(site_id, choice.id, label, moderator().name, choice.seen)
            except DecidedMeanwhile:
                refused.add(choice.id)
        return _after(browsing, site_id, choices, refused, f"{len(choices) - len(refused)} decided: {label}.")

    @pages.post("/undo")
    def undo() -> Response:
        site_id, choices = chosen_site(own_sites(browsing), request.form.get("site", "")), _choices()
        # Of what somebody else said nothing is taken back, but it can be overruled.
        refused = {choice.id for choice in choices if not labelling.take_back(site_id, choice.id, moderator().name)}
        return _after(browsing, site_id, choices, refused, f"{len(choices) - len(refused)} taken back.", is_undo=True)


def _after(
    browsing: Browsing, site_id: int, choices: list[_Choice], refused: set[str], told: str, *, is_undo: bool = False
) -> Response:
    """
    Return the changed comments where only these are replaced, else the way back to the list.
    """
    back = _back(site_id)
    if "HX-Request" not in request.headers:
        return cast("Response", redirect(f"{url_for('moderate.show')}?{back}", 303))
    cards = [_card(browsing, site_id, choice.id) for choice in choices]
    undo = [] if is_undo else [card for card in cards if card.id not in refused]
    why = "somebody else said so; decide to overrule them" if is_undo else "somebody else decided meanwhile"
    parts = {"cards": cards, "refused": refused, "told": told, "why": why, "undo": undo}
    return _page("changed.html", **parts, site_id=site_id, back=back)


def _card(browsing: Browsing, site_id: int, decision_id: str) -> Card:
    found = browsing.one(site_id, decision_id)
    if found is None:
        raise NotFound("this site has no such comment")
    return draw(found)


def _others(browsing: Browsing, site_id: int, card: Card) -> dict[Alike, list[Card]]:
    """
    Return by what else comments are like this one, each with the newest few; none of a campaign, which takes longer to
    find than a look should.
    """
    others = {}
    for by in card.alike:
        few = FEW_OTHERS + 1 if by is not Alike.CAMPAIGN else 0
        found = browsing.page(site_id, Filter(Shown.ALL, alike=by, of=card.id), few) if few else []
        others[by] = [draw(each) for each in found if each.decision.id != card.id][:FEW_OTHERS]
    return others


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


def _page(template: str, **values: object) -> Response:
    return Response(render_template(f"moderate/{template}", moderator=moderator(), **values))
