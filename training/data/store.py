"""
Labelled comments of a service's store as rows: what its own moderators said.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from service.config import Settings, SettingsError
from service.core.labels import Labelled
from service.errors import StoreUnavailable
from service.store.engine import connect
from service.store.errors import BadStoreUrl, UnknownSite
from service.store.labelled import stream
from training.data.rows import OF_STORE, Row
from training.errors import BadData


def own_rows(environ: Mapping[str, str]) -> Iterator[Row]:
    """
    Yield a row for every comment that somebody labelled, with the label in force, in the order of the labels.

    Raises:
        BadData: there is no store, or it does not answer.
    """
    with own_store(environ) as engine:
        for site, labelled in stream(engine):
            yield row_of(site, labelled)


@contextmanager
def own_store(environ: Mapping[str, str]) -> Iterator[Engine]:
    """
    Open the store of the service.

    Args:
        environ: With the settings that the service has, which say where its store is.

    Raises:
        BadData: there is no store, it does not answer, or it has no such site.
    """
    try:
        engine = connect(Settings.from_environment(environ).store_url)
        file = Path(engine.url.database or "")
        # SQLite would make an empty one, and the labels would seem to be lost.
        if engine.dialect.name == "sqlite" and not file.is_file():
            raise BadData(f"{file}: no store there; set HAMLET_STATE_DIR or HAMLET_DATABASE_URL as for the service")
        try:
            yield engine
        finally:
            engine.dispose()
    except (SettingsError, BadStoreUrl, UnknownSite, StoreUnavailable) as error:
        raise BadData(f"the store of the service: {error}") from error


def row_of(site: str, labelled: Labelled) -> Row:
    """
    Return the row of a labelled comment; its date is that of the label, and it counts as much as the label weighs.
    """
    comment, given = labelled.subject.comment, labelled.given
    return Row(
        source=f"{OF_STORE}{site}",
        label=given.label.value,
        name=comment.name,
        comment=comment.comment,
        url=comment.url,
        article_title=comment.article_title,
        date=given.at.isoformat(),
        is_trackback=comment.type in ("trackback", "pingback"),
        place=f"label {given.id}",
        weight=given.weight,
        is_own=True,
    )
