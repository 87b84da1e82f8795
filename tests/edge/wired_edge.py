"""
The JSON edge around fakes, to be served by a real server.
"""

from collections.abc import Sequence

from flask import Flask

from service import api, problems
from service.comments import Comments
from service.core.comment import Asked
from service.core.decision import Decision, Verdict
from service.core.site import Site
from service.core.traffic import Quota
from service.gate import Gate
from service.moderation import Outcome
from service.store.keys import digest

KEY = "hamlet_0123456789_" + "A" * 43
HELD = Decision("1", Verdict.HOLD, None, None, (), "Held.")


class Everyone:
    def by_key_id(self, key_id: str) -> tuple[Site, bytes, bool]:
        return Site(1, "blog", key_id), digest(KEY), False

    def moderate_all(self, asked: Sequence[Asked]) -> list[Outcome | Exception]:
        return [Outcome(HELD, Quota(600, 599, 1))] * len(asked)

    def find(self, site_id: int, decision_id: str) -> Decision | None:
        return HELD


def app() -> Flask:
    application = Flask(__name__)
    problems.install(application)
    application.register_blueprint(api.blueprint(Comments(Everyone(), Gate(Everyone())), Gate(Everyone()), Everyone()))
    return application
