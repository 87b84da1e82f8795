"""
A client for each of the ways to run a Redis: one server, Sentinel, and Redis Cluster.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import redis
from hiredis import pack_command
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel

from service.traffic.redis_cluster import Command, LazyCluster

# Seconds for each step, connecting and waiting for the answer; a comment has 0.8 for everything.
BUDGET = 0.05
SENTINEL_PORT, SERVER_PORT = 26379, 6379
_ENCODED = "; in a password write %2F for /, %3F for ? and %23 for #"
_NO_DATABASE = f"a database is a number; write redis://host:6379/1, or ?db=1 behind the name of a primary{_ENCODED}"

Client = redis.Redis | LazyCluster


def connect(url: str) -> Client:
    """
    Return a client that gives up quickly and never tries twice; nothing is sent before its first use.

    Args:
        url: `unix://`, `redis://` or `rediss://`; `redis+sentinel://host:port,host:port/name` asks Sentinels for the
            primary of that name, `redis+cluster://host:port,host:port` any of these nodes for the rest. User, password
            and options stand where they stand in `redis://`; `sentinel_password` among the options is the Sentinels'.

    Raises:
        ValueError: The URL is none of these, names a database that cannot be, or has an option that redis-py does not
            know, except for a cluster, where redis-py passes such options over.
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
        _port(parsed)
        # redis-py takes what is no number for 0, and /1/2 for 12.
        if scheme != "unix" and not re.fullmatch("(/[0-9]*)?", parsed.path):
            raise ValueError(_NO_DATABASE)
        return _checked(redis.Redis.from_url(url, **options, health_check_interval=0, retry=_never_again()))
    options |= _of_servers(parsed, scheme)
    if kind == "sentinel":
        return _checked(_behind_sentinels(_addresses(parsed, SENTINEL_PORT), parsed.path.strip("/"), options))
    if kind == "cluster":
        if parsed.path not in ("", "/", "/0") or options.get("db"):
            raise ValueError(f"a cluster has no databases to choose from; leave it out{_ENCODED}")
        return LazyCluster(_addresses(parsed, SERVER_PORT), options | {"retry": _never_again()}, BUDGET)
    raise ValueError(f"no Redis is reached by {parsed.scheme}://")


def run(client: Client, commands: Sequence[Command], meanwhile: Callable[[], None] = lambda: None) -> list[object]:
    """
    Send commands at once, then read all replies, in their order; errors that Redis replied with are among them.

    What is to be done `meanwhile` is done while one server works on them; it must not raise. Not with a cluster.

    Raises:
        redis.ConnectionError, redis.TimeoutError: There is no telling what was done.
    """
    if isinstance(client, LazyCluster):
        return client.run(commands)
    connection: Any = client.connection_pool.get_connection()
    try:
        # redis-py's own way to this looks at each argument first, which takes twice as long as the packing.
        packed = [pack_command(command) for command in commands]  # type: ignore[arg-type]  # typed for one argument
        connection.send_packed_command([b"".join(packed)])
        meanwhile()
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
    Hang up connections that are not in use, so that the next one finds the present primary.
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


def _checked(client: redis.Redis) -> redis.Redis:
    pool = client.connection_pool
    try:
        pool.connection_class(**pool.connection_kwargs)  # which the library makes, and complains of, at the first use
    except (TypeError, redis.RedisError) as error:
        raise ValueError(f"an option cannot be used ({error})") from None
    if pool.connection_kwargs.get("db", 0) < 0:
        raise ValueError(_NO_DATABASE)
    return client


def _behind_sentinels(addresses: list[tuple[str, int]], primary: str, options: dict[str, Any]) -> redis.Redis:
    if not primary:
        raise ValueError("no name of a primary; write redis+sentinel://host:port,host:port/name")
    if "/" in primary:
        raise ValueError(_NO_DATABASE)
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
            raise ValueError(f"no host; write host:port,host:port{_ENCODED}")
        addresses.append((one.hostname, _port(one) or port))
    return addresses


def _port(address: SplitResult) -> int | None:
    try:
        return address.port
    except ValueError:  # whose message quotes what stands there: half a password, where a slash ends the host
        raise ValueError(f"no port from 0 to 65535 behind the host{_ENCODED}") from None
