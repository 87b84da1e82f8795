"""
The passes over the buckets of a stream: its words are counted once, then its rows are learned from.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from service.core.features import document
from training.data.augment import dress
from training.fitting.bounds import bounds
from training.fitting.counts import no_words
from training.fitting.weights import Weights
from training.params import Params
from training.partial.balance import Factors
from training.partial.buckets import Stock
from training.partial.encoding import Encoder
from training.partial.folds import Folds, folds_of
from training.partial.former import Former
from training.partial.learning import Learner, both_weights, twice
from training.partial.vocabulary import Chosen, Tokens, choose, tokens_of
from training.progress import track

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
    chosen = choose(tokens, params, former.weights if former else None)
    if not chosen.vocabularies["words"]:
        raise no_words(params.model)
    encoder, scale = Encoder(params.model, chosen.vocabularies), chosen.scale(params.model)
    if former:
        scale = np.maximum(scale, LEAST_SCALE)
    passes = (former and former.passes) or max(
        1, ceil(params.partial.steps / (former.rows if former else stock.fitted))
    )
    limits = bounds(chosen.vocabularies, params.model)
    start = former.start(chosen, scale, limits, passes) if former else None
    names = ["", *folds.names, *folds.group_names]
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
        name: learners[name].weights(scale, share, limits, params.model.entries)
        for name in names
        if len(both[name]) == 2
    }
    return Learned(chosen, encoder, fitted.pop(""), folds, fitted, passes)


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
