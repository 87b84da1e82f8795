"""
Features and score of one comment, in microseconds, against scikit-learn's predict_proba for one row.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

import joblib
from rich.console import Console

from bench.samples import COMMENTS
from service.core.comment import Comment
from service.core.features import document, extract
from service.model.folder import current
from service.model.scorer import load_current

ROUNDS = 7
Given = TypeVar("Given")


def measure(console: Console, models: Path) -> None:
    """
    Print the median cost of a comment in both ways, and the ratio of the two, from interleaved rounds.
    """
    scorer = load_current(models)
    pipeline = joblib.load(current(models) / "pipeline.joblib")
    comments = [Comment(name="Reader", comment=f"{text} {n}") for n, text in enumerate(islice(cycle(COMMENTS), 400))]

    def ours(comment: Comment) -> None:
        scorer.explain(extract(comment))

    def one_row(comment: Comment) -> None:
        pipeline.predict_proba([document(comment)])

    rounds = [(microseconds(ours, comments), microseconds(one_row, comments[:40])) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / mine for mine, theirs in rounds)
    mine, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    console.print(
        f"features + score + reasons: {mine:.0f} us a comment; features + predict_proba of one row: {theirs:.0f} us; "
        f"{ratio:.1f} times faster (median of {ROUNDS} interleaved rounds)"
    )


def microseconds(call: Callable[[Given], object], given: Sequence[Given]) -> float:
    """
    Return the processor time of a call, the mean over what is given, after one that warms up.
    """
    call(given[0])
    began = time.process_time()
    for each in given:
        call(each)
    return (time.process_time() - began) / len(given) * 1e6
