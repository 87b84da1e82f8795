"""
The moderators' pages under /moderate, rendered here and usable without JavaScript; with it, by single keys.

Read `session` (who is asking), `signing_in`, `queue` (the list, deciding, taking back); `filters` reads addresses and
`card` says how a comment is drawn.
"""

from flask import Blueprint, Response, render_template

from service.errors import HamletError
from service.labelling import Labelling
from service.moderate import queue, session, signing_in
from service.signing_in import SigningIn
from service.store.browsing import Browsing


def blueprint(signing: SigningIn, browsing: Browsing, labelling: Labelling) -> Blueprint:
    """
    Return the pages. Every request but those of signing in needs a session, and one that changes something must come
    from a page of this host.
    """
    pages = Blueprint(
        "moderate",
        __name__,
        url_prefix="/moderate",
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
    session.install(pages, signing)
    signing_in.install(pages, signing)
    queue.install(pages, browsing, labelling)

    @pages.errorhandler(HamletError)
    def failed(error: HamletError) -> Response:
        response = Response(render_template("moderate/error.html", error=error), error.status)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    return pages
