"""
Comments of the store that stand in files of training data too, where only their owner can take them out.
"""

import gzip
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from service.rows import from_csv, from_json_lines

ENDINGS = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")


def copies(paths: Sequence[Path], comments: Collection[tuple[str, str]]) -> Iterator[str]:
    """
    Yield file and line of each row that is one of some comments, by its name and its text. A path that cannot be read,
    or not to its end, is told as such, or else the first row of it that cannot be compared.
    """
    wanted = {(name.strip(), text.strip()) for name, text in comments}
    if wanted:
        for path in paths:
            yield from _places(path, wanted)


def _places(path: Path, wanted: Collection[tuple[str, str]]) -> Iterator[str]:
    try:
        if path.is_dir():
            for file in sorted(path.iterdir()):
                if file.name.endswith(ENDINGS):
                    yield from _places(file, wanted)
        else:
            yield from (f"{path}:{line}" for line in _lines(path, wanted))
    except ValueError as error:
        yield f"{path}: {error}"
    except (OSError, EOFError, zlib.error) as error:
        yield f"{path}: {getattr(error, 'strerror', None) or 'cannot be read to its end'}"


def _lines(file: Path, wanted: Collection[tuple[str, str]]) -> Iterator[int]:
    opened = gzip.open if file.suffix == ".gz" else open
    wrong = None
    with opened(file, "rb") as lines:
        for row in from_csv(lines) if ".csv" in file.suffixes else from_json_lines(lines):
            said = tuple(str(row.fields.get(field) or "").strip() for field in ("name", "comment"))
            if said in wanted:
                yield row.number
            if row.error and (row.is_cut or not wrong):
                wrong = f"line {row.number}: {row.error}"
    if wrong:
        raise ValueError(wrong)
