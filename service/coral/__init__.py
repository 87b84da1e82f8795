"""
An external moderation phase for Coral: `/coral`, signed by Coral and answered in its words.

`signatures` finds the site, `requests` reads, `answers` writes. Coral publishes what it gets no good answer on, so
whatever fails is answered with hold; only what it did not sign is refused.
"""

import logging

from flask import Blueprint, Response, g, request

from service.api import body, problems
from service.coral import answers
from service.coral.requests import to_comment
from service.coral.signatures import Signatures
from service.core.coral import Statuses
from service.core.decision import Verdict
from service.errors import HamletError, Unauthorised
from service.moderation import Moderates
from service.wire import Environ

logger = logging.getLogger("hamlet.coral")


def blueprint(moderation: Moderates, signatures: Signatures) -> Blueprint:
    """
    Return the route `/coral`, one for all sites: the signature tells which one is asking.
    """
    coral = Blueprint("coral", __name__)

    @coral.post(answers.PATH)
    def moderate() -> Response:
        environ = request.environ
        try:
            return _answer(environ, moderation, signatures)
        except Unauthorised:
            raise  # nothing that Coral sent
        except HamletError as error:
            g.problem = error.code
            logger.warning("a comment of Coral's was answered with hold: %s", error.code)
        except Exception as error:
            g.problem = problems.PLAIN
            logger.error("unexpected error", exc_info=error, extra={"request_id": g.get("request_id")})
        return answers.answer(environ.get(answers.STATUSES, Statuses()).hold, Verdict.HOLD)

    return coral


def _answer(environ: Environ, moderation: Moderates, signatures: Signatures) -> Response:
    content = body.raw(environ)
    site, statuses = signatures.admit(content, environ.get("HTTP_X_CORAL_SIGNATURE", ""))
    g.site, environ[answers.STATUSES] = site.name, statuses
    outcome = moderation.moderate(site, to_comment(content))
    g.decision, g.replayed = outcome.decision, outcome.replayed
    verdict = outcome.decision.answered
    return answers.answer(statuses.of(verdict), verdict)
