"""
The secrets of Coral's phases, in both stores.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update
from stores import NOON, Store

from service.core.coral import CoralStatus, Statuses
from service.core.decision import Verdict
from service.store.coral import CoralPhases, Phase
from service.store.sites import Sites
from service.store.tables import coral

HOUR = timedelta(hours=1)


@pytest.fixture
def phases(store: Store) -> CoralPhases:
    return CoralPhases(store.engine)


def test_a_secret_belongs_to_a_key_of_its_site(store: Store, phases: CoralPhases) -> None:
    phases.set("news", NOON, secret="empsec_1")

    assert phases.list(NOON) == [Phase("news", store.site.key_id, ("empsec_1",), Statuses())]


def test_a_status_of_a_newer_hamlet_is_the_usual_one_for_an_older_one(store: Store, phases: CoralPhases) -> None:
    phases.set("news", NOON, secret="empsec_1")
    newer = {"accept": "APPROVED", "hold": "QUARANTINED", "reject": "REJECTED", "quarantine": "PREMOD"}
    with store.engine.begin() as connection:
        connection.execute(update(coral).values(statuses=newer))

    (phase,) = phases.list(NOON)

    assert phase.statuses == Statuses(accept=CoralStatus.APPROVED)


def test_an_earlier_secret_counts_for_as_long_as_it_was_said(phases: CoralPhases) -> None:
    phases.set("news", NOON, secret="empsec_1")

    phases.set("news", NOON, secret="empsec_2", overlap=HOUR)

    assert phases.list(NOON)[0].secrets == ("empsec_1", "empsec_2")
    assert phases.list(NOON + HOUR)[0].secrets == ("empsec_2",)


def test_a_later_rotation_lets_no_earlier_secret_live_longer(phases: CoralPhases) -> None:
    for number, overlap in ((1, HOUR), (2, HOUR), (3, 9 * HOUR)):
        phases.set("news", NOON, secret=f"empsec_{number}", overlap=overlap)

    assert phases.list(NOON + HOUR)[0].secrets == ("empsec_2", "empsec_3")


def test_the_same_secret_again_changes_nothing(phases: CoralPhases) -> None:
    for _ in range(2):
        phases.set("news", NOON, secret="empsec_1", overlap=HOUR)

    assert phases.list(NOON + 2 * HOUR)[0].secrets == ("empsec_1",)


def test_statuses_are_chosen_one_by_one(phases: CoralPhases) -> None:
    phases.set("news", NOON, statuses={Verdict.HOLD: CoralStatus.PREMOD})
    phases.set("news", NOON, statuses={Verdict.ACCEPT: CoralStatus.APPROVED})

    assert phases.list(NOON)[0].statuses == Statuses(CoralStatus.APPROVED, CoralStatus.PREMOD, CoralStatus.REJECTED)


def test_a_phase_that_was_removed_is_gone_and_a_rotated_key_of_the_site_is_no_matter(
    store: Store, phases: CoralPhases
) -> None:
    phases.set("news", NOON, secret="empsec_1")
    Sites(store.engine).rotate("news")

    assert phases.list(NOON)[0].key_id not in ("", store.site.key_id)
    phases.remove("news")
    assert phases.list(NOON) == []
