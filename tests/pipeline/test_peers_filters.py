"""
Each filter learns a tiny corpus of ours.
"""

import os
import shutil
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bench.quality import rspamd
from bench.quality.bogofilter import Bogofilter
from bench.quality.contest import Contender, Judge, Outcome, run
from bench.quality.messages import wrap
from bench.quality.peer import MailFilter, PeerFailed, Values, scores_of
from bench.quality.rspamd import Rspamd
from bench.quality.scikit import NaiveBayes, TfidfRegression
from bench.quality.spamassassin import SpamAssassin
from bench.quality.table import Part, markdown
from training.data.augment import Dressed
from training.data.rows import Row
from training.data.split import Fold
from training.fitting.counts import Counts
from training.fitting.crossfit import Prepared
from training.params import read_params

READERS = ("council", "budget", "road", "school", "bridge", "mayor", "vote", "summer", "traffic", "library")
SELLERS = ("casino", "bonus", "pills", "loans", "cheap", "watches", "replica", "deposit", "seo", "jackpot")
FILTERS: tuple[MailFilter, ...] = (Bogofilter(), SpamAssassin(), Rspamd())


def rows(label: str, words: Sequence[str], count: int, seed: int) -> list[Row]:
    random = Random(seed)
    texts = [" ".join(random.choices(words, k=30)) for _ in range(count)]
    return [Row("ours", label, f"Author {n}", text, url="http://a.example") for n, text in enumerate(texts)]


HAM, SPAM = rows("ham", READERS, 40, seed=1), rows("spam", SELLERS, 40, seed=2)
UNKNOWN = rows("ham", READERS, 3, seed=3) + rows("spam", SELLERS, 3, seed=4)


def mails(comments: Sequence[Row]) -> list[bytes]:
    return [wrap(row) for row in comments]


def prepared() -> Prepared:
    used = HAM + SPAM + UNKNOWN
    nothing = csr_matrix((len(used), 0))
    counts = Counts(nothing, nothing, nothing, np.array([], dtype=object), {})
    is_spam = np.array([row.is_spam for row in used])
    return Prepared(used, [Dressed(row) for row in used], counts, np.arange(len(used)), is_spam, np.ones(len(used)))


FOLD = Fold("ours", np.arange(80), np.arange(80, 86))


@pytest.fixture(scope="module", params=FILTERS, ids=lambda peer: peer.package)
def peer(request: pytest.FixtureRequest) -> MailFilter:
    found: MailFilter = request.param
    if not shutil.which(found.program):
        cure = f"no {found.name}; type: sudo apt-get install --no-install-recommends {found.package}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(cure)
    return found


@pytest.fixture(scope="module")
def found(peer: MailFilter) -> Values:
    """
    What a filter says of the unknown comments that has learned ham and spam.
    """
    return peer.probabilities(mails(HAM), mails(SPAM), mails(UNKNOWN))


def test_a_filter_tells_what_it_has_learned_apart_in_the_order_it_was_asked(found: Values) -> None:
    assert (found >= 0).all() and (found <= 1).all()
    assert found[:3].max() < 0.5 < found[3:].min()


@pytest.mark.usefixtures("found")
def test_a_filter_forgets_between_two_corpora(peer: MailFilter) -> None:
    swapped = peer.probabilities(mails(SPAM), mails(HAM), mails(UNKNOWN))

    assert swapped[:3].min() > 0.5 > swapped[3:].max()


def test_a_filter_answers_to_empty_long_and_odd_messages_as_well(peer: MailFilter) -> None:
    odd = [
        Row("ours", "ham", "", text) for text in ("\0", "ж" * 60_000, "From me\n\nFrom you", "<a href='", "\x85\u2028")
    ]

    found = peer.probabilities(mails(HAM), mails(SPAM), mails(odd))

    assert len(found) == len(odd)


@pytest.mark.parametrize("judge", [NaiveBayes, TfidfRegression])
def test_scikit_learns_models_score_the_held_out_rows_of_a_fold(judge: type[NaiveBayes | TfidfRegression]) -> None:
    found = judge(prepared())(FOLD)

    assert found[:3].max() < 0 < found[3:].min()


def test_a_filter_that_is_not_installed_is_named_and_has_no_figures() -> None:
    absent = Contender(
        "rspamd's Bayes", lambda: pytest.fail("it was started"), 0.5, 500, "not installed: apt-get install x"
    )

    lines = table([outcome_of(absent)])

    assert lines[2] == "| ours (3 / 3) | rspamd's Bayes, 500 rows | not installed: apt-get install x |  |  |  |  |  |"


def test_a_filter_that_breaks_is_named_with_what_it_said_and_does_not_stop_the_others() -> None:
    def broken() -> Judge:
        raise PeerFailed("no port left\nand more")

    assert outcome_of(Contender("broken", broken, 0.5)).failure == "failed: no port left"


@pytest.mark.skipif(not shutil.which(Rspamd.program), reason="no rspamd")
def test_an_rspamd_that_does_not_start_is_named_with_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rspamd, "CONFIG", "nonsense {{{{")

    def start() -> Judge:
        Rspamd().probabilities([], [], [])
        return lambda _: pytest.fail("it ran")

    outcome = outcome_of(Contender("rspamd", start, 0.5))

    assert outcome.failure.startswith("failed: rspamd did not start: ")


def test_the_table_has_false_positives_first() -> None:
    def judge(fold: Fold) -> Values:
        return np.array([0.1, 0.2, 0.9, 0.8, 0.9, 1.0])

    lines = table([outcome_of(Contender("ours", lambda: judge, 0.5))])

    assert lines[0].startswith("| unseen (ham / spam) | filter | ham suspected | spam let through |")
    assert lines[2] == "| ours (3 / 3) | ours | 33.3 % | 0.0 % | 33.3 % | 33.3 % | 33.3 % | 0.8333 |"


def test_answers_that_are_too_few_or_no_numbers_are_a_failure() -> None:
    with pytest.raises(PeerFailed, match="1 answers to 2 messages"):
        scores_of(["0.5"], 2, "ours")
    with pytest.raises(PeerFailed, match="could not convert"):
        scores_of(["0.5", "spam"], 2, "ours")


def outcome_of(contender: Contender) -> Outcome:
    return run(contender, [FOLD], [], prepared(), read_params())


def table(outcomes: list[Outcome]) -> list[str]:
    part = Part("ours", [(np.arange(80, 83), np.arange(83, 86))], [FOLD])
    return list(markdown([part], outcomes, size=86))
