"""
The state folder: private, and with a secret of its own.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.config import SHORTEST_SECRET, Settings, SettingsError
from service.hash_secrets import HashSecrets, new_secret
from service.private_files import keep_once, why


def prepare(settings: Settings) -> Settings:
    """
    Make the state folder, and return the settings with the secrets that the folder keeps if none were set.

    Raises:
        SettingsError: the folder cannot be made or written, or its files of secrets are not whole.
    """
    folder = settings.state_dir.absolute()
    try:
        with writing(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            secret = settings.secret or keep_once(folder / "secret", new_secret())
            hash_secrets = settings.hash_secrets or " ".join(each.text for each in HashSecrets(folder).read())
    except ValueError:
        secret = hash_secrets = ""  # what is there can be read as none
    if secret.split() != [secret] or min(map(len, (secret, *hash_secrets.split()))) < SHORTEST_SECRET:
        # As of a copy that was cut: what it keys could be guessed. Of one with spaces each word would be one.
        raise SettingsError(
            f"{folder} has a secret that is damaged, or has spaces or fewer than {SHORTEST_SECRET} characters; "
            "put back `secret` and `hash-secrets` of your backup, or remove them: then a new one is made, and stored "
            "hashes match nothing"
        )
    return settings.model_copy(update={"state_dir": folder, "secret": secret, "hash_secrets": hash_secrets})


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """
    Raise SettingsError if a state folder turns out to be full, one that cannot be written, or to have files of another
    owner.
    """
    cure = "name a folder that can be written, with all that is in it, by this account"
    try:
        yield
    except OSError as error:
        raise SettingsError(f"HAMLET_STATE_DIR is {str(folder)!r}: {why(error, cure)}") from None


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """
    Keep other services out of a state folder; the kernel lets go when this process ends, however it ends, and nobody
    else has the file descriptor that is yielded.

    Raises:
        SettingsError: another service has it, or it cannot be written.
    """
    with writing(folder):
        opened = (folder / "service.lock").open("ab")
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                f"HAMLET_STATE_DIR is {str(folder)!r}, which another service uses; "
                "stop that one, or name another folder"
            ) from None
        yield file.fileno()
