"""
The use case, over fakes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from running_service import write_model
from scorer_by_hand import scorer_by_hand

from service.core.comment import Asked, Claim, Comment
from service.core.decision import Decision, Explanation, Recorded, Verdict
from service.core.features import Features
from service.core.lists import Lists
from service.core.site import Site, Thresholds
from service.core.traffic import Observation, Quota
from service.errors import ClaimInFlight, ClaimMismatch, QuotaExceeded, StoreUnavailable
from service.logs import JsonLine
from service.model.scorer import Scorer, load_current
from service.moderation import Moderation, Outcome, Traffic

QUOTA = Quota(limit=600, remaining=599, reset=60)
SITE = Site(id=1, name="news", key_id="k")
COMMENT = Comment(name="Ann", comment="Hello")
CLAIM = Claim(key="id:5", digest="d1")


@dataclass
class FakeTraffic:
    observation: Observation = field(default_factory=lambda: Observation(QUOTA))

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        return [self.observation] * len(asked)


@dataclass
class FakeDecisions:
    kept: dict[str, Recorded] = field(default_factory=dict)
    is_down: bool = False
    transactions: int = 0

    def record(
        self, made: Sequence[tuple[Asked, Decision]], received_at: datetime
    ) -> list[Recorded | StoreUnavailable]:
        self.transactions += 1
        if self.is_down:
            return [StoreUnavailable("the store is locked")] * len(made)
        return [self._record(asked.claim, decision) for asked, decision in made]

    def _record(self, claim: Claim | None, decision: Decision) -> Recorded:
        earlier = claim and self.kept.get(claim.key)
        if earlier:
            return replace(earlier, replayed=True)
        record = Recorded(decision, claim.digest if claim else None)
        self.kept[claim.key if claim else decision.id] = record
        return record

    def claimed(self, site_id: int, claim_key: str) -> Recorded | None:
        if self.is_down:
            raise StoreUnavailable("the store is locked")
        earlier = self.kept.get(claim_key)
        return replace(earlier, replayed=True) if earlier else None


def moderation(
    traffic: Traffic | None = None, decisions: FakeDecisions | None = None, scorer: Scorer | None = None
) -> Moderation:
    ids = (f"decision-{number}" for number in range(9))
    return Moderation(
        traffic=traffic or FakeTraffic(),
        scorer=lambda: scorer,
        decisions=decisions if decisions is not None else FakeDecisions(),
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        new_id=lambda: next(ids),
    )


def test_each_comment_is_scored_as_its_own_site_has_taught_the_model(tmp_path: Path) -> None:
    scorer = load_current(write_model(tmp_path, taught={"news": {"hello": 4.0}}))
    blog = replace(SITE, id=2, name="blog")

    outcomes = moderation(scorer=scorer).moderate_all([Asked(SITE, COMMENT), Asked(blog, COMMENT)])

    codes = [
        [reason.code for reason in outcome.decision.reasons] for outcome in outcomes if isinstance(outcome, Outcome)
    ]
    assert codes == [["site_labels"], []]


def test_a_comment_is_decided_and_recorded() -> None:
    decisions = FakeDecisions()

    outcome = moderation(decisions=decisions).moderate(SITE, COMMENT)

    assert outcome.decision.verdict is Verdict.HOLD
    assert decisions.kept["decision-0"].decision == outcome.decision
    assert outcome.quota == QUOTA


def test_a_caller_over_its_quota_is_refused_before_anything_is_recorded() -> None:
    decisions = FakeDecisions()
    traffic = FakeTraffic(Observation(QUOTA, refused_for=17))

    with pytest.raises(QuotaExceeded) as refusal:
        moderation(traffic, decisions).moderate(SITE, COMMENT)

    assert refusal.value.retry_after == 17
    assert decisions.kept == {}


def test_the_same_claim_again_gives_the_first_decision() -> None:
    traffic, decisions = FakeTraffic(), FakeDecisions()
    service = moderation(traffic, decisions)
    first = service.moderate(SITE, COMMENT, CLAIM)
    traffic.observation = Observation(QUOTA, claim_age=86.0)

    again = service.moderate(SITE, COMMENT, CLAIM)

    assert again.decision == first.decision
    assert again.replayed
    assert not first.replayed


def test_a_claim_that_redis_forgot_is_still_decided_once() -> None:
    service = moderation()
    first = service.moderate(SITE, COMMENT, CLAIM)

    again = service.moderate(SITE, COMMENT, CLAIM)

    assert again.replayed
    assert again.decision == first.decision


@pytest.mark.parametrize("observation", [Observation(QUOTA, claim_age=5.0), Observation(QUOTA)])
def test_the_same_claim_with_another_body_is_refused(observation: Observation) -> None:
    traffic = FakeTraffic()
    service = moderation(traffic)
    service.moderate(SITE, COMMENT, CLAIM)
    traffic.observation = observation

    with pytest.raises(ClaimMismatch):
        service.moderate(SITE, COMMENT, replace(CLAIM, digest="d2"))


def test_a_claim_whose_body_is_not_known_any_more_gets_its_decision() -> None:
    decisions = FakeDecisions()
    service = moderation(decisions=decisions)
    first = service.moderate(SITE, COMMENT, CLAIM)
    decisions.kept[CLAIM.key] = replace(decisions.kept[CLAIM.key], digest=None)

    again = service.moderate(SITE, COMMENT, CLAIM)

    assert (again.replayed, again.decision) == (True, first.decision)


def test_a_claim_that_another_request_is_working_on_is_refused_for_now() -> None:
    traffic = FakeTraffic(Observation(QUOTA, claim_age=0.01))

    with pytest.raises(ClaimInFlight) as refusal:
        moderation(traffic).moderate(SITE, COMMENT, CLAIM)

    assert refusal.value.retry_after == 1


def test_a_claim_whose_request_died_is_decided_after_all() -> None:
    traffic = FakeTraffic(Observation(QUOTA, claim_age=11.0))

    assert moderation(traffic).moderate(SITE, COMMENT, CLAIM).decision.id == "decision-0"


def test_a_decision_that_cannot_be_recorded_is_given_and_says_so() -> None:
    decision = moderation(decisions=FakeDecisions(is_down=True)).moderate(SITE, COMMENT).decision

    assert not decision.recorded
    assert "store" in decision.degraded


def test_a_claim_that_cannot_be_looked_up_is_decided() -> None:
    traffic = FakeTraffic(Observation(QUOTA, claim_age=0.01))

    outcome = moderation(traffic, FakeDecisions(is_down=True)).moderate(SITE, COMMENT, CLAIM)

    assert not outcome.decision.recorded


def test_what_is_asked_together_is_stored_in_one_transaction_and_each_gets_its_own_decision() -> None:
    decisions = FakeDecisions()
    asked = [Asked(SITE, Comment("Ann", f"Hello {number}")) for number in range(3)]

    outcomes = moderation(decisions=decisions).moderate_all(asked)

    assert [outcome.decision.id for outcome in outcomes if isinstance(outcome, Outcome)] == [*decisions.kept]
    assert len(outcomes) == 3
    assert decisions.transactions == 1


def test_of_what_is_asked_together_one_that_fails_fails_alone() -> None:
    decisions = FakeDecisions()
    broken = Asked(replace(SITE, lists=cast("Lists", "no lists")), COMMENT)

    first, failed, last = moderation(decisions=decisions).moderate_all(
        [Asked(SITE, COMMENT), broken, Asked(SITE, COMMENT)]
    )

    assert isinstance(failed, AttributeError)
    assert isinstance(first, Outcome)
    assert isinstance(last, Outcome)
    assert {first.decision.id, last.decision.id} == {*decisions.kept}


@dataclass
class WaitedFor:
    """
    Traffic that takes its time, and has refused some.
    """

    observations: list[Observation]

    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        meanwhile()
        return self.observations


def test_what_is_scored_while_redis_counts_is_decided_as_what_is_scored_later() -> None:
    scorer = scorer_by_hand({"hello": 1.0}, Thresholds(accept_below=0.2, reject_at=0.95))
    seen = [Observation(QUOTA), Observation(QUOTA, refused_for=17)]

    early, refused = moderation(WaitedFor(seen), scorer=scorer).moderate_all([Asked(SITE, COMMENT)] * 2)

    assert isinstance(early, Outcome)
    assert early.decision == moderation(scorer=scorer).moderate(SITE, COMMENT).decision
    assert isinstance(refused, QuotaExceeded)


class BrokenModel:
    """
    A model that cannot score, and quotes the comment when it says so.
    """

    version = "broken"
    thresholds = Thresholds(accept_below=1.0, reject_at=1.0)
    curve = None

    def explain(self, features: Features, site: str) -> Explanation:
        raise RuntimeError(f"{features}")


UNREADABLE = Comment(name="Ann", comment=cast("str", None))
KNOWS_HELLO = scorer_by_hand({"hello": -9.0}, Thresholds(accept_below=0.2, reject_at=0.95))


@pytest.mark.parametrize("traffic", [FakeTraffic(), WaitedFor([Observation(QUOTA)])], ids=["later", "early"])
@pytest.mark.parametrize(
    ("scorer", "comment"), [(cast("Scorer", BrokenModel()), COMMENT), (KNOWS_HELLO, UNREADABLE)], ids=["score", "words"]
)
def test_a_comment_that_fails_to_be_scored_is_held_and_recorded_as_without_a_model(
    traffic: Traffic, scorer: Scorer, comment: Comment
) -> None:
    decisions = FakeDecisions()

    decision = moderation(traffic, decisions, scorer).moderate(SITE, comment).decision

    assert (decision.verdict, decision.degraded) == (Verdict.HOLD, ("model",))
    assert decision == moderation().moderate(SITE, COMMENT).decision
    assert decisions.kept[decision.id].decision == decision


def test_a_comment_that_fails_to_be_scored_costs_those_beside_it_nothing() -> None:
    asked = [Asked(SITE, COMMENT), Asked(SITE, UNREADABLE), Asked(SITE, COMMENT)]

    outcomes = moderation(scorer=KNOWS_HELLO).moderate_all(asked)

    verdicts = [outcome.decision.verdict for outcome in outcomes if isinstance(outcome, Outcome)]
    assert verdicts == [Verdict.ACCEPT, Verdict.HOLD, Verdict.ACCEPT]


def test_the_log_says_where_a_score_failed_and_nothing_of_the_comment(caplog: pytest.LogCaptureFixture) -> None:
    moderation(scorer=cast("Scorer", BrokenModel())).moderate(SITE, COMMENT)

    (line,) = [JsonLine().format(record) for record in caplog.records]
    told = json.loads(line)
    assert (told["level"], told["event"]) == ("error", "a comment could not be scored")
    assert told["error"][0] == "RuntimeError"
    assert told["error"][-1].endswith(" explain")
    assert "hello" not in line.lower()


def test_what_is_refused_costs_no_score(caplog: pytest.LogCaptureFixture) -> None:
    traffic = FakeTraffic(Observation(QUOTA, refused_for=17))

    (refused,) = moderation(traffic, scorer=cast("Scorer", BrokenModel())).moderate_all([Asked(SITE, COMMENT)])

    assert isinstance(refused, QuotaExceeded)
    assert caplog.records == []


def test_of_what_is_asked_together_what_is_over_its_quota_is_refused_and_nothing_is_stored() -> None:
    decisions = FakeDecisions()
    traffic = FakeTraffic(Observation(QUOTA, refused_for=17))

    outcomes = moderation(traffic, decisions).moderate_all([Asked(SITE, COMMENT)] * 2)

    assert [type(outcome) for outcome in outcomes] == [QuotaExceeded] * 2
    assert decisions.transactions == 0
