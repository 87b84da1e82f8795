"""
The secret of the hashes is replaced: what is kept under the earlier ones is still found, until nothing is.
"""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
import redis
from stores import SECRET, Store, decision, recorded
from uuid_utils import uuid7

from service import state
from service.config import Settings, SettingsError
from service.core.comment import Asked, Comment
from service.core.labels import Label, Labelled, Source
from service.core.site import Site
from service.hash_secrets import HashSecrets
from service.label_memory import LabelMemory
from service.private_files import keep_once
from service.store.decisions import Decisions
from service.store.labelled import LabelledComments
from service.store.labels import Labels, Wish
from service.traffic.observing import Traffic

NOW = datetime.now(UTC)
NEW = b"a new secret of the hashes"
COMMENT = Comment("Ann", "A longer text than this would be a sketch", email="ann@loans.example", ip="8.8.8.8")


def settings(folder: Path) -> Settings:
    return state.prepare(Settings(state_dir=folder))


def test_before_the_first_rotation_the_secret_keys_the_hashes(tmp_path: Path) -> None:
    prepared = settings(tmp_path)

    assert prepared.people_secrets == (prepared.secret.encode(),)


@pytest.mark.parametrize("left", [b"", b"\n", b"half of a secret", b"one half " * 9, b"\xff" * 40])
def test_a_file_that_holds_no_whole_secret_keys_nothing(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "secret").write_bytes(left)

    with pytest.raises(SettingsError, match="put back `secret`") as refusal:
        settings(tmp_path)

    assert "half" not in str(refusal.value)


@pytest.mark.parametrize("length", [0, 10, 40])
def test_earlier_secrets_that_are_not_whole_are_not_passed_over(tmp_path: Path, length: int) -> None:
    HashSecrets(tmp_path).rotate(settings(tmp_path).secret)
    file = tmp_path / "hash-secrets"
    file.write_text(file.read_text()[:length])

    with pytest.raises(SettingsError, match="put back"):
        settings(tmp_path)


def test_a_private_file_that_could_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        keep_once(tmp_path / "secret", "half of a character: \ud800")

    assert not list(tmp_path.iterdir())


def test_a_new_secret_comes_first_and_the_earlier_ones_stay(tmp_path: Path) -> None:
    before = settings(tmp_path)
    secrets = HashSecrets(tmp_path)

    second = secrets.rotate(before.secret)
    third = secrets.rotate(before.secret)

    after = settings(tmp_path)
    assert after.people_secrets == (third.text.encode(), second.text.encode(), before.secret.encode())
    assert after.secret == before.secret  # so keys for clients of Akismet and signatures of webhooks go on
    assert (tmp_path / "hash-secrets").stat().st_mode & 0o777 == 0o600


def test_what_is_set_goes_before_what_was_rotated(tmp_path: Path) -> None:
    HashSecrets(tmp_path).rotate("x" * 32)
    given = f"{'n' * 32} {'o' * 32}"

    prepared = state.prepare(Settings(state_dir=tmp_path, hash_secrets=given))

    assert prepared.people_secrets == (b"n" * 32, b"o" * 32)


def test_a_secret_is_dropped_once_nothing_is_kept_from_its_time(tmp_path: Path) -> None:
    secrets = HashSecrets(tmp_path)
    new = secrets.rotate("x" * 32)
    secrets.take_up(new.text, NOW)

    too_early = secrets.drop(NOW - timedelta(seconds=1))
    dropped = secrets.drop(NOW + timedelta(seconds=1))

    assert (too_early, dropped) == (0, 1)
    assert [each.text for each in secrets.read()] == [new.text]


def test_until_the_service_is_started_again_it_makes_hashes_with_the_secret_of_before(tmp_path: Path) -> None:
    secrets = HashSecrets(tmp_path)
    new = secrets.rotate("x" * 32)

    secrets.take_up("x" * 32, NOW)
    before = secrets.drop(NOW + timedelta(days=10_000))
    for day in (30, 31):
        secrets.take_up(new.text, NOW + timedelta(days=day))

    assert before == 0
    assert [each.until for each in secrets.read()] == [None, NOW + timedelta(days=30)]


def test_of_several_that_write_at_once_none_loses_what_another_wrote(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, get_context("spawn")) as processes:
        made = list(processes.map(HashSecrets(tmp_path).rotate, ["x" * 32] * 60))

    kept = {each.text for each in HashSecrets(tmp_path).read()}
    assert kept == {"x" * 32, *(each.text for each in made)}


@pytest.fixture
def labelled(store: Store) -> Labelled:
    """
    A comment of Ann that was recorded and labelled under the earlier secret.
    """
    store.record(decision(str(uuid7())), COMMENT)
    old = Labels(store.engine, [SECRET], lambda: str(uuid7()))
    subject = old.worded(store.site.id, COMMENT)
    given, _ = old.give(
        store.site.id, subject, Wish(Label.SPAM, Source.MODERATOR, "", "k", 1.0, NOW, contradicts=False)
    )
    return Labelled(subject, given)


def test_a_label_finds_the_decision_of_its_wording_under_the_earlier_secret(store: Store, labelled: Labelled) -> None:
    rotated = Labels(store.engine, [NEW, SECRET], lambda: str(uuid7()))

    assert rotated.worded(store.site.id, COMMENT).id == labelled.subject.id


def test_a_comment_without_a_decision_keeps_its_first_label(store: Store) -> None:
    wish = Wish(Label.SPAM, Source.AKISMET, "Ann", "k", 0.5, NOW, contradicts=False)
    old = Labels(store.engine, [SECRET], lambda: str(uuid7()))
    old.give(store.site.id, old.worded(store.site.id, COMMENT), wish)
    rotated = Labels(store.engine, [NEW, SECRET], lambda: str(uuid7()))

    _, is_new = rotated.give(store.site.id, rotated.worded(store.site.id, COMMENT), wish)

    assert not is_new


def test_an_author_who_was_labelled_under_the_earlier_secret_is_known(
    store: Store, labelled: Labelled, counters: redis.Redis
) -> None:
    people = (NEW, SECRET)
    memory = LabelMemory(
        counters,
        LabelledComments(store.engine),
        secret=SECRET,
        people=people,
        clock=lambda: NOW,
        start=lambda work: work(),
    )
    memory.refresh(store.site.id)
    traffic = Traffic(counters, secret=SECRET, people=people, workers=1, on_error=print)
    site = Site(store.site.id, "news", "k1", store.site.limits)

    (seen,) = traffic.observe([Asked(site, Comment("Ann", "Short", email="ann@loans.example"))])

    assert seen.author.count == 1
    assert seen.author.spam == pytest.approx(1.0, abs=0.02)


def test_limits_and_campaigns_go_on_across_a_rotation(store: Store, counters: redis.Redis) -> None:
    site = Site(store.site.id, "news", "k1", store.site.limits)
    pitch = Comment("Ann", "We offer personal loans from two percent interest to people with bad credit", ip="8.8.4.4")
    Traffic(counters, secret=SECRET, workers=1, on_error=print).observe([Asked(site, pitch)])

    rotated = Traffic(counters, secret=SECRET, people=(NEW, SECRET), workers=1, on_error=print)
    other = Comment("Bob", pitch.comment, ip="8.8.4.4")
    (seen,) = rotated.observe([Asked(site, other)])

    assert (seen.seen, seen.flood) == (2, 2 / site.limits.commenter_per_minute)


def test_new_hashes_are_made_with_the_new_secret(store: Store) -> None:
    rotated = Decisions(store.engine, NEW)

    recorded(rotated, Asked(store.site, COMMENT), decision(str(uuid7())))

    only_old = Labels(store.engine, [SECRET], lambda: str(uuid7())).worded(store.site.id, COMMENT)
    assert only_old.decision_id is None
