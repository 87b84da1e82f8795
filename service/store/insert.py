"""
One INSERT through the driver itself, for the row that every request waits for.

SQLAlchemy compiles the statement, converts the values and keeps the connections, but does not execute it: its way from
a statement to the driver costs more processor time than SQLite needs for the row.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Table, insert
from sqlalchemy.exc import SQLAlchemyError

from service.store.engine import unavailable


class Conflict(Exception):
    """
    A row with the same unique values is there already.
    """


class Insert:
    """
    Inserts rows of one table, each a transaction. A class, since the statement is compiled only once.
    """

    def __init__(self, engine: Engine, table: Table) -> None:
        dialect = engine.dialect
        compiled = insert(table).compile(dialect=dialect)
        self._engine = engine
        self._driver = dialect.loaded_dbapi
        self._statement = str(compiled)
        self._order = compiled.positiontup
        processors = {column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.c}
        self._processors = [(name, process) for name, process in processors.items() if process]

    def __call__(self, row: Mapping[str, Any]) -> None:
        """
        Store a row that has a value for every column; it is on the disk when this returns.

        Raises:
            Conflict: nothing was stored.
            StoreUnavailable: it is not certain that the row is on the disk.
        """
        values = dict(row)
        for name, process in self._processors:
            values[name] = process(values[name])
        try:
            self._execute([values[name] for name in self._order] if self._order else values)
        except self._driver.IntegrityError as error:
            raise Conflict from error
        except (SQLAlchemyError, self._driver.Error) as error:
            raise unavailable() from error

    def _execute(self, values: Any) -> None:
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute(self._statement, values)
        except self._driver.Error as error:
            if self._engine.dialect.is_disconnect(error, connection.dbapi_connection, None):
                connection.invalidate(error)
            raise
        finally:
            connection.close()
