"""
What was held out of a stream, put as `assess` takes it from a fit in memory.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.core.features import readings
from training.data.augment import Dressed
from training.data.duplicates import Thinned
from training.data.rows import Row
from training.data.split import groups_of
from training.errors import BadData
from training.fitting.as_written import count_readings
from training.fitting.counts import Counts, layout
from training.fitting.crossfit import Held, Names, Prepared
from training.params import Params
from training.partial.balance import Factors
from training.partial.passes import Learned
from training.progress import track


def prepare(sample: Sequence[Row], thinned: Thinned, factors: Factors, learned: Learned, params: Params) -> Prepared:
    """
    Return the rows of a sample that stay, counted over the vocabulary of the stream, as they were written.
    """
    rows = [sample[position] for position in thinned.kept]
    read = [readings(row.as_comment()) for row in track(rows, "Reading the sample")]
    written = count_readings(read, learned.encoder.as_written, params.model.pooling)
    counts = Counts(written.counts, written.counts, written, *layout(learned.chosen.vocabularies))
    groups = groups_of(rows, [thinned.clusters[position] for position in thinned.kept])
    weight = [row.weight * factors.get((row.source, row.label, row.language), 1.0) for row in rows]
    is_spam = np.array([row.is_spam for row in rows])
    return Prepared(rows, [Dressed(row) for row in rows], counts, groups, is_spam, np.array(weight))


def hold(prepared: Prepared, learned: Learned, params: Params) -> Held:
    """
    Return the sample scored by the learners that have seen nothing of a row's source, and nothing of its group.

    Raises:
        BadData: a fold of groups was left with one label.
    """
    folds, models = learned.folds, learned.models
    if missing := [name for name in folds.group_names if name not in models]:
        raise BadData(f"{missing[0]} is left with one label: too few different texts of it; add labelled rows")
    roles = [params.source(row.source).role for row in prepared.rows]
    wanted = np.array([role in ("all", "report") for role in roles])
    # Sources that are only measured are in no fold: nobody has seen them, so any learner of a fold is fair; the first.
    source_fold = np.array([folds.names[folds.of_source.get(row.source, 0)] for row in prepared.rows], dtype=object)
    group_fold = np.array([folds.group_names[folds.group(row)] for row in prepared.rows], dtype=object)
    group_fold[~wanted] = ""
    values = {name: model.decide(prepared.counts, np.arange(len(prepared.rows))) for name, model in models.items()}
    from_groups = _pick(values, group_fold)
    has_model = np.isin(source_fold, [*models])
    model = np.where(has_model, source_fold, group_fold)
    fallback = tuple(sorted(set(source_fold[~has_model].tolist())))
    return Held(_pick(values, model), from_groups, source_fold, fallback, models, model, group_fold)


def _pick(values: Mapping[str, NDArray[np.float64]], names: Names) -> NDArray[np.float64]:
    found = np.full(len(names), np.nan)
    for name in set(names.tolist()) - {""}:
        found[names == name] = values[name][names == name]
    return found
