"""
The page that whoever signs in goes on with: where they were when their session ended.
"""

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException

_LIST = "moderate.show"
_PAGES = frozenset({_LIST, "moderate.look", "moderate.stats", "admin.home", "admin.models", "admin.report"})
# It waits in a cookie while a provider is asked, and browsers drop one over 4,096 bytes.
_LONGEST = 2000


def page_before() -> str | None:
    """
    Return the address of the page that a request is for, or that its form or part is on; None if it is just the list.
    """
    if request.method == "GET" and "HX-Request" not in request.headers:
        address = f"{request.path}?{request.query_string.decode(errors='replace')}"
    else:
        _, slash, rest = (request.referrer or "").partition("://")[2].partition("/")
        address = slash + rest
    page = own_page(address)
    return None if page == url_for(_LIST) else page


def own_page(address: str) -> str:
    """
    Return an address if it is that of one of our pages, else that of the list. It is read and written again, so that it
    leads to no other host, whatever browsers make of `//`, a backslash or the end of a line. What is asked of the page
    is left out if it is too long to keep.
    """
    path, _, query = address.partition("?")
    with suppress(HTTPException):
        endpoint, values = current_app.url_map.bind("").match(path, "GET")
        if endpoint in _PAGES:
            page, asked = url_for(endpoint, **values), urlencode(parse_qsl(query))
            address = f"{page}?{asked}" if asked else page
            return address if len(address) <= _LONGEST else page
    return url_for(_LIST)
