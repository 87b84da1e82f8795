"""
The store: whether it can be read, is up to date, and what its sites and accounts say.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from service.clock import now
from service.config import Settings
from service.doctor.files import unreadable
from service.doctor.finding import Finding, note
from service.errors import StoreUnavailable
from service.store.engine import connect, lacks_file
from service.store.errors import StoreError
from service.store.moderators import Moderators
from service.store.retention import PLAUSIBLE, Retention
from service.store.schema import revisions
from service.store.sites import Sites


def examine(settings: Settings) -> Iterator[Finding]:
    """
    Yield what is wrong with the store and what it holds.
    """
    try:
        engine = connect(settings.store_url)
    except StoreError as error:
        yield Finding("the store cannot be opened", str(error))
        return
    file = Path(engine.url.database or "")
    try:
        is_missing = lacks_file(engine)
    except PermissionError:
        yield unreadable(file)
        return
    if is_missing:
        cure = "the first start makes it; if there was one, set HAMLET_STATE_DIR as for the service"
        yield note(f"there is no store yet at {file}", cure)
        return
    try:
        yield from _opened(engine)
    except StoreUnavailable as error:
        cause = str(getattr(error.__cause__, "orig", "")).partition("\n")[0]
        yield Finding(f"the store does not answer ({cause})", "until it does, comments are decided and not recorded")
    finally:
        engine.dispose()


def _opened(engine: Engine) -> Iterator[Finding]:
    current, newest = revisions(engine)
    if current != newest:
        yield Finding(
            f"the store is at revision {current}, this Hamlet at {newest}",
            "back an older store up, and `hamlet serve` brings it up to date; for a newer one, start the newer Hamlet",
        )
        return
    rows = Sites(engine).list()
    for row in rows:
        if row.log_only and not row.disabled:
            yield note(
                f"site {row.name} only logs: every comment is accepted",
                f"`hamlet sites set {row.name} --log-only off` when you have seen enough",
            )
    last = Retention(engine).last_run()
    if last and (age := now() - last) > PLAUSIBLE:
        yield note(
            f"by this machine's clock the last purge was {age.days} days ago",
            "if the clock is wrong, put it right before anything is erased by it; else start the service, or have "
            "`hamlet purge` called once a day where HAMLET_PURGE is false",
        )
    if not rows:
        yield note("there is no site, so nobody can have comments judged", "`hamlet sites add NAME` prints its key")
    if not Moderators(engine).list():
        yield note(
            "there are no moderators, so what is held waits in the CMS alone",
            "`hamlet moderators add NAME` makes an account for /moderate",
        )
