"""
The service as processes: what has to be there first, then the workers, what goes on beside them, and the end of all.
"""

import gc
import logging.config
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from types import FrameType
from typing import TYPE_CHECKING

from service import logs, metric_folder, state, terminal
from service.clock import now
from service.config import Settings, SettingsError, variable
from service.hash_secrets import HashSecrets
from service.private_files import why
from service.processes.forking import Family, Report
from service.processes.listening import listen
from service.processes.signals import until_told
from service.processes.spared_imports import spare

if TYPE_CHECKING:
    from service.processes.worker import Workers

# So many connections wait for a worker at its socket.
BACKLOG = 1024


def serve(settings: Settings, announce: Callable[[Settings, str | None], None]) -> None:
    """
    Serve until SIGINT or SIGTERM, then answer what has been accepted, and leave nothing running.

    Args:
        settings: As given; what is not set is found or made.
        announce: Told the settings in force and the demo site's key, just before the workers start.

    Raises:
        SettingsError: the port or the state folder is not to be had.
        Refusal: no Redis can be reached by its URL.
        ValkeyError, StoreError, StoreUnavailable: a part does not start.
        SystemExit: the workers kept dying.
    """
    # What is loaded from here on is there to stay, and a collection would look through it again and again.
    gc.disable()
    signal.signal(signal.SIGTERM, _interrupt)
    logging.config.dictConfig(logs.configuration(settings.log_level))
    threading.excepthook = logs.thread_ended
    settings = state.prepare(settings)
    spare(traces=bool(settings.otlp_url))
    if settings.redis_url:
        terminal.redis(settings.redis_url)  # a Redis that is away is no reason not to serve
    with ExitStack() as parts:
        lock = parts.enter_context(state.locked(settings.state_dir))
        with state.writing(settings.state_dir):
            HashSecrets(settings.state_dir).take_up(settings.people_secrets[0].decode(), now())
        listening = parts.enter_context(_listening(settings))
        settings = settings.model_copy(update={"metrics_dir": _emptied(settings)})
        keep_valkey = None
        if not settings.redis_url:
            url, keep_valkey = parts.enter_context(_embedded_valkey(settings.state_dir))
            settings = settings.model_copy(update={"redis_url": url})
        family = parts.enter_context(Family(private=[lock]))
        # Both get ready on another processor while this process loads what the workers are to share.
        valkey = family.ask("valkey", keep_valkey) if keep_valkey else None
        store = family.ask("store", partial(_prepare_store, settings))
        workers = _loaded(settings)
        if valkey:
            valkey.answer()
        key = store.answer()
        family.end([store])
        announce(settings, key)
        if not _run(settings, family, workers, listening):
            raise SystemExit(1)


def _loaded(settings: Settings) -> "Workers":
    os.environ[metric_folder.VARIABLE] = str(settings.metrics_folder)
    # Only now: prometheus_client reads the variable when it is imported.
    from service.processes import server, upkeep, worker  # noqa: F401

    return worker.Workers(settings)


def _run(settings: Settings, family: Family, workers: "Workers", listening: list[socket.socket]) -> bool:
    from service.metrics import count_replaced
    from service.processes.server import Server
    from service.processes.upkeep import keep_up

    workers.prepare()
    gc.freeze()
    gc.enable()
    family.start("upkeep", partial(keep_up, settings))
    server = Server(
        family,
        [partial(workers.run, listening[number % len(listening)], number) for number in range(settings.workers)],
        listening,
        announce_seconds=settings.drain_seconds,
        lifetime=settings.worker_lifetime,
        on_replaced=count_replaced,
        look=workers.look,
    )
    return server.run()


def _prepare_store(settings: Settings, report: Report) -> None:
    # In a process of its own: what migrations need is of no use to a worker.
    from service.demo import make_demo_site
    from service.store.engine import connect
    from service.store.schema import migrate

    engine = connect(settings.store_url)
    migrate(engine)
    report(make_demo_site(engine, settings.demo_key_file) if settings.demo else None)


@contextmanager
def _embedded_valkey(state_dir: Path) -> Iterator[tuple[str, Callable[[Report], None]]]:
    from service.processes.valkey import (  # not needed, nor its wheel, where there is a Redis
        EmbeddedValkey,
        socket_path,
        url_of,
    )

    with socket_path(state_dir) as path:

        def keep(report: Report) -> None:
            with EmbeddedValkey(state_dir, path), until_told():
                report(None)

        yield url_of(path), keep


def _emptied(settings: Settings) -> Path:
    # Numbers of the last run: its processes are gone, and their ids may be given to others.
    folder = settings.metrics_folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, _ in metric_folder.processes_by_file(folder):
            file.unlink()
        TemporaryFile(dir=folder).close()  # or each worker would find out by itself, and die
    except OSError as error:
        cure = "name a folder that can be written by this account"
        raise SettingsError(f"{variable('metrics_dir')} is {str(folder)!r}: {why(error, cure)}") from None
    return folder


@contextmanager
def _listening(settings: Settings) -> Iterator[list[socket.socket]]:
    try:
        sockets = listen(settings.host, settings.port, workers=settings.workers, backlog=BACKLOG)
    except OSError as error:
        address = f"{variable('host')} and {variable('port')} say {settings.host} and {settings.port}"
        raise SettingsError(f"{address}: {error.strerror}; stop what listens there or set another") from None
    with ExitStack() as closing:
        yield [closing.enter_context(each) for each in sockets]


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
