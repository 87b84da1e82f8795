"""
The files of the numbers: their room on the disk is reserved before they are mapped into memory, and they are added up
when they are asked for.
"""

import errno
import logging
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, generate_latest, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.metric_folder import VARIABLE, processes_by_file

# More than twice what all numbers of one kind take in a process.
BYTES = 128 * 1024
# How many of them are used, and nothing: all that a file has before its first number.
_HEAD = 8
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

logger = logging.getLogger("hamlet.metrics")


class ReservedFile(MmapedDict):
    """
    Numbers in a file; where the disk has no room for it, in memory alone, and missing from all sums.

    By itself the library maps more of a file than the disk has given it, and the kernel ends a process that writes
    where there is no room (SIGBUS).
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if read_mode or _reserve(filename):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
            return
        logger.error("no room for %s: what this process counts is in no sum", filename)
        memory = os.memfd_create("hamlet-metrics")
        super().__init__(f"/proc/self/fd/{memory}")  # type: ignore[no-untyped-call]
        os.close(memory)


def reserve() -> None:
    """
    Have the library keep all numbers that are made from now on in files whose room is reserved.
    """
    values.MmapedDict = ReservedFile  # type: ignore[attr-defined]


def exposition(*others: Collector) -> bytes:
    """
    Return the numbers of all processes, and those of other collectors, in the Prometheus text format.
    """
    forget_the_dead()
    registry = CollectorRegistry()
    for other in others:
        registry.register(other)
    registry.register(_Sums(Path(os.environ[VARIABLE])))
    return generate_latest(registry)


def forget_the_dead() -> None:
    """
    Keep what processes counted that have ended, but neither their gauges, which would say for ever what was true then,
    nor what was reserved for them.
    """
    for file, process in processes_by_file(Path(os.environ[VARIABLE])):
        if _is_running(process):
            continue
        with suppress(FileNotFoundError):  # another process was faster
            if file.name.startswith("gauge_live"):
                file.unlink()
            else:
                _shrink(file)


class _Sums(Collector):
    """
    The numbers of all processes. The library's own collector reads every `*.db` of the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file, _ in processes_by_file(self._folder)]
        return MultiProcessCollector.merge(files)  # type: ignore[no-any-return, no-untyped-call]


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _shrink(file: Path) -> None:
    if file.stat().st_size < BYTES:
        return
    with file.open("r+b") as opened:
        used = int.from_bytes(opened.read(4), sys.byteorder)
        opened.truncate(max(used, _HEAD))


def _reserve(filename: str) -> bool:
    if not hasattr(os, "posix_fallocate"):
        return True
    try:
        with Path(filename).open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, BYTES)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        # An empty file would be in the way of whoever adds them up.
        Path(filename).unlink(missing_ok=True)
        return False
    return True
