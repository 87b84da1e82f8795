"""
The pipeline as plain arrays, which serving loads without unpickling, and the proof that both give one answer.
"""

import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.core.comment import Comment
from service.core.features import extract, readings
from service.model.adaptation import SITES, prefix_of
from service.model.scorer import Pooling, Scorer
from training.data.rows import Row
from training.errors import BadModel
from training.fitting.adaptation import Taught, Texts
from training.fitting.as_written import count_readings
from training.fitting.pipeline import Entries, entries_of

TOLERANCE = 1e-9
# Comments that are a matrix at once, with all their passages.
PORTION = 1_000


def compile_arrays(pipeline: Pipeline, pooling: Pooling) -> bytes:
    """
    Return the content of `scorer.npz`: for each block its entries and their weights, the intercept, the n-gram sizes,
    up to how many words n-grams count in full, and how parts of a comment are pooled.

    Entries are one buffer of UTF-8, joined by newlines, which no token holds: a numpy array of text takes four bytes
    for each character of the longest entry.
    """
    characters = dict(pipeline.named_steps["features"].transformer_list)["characters"]
    arrays: dict[str, NDArray[np.generic]] = {
        "intercept": np.array(pipeline.named_steps["classifier"].intercept_[0], dtype=np.float64),
        "ngrams": np.array(characters.ngram_range, dtype=np.int64),
        "full_words": np.array(characters.full_words, dtype=np.float64),
    }
    arrays |= {name: np.array(value, dtype=np.float64) for name, value in asdict(pooling).items()}
    return _packed(arrays | _blocks(entries_of(pipeline)))


def with_adaptations(content: bytes, taught: Mapping[str, Taught], without: Collection[str]) -> bytes:
    """
    Return the content of `scorer.npz` with what the labels of some sites taught; those `without` have nothing of it
    any more, and others what they had.
    """
    arrays = dict(np.load(io.BytesIO(content), allow_pickle=False))
    sites: dict[str, dict[str, NDArray[np.generic]]] = {}
    for number, site in enumerate(json.loads(arrays.pop(SITES, _names([])).tobytes())):
        prefix = prefix_of(number)
        sites[site] = {name.removeprefix(prefix): arrays.pop(name) for name in [*arrays] if name.startswith(prefix)}
    for site, found in taught.items():
        sites[site] = _blocks(found.entries) | {
            "bounds": np.array([found.least, found.most], dtype=np.float64),
        }
    sites = {site: tables for site, tables in sites.items() if site not in without}
    for number, tables in enumerate(sites.values()):
        arrays |= {f"{prefix_of(number)}{name}": table for name, table in tables.items()}
    return _packed(arrays | {SITES: _names(sites)})


def prove_adapted(folder: Path, site: str, taught: Taught, rows: Sequence[Row]) -> None:
    """
    Raise BadModel if what the compiled model of a folder adds to one of the site's rows and what its labels taught
    differ by more than 1e-9.
    """
    scorer = Scorer.load(folder)
    read = [extract(row.as_comment()) for row in rows]
    compiled = [scorer.explain(each, site).log_odds - scorer.explain(each).log_odds for each in read]
    difference = float(np.abs(np.array(compiled) - taught.adds(Texts.of(rows))).max())
    if difference > TOLERANCE:
        raise BadModel(f"{folder.name}: what {site} taught and its compiled form differ by {difference:g}")


def prove_equal(pipeline: Pipeline, folder: Path, comments: Sequence[Comment]) -> float:
    """
    Return the largest difference between the compiled model of a folder and its pipeline over the comments.

    Raises:
        BadModel: they differ by more than 1e-9 on a comment.
    """
    scorer = Scorer.load(folder)
    compiled = np.array([scorer.explain(extract(comment)).log_odds for comment in comments])
    portions = (comments[start : start + PORTION] for start in range(0, len(comments), PORTION))
    fitted = np.concatenate([_fitted(pipeline, scorer.pooling, portion) for portion in portions])
    differences = np.abs(compiled - fitted)
    worst = int(differences.argmax())
    if differences[worst] > TOLERANCE:
        raise BadModel(f"{folder.name}: compiled and pipeline differ by {differences[worst]:g} on comment {worst}")
    return float(differences[worst])


def _blocks(entries: Entries) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {}
    for block, weights in entries.items():
        arrays[block] = np.frombuffer("\n".join(weights).encode(), dtype=np.uint8)
        arrays[f"{block}_weights"] = np.array([*weights.values()], dtype=np.float32)
    return arrays


def _names(sites: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps([*sites]).encode(), dtype=np.uint8)


def _packed(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def _fitted(pipeline: Pipeline, pooling: Pooling, comments: Sequence[Comment]) -> NDArray[np.float64]:
    union, regression = pipeline.named_steps["features"], pipeline.named_steps["classifier"]
    written = count_readings([readings(comment) for comment in comments], union.transform, pooling)
    return written.highest(regression.coef_[0], np.arange(len(comments))) + float(regression.intercept_[0])
