"""
Which fields a row has must not tell spam from ham, so some are taken away and some are lent before fitting.

News and forum ham comes without a homepage and often without a name; blog spam has both. A model fitted on that as it
is learns "a homepage is spam", and would hold every reader who has one. So names and homepages of spam are dropped at
random, and those of honest authors are lent to other ham until a ham row has a homepage about as often as a spam row.
Rows are changed for fitting only: every figure is measured on rows as they were written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from training.data.rows import Row
from training.params import Augment


@dataclass(frozen=True, slots=True)
class Dressed:
    """
    A row as it is fitted, and the sources that lent it a field: with one of them held out, the row is too.
    """

    row: Row
    lenders: frozenset[str] = frozenset()


def dress(rows: Sequence[Row], may_lend: Sequence[bool], augment: Augment, seed: int) -> list[Dressed]:
    """
    Return every row with fields dropped and lent, the same way for the same seed.

    Nameless rows of both labels get honest names: "no name" and "a person's name" must not be clues either.
    """
    random = Random(seed)
    fitted = [row for row, is_used in zip(rows, may_lend, strict=True) if is_used]
    ham = [row for row in fitted if not row.is_spam]
    names = [row for row in ham if row.name.strip()]
    homepages = [row for row in ham if row.url.strip()]
    named = _share([bool(row.name.strip()) for row in fitted]) * (1 - augment.drop_name)
    lend = augment.lend_url * _lent_share(fitted, ham, augment)
    dressed: list[Dressed] = []
    for row in rows:
        lenders: list[str] = []
        if row.name.strip() and random.random() < augment.drop_name:
            row = replace(row, name="")
        elif not row.name.strip() and names and random.random() < named:
            lender = random.choice(names)
            row = replace(row, name=lender.name)
            lenders.append(lender.source)
        if row.url.strip() and row.is_spam and random.random() < augment.drop_url:
            row = replace(row, url="")
        elif not row.url.strip() and not row.is_spam and homepages and random.random() < lend:
            lender = random.choice(homepages)
            row = replace(row, url=lender.url)
            lenders.append(lender.source)
        dressed.append(Dressed(row, frozenset(lenders)))
    return dressed


def _lent_share(rows: Sequence[Row], ham: Sequence[Row], augment: Augment) -> float:
    spam_share = _share([bool(row.url.strip()) for row in rows if row.is_spam]) * (1 - augment.drop_url)
    ham_share = _share([bool(row.url.strip()) for row in ham])
    return max(0.0, (spam_share - ham_share) / (1 - ham_share)) if ham_share < 1 else 0.0


def _share(claims: Sequence[bool]) -> float:
    return sum(claims) / len(claims) if claims else 0.0
