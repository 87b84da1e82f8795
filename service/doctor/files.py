"""
Files: who can read them, what they lie on, and how much room is left.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from service.config import FILE, PREFIX, Settings
from service.doctor.finding import Finding, note

# SQLite's locks do not hold on them, and neither does its shared memory: https://sqlite.org/wal.html
NETWORK_FILE_SYSTEMS = frozenset(
    """
    9p afs beegfs ceph cifs davfs fuse.ceph fuse.glusterfs fuse.rclone fuse.s3fs fuse.sshfs glusterfs gpfs lustre nfs
    nfs4 smb3 smbfs
    """.split()  # noqa: SIM905 - names, as mount prints them
)
FEWEST_FREE_BYTES, FEWEST_FREE_SHARE = 256 * 1024 * 1024, 0.05
FEWEST_CHARACTERS = 10
MOUNTS = Path("/proc/self/mountinfo")


def examine(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """
    Yield what is wrong with the state folder and with files that hold secrets.
    """
    folder = settings.state_dir.absolute()
    is_readable = _is_readable(folder)
    yield from _privacy(folder) if is_readable else [unreadable(folder)]
    yield from _secrets(environ)
    if settings.secret and len(set(settings.secret)) < FEWEST_CHARACTERS:
        yield Finding(
            f"{PREFIX}SECRET is made of {len(set(settings.secret))} different characters",
            "make one with `openssl rand -base64 48`; what was hashed with the old one is not known any more",
        )
    if not is_readable:
        return
    if folder.exists():
        usage = shutil.disk_usage(folder)
        yield from of_disk(folder, total=usage.total, free=usage.free)
        if not settings.database_url and MOUNTS.exists():
            kind = file_system(folder.resolve(), MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
            yield from _suits_sqlite(folder, kind)
    account = os.geteuid()
    yield from of_account(account, folder.stat().st_uid if folder.exists() else account)


def unreadable(path: Path) -> Finding:
    """
    Return that this account may not look at something of the service's.
    """
    return Finding(f"{path} cannot be read by this account", "run it as the service's")


def file_system(folder: Path, mounts: str) -> str:
    """
    Return the kind of file system that a folder lies on, by what the kernel says is mounted where.

    >>> file_system(Path("/srv/hamlet"), "1 0 0:1 / / rw - ext4 /dev/a rw\\n2 1 0:2 / /srv rw shared:1 - nfs4 x:/ rw")
    'nfs4'
    """
    found, longest = "", -1
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4].replace("\\040", " ")
        if len(point) > longest and folder.is_relative_to(point):
            found, longest = right.split()[0], len(point)
    return found


def _privacy(folder: Path) -> Iterator[Finding]:
    if folder.exists() and not folder.is_dir():
        yield Finding(f"{PREFIX}STATE_DIR is {folder}, which is no folder", "name a folder that can be written")
    elif folder.exists() and (mode := _mode(folder)) & 0o077:
        yield Finding(f"{folder} can be read by others ({mode:o})", f"chmod 700 {folder}")
    for secret in (folder / "secret", folder / "hash-secrets"):
        if _exists(secret) and (mode := _mode(secret)) & 0o077:
            yield Finding(f"{secret} can be read by others ({mode:o})", f"chmod 600 {secret}")


def _secrets(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name, path in sorted(environ.items()):
        if name.startswith(PREFIX) and name.endswith(FILE) and path and _exists(Path(path)):
            mode = _mode(Path(path))
            if mode & 0o004:
                cure = f"chmod 640 {path}, or the mode of the mount that it is (Kubernetes: `defaultMode: 0440`)"
                yield Finding(f"everybody on this machine can read {name}, {path} ({mode:o})", cure)


def of_account(account: int, owner: int) -> Iterator[Finding]:
    """
    Yield that the service runs as root, by the numbers of who looks and of whose the state folder is.
    """
    if account == 0 == owner:
        yield note("it runs as root", "give it an account of its own: it needs nothing but its state folder")


def of_disk(folder: Path, *, total: int, free: int) -> Iterator[Finding]:
    """
    Yield that there is too little room, by the bytes of a disk.
    """
    if free < max(FEWEST_FREE_BYTES, total * FEWEST_FREE_SHARE):
        yield Finding(
            f"{free / 2**20:,.0f} MiB are free where {folder} lies", "make room: on a full disk nothing is recorded"
        )


def _suits_sqlite(folder: Path, kind: str) -> Iterator[Finding]:
    if kind in NETWORK_FILE_SYSTEMS:
        yield Finding(
            f"{folder} with SQLite lies on {kind}, where its locks do not hold",
            "move the state folder to a disk of this machine, or set HAMLET_DATABASE_URL to a PostgreSQL",
        )


def _is_readable(folder: Path) -> bool:
    try:
        if folder.is_dir():
            next(folder.iterdir(), None)
    except PermissionError:
        return False
    return True


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False  # in a folder that this account may not look into
