"""
How a site's own lists, and the scripts of its languages, decide among the other rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.core.comment import Asked, Comment
from service.core.decision import Decision, Explanation, Reason, Verdict
from service.core.entries import Action, Entry, Kind
from service.core.lists import Lists
from service.core.policy import decide, unrecorded
from service.core.site import Site, Thresholds
from service.core.traffic import Observation, Quota
from service.errors import StoreUnavailable
from service.model.folder import Card
from service.moderation import Moderation

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = Site(id=1, name="news", key_id="k")
QUOTA = Quota(600, 599, 60)
COMMENT = Comment("Ann", "casino")


class Counted:
    def observe(self, asked: Sequence[Asked], meanwhile: Callable[[], None]) -> list[Observation]:
        return [Observation(QUOTA)] * len(asked)


class Nowhere:
    def record(self, made: Sequence[object], _: object) -> list[StoreUnavailable]:
        return [StoreUnavailable("down")] * len(made)

    def claimed(self, site_id: int, claim_key: str) -> None:
        return None


def decided_at(moment: datetime, site: Site) -> Decision:
    parts = Moderation(Counted(), lambda: None, Nowhere(), clock=lambda: moment, new_id=lambda: "1")
    return parts.moderate(site, COMMENT).decision


def decided(
    action: Action | None, log_odds: float = 0.0, flood: float = 0.0, site: Site = SITE, comment: Comment = COMMENT
) -> Decision:
    entries = [Entry(Kind.WORD, "casino", action, id=17)] if action else []
    text = Reason("text", log_odds)
    return decide(
        "1",
        Asked(site, comment),
        Observation(QUOTA, flood=flood),
        Explanation(log_odds, 0.0, (text,)),
        Card("tiny", "", Thresholds(0.35, 0.97)),
        Lists(entries).match(comment, NOON),
    )


@pytest.mark.parametrize("log_odds", [-9.0, 0.0, 9.0])
@pytest.mark.parametrize("flood", [0.0, 2.0, 50.0])
@pytest.mark.parametrize(
    ("action", "verdict", "discard", "rule"),
    [
        (Action.ACCEPT, Verdict.ACCEPT, False, "allow_list"),
        (Action.REJECT, Verdict.REJECT, False, "deny_list"),
        (Action.DISCARD, Verdict.REJECT, True, "deny_list"),
        (Action.HOLD, Verdict.HOLD, False, "hold_list"),
    ],
)
def test_a_list_decides_before_floods_and_scores(
    action: Action, verdict: Verdict, discard: bool, rule: str, log_odds: float, flood: float
) -> None:
    decision = decided(action, log_odds, flood)

    assert (decision.verdict, decision.discard) == (verdict, discard)
    assert decision.reasons[0] == Reason(rule, rule=rule, evidence=("casino",), entry=17)


def test_the_lists_of_the_site_are_asked_at_the_moment_of_the_comment() -> None:
    ends = Entry(Kind.WORD, "casino", Action.REJECT, expires_at=NOON)
    site = replace(SITE, lists=Lists([ends]))

    before, after = decided_at(NOON - timedelta(seconds=1), site), decided_at(NOON, site)

    assert (before.verdict, before.reasons[0].rule) == (Verdict.REJECT, "deny_list")
    assert after.verdict is Verdict.HOLD


def test_the_score_is_given_all_the_same() -> None:
    decision = decided(Action.ACCEPT, 9.0)

    assert decision.score
    assert decision.score > 0.99
    assert decision.summary == "Accepted: the site's own list lets it through."


def test_without_a_match_all_is_as_it_was() -> None:
    assert decided(None, 9.0).verdict is Verdict.REJECT
    assert decided(None, 0.0, flood=2.0).reasons[0].rule == "flood"


def test_an_accept_by_a_list_that_could_not_be_recorded_is_held_like_any_other() -> None:
    assert unrecorded(decided(Action.ACCEPT, 0.0)).verdict is Verdict.HOLD


def test_other_scripts_are_held_only_where_the_site_wants_it_and_never_more_than_held() -> None:
    comment = Comment("Юлия", "Спасибо за статью")
    english = replace(SITE, languages=("en",))

    assert decided(None, -9.0, comment=comment).verdict is Verdict.ACCEPT
    held = decided(None, -9.0, site=english, comment=comment)
    assert (held.verdict, held.reasons[0].rule) == (Verdict.HOLD, "other_script")
    assert held.summary == "Held: a script that none of the site's languages is written in."
    assert decided(None, 9.0, site=english, comment=comment).reasons[0].rule is None
    assert decided(None, -9.0, site=replace(SITE, languages=("en", "uk")), comment=comment).verdict is Verdict.ACCEPT
