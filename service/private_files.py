"""
Files that only their owner can read, and what is said where one cannot be written.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def keep_once(path: Path, text: str) -> str:
    """
    Return what a private file holds; the first of all processes that ask decides what that is.
    """
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        write(mine, text)
        try:
            # A link of a whole file: nobody can read half of it, and whoever comes second gets the first one's.
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text(encoding="utf-8").strip()


def replace(path: Path, text: str) -> None:
    """
    Give a private file another content; whoever reads it gets the old one or the new one.
    """
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    write(mine, text)
    mine.replace(path)


def write(path: Path, text: str) -> None:
    """
    Write a file that only its owner can read; none stays of what could not be written.
    """
    path.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())  # or a power cut leaves the name of a file that is empty
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def why(error: OSError, cure: str) -> str:
    """
    Return why a file could not be written, its name where the system tells it, and then `cure`, or how to make room if
    that is what is lacking.
    """
    name = f" ({error.filename})" if error.filename else ""
    room = "make room there, or raise the quota or `ulimit -f`"
    return f"{error.strerror}{name}; {room if error.errno in NO_ROOM else cure}"


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """
    Open a file to be written anew, which only its owner can read from then on; a pipe or a device stays as it is.
    """
    # Not emptied yet: one that is somebody else's, and so cannot be made private, is left to them.
    with open(path, "a", encoding="utf-8", opener=partial(os.open, mode=0o600)) as file:
        if path.is_file():
            os.fchmod(file.fileno(), 0o600)
            file.truncate(0)
        yield file
