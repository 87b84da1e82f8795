"""
The moderators' pages under /moderate, rendered here and usable without JavaScript; with it, by single keys.

Read `session` (who is asking), `sign_in_form` (with `oidc`, by a provider, and `returning`, to where they were),
`queue` (the list), `actions` (deciding, and taking back) and `stats`; `filters` reads addresses, `card`, `marking` and
`charts` say how things are drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint

from service.labelling import Labelling
from service.moderate import actions, queue, session, sign_in_form, stats
from service.moderate.sign_in_form import Provider
from service.signing_in import SigningIn
from service.store.browsing import Browsing
from service.store.overview import Overview
from service.store.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What the pages need; `provider` is who else may say who somebody is.
    """

    signing: SigningIn
    browsing: Browsing
    labelling: Labelling
    statistics: Statistics
    overview: Overview
    clock: Callable[[], datetime]
    provider: Provider | None = None


def blueprint(parts: Parts) -> Blueprint:
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
    session.install(pages, parts.signing)
    sign_in_form.install(pages, parts.signing, parts.provider)
    if parts.provider:
        from service.moderate import oidc  # Authlib is an extra

        oidc.install(pages, parts.signing, parts.provider)
    queue.install(pages, parts.browsing, parts.labelling)
    actions.install(pages, parts.browsing, parts.labelling)
    stats.install(pages, parts.browsing, parts.statistics, parts.overview, parts.clock)
    return pages
