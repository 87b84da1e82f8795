"""
What the gates let past: honest candidates, and two that were poisoned. Run
`python -m bench.gates --data PATH … --source NAME …`.

For each source a model that was fitted without it meets one that got 500 of its labels; then a model of all sources
meets one with a tenth of the labels flipped, and one with 20 false ham labels on spam that carries a word of its own.
"""

import tempfile
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import click
import numpy as np

from service.core.features import document, extract
from training.commands.options import data
from training.data.corpus import Corpus, gather
from training.data.duplicates import thin
from training.data.rows import LABELS, Row
from training.data.split import groups_of
from training.gates.examine import examine
from training.gates.scores import ACCEPT, HOLD, REJECT, Scores
from training.params import Params, read_params
from training.progress import say, track
from training.promotion.promote import verify
from training.report.card import Origin
from training.train import train

WORD, OWN = "zorvexa", "store:site"
# Rows that are read for each that is fitted: some are held back, and some are copies.
SPARE = 3
LABELS_GIVEN, FALSE_LABELS, FLIPPED = 500, 20, 0.1
# Of ten parts of the groups of near-copies: fitted, given as labels or poison, and held back.
FITTED, GIVEN, HELD_BACK = range(7), {7}, {8, 9}
WITHOUT, WITH, ALL, BLUNT, TARGETED = (f"2000-01-01.{number}" for number in range(1, 6))
NAMES = {
    WITHOUT: "without the source",
    WITH: "with its labels",
    ALL: "all sources",
    BLUNT: "labels flipped",
    TARGETED: "one word",
}


@click.command()
@data("labelled rows", required=True)
@click.option("--source", "sources", multiple=True, required=True, help="A source that is left out; repeatable.")
@click.option("--cap", default=1_000, show_default=True, help="Rows of a label and source that are fitted at most.")
def main(paths: tuple[Path, ...], sources: tuple[str, ...], cap: int) -> None:
    """
    Fit two models for each source and three of all, put the candidates through the gates, and print what became of
    them.
    """
    params = _capped(read_params(), cap)
    rows = _some(gather(paths, strict=False).rows, SPARE * cap, sources, params.seed)
    fitted, given, held_back = _parts(rows, params)
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as folder:
        for source in sources:
            print(f"{source}, left out:")
            models = Path(folder) / source
            _fit(models, _honest(fitted, given, source, params.seed), params)
            _compare(models, WITHOUT, WITH, held_back, params)
            of_source = [row for row in held_back if row.source == source]
            for version in (WITHOUT, WITH):
                print(f"{NAMES[version]}: {_errors(models / version, of_source)}", flush=True)
        print("poisoned:")
        models = Path(folder) / "poisoned"
        _fit(models, _poisoned(fitted, given, params.seed), params)
        for version in (BLUNT, TARGETED):
            _compare(models, ALL, version, held_back, params)


def _fit(models: Path, versions: Mapping[str, Sequence[Row]], params: Params) -> None:
    for version, rows in versions.items():
        say(f"Fitting {version}, {NAMES[version]}: {len(rows):,} rows")
        train(Corpus([], rows, []), params, models, version, Origin(datetime.now(UTC), None, "bench.gates"))


def _compare(models: Path, champion: str, version: str, rows: Sequence[Row], params: Params) -> None:
    (models / "CURRENT").write_text(f"{champion}\n", encoding="utf-8")
    report = examine(models, version, [], rows, params)
    failed = ", ".join(outcome.name for outcome in report.failed)
    told = f"refused by {failed}" if failed else f"passes all {len(report.outcomes)} gates"
    print(f"{NAMES[version]} instead of {NAMES[champion]}: {told}", flush=True)


def _capped(params: Params, cap: int) -> Params:
    sources = {
        name: replace(each, cap_ham=min(each.cap_ham, cap), cap_spam=min(each.cap_spam, cap))
        for name, each in params.sources.items()
    }
    return replace(params, sources=sources)


def _some(rows: Sequence[Row], most: int, sources: Collection[str], seed: int) -> list[Row]:
    """
    Return so many rows of each source and label, but all of those that are left out.
    """
    counts: Counter[tuple[str, str]] = Counter()
    chosen = []
    for row in Random(seed).sample(rows, len(rows)):
        counts[row.source, row.label] += 1
        if row.source in sources or counts[row.source, row.label] <= most:
            chosen.append(row)
    return chosen


def _parts(rows: Sequence[Row], params: Params) -> tuple[list[Row], list[Row], list[Row]]:
    documents = [document(row.as_comment()) for row in track(rows, "Reading comments as words and clues")]
    clusters = thin(rows, documents, params.duplicates.similarity, params.duplicates.keep).clusters
    # By the group's first row, so that a file more changes nothing.
    tenths = [zlib.crc32(rows[first].comment.encode()) % 10 for first in groups_of(rows, clusters)]
    parts: list[list[Row]] = [
        [row for row, tenth in zip(rows, tenths, strict=True) if tenth in chosen]
        for chosen in (FITTED, GIVEN, HELD_BACK)
    ]
    return parts[0], parts[1], parts[2]


def _honest(fitted: Sequence[Row], given: Sequence[Row], source: str, seed: int) -> dict[str, list[Row]]:
    without = [row for row in fitted if row.source != source]
    of_source = [row for row in given if row.source == source]
    labels = Random(seed).sample(of_source, min(LABELS_GIVEN, len(of_source)))
    return {WITHOUT: without, WITH: [*without, *(replace(row, source=OWN, is_own=True) for row in labels)]}


def _poisoned(fitted: Sequence[Row], given: Sequence[Row], seed: int) -> dict[str, list[Row]]:
    chance = Random(seed)
    poison = [
        replace(row, source=OWN, is_own=True, label="ham", group="", comment=f"{row.comment} {WORD}")
        for row in chance.sample([row for row in given if row.is_spam], FALSE_LABELS)
    ]
    other = dict(zip(LABELS, reversed(LABELS), strict=True))
    flipped = [replace(row, label=other[row.label]) if chance.random() < FLIPPED else row for row in fitted]
    return {ALL: list(fitted), BLUNT: flipped, TARGETED: [*fitted, *poison]}


def _errors(folder: Path, rows: Sequence[Row]) -> str:
    comments, sites = [extract(row.as_comment()) for row in rows], [row.site for row in rows]
    bands = Scores.of(verify(folder), comments, sites).bands
    is_spam = np.array([row.is_spam for row in rows], dtype=bool)
    ham, spam = bands[~is_spam], bands[is_spam]
    wrong = int((ham != ACCEPT).sum() + (spam == ACCEPT).sum())
    return (
        f"{wrong:,} errors; of {len(ham):,} good comments {int((ham == REJECT).sum()):,} rejected and "
        f"{int((ham == HOLD).sum()):,} held, of {len(spam):,} spam {int((spam == ACCEPT).sum()):,} accepted"
    )


if __name__ == "__main__":
    main()
