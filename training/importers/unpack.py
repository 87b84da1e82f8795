"""
A file without its packing, gz or zip, within limits: a bomb of zeros is refused and never written anywhere.
"""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from training.errors import BadData

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
LARGEST = 16 * 2**30
# Exports shrink to a tenth, dumps of one spam campaign to a fiftieth; deflated zeros to a thousandth.
STEEPEST = 250
# A small file may be as steep as it likes.
FREE = 64 * 2**20
# What gzip and zipfile raise on bytes that are not theirs.
DAMAGE = (EOFError, OSError, NotImplementedError, ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
CURE = "if you trust it, unpack it yourself and import what comes out"
HEAD = 64 * 2**10

Opens = Callable[[Path], BinaryIO]
Stream = gzip.GzipFile | zipfile.ZipExtFile


@dataclass(frozen=True, slots=True)
class Export:
    """
    One unpacked file, to be read as often as needed. `site` is the source of its rows where it names none itself;
    `path` is where it lies, or None if it came out of a packed one; `damage` what reading found wrong with its packing,
    where it then ends.
    """

    name: str
    site: str
    path: Path | None
    open: Callable[[], BinaryIO]
    damage: list[str] = field(default_factory=list)

    def head(self) -> bytes:
        """
        Return the beginning of the file, enough to tell its format.
        """
        with self.open() as stream:
            return stream.read(HEAD)

    def text(self, errors: str = "replace", newline: str = "") -> io.TextIOWrapper:
        """
        Open the file as text: UTF-8 unless its first bytes say UTF-16, as those of PowerShell do.
        """
        return io.TextIOWrapper(self.open(), encoding_of(self.head()), errors, newline)


def encoding_of(head: bytes) -> str:
    """
    Return the encoding that the first bytes of a file tell.
    """
    return "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"


def exports(path: Path, site: str | None, opens: Opens) -> Iterator[Export]:
    """
    Yield the file at the path, or each file that is packed in it; `opens` opens a path.

    Raises:
        BadData: the packing is damaged, encrypted, double, or unpacks to too much.
    """
    with opens(path) as stream:
        magic = stream.read(4)
    if magic.startswith(GZIP):
        yield _packed(path, path.name, site, partial(_gzip, path, opens))
    elif magic == ZIP:
        for member in _members(path, opens):
            yield _packed(path, f"{path.name}/{member}", site, partial(_member, path, member, opens))
    else:
        yield Export(path.name, site or _stem(path), path, partial(opens, path))


class _Unpacked(io.RawIOBase):
    """
    The unpacked bytes of a file, which ends where it is damaged or cut, with errors that name it and an end to what
    expands without one.
    """

    def __init__(self, name: str, packed: int, opens: Callable[[ExitStack], Stream], damage: list[str]) -> None:
        self._name = name
        self._packed = packed
        self._damage = damage
        self._parts = ExitStack()
        self._read = 0
        try:
            self._stream = opens(self._parts)
        except DAMAGE as error:
            self._parts.close()
            raise self._damaged(error) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        with memoryview(buffer) as view:
            try:
                # Of `readinto` all would be lost that it had unpacked before it came to the damage.
                part = self._stream.read1(len(view))
            except DAMAGE as error:
                damaged = self._damaged(error)
                if not self._read:
                    raise damaged from error
                # Who reads text would lose what an error comes upon, too: the file ends, and who imports it tells why.
                self._damage[:] = [str(damaged)]
                return 0
            view[: len(part)] = part
        self._read += len(part)
        _check(self._name, self._read, self._packed)
        return len(part)

    def close(self) -> None:
        self._parts.close()
        super().close()

    def _damaged(self, error: Exception) -> BadData:
        where = f"after {self._read:,} unpacked bytes ({error})"
        return BadData(f"{self._name}: damaged or cut {where}; pack or download it again")


def _packed(path: Path, name: str, site: str | None, opens: Callable[[ExitStack], Stream]) -> Export:
    size, damage = path.stat().st_size, list[str]()
    export = Export(
        name,
        site or _stem(Path(name)),
        None,
        lambda: io.BufferedReader(_Unpacked(name, size, opens, damage), HEAD),
        damage,
    )
    with export.open() as stream:
        if stream.read(4).startswith((GZIP, ZIP)):
            raise BadData(f"{name}: packed twice; {CURE}")
    return export


def _gzip(path: Path, opens: Opens, parts: ExitStack) -> Stream:
    return parts.enter_context(gzip.GzipFile(fileobj=parts.enter_context(opens(path))))


def _member(path: Path, member: str, opens: Opens, parts: ExitStack) -> Stream:
    archive = parts.enter_context(zipfile.ZipFile(parts.enter_context(opens(path))))
    return cast(zipfile.ZipExtFile, parts.enter_context(archive.open(member)))


def _members(path: Path, opens: Opens) -> list[str]:
    try:
        with opens(path) as stream, zipfile.ZipFile(stream) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except DAMAGE as error:
        raise BadData(f"{path.name}: a damaged zip file ({error}); pack or download it again") from error
    members = [info for info in members if not info.filename.startswith("__MACOSX/")]
    if any(info.flag_bits & 1 for info in members):
        raise BadData(f"{path.name}: encrypted; unpack it yourself and import what comes out")
    # zipfile never unpacks more of a member than its header says.
    _check(path.name, sum(info.file_size for info in members), path.stat().st_size)
    return [info.filename for info in members]


def _check(name: str, unpacked: int, packed: int) -> None:
    if unpacked > LARGEST:
        raise BadData(f"{name}: unpacks to more than {LARGEST // 2**30} GiB, which is refused; {CURE}")
    if unpacked > max(FREE, STEEPEST * packed):
        raise BadData(f"{name}: unpacks to more than {STEEPEST} times its size, as a zip bomb does; {CURE}")


def _stem(path: Path) -> str:
    return path.name.split(".")[0]
