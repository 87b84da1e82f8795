"""
One fit from any number of rows to a written model; read it from top to bottom, beside `training/train.py`.
"""

import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from service.core.features import document
from training.data.clean import clean
from training.data.corpus import Corpus, LeftOut, usable
from training.data.duplicates import thin
from training.data.files import files_of
from training.data.rows import Row
from training.errors import BadData
from training.evaluation.assess import assess
from training.fitting import calibrate
from training.fitting.pipeline import assemble
from training.params import Params
from training.partial import held
from training.partial.balance import Factors, factors_of
from training.partial.buckets import Stock, buckets_for, shuffle
from training.partial.facts import facts
from training.partial.former import Former
from training.partial.passes import Learned, learn
from training.progress import say
from training.report.card import Origin, card
from training.report.heldout import Measured
from training.train import write


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
    left_out = LeftOut()
    with tempfile.TemporaryDirectory(prefix="hamlet-rows-") as folder:
        buckets = buckets_for(files, params.partial.bucket_rows)
        rows = chain(usable(files, left_out), map(clean, own))
        stock = shuffle(rows, Path(folder), buckets, former, params)
        say(f"{stock.read:,} rows, {left_out}, {stock.copies:,} as copies; {buckets} buckets")
        left_out.check(strict)
        _check(stock, former, params)
        factors = factors_of(stock, params)
        learned = learn(stock, factors, params, former)
    measurement = measure(stock, learned, factors, params)
    values, intercept = calibrate.fold_in(learned.final.values, learned.final.intercept, measurement.assessment.line)
    entries = measurement.prepared.counts.entries(learned.final.columns)
    pipeline = assemble(params.model, entries, values, intercept)
    corpus = Corpus(files, stock.sample, left_out.rejected)
    said = card(corpus, measurement, params, version, origin) | facts(
        stock, learned, len(left_out.rejected), len(measurement.thinned.kept), former, params
    )
    return write(models / version, pipeline, said, measurement, params, texts_in_report)


def measure(stock: Stock, learned: Learned, factors: Factors, params: Params) -> Measured:
    """
    Return what the sample says of the learners that have not seen it.
    """
    sample = stock.sample
    documents = [document(row.as_comment()) for row in sample]
    thinned = thin(sample, documents, params.duplicates.similarity, params.duplicates.keep)
    prepared = held.prepare(sample, thinned, factors, learned, params)
    scored = held.hold(prepared, learned, params)
    return Measured(thinned, prepared, scored, assess(scored, prepared, params, can_refit=False))


def _check(stock: Stock, former: Former | None, params: Params) -> None:
    if len({label for _, label, _ in stock.counts}) < 2:
        raise BadData("rows of both labels are needed, spam and ham; one of them is missing")
    if former and former.full_words != params.model.full_words:
        raise BadData(
            f"{former.version} counts characters otherwise (full_words is {former.full_words:g} there and "
            f"{params.model.full_words:g} here), so its weights are none to go on from; fit without --begin-with"
        )
    if former and len({label for _, label in stock.samples}) < 2:
        raise BadData(
            f"{former.version} may have seen all of these rows: nothing is left to judge by; give rows of both labels "
            "from a source that is not on its card, or with dates after it was made"
        )
