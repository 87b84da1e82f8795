"""
Perspective's two calls, for spam alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from edge_fakes import NOON, FakeModeration, FakeReports, FakeSites, counted
from flask import Flask
from werkzeug.test import TestResponse

from service import accounting, perspective
from service.api import problems
from service.core.comment import Asked, Comment
from service.core.decision import Decision, Explanation, Reason, Verdict
from service.core.entries import Action, Entry, Kind
from service.core.labels import Label, Source
from service.core.lists import Lists
from service.core.policy import decide
from service.core.site import Site, Thresholds
from service.core.traffic import Observation, Quota
from service.errors import HamletError, QuotaExceeded, StoreUnavailable
from service.gate import Gate
from service.labelling import Report
from service.model.folder import Card
from service.perspective import Parts

SITE = Site(1, "blog", "0123456789")
KEY = "hamlet_0123456789_" + "A" * 43
ANALYZE, SUGGEST = "/v1alpha1/comments:analyze", "/v1alpha1/comments:suggestscore"
SCORE = 0.8312345678901234
DECISION = Decision("01930000-0000-7000-8000-000000000000", Verdict.HOLD, SCORE, -1.0, (), "Held.")
MODEL = Card("tiny", "", Thresholds(0.35, 0.97))
QUOTA = Quota(600, 599, 60)
SPAM: dict[str, object] = {"requestedAttributes": {"SPAM": {}}}


@dataclass
class Edge:
    moderation: FakeModeration = field(default_factory=lambda: FakeModeration(DECISION))
    rehearsal: FakeModeration = field(
        default_factory=lambda: FakeModeration(replace(DECISION, recorded=False, score=0.25))
    )
    labels: FakeReports = field(default_factory=FakeReports)

    def app(self) -> Flask:
        app = Flask(__name__)
        accounting.install(app, is_breaker_open=lambda: False)
        problems.install(app, chance=lambda: 0.5)
        parts = Parts(self.moderation, self.rehearsal, Gate(FakeSites(SITE, KEY)), self.labels)
        app.register_blueprint(perspective.blueprint(parts))
        return app


Post = Callable[..., TestResponse]


def listed(action: Action, log_odds: float | None) -> Decision:
    """
    Return what is decided where a list knows the text, and a model gives it these log-odds of spam, or there is none.
    """
    comment = Comment("", "Buy now")
    explanation = None if log_odds is None else Explanation(log_odds, 0.0, (Reason("text", log_odds),))
    found = Lists([Entry(Kind.WORD, "buy", action)]).match(comment, NOON)
    return decide(DECISION.id, Asked(SITE, comment), Observation(QUOTA), explanation, MODEL, found)


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
def post(edge: Edge) -> Post:
    def post(path: str, text: object = "Buy now", key: str = KEY, **members: object) -> TestResponse:
        return edge.app().test_client().post(f"{path}?key={key}", json={"comment": {"text": text}, **members})

    return post


def fault(answer: TestResponse) -> dict[str, Any]:
    assert answer.json
    error: dict[str, Any] = answer.json["error"]
    assert error["code"] == answer.status_code
    return error


def test_a_text_gets_the_probability_of_spam_as_perspective_would_say_it(edge: Edge, post: Post) -> None:
    answer = post(ANALYZE, languages=["en"], clientToken="comment:7", **SPAM)

    score = {"value": SCORE, "type": "PROBABILITY"}
    scores = {"SPAM": {"summaryScore": score}}
    assert answer.json == {"attributeScores": scores, "languages": ["en"], "clientToken": "comment:7"}
    assert edge.moderation.asked == [Comment("", "Buy now")]


def test_asked_for_spans_there_is_one_of_the_whole_text(post: Post) -> None:
    answer = post(ANALYZE, spanAnnotations=True, **SPAM)

    assert answer.json
    (span,) = answer.json["attributeScores"]["SPAM"]["spanScores"]
    assert span == {"begin": 0, "end": 7, "score": {"value": SCORE, "type": "PROBABILITY"}}


def test_a_score_below_the_threshold_that_was_asked_for_is_left_out(post: Post) -> None:
    answer = post(ANALYZE, requestedAttributes={"SPAM": {"scoreThreshold": 0.9}})

    assert answer.json == {"languages": []}


def test_a_threshold_of_null_is_none(post: Post) -> None:
    answer = post(ANALYZE, requestedAttributes={"SPAM": {"scoreThreshold": None}})

    assert answer.json
    assert answer.json["attributeScores"]["SPAM"]["summaryScore"]["value"] == SCORE


def test_a_text_that_must_not_be_stored_is_scored_without_a_trace(edge: Edge, post: Post) -> None:
    answer = post(ANALYZE, doNotStore=True, **SPAM)

    assert answer.json
    assert answer.json["attributeScores"]["SPAM"]["summaryScore"]["value"] == 0.25
    assert edge.moderation.asked == []


@pytest.mark.parametrize("names", [["TOXICITY"], ["SPAM", "TOXICITY"], ["spam"]])
def test_an_attribute_without_a_model_is_an_error_and_never_a_guess(edge: Edge, post: Post, names: list[str]) -> None:
    error = fault(post(ANALYZE, requestedAttributes={name: {} for name in names}))

    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"][0]["field"] == f"requestedAttributes.{names[-1]}"
    assert edge.moderation.asked == []


@pytest.mark.parametrize("wish", [{}, {"requestedAttributes": {}}, {"requestedAttributes": ["SPAM"]}])
def test_no_attribute_at_all_is_an_error(post: Post, wish: dict[str, object]) -> None:
    assert fault(post(ANALYZE, **wish))["code"] == 400


@pytest.mark.parametrize("text", ["", " \n", None, "x" * 65_537, "ü" * 32_769], ids=lambda text: str(text)[:3])
def test_an_empty_or_endless_text_is_the_error_that_clients_know(post: Post, text: str | None) -> None:
    error = fault(post(ANALYZE, text, **SPAM))

    is_long = len(text or "") > 10
    assert error["details"][0]["errorType"] == ("COMMENT_TOO_LONG" if is_long else "COMMENT_EMPTY")


@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
def test_so_is_a_body_larger_than_any_that_is_read_and_it_names_no_field_that_clients_have_not(
    post: Post, path: str
) -> None:
    error = fault(post(path, "x" * 262_145, **SPAM))

    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["details"][0]["errorType"] == "COMMENT_TOO_LONG"
    assert error["message"] == "the body is larger than 262144 bytes"


def test_what_an_author_can_type_is_no_error(edge: Edge, post: Post) -> None:
    answer = post(ANALYZE, "a\0\ud800<b>", **SPAM)

    assert answer.status_code == 200
    assert edge.moderation.asked[0].comment == "a\0\ufffd<b>"


def test_a_wrong_key_and_none_are_the_errors_that_clients_know(edge: Edge, post: Post) -> None:
    wrong, none = fault(post(ANALYZE, key="hamlet_wrong", **SPAM)), fault(post(ANALYZE, key="", **SPAM))

    assert (wrong["code"], wrong["message"]) == (400, "API key not valid. Please pass a valid API key.")
    assert wrong["details"][0]["reason"] == "API_KEY_INVALID"
    assert (none["code"], none["status"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(("key", "status"), [("hamlet_wrong", 400), ("", 403)])
def test_a_refused_key_is_in_the_number_that_tells_of_guesses(post: Post, key: str, status: int) -> None:
    before = counted(status, "unknown-key")

    post(ANALYZE, key=key, **SPAM)

    assert counted(status, "unknown-key") == before + 1


def test_the_key_may_come_as_googles_header_too(edge: Edge) -> None:
    given = {"comment": {"text": "Buy now"}, **SPAM}

    answer = edge.app().test_client().post(ANALYZE, json=given, headers={"X-Goog-Api-Key": KEY})

    assert answer.status_code == 200


def test_a_body_that_is_not_json_is_an_error_in_the_same_shape(edge: Edge) -> None:
    answer = edge.app().test_client().post(f"{ANALYZE}?key={KEY}", data=b"{")

    assert fault(answer)["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("error", "status", "seconds"),
    [
        (QuotaExceeded(Quota(600, 0, 60), 60), "RESOURCE_EXHAUSTED", "75"),
        (StoreUnavailable("away", retry_after=1), "UNAVAILABLE", "2"),
        (StoreUnavailable("away"), "UNAVAILABLE", "7"),
    ],
)
def test_a_quota_and_a_store_that_is_away_are_counted_and_say_when_to_come_back_spread(
    edge: Edge, post: Post, error: HamletError, status: str, seconds: str
) -> None:
    edge.moderation.fault = error
    before = counted(error.status, error.code)

    answer = post(ANALYZE, **SPAM)

    assert (fault(answer)["status"], answer.headers["Retry-After"]) == (status, seconds)
    assert counted(error.status, error.code) == before + 1


def test_without_a_model_there_is_no_score_to_give(edge: Edge, post: Post) -> None:
    edge.moderation.decision = replace(DECISION, score=None)
    before = counted(503, "model-unavailable")

    answer = post(ANALYZE, **SPAM)

    assert (fault(answer)["status"], answer.headers["Retry-After"]) == ("UNAVAILABLE", "7")
    assert counted(503, "model-unavailable") == before + 1


@pytest.mark.parametrize("log_odds", [-9.0, 9.0, None])
@pytest.mark.parametrize(("action", "value"), [(Action.REJECT, 1.0), (Action.DISCARD, 1.0), (Action.ACCEPT, 0.0)])
def test_a_list_of_the_site_is_certain_whatever_a_model_says(
    edge: Edge, post: Post, action: Action, value: float, log_odds: float | None
) -> None:
    edge.moderation.decision = listed(action, log_odds)

    answer = post(ANALYZE, **SPAM)

    assert answer.json
    assert answer.json["attributeScores"]["SPAM"]["summaryScore"]["value"] == value


def test_a_list_that_holds_is_sure_of_nothing_and_leaves_the_score(edge: Edge, post: Post) -> None:
    edge.moderation.decision = listed(Action.HOLD, 0.0)
    scored = post(ANALYZE, **SPAM)
    edge.moderation.decision = listed(Action.HOLD, None)
    unscored = post(ANALYZE, **SPAM)

    assert scored.json
    assert scored.json["attributeScores"]["SPAM"]["summaryScore"]["value"] == 0.5
    assert fault(unscored)["status"] == "UNAVAILABLE"


@pytest.mark.parametrize(("value", "label"), [(1, Label.SPAM), (0.5, Label.SPAM), (0.49, Label.HAM), (0, Label.HAM)])
def test_a_suggested_score_is_a_label(edge: Edge, post: Post, value: float, label: Label) -> None:
    scores = {"attributeScores": {"SPAM": {"summaryScore": {"value": value}}}}

    answer = post(SUGGEST, languages=["en"], clientToken="comment:7", communityId="Coral:news", **scores)

    assert answer.json == {"requestedLanguages": ["en"], "clientToken": "comment:7"}
    assert edge.labels.kept == [("blog", Report(Comment("", "Buy now"), label, "Coral:news"), Source.PERSPECTIVE)]


@pytest.mark.parametrize("summary", [None, {}, {"value": "1"}, {"value": True}, {"value": 10**400}])
def test_a_suggestion_without_a_score_is_an_error(edge: Edge, post: Post, summary: object) -> None:
    answer = post(SUGGEST, attributeScores={"SPAM": {"summaryScore": summary}})

    assert fault(answer)["code"] == 400
    assert edge.labels.kept == []


def test_of_toxicity_nothing_is_learnt_either(edge: Edge, post: Post) -> None:
    answer = post(SUGGEST, attributeScores={"TOXICITY": {"summaryScore": {"value": 1}}})

    assert fault(answer)["code"] == 400
    assert edge.labels.kept == []
