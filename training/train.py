"""
One fit from labelled files to a written model; read it from top to bottom.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from service.core.features import document, readings
from training.data.augment import dress
from training.data.corpus import Corpus
from training.data.duplicates import Thinned, thin
from training.data.rows import Row
from training.data.select import select
from training.data.split import fewest, groups_of, is_fitted
from training.errors import BadData
from training.evaluation.assess import assess
from training.fitting import calibrate, weights
from training.fitting.compile import compile_arrays, prove_equal
from training.fitting.counts import count
from training.fitting.crossfit import Prepared, cross_fit
from training.fitting.pipeline import assemble, entries_of
from training.fitting.workers import Workers, here
from training.params import Params
from training.progress import say, track
from training.promotion import registry
from training.report import html
from training.report.card import Origin, card
from training.report.heldout import Measured, findings


def train(
    corpus: Corpus, params: Params, models: Path, version: str, origin: Origin, texts_in_report: bool = False,
    workers: Workers = here,
) -> Path:  # fmt: skip
    """
    Return the folder of a new model, fitted on the corpus. `workers` fit the folds.

    Raises:
        TrainingError: the data cannot support a model, or the written model does not agree with its pipeline.
    """
    measured = measure(corpus, params, workers)
    pipeline = fit_final(measured.prepared, measured.assessment.line, params)
    facts = card(corpus, measured, params, version, origin)
    return write(models / version, pipeline, facts, measured, params, texts_in_report)


def measure(corpus: Corpus, params: Params, workers: Workers = here) -> Measured:
    """
    Return what held-out rows say of models that are fitted on the corpus; no model is written.

    Raises:
        BadData: the rows cannot support a model.
    """
    documents = [document(row.as_comment()) for row in track(corpus.rows, "Reading comments as words and clues")]
    thinned = thin(corpus.rows, documents, params.duplicates.similarity, params.duplicates.keep)
    prepared = prepare(corpus.rows, thinned, params)
    held = cross_fit(prepared, params, workers)
    return Measured(thinned, prepared, held, assess(held, prepared, params))


def prepare(rows: Sequence[Row], thinned: Thinned, params: Params) -> Prepared:
    """
    Return the rows that are used, with everything that fitting needs of them.
    """
    chosen = select(rows, thinned.kept, params)
    used = [rows[position] for position in chosen]
    groups = groups_of(used, [thinned.clusters[position] for position in chosen])
    may_fit, is_spam = is_fitted(used, params), np.array([row.is_spam for row in used], dtype=bool)
    if not fewest(is_spam[may_fit]):
        raise BadData("rows of both labels are needed, spam and ham; one of them is missing")
    dressed = dress(used, may_fit.tolist(), params.augment, params.seed)
    counts = count(
        [document(item.row.as_comment()) for item in track(dressed, "Dropping and lending fields")],
        [readings(row.as_comment()) for row in used],
        may_fit,
        params.model,
    )
    weight = weights.balance_sources(used, weights.row_weights(used, groups, params), params)
    return Prepared(used, dressed, counts, groups, is_spam, weight)


def fit_final(prepared: Prepared, line: calibrate.Line, params: Params) -> Pipeline:
    """
    Return the pipeline fitted on every row that may be fitted, its scores made log-odds by the line.
    """
    say("Fitting the final model")
    rows = np.flatnonzero(is_fitted(prepared.rows, params))
    fitted = weights.fit(prepared.counts, rows, prepared.is_spam, prepared.weight, params)
    values, intercept = calibrate.fold_in(fitted.values, fitted.intercept, line)
    return assemble(params.model, prepared.counts.entries(fitted.columns), values, intercept)


def write(
    folder: Path, pipeline: Pipeline, facts: Mapping[str, Any], measured: Measured, params: Params,
    texts_in_report: bool,
) -> Path:  # fmt: skip
    """
    Return the folder of a new model, written with its report; `facts` is its card.

    Raises:
        BadModel: it cannot be written, or does not agree with its pipeline.
    """
    pooling = params.model.pooling.times(measured.assessment.line.slope)
    comments = [row.as_comment() for row in measured.prepared.rows]
    with registry.new_version(folder.parent, folder.name) as part:
        registry.write(part, pipeline, compile_arrays(pipeline, pooling), facts)
        say("Comparing the compiled model with its pipeline")
        difference = prove_equal(pipeline, part, comments)
        found = findings(f"Model {folder.name}", facts, measured, params, entries_of(pipeline))
        html.write(part / registry.REPORT, found, texts_in_report)
    say(f"{folder}: written; compiled and pipeline agree to {difference:.1e} on {len(comments):,} comments")
    return folder
