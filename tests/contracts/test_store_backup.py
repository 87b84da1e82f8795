"""
Copies of the store are whole and come back; an older store goes forward, and a newer one back and forward again.
"""

import gzip
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.command import upgrade
from alembic.config import Config
from command_line import hamlet
from postgresql_server import PostgresqlServer
from sqlalchemy import Engine, inspect
from stores import LONG, NOON, OpenStore, OpenUrl, Store, decision, make_file
from uuid_utils import uuid7

from service.akismet.keys import Keyring
from service.core.comment import Comment
from service.core.labels import Label, Source
from service.core.site import OwnThresholds, Scope
from service.errors import Unauthorised
from service.gate import Gate
from service.state import locked
from service.store.backup import copy, put_back, revision_of
from service.store.engine import connect, one_by_one
from service.store.errors import BadBackup, UnknownRevision
from service.store.labelled import stream
from service.store.labels import Labels, Wish
from service.store.lists import Entries
from service.store.queue import Queue
from service.store.schema import downgrade, migrate, revisions
from service.store.sites import Sites

# Made by the Hamlet of commit dc9808b through its own API and commands, of comments that were written for it.
OLDER = Path(__file__).parent / "data" / "hamlet-0006.sqlite.gz"
SECRET = b"an invented secret for the store of revision 0006"
KEY = "hamlet_e841d5b390_J0hNQqAD5LJTMhissGc_t6DfbJvC8U01CpU3fLTPYhM"
ADMIN_KEY = "hamlet_e7a0e419c5_9RNo_hujgFxDdCRf_U7xjmQJUO3vnnmbJmJBNdVQFko"
AKISMET_KEY = "dbf2fbfe8bfb"
LABELLED, HELD = "01a220ec-4bd1-76ea-a722-7b091027c8f6", "01a220ec-4d51-73b3-b638-f2cb3ace443f"
EVERY_REVISION = [f"{number:04}" for number in range(1, 9)]


@pytest.fixture
def older(tmp_path: Path, open_url: OpenUrl) -> Engine:
    """
    A copy of the older store, brought up to date.
    """
    (tmp_path / "hamlet.sqlite").write_bytes(gzip.decompress(OLDER.read_bytes()))
    engine = open_url(f"sqlite:///{tmp_path}/hamlet.sqlite")
    assert revisions(engine)[0] == "0006"
    migrate(engine)
    return engine


def test_the_sites_of_an_older_store_keep_their_settings_and_lists(older: Engine) -> None:
    site = Sites(older).named("blog")

    assert (site.thresholds, site.limits.commenter_per_minute) == (OwnThresholds(reject_at=0.99), 0)
    assert [(entry.value, entry.note) for entry in Entries(older).of("blog")][:2] == [
        ("casino royal example", "sold pills in 2026"),
        ("eve@spam.example", "sold pills in 2026"),
    ]


def test_the_keys_of_an_older_store_open_what_they_opened(older: Engine) -> None:
    gate = Gate(Sites(older))

    assert gate.admit(f"Bearer {KEY}", None).name == "blog"
    assert gate.admit(f"Bearer {ADMIN_KEY}", None, scope=Scope.ADMIN).name == "blog"
    assert Keyring(Sites(older), gate, SECRET).admit(AKISMET_KEY, "").name == "blog"
    with pytest.raises(Unauthorised):
        gate.admit(f"Bearer {KEY[:-1]}x", None)


def test_the_comments_of_an_older_store_wait_and_can_be_labelled(older: Engine) -> None:
    site = Sites(older).named("blog")
    labels = Labels(older, [SECRET], lambda: str(uuid7()))
    numbers = {name: number for number, name in [(1, "blog"), (2, "forum")]}
    wish = Wish(Label.SPAM, Source.MODERATOR, "Eve", "", 1.0, NOON, contradicts=False)

    subject = labels.decided(numbers[site.name], HELD)
    assert subject
    _, is_new = labels.give(numbers[site.name], subject, wish)

    assert is_new
    assert len(Queue(older).page(numbers["blog"], 100)) > 0


def test_the_labels_of_an_older_store_are_trained_on(older: Engine) -> None:
    found = {labelled.subject.id: labelled.given for _, labelled in stream(older)}

    assert len(found) == 16
    assert (found[LABELLED].label, found[LABELLED].who) == (Label.HAM, "Mod")


# SQLAlchemy reads no index of an expression from SQLite; that it is there the queue's tests see.
@pytest.mark.filterwarnings("ignore:.*expression-based index '?ix_decisions_(doubtful|in_time)")
def test_the_tables_go_back_revision_by_revision_to_what_they_were(open_store: OpenStore) -> None:
    engine = open_store()
    make_file(engine)
    were = {}
    for revision in EVERY_REVISION:
        with engine.begin() as connection:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", "service.store:migrations")
            upgrade(config, revision)
        were[revision] = _tables(engine)
    migrate(engine)
    newest = _tables(engine)

    for revision in reversed(EVERY_REVISION):
        downgrade(engine, revision)
        assert _tables(engine) == were[revision]

    migrate(engine)
    assert _tables(engine) == newest


def test_comments_and_keys_survive_the_way_back_and_forward(store: Store) -> None:
    store.record(decision("01"), Comment("Ann", "Hello", email="ann@mail.example"))
    store.record(decision("02"), Comment(f"Bob {LONG}", "Hello"))
    key = Sites(store.engine).add("blog")

    downgrade(store.engine, "0001")
    migrate(store.engine)

    labels = Labels(store.engine, [b"s"], lambda: "")
    found, other = (labels.decided(store.site.id, each) for each in ("01", "02"))
    assert found and other and other.comment.name.startswith("Bob ")
    assert (found.comment, found.email_hash is None) == (Comment("Ann", "Hello"), False)
    assert Gate(Sites(store.engine)).admit(f"Bearer {key}", None).name == "blog"


def test_there_is_no_way_back_to_what_was_never_there(store: Store) -> None:
    with pytest.raises(UnknownRevision, match="can go back to 0010, 0009"):
        downgrade(store.engine, "9999")


def test_a_backup_is_one_whole_file_with_everything_in_it(store: Store, tmp_path: Path, open_url: OpenUrl) -> None:
    store.record(decision("01"))
    if store.engine.dialect.name == "postgresql":
        with pytest.raises(BadBackup, match="pg_dump"):
            copy(store.engine, tmp_path / "copy.sqlite")
        return

    size = copy(store.engine, tmp_path / "copy.sqlite")

    assert (tmp_path / "copy.sqlite").stat().st_size == size
    assert not [*tmp_path.glob("copy.sqlite?*")]
    copied = open_url(f"sqlite:///{tmp_path}/copy.sqlite")
    assert Labels(copied, [b"s"], lambda: "").decided(store.site.id, "01")
    with pytest.raises(BadBackup, match="never written over"):
        copy(store.engine, tmp_path / "copy.sqlite")


@pytest.mark.no_cover
def test_a_backup_comes_to_its_end_however_much_is_written_meanwhile(sqlite: Store, tmp_path: Path) -> None:
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE much (more BLOB)")
        connection.exec_driver_sql("INSERT INTO much VALUES (zeroblob(32000000))")
    most, written = 500_000, list[None]()

    def write() -> None:
        with one_by_one(sqlite.engine).connect() as connection:
            connection.exec_driver_sql("PRAGMA synchronous=OFF")  # the faster, the more is written meanwhile
            while len(written) < most and not (tmp_path / "copy.sqlite").exists():
                connection.exec_driver_sql("INSERT INTO much VALUES (NULL)")
                written.append(None)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        copy(sqlite.engine, tmp_path / "copy.sqlite")
    writing.result()

    assert len(written) < most


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_dump_of_postgresql_comes_back_as_another_database(
    request: pytest.FixtureRequest, store: Store, open_url: OpenUrl
) -> None:
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    store.record(decision("01"))

    url = server.restored_as("again")

    again = open_url(url)
    migrate(again)
    assert Labels(again, [b"s"], lambda: "").decided(store.site.id, "01")


def test_a_backup_into_a_folder_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "news")

    result = hamlet(tmp_path, "backup", "/nowhere/store.sqlite")

    assert result.exit_code == 2
    assert result.stderr == "Error: /nowhere/store.sqlite cannot be written: No such file or directory\n"


def test_a_backup_that_was_cut_or_is_something_else_is_not_put_back(tmp_path: Path) -> None:
    whole = gzip.decompress(OLDER.read_bytes())
    for number, content in enumerate((b"", b"no database", whole[: len(whole) // 2], _scrambled(whole))):
        file = tmp_path / str(number)
        file.write_bytes(content)

        with pytest.raises(BadBackup, match=r"no store of Hamlet|not whole"):
            revision_of(file)


@pytest.mark.parametrize("name", ["copy#1.sqlite", "copy?.sqlite", "copy%41.sqlite"])
def test_a_backup_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.decompress(OLDER.read_bytes()))

    assert revision_of(tmp_path / name) == "0006"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_what_was_backed_up_comes_back_and_the_rest_is_moved_aside(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "before")
    backed_up = hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    hamlet(tmp_path, "sites", "add", "after")

    restored = hamlet(tmp_path, "restore", str(tmp_path / "copy.sqlite"))

    sites = hamlet(tmp_path, "sites", "list").stdout
    assert "whole" in backed_up.stdout
    assert ("before" in sites, "after" in sites) == (True, False)
    aside = min(tmp_path.glob("hamlet.sqlite.before-*"))
    assert aside.name in restored.stdout


def test_what_was_moved_aside_is_not_written_over_by_a_second_restore_at_once(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "before")
    hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    engine, aside = connect(f"sqlite:///{tmp_path / 'hamlet.sqlite'}"), tmp_path / "aside.sqlite"
    put_back(engine, tmp_path / "copy.sqlite", aside)
    first = aside.stat().st_ino

    with pytest.raises(BadBackup, match="nothing was changed"):
        put_back(engine, tmp_path / "copy.sqlite", aside)

    assert aside.stat().st_ino == first
    assert "before" in hamlet(tmp_path, "sites", "list").stdout


def test_what_is_put_back_is_on_the_disk_before_it_has_the_stores_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hamlet(tmp_path, "sites", "add", "before")
    hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    synced = []

    def note(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").resolve().name, os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", note)
    put_back(connect(f"sqlite:///{tmp_path / 'hamlet.sqlite'}"), tmp_path / "copy.sqlite", tmp_path / "aside.sqlite")

    assert synced == [("hamlet.sqlite.new", (tmp_path / "copy.sqlite").stat().st_size)]


def test_where_a_copy_cannot_be_put_it_is_said_in_a_line_and_nothing_is_changed(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "before")
    hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    (tmp_path / "hamlet.sqlite.new").mkdir()

    refused = hamlet(tmp_path, "restore", str(tmp_path / "copy.sqlite"))

    assert (refused.exit_code, "nothing was changed" in refused.stderr) == (2, True)
    assert "before" in hamlet(tmp_path, "sites", "list").stdout


def test_a_copy_that_lies_where_the_new_store_is_written_is_not_lost(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "before")
    hamlet(tmp_path, "backup", str(tmp_path / "hamlet.sqlite.new"))

    refused = hamlet(tmp_path, "restore", str(tmp_path / "hamlet.sqlite.new"))

    assert (refused.exit_code, "give it another" in refused.stderr) == (2, True)
    assert revision_of(tmp_path / "hamlet.sqlite.new")


def test_nobody_else_can_read_a_backup_or_what_was_put_back(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        hamlet(tmp_path, "sites", "add", "before")
        hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
        hamlet(tmp_path, "restore", str(tmp_path / "copy.sqlite"))
    finally:
        os.umask(umask)

    for name in ("copy.sqlite", "hamlet.sqlite"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_an_older_backup_is_put_back_and_brought_forward(tmp_path: Path) -> None:
    (tmp_path / "older").write_bytes(gzip.decompress(OLDER.read_bytes()))

    restored = hamlet(tmp_path, "restore", str(tmp_path / "older"))
    migrate(connect(f"sqlite:///{tmp_path / 'hamlet.sqlite'}"))  # as the start of the service does

    assert restored.stdout == f"{tmp_path}/hamlet.sqlite is {tmp_path}/older now, at revision 0006\n"
    assert "blog" in hamlet(tmp_path, "sites", "list").stdout


@pytest.mark.parametrize("command", [("sites", "list"), ("sites", "add", "news"), ("purge",)])
def test_a_command_leaves_older_tables_to_the_start_of_the_service(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "hamlet.sqlite").write_bytes(gzip.decompress(OLDER.read_bytes()))

    result = hamlet(tmp_path, *command)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: the store is at revision 0006, this Hamlet at ")
    assert "make a backup, and `hamlet serve` brings it up to date" in result.stderr
    assert revision_of(tmp_path / "hamlet.sqlite") == "0006"


def test_a_backup_of_an_older_store_is_as_old_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "hamlet.sqlite").write_bytes(gzip.decompress(OLDER.read_bytes()))

    result = hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))

    assert (result.exit_code, revision_of(tmp_path / "copy.sqlite")) == (0, "0006")
    assert revision_of(tmp_path / "hamlet.sqlite") == "0006"


def test_no_command_undoes_a_downgrade(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "news")
    hamlet(tmp_path, "downgrade", "0006")

    backed_up = hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    listed = hamlet(tmp_path, "sites", "list")

    assert (backed_up.exit_code, listed.exit_code) == (0, 2)
    assert {revision_of(tmp_path / name) for name in ("copy.sqlite", "hamlet.sqlite")} == {"0006"}


def test_nothing_is_put_back_or_downgraded_under_a_running_service(tmp_path: Path) -> None:
    hamlet(tmp_path, "sites", "add", "news")
    hamlet(tmp_path, "backup", str(tmp_path / "copy.sqlite"))

    with locked(tmp_path):
        refused = [hamlet(tmp_path, "restore", str(tmp_path / "copy.sqlite")), hamlet(tmp_path, "downgrade", "0008")]

    assert [(each.exit_code, "another service uses" in each.stderr) for each in refused] == [(2, True)] * 2
    assert "revision 0008" in hamlet(tmp_path, "downgrade", "0008").stdout


def _scrambled(content: bytes) -> bytes:
    # Within the pages of the tables, so that the file still opens.
    return content[:40_000] + bytes(4_096) + content[44_096:]


def _tables(engine: Engine) -> dict[str, Sequence[object]]:
    found = inspect(engine)
    return {
        table: sorted([column["name"] for column in found.get_columns(table)])
        + sorted(str(index["name"]) for index in found.get_indexes(table) if index["name"])
        for table in sorted(found.get_table_names())
    }
