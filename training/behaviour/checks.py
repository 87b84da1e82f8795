"""
The behavioural suite: what any model must do to hand-written comments, after Ribeiro et al., "Beyond Accuracy:
Behavioral Testing of NLP Models with CheckList" (ACL 2020): minimum functionality, invariance, direction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path

from scipy.special import logit

from service.core.comment import Comment
from service.core.decision import Explanation
from service.core.features import extract
from service.core.site import Thresholds
from service.model.scorer import Scorer
from training.behaviour.limits import Limits, Shift
from training.behaviour.variants import INVARIANCES, directions, read_details
from training.data.files import files_of, read
from training.data.rows import Row
from training.errors import BadData

SUITE = Path(__file__).with_name("suite")
ALL = "all"
Judge = Callable[[Comment], Explanation]


@dataclass(frozen=True, slots=True)
class Failure:
    """
    A comment that failed, with its score; `before` is the log-odds of the comment as written, if it was changed.
    """

    row: Row
    found: Explanation
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """
    One claim about a part of the suite: how many comments were tried, which failed, and how many may.
    """

    name: str
    part: str
    tried: int
    most: int
    failures: tuple[Failure, ...]

    @property
    def is_broken(self) -> bool:
        """
        Tell whether more failed than may.
        """
        return len(self.failures) > self.most


@dataclass(frozen=True, slots=True)
class _Case:
    row: Row
    found: Explanation
    is_accepted: bool
    is_rejected: bool


class _Bench:
    # Keeps what every check needs: the judge and the thresholds, in log-odds.
    def __init__(self, judge: Judge, thresholds: Thresholds) -> None:
        self._judge = judge
        self._accept, self._reject = (float(logit(t)) for t in (thresholds.accept_below, thresholds.reject_at))

    def case(self, row: Row, comment: Comment) -> _Case:
        found = self._judge(comment)
        return _Case(row, found, found.log_odds < self._accept, found.log_odds >= self._reject)


def read_suite(folder: Path = SUITE) -> list[Row]:
    """
    Return the comments of the suite.

    Raises:
        BadData: there are none, as in an installed wheel, or one cannot be used.
    """
    rows = [row for path in files_of([folder]) for row in read(path)]
    for row in rows:
        if not isinstance(row, Row):
            raise BadData(str(row))
    return [row for row in rows if isinstance(row, Row)]


def judge_with(scorer: Scorer) -> Judge:
    """
    Return what explains a comment by a compiled model.
    """
    return lambda comment: scorer.explain(extract(comment))


def examine(rows: Sequence[Row], judge: Judge, thresholds: Thresholds, limits: Limits) -> list[Check]:
    """
    Return every check of the suite, kept or broken; their names and parts depend on the rows alone.
    """
    bench = _Bench(judge, thresholds)
    cases = [bench.case(row, row.as_comment()) for row in rows]
    return [*_functionality(cases, limits), *_invariance(cases, bench, limits), *_direction(cases, bench, limits)]


def _functionality(cases: Sequence[_Case], limits: Limits) -> Iterator[Check]:
    claims: dict[str, tuple[str, Callable[[_Case], bool]]] = {
        "ham rejected": ("ham", lambda case: case.is_rejected),
        "ham not accepted": ("ham", lambda case: not case.is_accepted),
        "spam accepted": ("spam", lambda case: case.is_accepted),
    }
    for name, (label, fails) in claims.items():
        parts: dict[str, list[_Case]] = {}
        for case in cases:
            if case.row.label == label:
                for part in (ALL, case.row.kind, f"in {case.row.language}"):
                    parts.setdefault(part, []).append(case)
        for part, members in sorted(parts.items(), key=lambda item: (item[0] != ALL, item[0])):
            failures = tuple(Failure(case.row, case.found) for case in members if fails(case))
            yield Check(name, part, len(members), limits.rates[name].most(part, len(members)), failures)


def _invariance(cases: Sequence[_Case], bench: _Bench, limits: Limits) -> Iterator[Check]:
    for name, change in INVARIANCES.items():
        pairs = [(case, bench.case(case.row, changed)) for case in cases if (changed := change(case.row))]
        shift = limits.shifts[name]
        moved = [pair for pair in pairs if not _is_within(*pair, shift)]
        let_in = [p for p in pairs if p[0].row.is_spam and p[1].is_accepted and not p[0].is_accepted]
        thrown_out = [p for p in pairs if not p[0].row.is_spam and p[1].is_rejected and not p[0].is_rejected]
        yield _changed(f"{name}: score moved", len(pairs), moved, floor(shift.most * len(pairs)))
        yield _changed(f"{name}: spam let in", len(pairs), let_in)
        yield _changed(f"{name}: ham rejected", len(pairs), thrown_out)


def _direction(cases: Sequence[_Case], bench: _Bench, limits: Limits) -> Iterator[Check]:
    for name, claim in directions(read_details()).items():
        concerned = [case for case in cases if claim.label in ("", case.row.label)]
        pairs = [(case, bench.case(case.row, changed)) for case in concerned if (changed := claim.change(case.row))]
        if claim.sign:
            failed = [p for p in pairs if claim.sign * (p[1].found.log_odds - p[0].found.log_odds) < -limits.tolerance]
        else:
            failed = [p for p in pairs if p[1].is_rejected and p[0].is_accepted]
        yield _changed(name, len(pairs), failed)


def _is_within(before: _Case, after: _Case, shift: Shift) -> bool:
    return -shift.fall <= after.found.log_odds - before.found.log_odds <= shift.rise


def _changed(name: str, tried: int, pairs: Sequence[tuple[_Case, _Case]], most: int = 0) -> Check:
    failures = tuple(Failure(after.row, after.found, before.found.log_odds) for before, after in pairs)
    return Check(name, ALL, tried, most, failures)
