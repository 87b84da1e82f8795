"""
The service as processes: an embedded Valkey if need be, the workers, and their end.
"""

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from sqlalchemy import Engine

from service import logs, purging, state, worker
from service.config import Settings, SettingsError, variable
from service.demo import make_demo_site
from service.listening import listen
from service.redis_client import connect as connect_redis
from service.server import Server
from service.store.backlog import Backlog
from service.store.engine import connect
from service.store.outbox import Outbox
from service.store.schema import migrate

# A worker keeps this many connections open; slow clients hold a connection, never a thread.
CONNECTIONS = 1024
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def serve(settings: Settings, announce: Callable[[Settings, str | None], None]) -> None:
    """
    Serve until SIGINT or SIGTERM, then answer what has been accepted, and leave nothing running.

    Args:
        settings: As given; what is not set is found or made.
        announce: Told the settings in force and the demo site's key, just before the workers start.

    Raises:
        SettingsError: the port or the state folder is not to be had, or no Redis can be reached by its URL.
        ValkeyError, StoreError, StoreUnavailable: a part does not start.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    settings = state.prepare(settings)
    _check_redis(settings)
    with ExitStack() as parts:
        parts.enter_context(state.locked(settings.state_dir))
        listening = parts.enter_context(_listening(settings))
        settings = settings.model_copy(update={"metrics_dir": _emptied(settings)})
        if not settings.redis_url:
            settings = settings.model_copy(update={"redis_url": parts.enter_context(_embedded_valkey(settings))})
        # Before there are workers: they find the tables as they should be.
        engine = connect(settings.store_url)
        migrate(engine)
        key = make_demo_site(engine, settings.demo_key_file) if settings.demo else None
        announce(settings, key)
        with _delivering(settings, engine), _purging(settings, engine):
            _run(settings, listening)
        engine.dispose()


def _run(settings: Settings, listening: list[socket.socket]) -> None:
    from service import metrics  # only now: as above

    # By default glibc gives each thread a heap of its own: 5 MB a worker, whose threads of Python run one at a time.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    # A forked worker would inherit the parent's threads' locks, and the memory of what only the parent needs.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        listening,
        announce_seconds=settings.drain_seconds,
        lifetime=settings.worker_lifetime,
        on_replaced=metrics.count_replaced,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        workers=settings.workers,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=logs.configuration(settings.log_level),
    )
    loader: Any = partial(worker.load, settings)  # Granian's types know functions only
    server.serve(target_loader=loader, wrap_loader=False)


def _delivering(settings: Settings, engine: Engine) -> AbstractContextManager[None]:
    os.environ[METRICS_FOLDER] = str(settings.metrics_folder)
    # Only now: prometheus_client reads the variable when it is imported.
    from service.delivery.deliverer import Deliverer, running
    from service.delivery.sending import Sender

    sender = Sender(allow_private=settings.deliver_privately)
    return running(
        Deliverer(Outbox(engine), Backlog(engine), sender, settings.secret.encode(), clock=lambda: datetime.now(UTC))
    )


def _purging(settings: Settings, engine: Engine) -> AbstractContextManager[None]:
    if not settings.purge:
        return nullcontext()
    from service.metrics import count_purged

    return purging.running(purging.assemble(settings, engine, lambda: datetime.now(UTC)), count_purged)


@contextmanager
def _embedded_valkey(settings: Settings) -> Iterator[str]:
    from service.valkey import EmbeddedValkey  # not needed, nor its wheel, where there is a Redis

    with EmbeddedValkey(settings.state_dir) as valkey:
        yield valkey.url


def _emptied(settings: Settings) -> Any:
    # Numbers of the last run: its processes are gone, and their ids may be given to others.
    folder = settings.metrics_folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in folder.glob("*.db"):
            file.unlink()
    except OSError as error:
        raise SettingsError(f"{variable('metrics_dir')} is {str(folder)!r}: {error.strerror}") from None
    return folder


def _check_redis(settings: Settings) -> None:
    # Only whether it makes sense: a Redis that is away is no reason not to serve.
    try:
        if settings.redis_url:
            connect_redis(settings.redis_url)
    except ValueError as error:
        raise SettingsError(f"{variable('redis_url')} cannot be used: {error}") from None


@contextmanager
def _listening(settings: Settings) -> Iterator[list[socket.socket]]:
    try:
        sockets = listen(settings.host, settings.port, workers=settings.workers, backlog=CONNECTIONS)
    except OSError as error:
        address = f"{variable('host')} and {variable('port')} say {settings.host} and {settings.port}"
        raise SettingsError(f"{address}: {error.strerror}; stop what listens there or set another") from None
    with ExitStack() as closing:
        yield [closing.enter_context(each) for each in sockets]


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
