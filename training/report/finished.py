"""
A finished model on labelled rows: what its thresholds do to them, as written and with fields taken away.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.core.comment import Comment
from service.core.features import document, extract
from service.core.site import Thresholds
from service.model.scorer import Scorer
from training.characters import full_words_of
from training.data.duplicates import cluster
from training.data.rows import Row
from training.data.split import groups_of
from training.errors import BadData
from training.evaluation.bootstrap import Values
from training.evaluation.explain import Clue, Rule, clues_of, heaviest, worst
from training.evaluation.fields import without_fields
from training.evaluation.figures import FIELDS, GIVEN, by_part
from training.evaluation.parts import parts_of
from training.evaluation.scored import Scored
from training.fitting.pipeline import entries_of
from training.params import Params
from training.progress import track
from training.promotion import registry
from training.report.html import Findings


def judge(folder: Path, files: Sequence[Path], rows: Sequence[Row], params: Params) -> Findings:
    """
    Return what a model does to labelled rows, with a warning for each file that it was fitted on.

    Raises:
        BadModel, ModelError: the folder holds no model, or its files were changed.
        BadData: there are no rows.
    """
    if not rows:
        raise BadData("there is no row to judge by: " + ", ".join(path.name for path in files))
    pipeline, card, scorer = registry.read_pipeline(folder), registry.read_card(folder), Scorer.load(folder)
    thresholds = Thresholds(**card["thresholds"])
    comments = [row.as_comment() for row in rows]
    documents = [document(comment) for comment in track(comments, "Reading comments as words and clues")]

    def score(positions: NDArray[np.int64], changed: Sequence[Comment]) -> Values:
        sites = (rows[position].site for position in positions.tolist())
        return np.array([scorer.explain(*each).log_odds for each in zip(map(extract, changed), sites, strict=True)])

    groups = groups_of(rows, cluster(documents, params.duplicates.similarity))
    log_odds = score(np.arange(len(rows)), comments)
    scored = Scored.of(rows, log_odds, (thresholds.accept_below, thresholds.reject_at), groups, params.seed)
    parts = parts_of(rows)
    fitted = set(card.get("files_read", {}).values())
    seen = [path.name for path in files if registry.sha256_of(path) in fitted]
    facts = {
        "model": folder.name,
        "thresholds": asdict(thresholds),
        "warnings": [f"{name}: the model was fitted on it, so these figures flatter; see --held-out" for name in seen],
        "figures": {GIVEN: by_part(scored, parts), FIELDS: without_fields(scored, parts, score, params.seed)},
    }
    entries = entries_of(pipeline)
    counter = dict(pipeline.named_steps["features"].transformer_list)["characters"]
    rule = Rule(counter.ngram_range, full_words_of(counter), scorer.pooling)

    def clues(position: int) -> list[Clue]:
        of_site = scorer.adaptations.get(rows[position].site)
        taught = of_site.reason(extract(comments[position])) if of_site else None
        return clues_of(comments[position], entries, rule, taught)

    errors = worst(scored, clues)
    return Findings(f"Model {folder.name} on {len(rows):,} rows", facts, {GIVEN: scored}, errors, heaviest(entries))
