"""
The state folder: private, and with a secret of its own.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.config import Settings, SettingsError


def prepare(settings: Settings) -> Settings:
    """
    Make the state folder, and return the settings with the secret that the folder keeps if none was set.

    Raises:
        SettingsError: the folder cannot be made or written.
    """
    folder = settings.state_dir.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = settings.secret or keep_once(folder / "secret", secrets.token_urlsafe(48))
    except OSError as error:
        raise SettingsError(
            f"HAMLET_STATE_DIR is {str(settings.state_dir)!r}: {error.strerror}; name a folder that can be written"
        ) from None
    return settings.model_copy(update={"state_dir": folder, "secret": secret})


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """
    Keep other services out of a state folder; the kernel lets go when this process ends, however it ends.

    Raises:
        SettingsError: another service has it.
    """
    with (folder / "service.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"HAMLET_STATE_DIR is {str(folder)!r}, which another service uses; "
                "stop that one, or name another folder"
            ) from None
        yield


def keep_once(path: Path, text: str) -> str:
    """
    Return what a private file holds; the first of all processes that ask decides what that is.
    """
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        replace_private(mine, text)
        try:
            # A link of a whole file: nobody can read half of it, and whoever comes second gets the first one's.
            os.link(mine, path)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text(encoding="utf-8").strip()


def replace_private(path: Path, text: str) -> None:
    """
    Write a file that only its owner can read.
    """
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
