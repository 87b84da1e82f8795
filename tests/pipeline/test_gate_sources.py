"""
A source that would own a candidate.
"""

from collections.abc import Mapping
from typing import Any

from training.gates.sources import owned


def card(**spam: int) -> Mapping[str, Any]:
    """
    Return the card of a model fitted on so many spam rows of each source.
    """
    return {
        "sources": {
            name: {"ham_used": 0, "spam_used": rows, "role": "all", "weight": 1.0} for name, rows in spam.items()
        }
    }


def failed(candidate: Mapping[str, Any], champion: Mapping[str, Any]) -> list[str]:
    return [outcome.part for outcome in owned(candidate, champion) if not outcome.has_passed]


def test_a_source_that_comes_to_own_a_label_is_refused() -> None:
    before = card(blog=100, news=100, site=100)

    assert failed(card(blog=100, news=100, site=4_900), before) == ["source site, spam: 78%, was 33%"]


def test_what_a_source_has_more_of_counts_by_its_root() -> None:
    before = card(blog=100, news=100, site=1)

    assert failed(card(blog=100, news=100, site=400), before) == []


def test_what_the_champion_gave_a_source_is_no_reason_against_the_candidate() -> None:
    site = card(blog=100, news=100, site=4_900)

    assert failed(site, site) == []


def test_a_site_that_learns_from_itself_alone_may() -> None:
    assert failed(card(site=4_900), card(blog=100, news=100, old=100)) == []


def test_a_source_that_is_only_measured_weighs_nothing() -> None:
    measured = {"held": {"ham_used": 0, "spam_used": 90_000, "role": "evaluate", "weight": 1.0}}
    sources = card(blog=100, news=100, site=100)["sources"]

    assert failed({"sources": {**sources, **measured}}, card()) == []


def test_a_model_that_came_without_sources_is_not_compared() -> None:
    assert list(owned({}, card(site=1))) == []
