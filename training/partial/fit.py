"""
One fit from any number of rows to a written model; read it from top to bottom, beside `training/train.py`.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.core.features import document
from training import calibrate, registry, report
from training.assess import assess
from training.augment import dress
from training.card import Origin, card
from training.clean import clean
from training.compile import compile_arrays, prove_equal
from training.corrections import corrected
from training.data import Rejected, files_of, read
from training.duplicates import Thinned, thin
from training.errors import BadData
from training.explain import entries_of
from training.heldout import Measured, findings
from training.params import Params
from training.partial import held
from training.partial.balance import Factors, factors_of
from training.partial.buckets import Measured as MayBeMeasured
from training.partial.buckets import Stock, buckets_for, shuffle
from training.partial.encoding import Encoder
from training.partial.folds import Folds, folds_of
from training.partial.former import Former
from training.partial.learning import Learner, both_weights, twice
from training.partial.vocabulary import Chosen, Tokens, choose, tokens_of
from training.pipeline import BLOCKS, assemble
from training.progress import say, track
from training.rows import LABELS, Row
from training.train import Corpus
from training.weights import Weights

PROTOCOL = (
    "Learned from a stream, out of core. Of each text at most a few rows are kept, told by its letters alone. A sample "
    "of each source and label is scored by learners that have seen nothing of its source (good comments), or of its "
    "group or what shares its least pair of words (spam). The figures of a source use a calibration and thresholds "
    "chosen without it. Sources of role 'fit' are in no figure; those of role 'report' choose no threshold; sources of "
    "role 'evaluate' are in no fit, threshold or calibration."
)


# A word of which new rows say nothing leans nowhere; its weight must not become unreachable by that.
LEAST_SCALE = 0.1
# Rows whose matrices are in memory at once: some 30 MB of comments of forty words.
PORTION = 4_000

Portion = tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64], list[str]]


@dataclass(frozen=True, slots=True)
class Learned:
    """
    What was learned: the vocabulary, the weights of the model that is shipped, and those of each fold.
    """

    chosen: Chosen
    encoder: Encoder
    final: Weights
    folds: Folds
    models: Mapping[str, Weights]
    passes: int


def train(
    paths: Sequence[Path], own: Iterable[Row], params: Params, models: Path, version: str, origin: Origin,
    *, strict: bool = False, former: Former | None = None, texts_in_report: bool = False,
) -> Path:  # fmt: skip
    """
    Return the folder of a new model, fitted on every row of the files, of which only a bucket is in memory at a time.

    Args:
        paths: Files and folders of labelled rows.
        own: Rows of the site's moderators.
        params: As for a fit in memory.
        models: The folder of models.
        version: Of the new one.
        origin: For its card.
        strict: Fail if a row cannot be used.
        former: The model whose weights the learners begin with.
        texts_in_report: Show the worst errors with their comments.

    Raises:
        TrainingError: the data cannot support a model, or the written model does not agree with its pipeline.
    """
    files = files_of(paths)
    rejected: list[Rejected] = []
    with tempfile.TemporaryDirectory(prefix="hamlet-rows-") as folder:
        measured = MayBeMeasured(former.sources, former.created) if former else MayBeMeasured()
        buckets = buckets_for(files, params.partial.bucket_rows)
        stock = shuffle(_rows(files, own, rejected), Path(folder), buckets, measured, params)
        say(f"{stock.read:,} rows, {len(rejected)} left out as wrong, {stock.copies:,} as copies; {buckets} buckets")
        if strict and rejected:
            raise BadData(f"{len(rejected)} wrong rows, the first at {rejected[0]}")
        _check(stock, former)
        factors = factors_of(stock, params.languages)
        learned = learn(stock, factors, params, former)
    thinned, measurement = measure(stock, learned, factors, params)
    values, intercept = calibrate.fold_in(learned.final.values, learned.final.intercept, measurement.assessment.line)
    pipeline = assemble(params.model, _kept(learned), values, intercept)
    corpus = Corpus(files, stock.sample, rejected)
    facts = card(corpus, measurement, params, version, origin) | _facts(
        stock, learned, rejected, thinned, former, params
    )
    written = models / version
    registry.write(written, pipeline, compile_arrays(pipeline), facts)
    used = [document(row.as_comment()) for row in measurement.prepared.rows]
    difference = prove_equal(pipeline, written, used)
    found = findings(f"Model {version}", facts, measurement, params, entries_of(pipeline))
    report.write(written / registry.REPORT, found, texts_in_report)
    say(f"{written}: written; compiled and pipeline agree to {difference:.1e} on {len(used):,} comments")
    return written


def learn(stock: Stock, factors: Factors, params: Params, former: Former | None) -> Learned:
    """
    Return what is learned from all buckets: first the vocabulary is counted, then rows are learned from, few of them
    again and again; after a former model as often as that one learned from its own, so that old and new rows weigh the
    same.
    """
    folds = folds_of({source for source, _, _ in stock.counts}, params)
    tokens = Tokens(params.partial.most_counted)
    for bucket in track(range(stock.buckets), "Reading comments as words and clues"):
        _read(stock, bucket, factors, folds, tokens, params)
    chosen = choose(tokens, params, former.vocabularies if former else None)
    encoder, scale = Encoder(params.model, chosen.vocabularies), chosen.scale(params.model)
    if former:
        scale = np.maximum(scale, LEAST_SCALE)
    passes = (former and former.passes) or max(
        1, ceil(params.partial.steps / (former.rows if former else stock.fitted))
    )
    start = former.start(chosen, scale, passes) if former else None
    names = ["", *folds.all_names]
    learners = {name: Learner(len(scale), params, start) for name in names}
    random = Random(params.seed)
    order = [bucket for _ in range(passes) for bucket in random.sample(range(stock.buckets), stock.buckets)]
    both: dict[str, set[bool]] = {name: set() for name in names}
    for bucket in track(order, f"Learning, {passes} times"):
        for is_spam, weight, bits, documents in _portions(stock.folder / f"{bucket}.documents"):
            rows, labels = twice(*encoder(documents), scale), np.tile(is_spam, 2)
            for number, name in enumerate(names):
                seen = weight if not name else np.where(bits >> (number - 1) & 1, 0.0, weight)
                both[name] |= set(is_spam[seen > 0].tolist())
                if seen.any():
                    learners[name].learn(rows, labels, both_weights(seen))
    share = (chosen.spam + chosen.ham) / stock.fitted
    fitted = {
        name: learners[name].weights(scale, share, params.model.entries) for name in names if len(both[name]) == 2
    }
    return Learned(chosen, encoder, fitted.pop(""), folds, fitted, passes)


def measure(stock: Stock, learned: Learned, factors: Factors, params: Params) -> tuple[Thinned, Measured]:
    """
    Return what the sample says of the learners that have not seen it.
    """
    sample = stock.sample
    documents = [document(row.as_comment()) for row in sample]
    thinned = thin(sample, documents, params.duplicates.similarity, params.duplicates.keep)
    prepared = held.prepare(sample, thinned, factors, learned.encoder, learned.chosen.vocabularies)
    scored = held.hold(prepared, learned.folds, learned.models, params)
    return thinned, Measured(thinned, prepared, scored, assess(scored, prepared, params, can_refit=False))


def _rows(files: Sequence[Path], own: Iterable[Row], rejected: list[Rejected]) -> Iterator[Row]:
    for row in chain.from_iterable(map(read, files)):
        if isinstance(row, Rejected):
            rejected.append(row)
        elif told := corrected(clean(row)):
            yield told
    yield from map(clean, own)


def _check(stock: Stock, former: Former | None) -> None:
    if len({label for _, label, _ in stock.counts}) < 2:
        raise BadData("rows of both labels are needed, spam and ham; one of them is missing")
    if former and len({label for _, label in stock.samples}) < 2:
        raise BadData(
            f"{former.version} may have seen all of these rows: nothing is left to judge by; give rows of both labels "
            "from a source that is not on its card, or with dates after it was made"
        )


def _read(stock: Stock, bucket: int, factors: Factors, folds: Folds, tokens: Tokens, params: Params) -> None:
    """
    Dress the rows of a bucket, count their tokens, and write them down as they are learned from.
    """
    rows = stock.rows(bucket)
    dressed = dress(rows, [True] * len(rows), params.augment, params.seed + bucket)
    found: dict[bool, list[str]] = {True: [], False: []}
    with (stock.folder / f"{bucket}.documents").open("w", encoding="utf-8", newline="\n") as file:
        for row, item in zip(rows, dressed, strict=True):
            text = document(item.row.as_comment())
            found[row.is_spam] += tokens_of(text)
            weight = row.weight * params.source(row.source).weight * factors[row.source, row.label, row.language]
            file.write(f"{json.dumps([row.is_spam, weight, folds.held_out(item, row)])}\t{text}\n")
    for is_spam, of_label in found.items():
        tokens.add(of_label, is_spam=is_spam)
    (stock.folder / f"{bucket}.rows").unlink(missing_ok=True)


def _portions(path: Path) -> Iterator[Portion]:
    """
    Yield labels, weights, folds and documents of a bucket, few rows at a time: as matrices they are much larger.
    """
    with path.open(encoding="utf-8", newline="\n") as lines:
        while parts := [line.rstrip("\n").split("\t", 1) for line in islice(lines, PORTION)]:
            is_spam, weight, bits = zip(*(json.loads(head) for head, _ in parts), strict=True)
            columns = np.array(is_spam, bool), np.array(weight, float), np.array(bits, np.int64)
            yield (*columns, [text for _, text in parts])


def _kept(learned: Learned) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    start, columns = 0, learned.final.columns
    for block in BLOCKS:
        entries = learned.chosen.vocabularies[block]
        inside = columns[(columns >= start) & (columns < start + len(entries))] - start
        found[block] = [entries[place] for place in inside]
        start += len(entries)
    return found


def _facts(
    stock: Stock,
    learned: Learned,
    rejected: Sequence[Rejected],
    thinned: Thinned,
    former: Former | None,
    params: Params,
) -> dict[str, Any]:
    return {
        "protocol": PROTOCOL,
        "rows": {
            "read": stock.read,
            "left_out_as_wrong": len(rejected),
            "left_out_as_copies": stock.copies,
            "used": stock.fitted,
            "measured": len(thinned.kept),
        },
        "sources": {name: _of_source(name, stock, params) for name in sorted({name for name, _ in stock.reads})},
        "partial": {
            "passes": learned.passes,
            "counts_missed_at_most": learned.chosen.missed,
            "began_with": former.version if former else None,
            "sources_before": sorted(former.sources) if former else [],
            "rows": stock.fitted + (former.rows if former else 0),
        },
    }


def _of_source(name: str, stock: Stock, params: Params) -> dict[str, object]:
    used: Counter[str] = Counter()
    for (other, label, _), count in stock.counts.items():
        used[label] += count if other == name else 0
    read = {f"{label}_read": stock.reads[name, label] for label in LABELS}
    source = params.source(name)
    return read | {f"{label}_used": used[label] for label in LABELS} | {
        "role": source.role, "weight": source.weight, "reason": source.reason
    }  # fmt: skip
