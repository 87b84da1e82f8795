"""
The list of comments, and a closer look at one of them.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import cache

from flask import Blueprint, Response, request

from service.core.summary import REASONS
from service.errors import NotFound
from service.labelling import Labelling
from service.moderate import filters
from service.moderate.card import Card, draw
from service.moderate.marking import revealed
from service.moderate.session import page_of
from service.moderate.sites import chosen_site, opened_site, own_sites
from service.store.browsing import MOST_COUNTED, Alike, Browsing, Filter, Order, Shown

PAGE = 25
MOST_AT_ONCE = 200
FEW_OTHERS = 3


def install(pages: Blueprint, browsing: Browsing, labelling: Labelling) -> None:
    """
    Add the list, and a closer look at one comment.
    """

    @pages.get("/")
    def show() -> Response:
        sites = own_sites(browsing)
        # The store is asked for each only once, though choosing the site to open needs both too.
        waiting, busy = cache(browsing.waiting), cache(browsing.busy)
        site_id = opened_site(sites, request.args.get("site", ""), waiting, busy)
        count = waiting(site_id)
        # Whoever has nothing to do at one site is told of the others.
        elsewhere = {} if count else {number: name for number, name in sites.items() if number in busy()}
        chosen, before = filters.read(request.args), request.args.get("before", "")
        # Where the site was changed in the form, what the others were like stays behind.
        is_elsewhere = chosen.alike and not browsing.of_ids(site_id, [chosen.of])
        if is_elsewhere:
            chosen = replace(chosen, alike=None, of="")
        # All of an author, a campaign or a reason are on one page, to be decided on together.
        most = MOST_AT_ONCE if chosen.alike or chosen.reason else PAGE
        # One more than shown tells whether there is a next page.
        found = browsing.page(site_id, chosen, most + 1, before)
        cards = [draw(each) for each in found[:most]]
        following = filters.write(chosen, site=site_id, before=cards[-1].id) if len(found) > most else ""
        return page_of(
            "moderate/list.html",
            sites=sites,
            site_id=site_id,
            cards=cards,
            chosen=chosen,
            is_elsewhere=is_elsewhere,
            form=filters.in_form(chosen),
            back=filters.write(chosen, site=site_id, before=before),
            following=following,
            elsewhere=elsewhere,
            waiting=counted(count),
            shown=[*Shown],
            orders=[*Order],
            reasons=REASONS,
            link=lambda **changes: filters.write(filters.read({**filters.in_form(chosen), **changes}), site=site_id),
        )

    @pages.get("/comments/<decision_id>")
    def look(decision_id: str) -> Response:
        site_id = chosen_site(own_sites(browsing), request.args.get("site", ""))
        (card,) = cards_of(browsing, site_id, [decision_id])
        return page_of(
            "moderate/closer.html",
            card=card,
            revealed=revealed(card.comment.comment),
            said=labelling.of(site_id, decision_id),
            others=_others(browsing, site_id, card),
            site_id=site_id,
        )


def counted(count: int) -> str:
    """
    Return how many comments wait, as people read it; `count` is `MOST_COUNTED` + 1 where there are more.
    """
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def cards_of(browsing: Browsing, site_id: int, ids: Collection[str]) -> list[Card]:
    """
    Return decided comments in the order of their ids, to be drawn.

    Raises:
        NotFound: this site has none of one of these ids.
    """
    found = browsing.of_ids(site_id, ids)
    if len(found) < len(ids):
        raise NotFound("this site has no such comment")
    return [draw(found[each]) for each in ids]


def _others(browsing: Browsing, site_id: int, card: Card) -> dict[Alike, list[Card]]:
    """
    Return the newest few other comments for each thing that they may share with this one; none for a campaign, which
    takes longer to find than a look should.
    """
    others = {}
    for by in card.alike:
        few = FEW_OTHERS + 1 if by is not Alike.CAMPAIGN else 0
        found = browsing.page(site_id, Filter(Shown.ALL, alike=by, of=card.id), few) if few else []
        others[by] = [draw(each) for each in found if each.decision.id != card.id][:FEW_OTHERS]
    return others
