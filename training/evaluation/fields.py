"""
The same figures with a field taken away, which tells what is known from the comment alone.

News sites send no homepage and forums no title; a model that is good only with all fields is not good there.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.core.comment import Comment
from training.data.rows import Row
from training.evaluation.figures import Figures, of_masks
from training.evaluation.parts import Parts, parts_among
from training.evaluation.scored import Scored

TAKEN = {
    "as written": (),
    "without name": ("name",),
    "without homepage": ("url",),
    "without name and homepage": ("name", "url"),
    "without title": ("article_title",),
}
# Rows of each label and source: enough to see a field matter, and seconds instead of minutes.
MOST = 250
Values = NDArray[np.float64]
# Log-odds of rows, given by position, as these comments.
Score = Callable[[NDArray[np.int64], Sequence[Comment]], Values]


def without_fields(scored: Scored, parts: Parts, score: Score, seed: int) -> dict[str, dict[str, Figures]]:
    """
    Return the figures of a sample of the rows as written and with each field taken away, over all and by source.
    """
    chosen = sample(scored.rows, seed)
    part = scored.take(chosen)
    among = parts_among(parts, chosen)
    masks = {**among["all"], **among["source"]}
    found: dict[str, dict[str, Figures]] = {}
    for name, fields in TAKEN.items():
        changed = replace(part, log_odds=_scores(part, chosen, fields, score))
        found[name] = of_masks(changed, masks)
    return found


def sample(rows: Sequence[Row], seed: int) -> NDArray[np.int64]:
    """
    Return some positions of each source and label, the same ones for the same seed.
    """
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        members[row.source, row.label].append(position)
    random = Random(seed)
    chosen = [random.sample(positions, min(MOST, len(positions))) for _, positions in sorted(members.items())]
    return np.array(sorted(position for positions in chosen for position in positions), dtype=np.int64)


def _scores(part: Scored, positions: NDArray[np.int64], fields: Sequence[str], score: Score) -> Values:
    changed = [place for place, row in enumerate(part.rows) if any(getattr(row, field).strip() for field in fields)]
    log_odds = part.log_odds.copy()
    if changed:
        nothing: dict[str, Any] = dict.fromkeys(fields, "")
        bare = [replace(part.rows[place], **nothing) for place in changed]
        log_odds[changed] = score(positions[changed], [row.as_comment() for row in bare])
    return log_odds
