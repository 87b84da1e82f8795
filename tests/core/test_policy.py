"""
From what is known of a comment to a verdict.
"""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import policy
from service.core.comment import Asked, Comment
from service.core.decision import Decision, Explanation, Reason, Verdict
from service.core.site import OwnThresholds, Site, Thresholds
from service.core.traffic import Observation, Quota
from service.model.folder import Card

QUOTA = Quota(limit=600, remaining=599, reset=60)
THRESHOLDS = Thresholds(accept_below=0.3, reject_at=0.95, discard_at=0.999)
MODEL = Card("2026-11-23.1", "", THRESHOLDS)
SITE = Site(id=1, name="news", key_id="k")
CALM = Observation(QUOTA)


def decide(
    *text_weights: float,
    prior: float = 0.0,
    observation: Observation = CALM,
    comment: Comment | None = None,
    site: Site = SITE,
) -> Decision:
    reasons = tuple(Reason(f"code{i}", weight) for i, weight in enumerate(text_weights))
    explanation = Explanation(prior + sum(text_weights), prior, reasons)
    asked = Asked(site, comment or Comment("Ann", "Hello"))
    return policy.decide("id", asked, observation, explanation, MODEL)


@pytest.mark.parametrize(("log_odds", "verdict"), [(-3.0, Verdict.ACCEPT), (0.0, Verdict.HOLD), (4.0, Verdict.REJECT)])
def test_the_score_falls_into_one_of_three_bands(log_odds: float, verdict: Verdict) -> None:
    assert decide(log_odds).verdict is verdict


def test_a_score_on_a_threshold_belongs_to_the_band_above_it() -> None:
    on_accept, on_reject = log(0.3 / 0.7), log(0.95 / 0.05) + 1e-9

    assert decide(on_accept + 1e-12).verdict is Verdict.HOLD
    assert decide(on_reject).verdict is Verdict.REJECT


def test_a_site_may_set_its_own_thresholds() -> None:
    strict = Site(id=1, name="news", key_id="k", thresholds=OwnThresholds(accept_below=0.01, reject_at=0.999))

    decision = decide(3.5, site=strict)

    assert decision.verdict is Verdict.HOLD
    assert decision.thresholds == Thresholds(0.01, 0.999, 0.999)


@pytest.mark.parametrize("log_odds", [-3.0, -800.0])
def test_a_site_that_accepts_below_nothing_has_every_comment_looked_at(log_odds: float) -> None:
    site = Site(id=1, name="news", key_id="k", thresholds=OwnThresholds(accept_below=0))

    assert decide(log_odds, site=site).verdict is Verdict.HOLD


def test_a_site_that_only_logs_is_decided_on_as_ever_and_answered_with_accept() -> None:
    decision = decide(4.0, site=Site(id=1, name="news", key_id="k", log_only=True))

    assert (decision.verdict, decision.answered) == (Verdict.REJECT, Verdict.ACCEPT)
    assert decide(4.0).answered is Verdict.REJECT


def test_only_a_blatant_reject_is_to_be_discarded() -> None:
    assert not decide(4.0).discard
    assert decide(9.0).discard


@given(st.lists(st.floats(-60, 60), max_size=8), st.floats(-8, 8), st.booleans(), st.integers(1, 500))
def test_prior_and_weights_add_up_to_the_log_odds_of_the_score(
    weights: list[float], prior: float, is_bot: bool, seen: int
) -> None:
    comment = Comment("Ann", "Hello", honeypot="x" if is_bot else "", form_seconds=0.5 if is_bot else None)

    decision = decide(*weights, prior=prior, comment=comment, observation=Observation(QUOTA, seen=seen, authors=seen))

    assert decision.score is not None and decision.prior is not None
    total = decision.prior + sum(reason.weight or 0.0 for reason in decision.reasons)
    assert total == pytest.approx(log(decision.score / (1 - decision.score)), abs=1e-6)


def test_evidence_beyond_any_doubt_is_capped_by_a_reason_of_its_own() -> None:
    decision = decide(50.0)

    assert decision.reasons[-1] == Reason("saturation", -30.0)


def test_a_flood_is_held_whatever_the_score() -> None:
    decision = decide(-5.0, observation=Observation(QUOTA, flood=1.2, retry_after=12))

    assert decision.verdict is Verdict.HOLD
    assert decision.reasons[0] == Reason("flood", rule="flood")
    assert decision.retry_after == 12


def test_a_flood_of_more_than_ten_times_the_limit_is_rejected() -> None:
    assert decide(-5.0, observation=Observation(QUOTA, flood=10.0)).verdict is Verdict.HOLD
    assert decide(-5.0, observation=Observation(QUOTA, flood=10.2)).verdict is Verdict.REJECT


def test_without_redis_a_flood_is_held_however_large_since_only_one_worker_has_counted_it() -> None:
    seen = Observation(QUOTA, flood=11.0, retry_after=12, degraded=True)

    assert decide(-5.0, observation=seen).verdict is Verdict.HOLD


def test_a_commenter_at_the_limit_is_no_flood() -> None:
    assert decide(-5.0, observation=Observation(QUOTA, flood=1.0)).verdict is Verdict.ACCEPT


def test_a_filled_honeypot_weighs_much_but_decides_nothing_alone() -> None:
    decision = decide(-4.0, comment=Comment("Ann", "Hello", honeypot="http://x.example"))

    assert decision.reasons[0] == Reason("honeypot", policy.HONEYPOT)
    assert decision.verdict is not Verdict.REJECT


def with_homepage(text: float, homepage: float, site: Site = SITE) -> Decision:
    reasons = (Reason("author_url", homepage, evidence=("https://club.example",)), Reason("text", text))
    explanation = Explanation(text + homepage, 0.0, reasons)
    return policy.decide("id", Asked(site, Comment("Ann", "Hello")), CALM, explanation, MODEL)


@pytest.mark.parametrize("text", [-0.9, -8.0])
@pytest.mark.parametrize("homepage", [4.5, 11.0, 800.0])
def test_what_is_accepted_without_a_homepage_is_never_rejected_for_it(text: float, homepage: float) -> None:
    assert decide(text).verdict is Verdict.ACCEPT
    assert with_homepage(text, homepage).verdict is not Verdict.REJECT


def test_what_is_suspected_without_a_homepage_may_be_rejected_with_it() -> None:
    assert decide(0.1).verdict is Verdict.HOLD
    assert with_homepage(0.1, 11.0).verdict is Verdict.REJECT


def test_what_a_homepage_weighs_is_what_it_was_counted_for() -> None:
    decision = with_homepage(-1.0, 11.0)

    total = sum(reason.weight or 0.0 for reason in decision.reasons)
    assert decision.score == pytest.approx(policy.probability(total))
    assert decision.reasons[0].evidence == ("https://club.example",)
    assert with_homepage(-1.0, 2.0).reasons[0].weight == 2.0


def test_a_homepage_rejects_nobody_alone_at_the_thresholds_of_a_site() -> None:
    bold = Site(id=1, name="news", key_id="k", thresholds=OwnThresholds(accept_below=0.6, reject_at=0.8))

    assert with_homepage(0.3, 4.0, bold).verdict is Verdict.HOLD


def test_one_who_posts_again_weighs_far_less_than_many() -> None:
    again, two, many = (policy.campaign_weight(5, authors) for authors in (1, 2, 5))

    assert 0 < again < 1 < two < many


def test_a_text_without_copies_is_no_campaign() -> None:
    assert decide(-2.0).reasons[0].code == "code0"


def test_a_text_of_seven_authors_is_a_campaign() -> None:
    decision = decide(-2.0, observation=Observation(QUOTA, seen=7, authors=7))

    campaign = decision.reasons[0]
    assert (campaign.code, campaign.seen, campaign.authors) == ("campaign", 7, 7)
    assert campaign.weight is not None and 2 < campaign.weight <= 5.3
    assert "a text seen 7 times today from 7 authors" in decision.summary


@given(
    st.floats(-8, 8), st.integers(2, 500), st.integers(1, 500), st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
)
def test_a_campaign_alone_never_makes_a_reject_of_an_accept_or_of_likely_ham(
    log_odds: float, seen: int, authors: int, own: list[float]
) -> None:
    site = Site(id=1, name="news", key_id="k", thresholds=OwnThresholds(accept_below=own[0], reject_at=own[1]))
    alone = decide(log_odds, site=site)

    together = decide(log_odds, site=site, observation=Observation(QUOTA, seen=seen, authors=authors))

    if alone.verdict is Verdict.ACCEPT or (log_odds < 0 and alone.verdict is Verdict.HOLD):
        assert together.verdict is not Verdict.REJECT


def test_without_a_model_a_comment_is_held_and_says_why() -> None:
    decision = policy.decide("id", Asked(SITE, Comment("Ann", "Hello")), CALM, None, None)

    assert (decision.verdict, decision.score, decision.degraded) == (Verdict.HOLD, None, ("model",))
    assert decision.summary == "Held: no model could score it."


def test_without_traffic_the_score_decides() -> None:
    decision = decide(-3.0, observation=Observation(QUOTA, degraded=True))

    assert (decision.verdict, decision.degraded) == (Verdict.ACCEPT, ("traffic",))


def test_an_accept_that_could_not_be_recorded_is_held_unless_it_is_far_from_doubt() -> None:
    sure, doubtful, held = decide(-6.0), decide(-1.2), decide(0.0)

    assert policy.unrecorded(sure).verdict is Verdict.ACCEPT
    assert policy.unrecorded(doubtful).verdict is Verdict.HOLD
    assert policy.unrecorded(held).verdict is Verdict.HOLD
    assert not policy.unrecorded(sure).recorded
    assert policy.unrecorded(sure).degraded == ("store",)
