"""
Exports of other systems to one file of labelled rows, with a count of what was left out and where it stood.

E-mail and IP addresses are dropped: no step of training reads them, and what is not in a file needs no key and no
erasing.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.data.files import FIELDS, Rejected, row_of
from training.data.rows import Row
from training.errors import BadData
from training.importers.detect import Format, detect
from training.importers.outcome import Damage, Found
from training.importers.unpack import Export, Opens, exports

UNLABELLED = "the file does not say whether it is spam or ham; --label says it for all such comments"
# Places named for each reason; the rest is counted.
NAMED = 3


@dataclass(slots=True)
class Tally:
    """
    What became of one file's comments.
    """

    export: Export
    format: Format
    labels: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    damage: list[str] = field(default_factory=list)

    def skip(self, place: str, reason: str) -> None:
        """
        Count a comment that is left out.
        """
        self.skipped[reason] += 1
        if len(self.places[reason]) < NAMED:
            self.places[reason].append(place)


def find(paths: Sequence[Path], site: str | None, opens: Opens) -> list[Tally]:
    """
    Return an empty tally for each file that can be read, packed ones opened.

    Raises:
        BadData: a path is no export, or a packed one holds none.
    """
    tallies: list[Tally] = []
    for path in paths:
        known, unknown = _detected(path, site, opens)
        if not known:
            raise unknown[0] if unknown else BadData(f"{path.name}: nothing is packed in it")
        known[0].damage.extend(f"{error} (left out)" for error in unknown)
        tallies.extend(known)
    return tallies


def convert(tallies: Sequence[Tally], out: Path, label: str) -> None:
    """
    Write the labelled rows of all files, and count them; the new file appears when all is read, if there is any row.

    `label` is that of comments whose file gives none; if empty, they are left out.

    Raises:
        BadData: the file is there already.
    """
    if out.exists():
        raise BadData(f"{out}: there already; choose another name or remove it")
    part = out.with_name(f".{out.name}.part")
    opened = gzip.open if out.suffix == ".gz" else open
    try:
        with opened(part, "wt", encoding="utf-8", newline="\n") as lines:
            for tally in tallies:
                for row in _rows(tally, label):
                    lines.write(row)
        if any(tally.labels for tally in tallies):
            part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _detected(path: Path, site: str | None, opens: Opens) -> tuple[list[Tally], list[BadData]]:
    known: list[Tally] = []
    unknown: list[BadData] = []
    for export in exports(path, site, opens):
        try:
            known.append(Tally(export, detect(export)))
        except BadData as error:
            unknown.append(BadData(export.damage[0]) if export.damage else error)
    return known, unknown


def _rows(tally: Tally, label: str) -> Iterator[str]:
    try:
        for outcome in tally.format.read(tally.export):
            if isinstance(outcome, Damage):
                tally.damage.append(str(outcome))
            elif isinstance(outcome, Rejected):
                tally.skip(outcome.place, outcome.reason)
            elif isinstance(row := _row(outcome, tally.export.site, label), Rejected):
                tally.skip(row.place, row.reason)
            else:
                tally.labels[row.label] += 1
                yield _line(row, outcome.row.get("type"))
    except BadData as error:
        tally.damage.append(str(error))
    # First, since it explains the rest.
    tally.damage[:0] = tally.export.damage


def _row(found: Found, site: str, label: str) -> Row | Rejected:
    said = found.row.get("label") or label
    return row_of({**found.row, "label": said}, site, found.place) if said else Rejected(found.place, UNLABELLED)


def _line(row: Row, kind: object) -> str:
    fields = {field: value for field in FIELDS if (value := getattr(row, field))}
    return json.dumps(fields | {"type": kind} if row.is_trackback else fields, ensure_ascii=False) + "\n"
