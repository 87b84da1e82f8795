"""
Redis: whether it answers, forgets the right things when it is full, is safe, and has the same time.
"""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import redis

from service.config import Settings
from service.doctor.finding import Finding, note
from service.processes import valkey
from service.traffic.redis_client import connect, servers, skew

FAULT = "has CVE-2025-49844: whoever may run a script can run any program there"
# The first of each line without it, by which a script in Lua could break out of its cage.
SAFE = {
    "redis": ((6, 2, 20), (7, 2, 11), (7, 4, 6), (8, 0, 4), (8, 2, 2)),
    "valkey": ((7, 2, 11), (8, 0, 6), (8, 1, 4), (9, 0, 0)),
}
MOST_SKEW_SECONDS = 2.0


def examine(settings: Settings, clock: Callable[[], float] = time.time) -> Iterator[Finding]:
    """
    Yield what is wrong with the Redis that is set, or with the embedded one.
    """
    if not settings.redis_url:
        yield from of_embedded()
        return
    try:
        with connect(settings.redis_url) as client:
            for server in servers(client):
                information: dict[str, Any] = server.info()
                yield from of_server(information, skew(server, clock))
    except ValueError:
        # Which is not quoted: it may hold a password.
        yield Finding("HAMLET_REDIS_URL is no address of a Redis", "write redis://host:port; docs/settings.md has more")
    except (redis.RedisError, OSError) as error:
        yield Finding(
            f"Redis does not answer ({type(error).__name__})",
            "until it does, each worker keeps its own share of the limits, and campaigns are not seen",
        )


def of_embedded(program: Callable[[], Path] = valkey.binary) -> Iterator[Finding]:
    """
    Yield what is wrong with the Valkey that came along, by the version that it says; it is started as it should be.
    """
    instead = "set HAMLET_REDIS_URL to one of your own"
    try:
        told = subprocess.check_output([program(), "--version"], text=True)  # noqa: S603 - it came along
    except (valkey.ValkeyError, OSError, subprocess.CalledProcessError) as error:
        yield Finding(f"the embedded Valkey cannot be started ({error})", instead)
        return
    version = told.partition("v=")[2].partition(" ")[0]
    if not is_safe("valkey", version):
        yield Finding(f"the embedded Valkey {version} {FAULT}", f"update Hamlet, or {instead}")


def of_server(information: Mapping[str, Any], ahead: float) -> Iterator[Finding]:
    """
    Yield what is wrong with a server by what it says of itself, and by how far its clock is ahead of this one.
    """
    name = str(information.get("server_name", "redis"))
    version = str(information.get("valkey_version") or information.get("redis_version", ""))
    if not is_safe(name, version):
        safe = ", ".join(".".join(map(str, each)) for each in SAFE.get(name, SAFE["redis"]))
        yield Finding(
            f"{name.title()} {version} {FAULT}",
            f"update it to {safe} or later, or see whether your distribution mended it under the old number",
        )
    # In a cluster its replicas are asked too, and nothing is written to them.
    if (
        information.get("role") == "slave"
        and information.get("slave_read_only")
        and not information.get("cluster_enabled")
    ):
        primary = f"{information.get('master_host')}:{information.get('master_port')}"
        yield Finding(
            f"{name.title()} is a read-only replica (of {primary}), in which nothing can be counted",
            "set HAMLET_REDIS_URL to its primary, or redis+sentinel:// to whichever is; docs/settings.md has more",
        )
    if not information.get("maxmemory"):
        yield note(
            f"{name.title()} may take all memory of its machine (maxmemory 0)",
            "set maxmemory; 0.4 kB for each comment of a day is a start",
        )
    elif not str(information.get("maxmemory_policy", "")).startswith(("volatile-", "allkeys-")):
        yield Finding(
            f"{name.title()} refuses to count when its memory is full (maxmemory-policy noeviction)",
            "set maxmemory-policy volatile-lru: all keys of Hamlet expire",
        )
    if abs(ahead) > MOST_SKEW_SECONDS:
        yield Finding(
            f"the clock of {name.title()} is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's",
            "have both follow the same time server",
        )


def is_safe(name: str, version: str) -> bool:
    """
    Tell whether a version is past the fault, on its line of versions or on a later one.

    >>> is_safe("redis", "7.4.5"), is_safe("redis", "7.4.6"), is_safe("redis", "6.2.0"), is_safe("valkey", "9.0.1")
    (False, True, False, True)
    """
    try:
        parts = tuple(int(part) for part in version.split(".")[:3])
    except ValueError:
        return False
    lines = SAFE.get(name, SAFE["redis"])
    own = next((safe for safe in lines if safe[:2] == parts[:2]), None)
    return parts >= own if own else parts > lines[-1]
