"""
A client for each of the ways to run a Redis: one server, Sentinel, and Redis Cluster.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self, cast
from urllib.parse import SplitResult, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.connection import parse_url
from redis.exceptions import RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel

# Seconds for each step, connecting and waiting for the answer; a comment has 0.8 for everything.
BUDGET = 0.05
SENTINEL_PORT, SERVER_PORT = 26379, 6379

Command = tuple[str | bytes | int, ...]


def connect(url: str) -> "Client":
    """
    Return a client that gives up quickly and never tries twice; nothing is sent before its first use.

    Args:
        url: `unix://`, `redis://` or `rediss://`; `redis+sentinel://host:port,host:port/name` asks Sentinels for the
            primary of that name, `redis+cluster://host:port,host:port` any of these nodes for the rest. User, password
            and options stand where they stand in `redis://`; `sentinel_password` among the options is the Sentinels'.

    Raises:
        ValueError: The URL is none of these.
    """
    options: dict[str, Any] = {
        "socket_timeout": BUDGET,
        "socket_connect_timeout": BUDGET,
        "protocol": 2,  # with driver_info: no HELLO and no CLIENT SETINFO, each a round trip more for a new connection
        "driver_info": None,
    }
    parsed = urlsplit(url)
    scheme, _, kind = parsed.scheme.partition("+")
    if not kind:
        return redis.Redis.from_url(url, **options, health_check_interval=0, retry=_never_again())
    options |= _of_servers(parsed, scheme)
    if kind == "sentinel":
        return _behind_sentinels(_addresses(parsed, SENTINEL_PORT), parsed.path.strip("/"), options)
    if kind == "cluster":
        return LazyCluster(_addresses(parsed, SERVER_PORT), options)
    raise ValueError(f"no Redis is reached by {parsed.scheme}://")


class LazyCluster:
    """
    A Redis Cluster, whose nodes are asked for each other at the first use: a service starts without it, too.

    Where none of the known nodes answers any more, the next use begins again with those of the URL.
    """

    def __init__(self, addresses: list[tuple[str, int]], options: dict[str, Any]) -> None:
        self._addresses = addresses
        self._options = options
        self._cluster: RedisCluster | None = None
        self._connecting = threading.Lock()

    def run(self, commands: Sequence[Command]) -> list[object]:
        """
        Send commands to the nodes of their keys, as `run` does.
        """
        with self._connected() as cluster:
            pipe = cluster.pipeline(transaction=False)  # type: ignore[no-untyped-call]
            for command in commands:
                pipe.execute_command(*command)
            replies: list[object] = pipe.execute(raise_on_error=False)
        return replies

    def set(self, name: str, value: bytes, *, nx: bool, ex: int) -> Any:
        """
        Set a key that expires; with `nx` only where there is none.
        """
        with self._connected() as cluster:
            return cluster.set(name, value, nx=nx, ex=ex)

    def delete(self, name: str) -> Any:
        """
        Delete a key.
        """
        with self._connected() as cluster:
            return cluster.delete(name)

    def transaction(self, change: Callable[[Any], None], *watched: str) -> Any:
        """
        Make a change of keys in one slot, again if one of them was changed meanwhile.
        """
        with self._connected() as cluster:
            return cluster.transaction(change, *watched)  # type: ignore[no-untyped-call]

    def ping(self) -> bool:
        """
        Tell whether all nodes answer.
        """
        with self._connected() as cluster:
            return bool(cluster.ping())

    def nodes(self) -> list[redis.Redis]:
        """
        Return a client for each node.
        """
        with self._connected() as cluster:
            return [cluster.get_redis_connection(node) for node in cluster.get_nodes()]  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """
        Hang up; the next use connects again.
        """
        cluster, self._cluster = self._cluster, None
        if cluster:
            cluster.close()

    @contextmanager
    def _connected(self) -> Iterator[RedisCluster]:
        try:
            yield self._cluster or self._connect()
        except RedisClusterException as error:
            # No RedisError, and it means that no node answers or that they do not agree.
            self.close()
            raise redis.ConnectionError(str(error)) from error

    def _connect(self) -> RedisCluster:
        # One asks, and nobody waits long for it: a request behind another has its own 800 ms.
        if not self._connecting.acquire(timeout=BUDGET):
            raise redis.ConnectionError("the cluster's nodes are being asked for each other")
        try:
            if self._cluster is None:
                nodes = [ClusterNode(*address) for address in self._addresses]  # type: ignore[no-untyped-call]
                self._cluster = RedisCluster(
                    startup_nodes=nodes, retry=_never_again(), require_full_coverage=False, **self._options
                )
            return self._cluster
        finally:
            self._connecting.release()


Client = redis.Redis | LazyCluster


def run(client: Client, commands: Sequence[Command]) -> list[object]:
    """
    Send commands at once, then read all replies, in their order; errors that Redis replied with are among them.

    Raises:
        redis.ConnectionError, redis.TimeoutError: There is no telling what was done.
    """
    if isinstance(client, LazyCluster):
        return client.run(commands)
    connection: Any = client.connection_pool.get_connection()
    try:
        connection.send_packed_command([b"".join(connection.pack_commands(commands))])
        return [_reply(connection) for _ in commands]
    except BaseException:
        connection.disconnect()  # or its next user would read replies to these commands
        raise
    finally:
        client.connection_pool.release(connection)


def servers(client: Client) -> list[redis.Redis]:
    """
    Return a client for each server, to ask what it says of itself.
    """
    return client.nodes() if isinstance(client, LazyCluster) else [client]


def skew(server: redis.Redis, clock: Callable[[], float]) -> float:
    """
    Return by how many seconds a server's clock is ahead of ours (Unix seconds), to half of the time that asking takes.
    """
    before = clock()
    seconds, microseconds = server.time()
    return float(seconds + microseconds / 1e6 - (before + clock()) / 2)


def drop_idle(client: Client) -> None:
    """
    Hang up connections that are not in use, so that the next one finds the primary of now.
    """
    if isinstance(client, LazyCluster):
        client.close()
    else:
        client.connection_pool.disconnect(inuse_connections=False)


def _reply(connection: Any) -> object:
    try:
        return connection.read_response()
    except redis.ResponseError as error:
        return error


def _behind_sentinels(addresses: list[tuple[str, int]], primary: str, options: dict[str, Any]) -> redis.Redis:
    if not primary:
        raise ValueError("no name of a primary; write redis+sentinel://host:port,host:port/name")
    asking = {name: options[name] for name in ("socket_timeout", "socket_connect_timeout", "protocol", "driver_info")}
    asking |= {name: options[name] for name in ("ssl",) if name in options}
    for name in ("username", "password"):
        if value := options.pop(f"sentinel_{name}", None):
            asking[name] = value
    sentinel: Any = Sentinel(addresses, sentinel_kwargs=asking | {"retry": _never_again()})  # type: ignore[no-untyped-call]
    return cast("redis.Redis", sentinel.master_for(primary, **options, retry=_never_again()))


def _never_again() -> Retry:
    # The library's own default makes a dead server cost seconds a call.
    return Retry(NoBackoff(), 0)


def _of_servers(parsed: SplitResult, scheme: str) -> dict[str, Any]:
    credentials, at, _ = parsed.netloc.rpartition("@")
    given = dict(parse_url(f"{scheme}://{credentials}{at}localhost?{parsed.query}"))  # type: ignore[no-untyped-call]
    for name in ("host", "connection_class"):
        given.pop(name, None)
    return given | ({"ssl": True} if scheme == "rediss" else {})


def _addresses(parsed: SplitResult, port: int) -> list[tuple[str, int]]:
    addresses = []
    for address in parsed.netloc.rpartition("@")[2].split(","):
        one = urlsplit(f"//{address}")
        if not one.hostname:
            raise ValueError(f"no host in {address!r}; write host:port,host:port")
        addresses.append((one.hostname, one.port or port))
    return addresses
