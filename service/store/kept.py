"""
A connection that whoever writes for requests keeps for the next time.
"""

from sqlalchemy import Engine, PoolProxiedConnection, event
from sqlalchemy.exc import DisconnectionError

from service.store.engine import check_sqlite


class KeptConnection:
    """
    A connection of SQLAlchemy's pool, kept from one use to the next where the store is SQLite. A class, since it
    remembers the connection.

    The pool checks a connection when it comes back, and again when it is given out: by code that nothing else runs, and
    that is out of the processor's caches by the next time. On PostgreSQL the pool also asks whether the server is still
    there, so each use takes one from it.
    """

    def __init__(self, engine: Engine) -> None:
        """
        Take the engine; nothing is opened yet.
        """
        self._engine = engine
        self._stays = engine.dialect.name == "sqlite"
        # At most one: the pool has few, and threads that ask rarely are to find some.
        self._kept: list[PoolProxiedConnection] = []
        event.listen(engine, "engine_disposed", self._let_go)

    def take(self) -> PoolProxiedConnection:
        """
        Return a connection that nobody else uses until it comes back.

        Raises:
            SQLAlchemyError: there is none.
        """
        try:
            connection = self._kept.pop()
        except IndexError:
            return self._engine.raw_connection()
        try:
            check_sqlite(connection.info)
        except DisconnectionError as moved:
            connection.invalidate(moved)
            return self._engine.raw_connection()
        return connection

    def give_back(self, connection: PoolProxiedConnection) -> None:
        """
        Take back a connection that has no transaction open.
        """
        if self._stays and not self._kept:
            self._kept.append(connection)
        else:
            connection.close()

    def _let_go(self, _: Engine) -> None:
        while self._kept:
            self._kept.pop().invalidate()
