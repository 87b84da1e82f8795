"""
Which sites a moderator may see, and which of these a request is about.
"""

from collections.abc import Callable

from service.errors import NotFound
from service.moderate.session import moderator
from service.store.browsing import Browsing


def own_sites(browsing: Browsing) -> dict[int, str]:
    """
    Return the names of the sites that whoever is signed in may see, by their numbers.

    Raises:
        NotFound: there is none.
    """
    sites = {number: name for number, name in browsing.sites().items() if moderator().may_see(number)}
    if not sites:
        raise NotFound("there is no site that you may see; `hamlet moderators add --site` gives access to one")
    return sites


def opened_site(sites: dict[int, str], text: str, waiting: Callable[[int], int], busy: Callable[[], set[int]]) -> int:
    """
    Return the site that a page opens with: the one that a request names, by default the first where something waits.

    Args:
        sites: The names of the sites to choose from, by their numbers.
        text: The number that the request names; empty if it names none.
        waiting: Tells how much waits at a site.
        busy: Tells where anything waits; it takes longer, and is asked only where nothing waits at the first site.

    Raises:
        NotFound: it is none of these.
    """
    first = chosen_site(sites, text)
    if text or waiting(first):
        return first
    where = busy()
    return next((number for number in sites if number in where), first)


def chosen_site(sites: dict[int, str], text: str) -> int:
    """
    Return the site that a request names by its number, by default the first.

    Raises:
        NotFound: it is none of these.
    """
    if not text:
        return next(iter(sites))
    found = [number for number in sites if str(number) == text]
    if not found:
        raise NotFound("there is no such site, or you may not see it")
    return found[0]
