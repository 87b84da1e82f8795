"""
Features and score of one comment, in microseconds, against scikit-learn's predict_proba for one row.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from pathlib import Path

import joblib
from rich.console import Console

from bench.samples import COMMENTS
from service.core.comment import Comment
from service.core.features import document, extract
from service.scorer import CURRENT, load_current

ROUNDS = 7


def measure(console: Console, models: Path) -> None:
    """
    Print the median cost of a comment in both ways, and the ratio of the two, from interleaved rounds.
    """
    scorer = load_current(models)
    pipeline = joblib.load(models / (models / CURRENT).read_text().strip() / "pipeline.joblib")
    comments = [Comment(name="Reader", comment=f"{text} {n}") for n, text in enumerate(islice(cycle(COMMENTS), 400))]

    def ours(comment: Comment) -> None:
        scorer.explain(extract(comment))

    def one_row(comment: Comment) -> None:
        pipeline.predict_proba([document(comment)])

    rounds = [(_microseconds(ours, comments), _microseconds(one_row, comments[:40])) for _ in range(ROUNDS)]
    ratio = statistics.median(theirs / mine for mine, theirs in rounds)
    mine, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    console.print(
        f"features + score + reasons: {mine:.0f} us a comment; features + predict_proba of one row: {theirs:.0f} us; "
        f"{ratio:.1f} times faster (median of {ROUNDS} interleaved rounds)"
    )


def _microseconds(call: Callable[[Comment], None], comments: Iterable[Comment]) -> float:
    comments = list(comments)
    start = time.process_time()
    for comment in comments:
        call(comment)
    return (time.process_time() - start) / len(comments) * 1e6
