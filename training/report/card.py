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
from typing import TYPE_CHECKING, Any

from training.data.rows import Row
from training.evaluation.assess import Assessment
from training.fitting.crossfit import Held
from training.params import Params
from training.promotion.registry import sha256_of
from training.report.heldout import Measured

if TYPE_CHECKING:
    from training.train import Corpus

LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib", "rensa", "selectolax", "anyascii", "publicsuffixlist")
PROTOCOL = (
    "Near-copies are thinned over all sources. Good comments are scored by a model that has seen nothing of their "
    "source. The bound on accepted spam comes from folds that hold out templates and clusters of near-copies. The "
    "figures of a source use a calibration and thresholds chosen without it. Sources of role 'fit' are in no figure; "
    "those of role 'report' choose no threshold; "
    "sources of role 'evaluate' are in no fit, threshold or calibration. "
    "What a site's moderators said chooses only where rejecting begins, unless the other rows prove too little."
)


@dataclass(frozen=True, slots=True)
class Origin:
    """
    When and from what a model was made, passed in by the command line.
    """

    created: datetime
    commit: str | None
    command: str


def card(corpus: "Corpus", measured: Measured, params: Params, version: str, origin: Origin) -> dict[str, Any]:
    """
    Return everything on the card but the digests of the model's own files.
    """
    thinned, prepared, assessment = measured.thinned, measured.prepared, measured.assessment
    bounds = asdict(assessment.choice)
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
        "sources": _sources(corpus.rows, prepared.rows, params),
        "files_read": digests(corpus.files),
        "params": {key: value for key, value in asdict(params).items() if key != "sources"},
        "libraries": {"python": platform.python_version(), **{name: version_of(name) for name in LIBRARIES}},
    }


def digests(files: Sequence[Path]) -> dict[str, str]:
    """
    Return the SHA-256 of each file that was read, by its name.
    """
    found: dict[str, str] = {}
    for path in files:
        name = path.name
        while name in found:  # of another folder
            name += " (another)"
        found[name] = sha256_of(path)
    return found


def _warnings(held: Held, assessment: Assessment, params: Params) -> list[str]:
    warnings = list(assessment.choice.unsupported)
    if assessment.choice.ham_held > params.rates.ham_held:
        share = f"{assessment.choice.ham_held:.1%} of held-out good comments are held"
        warnings.append(f"{share}; the aim is {params.rates.ham_held:.0%}")
    cause = "the other sources lack a label, so its rows were held out by group, not by source"
    return warnings + [f"{source}: {cause}" for source in held.fallback]


def _sources(read: Sequence[Row], used: Sequence[Row], params: Params) -> Mapping[str, Mapping[str, object]]:
    were, are = (Counter((row.source, row.label) for row in rows) for rows in (read, used))
    return {
        name: {
            "ham_read": were[name, "ham"],
            "spam_read": were[name, "spam"],
            "ham_used": are[name, "ham"],
            "spam_used": are[name, "spam"],
            "role": params.source(name).role,
            "weight": params.source(name).weight,
            "emphasis": params.source(name).emphasis,
            "reason": params.source(name).reason,
        }
        for name in sorted({row.source for row in read})
    }
