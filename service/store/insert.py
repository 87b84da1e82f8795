"""
One INSERT through the driver itself, for the rows that requests wait for.

SQLAlchemy compiles the statement, converts the values and keeps the connections, but does not execute it: its way from
a statement to the driver costs more processor time than SQLite needs for the row. The statement is for a single row,
and the drivers repeat it: of one for many rows they would keep a version for each number of rows.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Column, Dialect, Engine, Table
from sqlalchemy.exc import SQLAlchemyError

from service.store.engine import unavailable
from service.store.kept import KeptConnection
from service.store.tables import Moment, Text, without_nul


class BadRow(Exception):
    """
    Nothing was stored, since there is a row that the database will never take.
    """


def insert_into(table: Table, dialect: Dialect) -> Any:
    """
    Return an INSERT that knows ON CONFLICT, as either database says it.
    """
    # Only the one that is in use: the other is 3 MB of a worker and a twentieth of its start.
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


class Insert:
    """
    Inserts rows of one table, all in one transaction. A class, since the statement is compiled only once.
    """

    def __init__(self, engine: Engine, table: Table) -> None:
        dialect = engine.dialect
        self._engine = engine
        self._connection = KeptConnection(engine)
        self._table = table
        self._driver = dialect.loaded_dbapi
        self._columns = [(column.name, _processor(column, dialect)) for column in table.c]
        self._ids = [column.name for column in table.c].index(table.c.id.name)
        self._new, self._told = self._compiled()

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> set[str]:
        """
        Store rows that have a value for every column, JSON as text, and return the ids of those that are new: where
        another row has the same unique values, it stays. All is on the disk when this returns.

        Raises:
            BadRow: nothing was stored.
            StoreUnavailable: it is not certain that the rows are on the disk.
        """
        try:
            return self._execute([self._values(row) for row in rows])
        except (self._driver.IntegrityError, self._driver.DataError, ValueError) as error:
            raise BadRow from error
        except (SQLAlchemyError, self._driver.Error) as error:
            raise unavailable(error) from error

    def _values(self, row: Mapping[str, Any]) -> list[Any]:
        return [process(row[name]) if process else row[name] for name, process in self._columns]

    def _execute(self, rows: list[list[Any]]) -> set[str]:
        connection = self._connection.take()
        try:
            new = self._store(connection.cursor(), rows)
        except BaseException as error:
            dialect = self._engine.dialect
            if isinstance(error, self._driver.Error) and dialect.is_disconnect(
                error, connection.dbapi_connection, None
            ):
                connection.invalidate(error)
            connection.close()  # which takes back what is not committed
            raise
        self._connection.give_back(connection)
        return new

    def _store(self, cursor: Any, rows: list[list[Any]]) -> set[str]:
        if len(rows) == 1:
            return self._stored(cursor, rows)
        if self._engine.dialect.name == "postgresql":
            # Sent in one piece, which is a transaction.
            cursor.executemany(self._told, rows, returning=True)
            return {row[0] for result in cursor.results() for row in result}
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(self._new, rows)
        if cursor.rowcount == len(rows):
            new = {row[self._ids] for row in rows}
        else:
            # Only of single rows does SQLite tell which ones were there already.
            cursor.execute("ROLLBACK")
            cursor.execute("BEGIN IMMEDIATE")
            new = self._stored(cursor, rows)
        cursor.execute("COMMIT")
        return new

    def _stored(self, cursor: Any, rows: list[list[Any]]) -> set[str]:
        # Without a transaction SQLite commits when the last one is read.
        return {found[0] for row in rows for found in cursor.execute(self._told, row).fetchall()}

    def _compiled(self) -> tuple[str, str]:
        """
        Return the statement for a row, and one that also tells the id of a row that is new.
        """
        dialect = self._engine.dialect
        style = "format" if dialect.name == "postgresql" else "qmark"
        new = insert_into(self._table, dialect).values(dict.fromkeys(self._table.c.keys())).on_conflict_do_nothing()
        by_place: Dialect = type(dialect)(paramstyle=style)  # type: ignore[call-arg]
        return str(new.compile(dialect=by_place)), str(new.returning(self._table.c.id).compile(dialect=by_place))


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(column.type, JSON):
        return None
    if isinstance(column.type, Text):  # what its own processor does, without two calls around it for each value
        return without_nul
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    # All rows of a statement came at one moment.
    return lru_cache(maxsize=1)(process) if process and isinstance(column.type, Moment) else process
