"""
What labels do to the next verdict, and what they cannot do.
"""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core import policy
from service.core.comment import Asked, Comment
from service.core.decision import Decision, Explanation, Reason, Verdict
from service.core.labels import NOTHING_SAID, Label, Tally, contradicts, in_force
from service.core.site import Site, Thresholds
from service.core.traffic import Observation, Quota
from service.model.folder import Card

THRESHOLDS = Thresholds(accept_below=0.4, reject_at=0.99, discard_at=0.9999)
SITE = Site(id=1, name="news", key_id="k")
# The log-odds at which the bands begin: -0.41 and 4.6; favour is at most half of what is between, 2.5.
ACCEPTED, LOWER_HALF, REJECTED = -3.0, 0.5, 6.0
SPAM, HAM = Tally(spam=1.0, count=1), Tally(ham=1.0, count=1)


def decide(
    score: float, copies: Tally = NOTHING_SAID, author: Tally = NOTHING_SAID, *, seen: int = 1, authors: int = 1
) -> Decision:
    """
    Decide on what the model gives these log-odds.
    """
    observation = Observation(Quota(600, 599, 60), seen=seen, authors=authors, copies=copies, author=author)
    explanation = Explanation(score, -1.0, (Reason("text", score + 1.0),))
    asked = Asked(SITE, Comment("Ann", "Hello"))
    return policy.decide("id", asked, observation, explanation, Card("m", "", THRESHOLDS))


@pytest.mark.parametrize("own", [ACCEPTED, -15.0, LOWER_HALF, REJECTED])
@pytest.mark.parametrize("weight", [0.25, 0.5, 1.0])
def test_a_copy_of_what_was_labelled_spam_is_held_at_least(own: float, weight: float) -> None:
    assert decide(own, Tally(spam=weight, count=1)).verdict is not Verdict.ACCEPT


@pytest.mark.parametrize("own", [ACCEPTED, -15.0, -0.5])
def test_one_label_rejects_no_copy_of_what_is_accepted_without_it(own: float) -> None:
    assert decide(own, SPAM).verdict is Verdict.HOLD
    assert decide(own, SPAM, SPAM, seen=9, authors=9).verdict is Verdict.HOLD


def test_one_label_together_with_the_score_rejects() -> None:
    assert decide(LOWER_HALF).verdict is Verdict.HOLD
    assert decide(LOWER_HALF, SPAM).verdict is Verdict.REJECT


def test_several_labels_reject_what_its_score_almost_held() -> None:
    assert decide(-0.5, Tally(spam=2.0, count=2), seen=9, authors=9).verdict is Verdict.REJECT


def test_labels_alone_have_nothing_thrown_away_unseen() -> None:
    several = decide(9.0, Tally(spam=9.0, count=9), SPAM)

    assert (several.verdict, several.discard) == (Verdict.REJECT, False)


@pytest.mark.parametrize("own", [REJECTED, 15.0])
def test_a_copy_of_what_was_labelled_ham_is_held_at_most(own: float) -> None:
    assert decide(own, HAM).verdict is Verdict.HOLD


@pytest.mark.parametrize("reason", ["copies", "author"])
def test_ham_labels_turn_a_hold_of_the_lower_half_into_accept(reason: str) -> None:
    assert decide(LOWER_HALF).verdict is Verdict.HOLD
    assert decide(LOWER_HALF, **{reason: HAM}).verdict is Verdict.ACCEPT  # type: ignore[arg-type]


@given(own=st.floats(2.2, 19), ham=st.floats(0, 100), author=st.floats(0, 100))
def test_no_ham_labels_accept_what_is_in_the_upper_half_or_rejected(own: float, ham: float, author: float) -> None:
    assert decide(own, Tally(ham=ham, count=9), Tally(ham=author, count=9)).verdict is not Verdict.ACCEPT


@given(own=st.floats(8, 19), author=st.floats(0, 100))
def test_a_good_standing_leaves_a_strong_score_alone(own: float, author: float) -> None:
    assert decide(own, author=Tally(ham=author, count=9)).verdict is Verdict.REJECT


def test_a_good_standing_does_not_help_a_copy_of_spam() -> None:
    assert decide(ACCEPTED, SPAM, Tally(ham=9.0, count=9)).verdict is Verdict.HOLD


def test_labels_that_contradict_each_other_say_nothing() -> None:
    conflict = Tally(spam=1.0, ham=1.0, count=2)

    assert decide(LOWER_HALF, conflict, conflict).reasons == decide(LOWER_HALF).reasons


def test_half_a_label_says_half_as_much() -> None:
    whole, half = decide(LOWER_HALF, author=SPAM), decide(LOWER_HALF, author=Tally(spam=0.5, count=1))

    assert half.reasons[0].weight == (whole.reasons[0].weight or 0) / 2


def test_the_reasons_say_how_many_labelled_comments_there_are() -> None:
    decision = decide(ACCEPTED, Tally(spam=1.0, count=3), HAM)

    assert [(reason.code, reason.seen) for reason in decision.reasons[:2]] == [("labelled_copy", 3), ("standing", 1)]
    assert decision.summary == "Held: a text like one that was labelled spam."


@given(own=st.floats(-19, 19), spam=st.floats(0, 4), ham=st.floats(0, 4), seen=st.integers(1, 9))
def test_prior_and_weights_still_add_up_to_the_score(own: float, spam: float, ham: float, seen: int) -> None:
    decision = decide(own, Tally(spam, ham, 2), Tally(ham, spam, 2), seen=seen, authors=seen)

    assert decision.score is not None
    total = (decision.prior or 0.0) + sum(reason.weight or 0.0 for reason in decision.reasons)
    assert log(decision.score / (1 - decision.score)) == pytest.approx(total, abs=1e-6)


def test_without_a_label_nothing_counts() -> None:
    assert in_force([]) is None


@pytest.mark.parametrize(
    ("label", "score", "is_against"),
    [
        (Label.HAM, 0.999, True),
        (Label.HAM, 0.98, False),
        (Label.SPAM, 0.001, True),
        (Label.SPAM, 0.02, False),
        (Label.HAM, None, False),
    ],
)
def test_a_label_is_against_the_model_below_one_in_a_hundred(label: Label, score: float, is_against: bool) -> None:
    assert contradicts(label, score) is is_against
