"""
Who is compared, and the scores of each on every fold.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPException
from subprocess import SubprocessError

import numpy as np
from numpy.typing import NDArray

from bench.quality.bogofilter import Bogofilter
from bench.quality.folds import sample
from bench.quality.hamlet import adapted, calibrated, raw_scores
from bench.quality.messages import wrap
from bench.quality.peer import MailFilter, PeerFailed, Values
from bench.quality.rspamd import Rspamd
from bench.quality.scikit import NaiveBayes, TfidfRegression
from bench.quality.spamassassin import SpamAssassin
from service.processes.valkey import ValkeyError
from training.data.split import Fold
from training.fitting.crossfit import Prepared
from training.params import Params
from training.progress import say, track

Judge = Callable[[Fold], Values]
HAMLET = "Hamlet"
# A filter that breaks or hangs is named as such; it does not take the others' figures with it.
FAILURES = (PeerFailed, ValkeyError, OSError, SubprocessError, HTTPException)


@dataclass(frozen=True, slots=True)
class Contender:
    """
    One line of the table: `even` is the score that means even odds, `most` the rows fitted a fold, 0 for all.

    `start` returns what fits and scores a fold, since starting may take time. `absent` says how to install it.
    """

    name: str
    start: Callable[[], Judge]
    even: float
    most: int = 0
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The scores of a contender by the name of the fold; none, and the reason, if it did not run.
    """

    contender: Contender
    scores: dict[str, Values]
    failure: str = ""


def contenders(prepared: Prepared, params: Params, slow_rows: int) -> Iterator[Contender]:
    """
    Yield Hamlet and all peers; the slow ones get `slow_rows` rows, and for a fair look two quick ones as well.
    """

    def hamlet() -> Judge:
        return lambda fold: raw_scores(fold, prepared, params)

    mails = [wrap(item.row) for item in prepared.dressed], [wrap(row) for row in prepared.rows]

    def mail_filter(peer: MailFilter, most: int = 0) -> Contender:
        cure = f"not installed: apt-get install --no-install-recommends {peer.package}"
        absent = "" if shutil.which(peer.program) else cure
        return Contender(peer.name, lambda: _judge(peer, *mails, prepared.is_spam), 0.5, most, absent)

    yield Contender(HAMLET, hamlet, 0.0)
    yield Contender("TF-IDF + logistic regression", lambda: TfidfRegression(prepared), 0.0)
    yield Contender("MultinomialNB", lambda: NaiveBayes(prepared), 0.0)
    yield mail_filter(Bogofilter())
    if slow_rows:
        yield Contender(HAMLET, hamlet, 0.0, slow_rows)
        yield mail_filter(Bogofilter(), slow_rows)
    yield mail_filter(SpamAssassin(), slow_rows)
    yield mail_filter(Rspamd(), slow_rows)


def run(
    contender: Contender, sources: Sequence[Fold], videos: Sequence[Fold], prepared: Prepared, params: Params
) -> Outcome:
    """
    Return the scores of a contender for the rows of all folds.
    """
    if contender.absent:
        return Outcome(contender, {}, contender.absent)
    most = f", {contender.most:,} rows" if contender.most else ""
    of_sources, of_videos = (list(_thinned(folds, prepared, params, contender.most)) for folds in (sources, videos))
    # Of videos Hamlet fits no model of its own, but adapts the one without any.
    folds = of_sources if contender.name == HAMLET else [*of_sources, *of_videos]
    try:
        judge = contender.start()
        scores = {fold.name: judge(fold) for fold in track(folds, f"{contender.name}{most}")}
    except FAILURES as failure:
        say(f"{contender.name}: {failure}")
        return Outcome(contender, {}, f"failed: {str(failure).split(chr(10))[0][:100]}")
    if contender.name == HAMLET:
        scores = calibrated(scores, of_sources, prepared)
        scores |= adapted(scores, of_videos, of_sources, prepared, params)
    return Outcome(contender, scores)


def _thinned(folds: Iterable[Fold], prepared: Prepared, params: Params, most: int) -> Iterator[Fold]:
    for fold in folds:
        yield replace(fold, fit=sample(prepared.rows, fold.fit.tolist(), most, params.seed)) if most else fold


def _judge(peer: MailFilter, dressed: Sequence[bytes], written: Sequence[bytes], is_spam: NDArray[np.bool_]) -> Judge:
    def judge(fold: Fold) -> Values:
        ham = [dressed[row] for row in fold.fit if not is_spam[row]]
        spam = [dressed[row] for row in fold.fit if is_spam[row]]
        return peer.probabilities(ham, spam, [written[row] for row in fold.score])

    return judge
