"""
The card of a model: where it comes from, what it does to comments, and what justifies its thresholds.
"""

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from training.data.corpus import Corpus
from training.evaluation.assess import Assessment
from training.fitting.crossfit import Held
from training.params import Params
from training.promotion.registry import sha256_of
from training.report.heldout import Measured

LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib", "rensa", "selectolax", "anyascii", "publicsuffixlist")
ROLES = (
    "The figures of a source use a calibration and thresholds chosen without it. Sources of role 'fit' are in no "
    "figure; those of role 'report' choose no threshold; sources of role 'evaluate' are in no fit, threshold or "
    "calibration. What a site's moderators said chooses only where rejecting begins, unless the other rows prove too "
    "little."
)
PROTOCOL = (
    "Near-copies are thinned over all sources. Good comments are scored by a model that has seen nothing of their "
    f"source. The bound on accepted spam comes from folds that hold out templates and clusters of near-copies. {ROLES}"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """
    When and from what a model was made, passed in by the command line.
    """

    created: datetime
    commit: str | None
    command: str


def card(corpus: Corpus, measured: Measured, params: Params, version: str, origin: Origin) -> dict[str, Any]:
    """
    Return everything on the card but the digests of the model's own files.
    """
    thinned, prepared, assessment = measured.thinned, measured.prepared, measured.assessment
    bounds = asdict(assessment.choice)
    read, used = (Counter((row.source, row.label) for row in rows) for rows in (corpus.rows, prepared.rows))
    return {
        "version": version,
        "created": origin.created.isoformat(timespec="seconds"),
        "commit": origin.commit,
        "command": origin.command,
        "thresholds": bounds.pop("thresholds"),
        "curve": bounds.pop("curve"),
        "bounds": bounds,
        "rates": asdict(params.rates),
        "warnings": _warnings(measured.held, assessment, params),
        "protocol": PROTOCOL,
        "calibration": asdict(assessment.line),
        "figures": assessment.figures,
        "rows": {
            "read": len(corpus.rows),
            "left_out_as_wrong": len(corpus.rejected),
            "left_out_as_copies": thinned.copies,
            "left_out_as_contradictions": thinned.conflicts,
            "left_out_by_caps": len(thinned.kept) - len(prepared.rows),
            "used": len(prepared.rows),
        },
        "sources": sources(read, used, params),
        "files_read": digests(corpus.files),
        "params": {key: value for key, value in asdict(params).items() if key != "sources"},
        "libraries": {"python": platform.python_version(), **{name: version_of(name) for name in LIBRARIES}},
    }


def digests(files: Sequence[Path], before: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Return the SHA-256 of each file that was read, by its name, beside those that were read before.
    """
    found = dict(before or {})
    for path in files:
        digest, name, number = sha256_of(path), path.name, 1
        while found.get(name, digest) != digest:  # of another folder, or with other rows by now
            number += 1
            name = f"{path.name} ({number})"
        found[name] = digest
    return found


def _warnings(held: Held, assessment: Assessment, params: Params) -> list[str]:
    warnings = list(assessment.choice.unsupported)
    if assessment.choice.ham_held > params.rates.ham_held:
        share = f"{assessment.choice.ham_held:.1%} of held-out good comments are held"
        warnings.append(f"{share}; the aim is {params.rates.ham_held:.0%}")
    cause = "the other sources lack a label, so its rows were held out by group, not by source"
    return warnings + [f"{source}: {cause}" for source in held.fallback]


def sources(
    read: Counter[tuple[str, str]], used: Counter[tuple[str, str]], params: Params
) -> dict[str, dict[str, object]]:
    """
    Return what a card says of each source, from how many rows of it and of a label were read and used.
    """
    found: dict[str, dict[str, object]] = {}
    for name in sorted({source for source, _ in read}):
        source = params.source(name)
        found[name] = {
            "ham_read": read[name, "ham"],
            "spam_read": read[name, "spam"],
            "ham_used": used[name, "ham"],
            "spam_used": used[name, "spam"],
            "role": source.role,
            "weight": source.weight,
            "emphasis": source.emphasis,
            "reason": source.reason,
        }
    return found
