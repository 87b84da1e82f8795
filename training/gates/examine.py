"""
The gates before promotion: the candidate meets the champion on the same rows, and must not be worse.

Read `examine` from top to bottom; each gate is a module or a function below.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.core.features import document, extract
from service.model.scorer import Scorer
from training.behaviour.checks import SUITE
from training.data.duplicates import thin
from training.data.rows import LABELS, Row
from training.errors import BadModel
from training.evaluation.newest import newest
from training.fitting.compile import TOLERANCE, prove_equal
from training.gates import missed_sites
from training.gates.behaviour import behave
from training.gates.outcome import Outcome
from training.gates.rates import FEWEST, by_part, whole
from training.gates.scores import Scores
from training.gates.sources import owned
from training.gates.words import probe
from training.params import Params
from training.progress import track
from training.promotion import registry
from training.promotion.promote import current_version, successor, verify

HOLD_OUT, NEWEST = "hold-out", "newest own labels"
ENOUGH = "enough rows"


@dataclass(frozen=True, slots=True)
class Report:
    """
    What all gates found, with warnings that stop nothing. `champion` is None for the first promotion.
    """

    version: str
    champion: str | None
    outcomes: tuple[Outcome, ...]
    warnings: tuple[str, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """
        Return the gates that the candidate did not pass.
        """
        return tuple(outcome for outcome in self.outcomes if not outcome.has_passed)


def examine(models: Path, version: str, files: Sequence[Path], rows: Sequence[Row], params: Params) -> Report:
    """
    Return what the gates find about a version, compared with the one in use.

    Args:
        models: The folder of models.
        version: The candidate.
        files: Where the rows come from, for the warnings.
        rows: Labelled rows that neither model has seen. Of the site's own labels only the newest are taken, and of
            other sources none that is in no figure of the model in use (role "fit").
        params: What near-copies are.

    Raises:
        BadModel: the version cannot take the place of the one in use.
    """
    before = current_version(models)
    scorer = successor(models, version, before)
    champion, warnings = _in_use(models, before)
    card = registry.read_card(models / before) if champion and before else {}
    only_fitted = {name for name, source in card.get("sources", {}).items() if source["role"] == "fit"}
    if left_out := sorted(only_fitted.intersection(row.source for row in rows)):
        warnings.append(f"in no figure of {before}, and left out here: {', '.join(left_out)}")
    used, documents = _without_copies([*_given(rows, only_fitted)], params)
    outcomes: list[Outcome] = [*behave(scorer, champion), *_compiled(models / version, used)]
    if champion:
        outcomes += owned(registry.read_card(models / version), card)
        outcomes += _compared(used, documents, scorer, champion, is_adapted=_has_same_words(models, version, before))
    if not (models / version / registry.PIPELINE).is_file():
        warnings.append(f"{version} came without its pipeline: whether it was compiled as that is left out")
    compared = [version, before] if champion and before else [version]
    warnings += missed_sites.warnings(models, version, before)
    warnings += _fitted_on([models / name for name in compared], files)
    return Report(version, before, tuple(outcomes), tuple(warnings))


def _in_use(models: Path, version: str | None) -> tuple[Scorer | None, list[str]]:
    warnings = [] if SUITE.is_dir() else ["the behavioural suite is in a clone only: its gate is left out"]
    try:
        return (verify(models / version) if version else None), warnings
    except BadModel as error:
        # Whoever promotes a model because the one in use is damaged must not be stopped by that.
        return None, [*warnings, f"nothing to compare with: {error}"]


def _given(rows: Sequence[Row], left_out: Collection[str]) -> Iterator[Row]:
    yield from (row for row in rows if not row.is_own and row.source not in left_out)
    yield from (rows[position] for position in newest(rows))


def _without_copies(rows: Sequence[Row], params: Params) -> tuple[list[Row], list[str]]:
    documents = [document(row.as_comment()) for row in track(rows, "Reading comments as words and clues")]
    kept = thin(rows, documents, params.duplicates.similarity, keep=1).kept
    return [rows[position] for position in kept], [documents[position] for position in kept]


def _has_same_words(models: Path, version: str, before: str | None) -> bool:
    """
    Tell whether a version differs from another by no more than what sites taught it.
    """
    if before is None:
        return False
    ours, theirs = (registry.read_card(models / name) for name in (version, before))
    words = [(card["files"].get(registry.PIPELINE), card["thresholds"]) for card in (ours, theirs)]
    return words[0] == words[1] and words[0][0] is not None


def _compared(
    rows: Sequence[Row], documents: Sequence[str], ours: Scorer, theirs: Scorer, *, is_adapted: bool
) -> Iterator[Outcome]:
    enough = list(_enough(rows))
    if not is_adapted:
        # A site is adapted to few labels, each judged by others, and what they may do is bounded.
        yield from enough
    if not rows:
        return
    comments = [extract(row.as_comment()) for row in rows]
    sites = [row.site for row in rows]
    candidate, champion = (Scores.of(scorer, comments, sites) for scorer in (ours, theirs))
    is_own = np.array([row.is_own for row in rows], dtype=bool)
    for part, inside in ((HOLD_OUT, ~is_own), (NEWEST, is_own)):
        yield from whole(part, inside, rows, candidate, champion)
    yield from by_part(rows, candidate, champion)
    for site in ("", *(ours.adaptations if all(outcome.has_passed for outcome in enough) else ())):
        yield from probe(rows, documents, candidate, champion, site)


def _enough(rows: Sequence[Row]) -> Iterator[Outcome]:
    found = Counter(row.label for row in rows)
    for label in LABELS:
        yield Outcome(ENOUGH, label, found[label], None, None, f"{FEWEST} at least", found[label] >= FEWEST)


def _compiled(folder: Path, rows: Sequence[Row]) -> Iterator[Outcome]:
    if not rows or not (folder / registry.PIPELINE).is_file():
        return
    try:
        prove_equal(registry.read_pipeline(folder), folder, [row.as_comment() for row in rows])
        is_equal = True
    except BadModel:
        is_equal = False
    yield Outcome("compiled as its pipeline", "", len(rows), None, None, f"to {TOLERANCE:g}", is_equal)


def _fitted_on(folders: Sequence[Path], files: Sequence[Path]) -> list[str]:
    digests = [(path.name, registry.sha256_of(path)) for path in files]
    fitted = {folder.name: set(registry.read_card(folder).get("files_read", {}).values()) for folder in folders}
    return [
        f"{name}: {version} was fitted on it; take rows that neither model has seen"
        for version, known in fitted.items()
        for name, digest in digests
        if digest in known
    ]
