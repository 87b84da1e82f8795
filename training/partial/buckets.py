"""
Rows shuffled on disk: any number of them goes into buckets by lot, and each bucket fits into memory.

A stream in the order of its files would show the learner one source after the other, and it would forget the first.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil
from pathlib import Path
from random import Random

from pydantic_core import to_json

from training.data.rows import Row
from training.params import Params
from training.partial.former import Former

# Bytes of a row in a file, and how much longer rows are that are packed: enough to choose a number of buckets.
ROW_BYTES, PACKED = 200, 4
MOST_BUCKETS = 8_192
# What is kept back of a bucket before it is written.
PORTION = 32_768
# Cells of the sketch that counts texts, in bytes.
CELLS = 1 << 27

# Source, label and language of rows that are weighed alike.
Part = tuple[str, str, str]


@dataclass(slots=True)
class Stock:
    """
    What was read: how many rows and of which part, their weights added up, which were left out as copies, and a sample
    of each source and label that may be held out. A class that changes while rows come.
    """

    folder: Path
    buckets: int
    read: int = 0
    copies: int = 0
    reads: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[Part] = field(default_factory=Counter)
    weights: defaultdict[Part, float] = field(default_factory=lambda: defaultdict(float))
    samples: defaultdict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    offered: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def fitted(self) -> int:
        """
        How many rows are in the buckets.
        """
        return self.counts.total()

    @property
    def sample(self) -> Sequence[Row]:
        """
        The rows that may be held out.
        """
        return [row for key in sorted(self.samples) for row in self.samples[key]]

    def rows(self, bucket: int) -> list[Row]:
        """
        Return the rows of a bucket.
        """
        path = self.folder / f"{bucket}.rows"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="\n") as lines:
            return [Row(**json.loads(line)) for line in lines]


def buckets_for(files: Iterable[Path], rows: int) -> int:
    """
    Return how many buckets of about so many rows files fill.
    """
    size = sum(file.stat().st_size * (PACKED if file.suffix == ".gz" else 1) for file in files)
    return min(MOST_BUCKETS, max(1, ceil(size / ROW_BYTES / rows)))


def shuffle(rows: Iterable[Row], folder: Path, buckets: int, former: Former | None, params: Params) -> Stock:
    """
    Return the stock of some rows, which are in the buckets of a folder. What the former model may have seen is not held
    out.

    Of each text at most `duplicates.keep` rows of a label are kept, told by its letters and digits alone; a text is
    taken for another one in a thousand times at most.
    """
    stock, random = Stock(folder, buckets), Random(params.seed)
    copies = Copies(params.duplicates.keep)
    with _Writer(folder) as write:
        for row in rows:
            stock.read += 1
            stock.reads[row.source, row.label] += 1
            if copies.has_enough(row):
                stock.copies += 1
                continue
            source = params.source(row.source)
            if source.role != "fit" and not (former and former.seen.may_hold(row)):
                _offer(stock, row, source.cap_spam if row.is_spam else source.cap_ham, random)
            if source.role != "evaluate":
                part = (row.source, row.label, row.language)
                stock.counts[part] += 1
                stock.weights[part] += row.weight * source.weight
                write(random.randrange(buckets), to_json(row).decode())
    return stock


class Copies:
    """
    Counts texts in a sketch of fixed size (Cormode and Muthukrishnan 2005), which never counts one too seldom.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._cells = bytearray(CELLS)

    def has_enough(self, row: Row) -> bool:
        """
        Tell whether there were so many rows of this text and label already, and count this one.
        """
        letters = "".join(filter(str.isalnum, row.comment)).casefold()
        digest = blake2b(f"{row.label}{letters or row.comment}".encode(), digest_size=8).digest()
        places = int.from_bytes(digest[:4]) % CELLS, int.from_bytes(digest[4:]) % CELLS
        if min(self._cells[place] for place in places) >= self._most:
            return True
        for place in places:
            self._cells[place] = min(255, self._cells[place] + 1)
        return False


def _offer(stock: Stock, row: Row, most: int, random: Random) -> None:
    # A fair sample of a stream (Vitter 1985, algorithm R).
    key = (row.source, row.label)
    kept = stock.samples[key]
    stock.offered[key] += 1
    if len(kept) < most:
        kept.append(row)
    elif (place := random.randrange(stock.offered[key])) < most:
        kept[place] = row


class _Writer:
    """
    Appends lines to buckets, many of them at a time: there may be more buckets than files can be open.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: defaultdict[int, list[str]] = defaultdict(list)
        self._sizes: Counter[int] = Counter()

    def __call__(self, bucket: int, line: str) -> None:
        self._waiting[bucket].append(line)
        self._sizes[bucket] += len(line)
        if self._sizes[bucket] > PORTION:
            self._flush(bucket)

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        for bucket in [*self._waiting]:
            self._flush(bucket)

    def _flush(self, bucket: int) -> None:
        with (self._folder / f"{bucket}.rows").open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in self._waiting.pop(bucket))
        del self._sizes[bucket]
