"""
Faults made for real while a service is under load. Each mends again what does not mend itself.
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import redis

from bench.processes import MODELS_DIR, Server, descendants, headers_for, named
from training.promotion.promote import current_version, promote

SECONDS = 3
SLOW_CLIENTS = 50
NEW_WORDS, WORDS_EACH = 200_000, 500
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu")
HOSTILE = (
    b"[" * 50_000,
    b'{"name": "\\u0000\\ud800", "comment": "' + b"\\u0301" * 20_000 + b'"}',
    b"\xff" * 1_000,
    b"x" * 300_000,
)

Fault = Callable[[Server], None]


def redis_is_killed(server: Server) -> None:
    os.kill(_redis(server), signal.SIGKILL)


def redis_hangs(server: Server) -> None:
    process = _redis(server)
    os.kill(process, signal.SIGSTOP)
    time.sleep(SECONDS)
    os.kill(process, signal.SIGCONT)


def redis_forgets_the_script(server: Server) -> None:
    with _client(server) as client:
        client.script_flush()


def redis_is_full(server: Server) -> None:
    with _client(server) as client:
        before = {name: str(client.config_get(name)[name]) for name in ("maxmemory", "maxmemory-policy")}
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1mb")
        time.sleep(SECONDS)
        for name, value in before.items():
            client.config_set(name, value)


def the_store_is_locked(server: Server) -> None:
    with closing(sqlite3.connect(server.state / "hamlet.sqlite", isolation_level=None, timeout=10)) as store:
        store.execute("BEGIN IMMEDIATE")
        time.sleep(SECONDS)
        store.execute("ROLLBACK")


def another_model_is_promoted(_: Server) -> None:
    models = Path(os.environ[MODELS_DIR])
    (version,) = {"2000-01-01.1", "2000-01-01.2"} - {current_version(models)}
    promote(models, version, "bench", "", datetime.now(UTC))


def a_damaged_model_is_named(_: Server) -> None:
    models = Path(os.environ[MODELS_DIR])
    good = str(current_version(models))
    shutil.copytree(models / good, models / "damaged", dirs_exist_ok=True)
    scorer = models / "damaged" / "scorer.npz"
    scorer.write_bytes(scorer.read_bytes()[:1000])
    _name(models, "damaged")
    time.sleep(2 * SECONDS)
    _name(models, good)


def clients_dribble(server: Server) -> None:
    address = urlsplit(server.url)
    head = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\n"
    with ExitStack() as open_ones:
        for number in range(SLOW_CLIENTS):
            client = open_ones.enter_context(socket.create_connection((address.hostname, address.port)))
            client.sendall(
                head + (b"Content-Type: application/json\r\nContent-Length: 999\r\n\r\n{" if number % 2 else b"X-")
            )
        time.sleep(2 * SECONDS)


def bodies_are_hostile(server: Server) -> None:
    address = urlsplit(server.url)
    for body in HOSTILE:
        head = f"POST /v1/comments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection((address.hostname, address.port)) as client, suppress(OSError):
            client.sendall(head.encode() + body)
            client.recv(65536)


def a_worker_is_killed(server: Server) -> None:
    os.kill(named(server.pid, "hamlet-worker")[0], signal.SIGKILL)


def workers_are_replaced(server: Server) -> None:
    os.kill(server.pid, signal.SIGHUP)


def nobody_repeats_a_word(server: Server) -> None:
    """
    Fill the workers' caches, which have bounds, so that what grows after this has none.
    """
    address = urlsplit(server.url)
    for comment in range(NEW_WORDS // WORDS_EACH):
        words = " ".join(
            f"{random.choice(SYLLABLES)}{comment:x}{random.choice(SYLLABLES)}{n}" for n in range(WORDS_EACH)
        )
        # A connection each: the workers take them in turn.
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
        with closing(connection), suppress(OSError):
            connection.request("POST", address.path, json.dumps({"name": "Ann", "comment": words}), headers_for(server))
            connection.getresponse().read()


# First and once come those after which workers are new and their caches full. What grows after that has no bound.
FIRST: tuple[Fault, ...] = (a_worker_is_killed, workers_are_replaced, nobody_repeats_a_word)
AGAIN: tuple[Fault, ...] = (
    redis_is_killed,
    the_store_is_locked,
    redis_hangs,
    another_model_is_promoted,
    clients_dribble,
    redis_forgets_the_script,
    a_damaged_model_is_named,
    redis_is_full,
    bodies_are_hostile,
)


def without_redis(server: Server) -> list[int]:
    """
    Return all processes of the service but Redis, whose memory is of what it counts.
    """
    return sorted({*descendants(server.pid)} - {*named(server.pid, "valkey-server")})


def _redis(server: Server) -> int:
    return named(server.pid, "valkey-server")[-1]


def _client(server: Server) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.state / "valkey.sock"), socket_timeout=10)


def _name(models: Path, version: str) -> None:
    (models / "CURRENT.new").write_text(f"{version}\n")
    (models / "CURRENT.new").replace(models / "CURRENT")
