"""
What the recent traffic of a site says about one comment.
"""

from service.core.labels import NOTHING_SAID, Tally
from service.core.light_dataclass import light_dataclass


@light_dataclass()
class Quota:
    """
    What the calling key may still send: `remaining` of `limit` comments, all of them again in `reset` seconds.
    """

    limit: int
    remaining: int
    reset: int


@light_dataclass()
class Observation:
    """
    Limits and near-copies as counted with this comment included.

    `refused_for`: whole seconds until the caller's quota has room; None if the comment was admitted (and counted).
    `flood`: the commenter's comments in a window over their limit, the worst of all windows; above 1 is a flood.
    `retry_after`: whole seconds until the commenter is below every limit; None if they are not over one.
    `seen`, `authors`: how many of the site's comments in 24 hours resemble this one, itself included, and from how many
    names or addresses, whichever are more. A second click does not count, and of a large campaign the latest 16 do.
    `copies`, `author`: the labels of comments that this one resembles, and of its author's, from this site.
    `claim_age`: seconds since the same idempotency key first came; None if this is the first time.
    `degraded`: the numbers are this process's own, since Redis did not answer.
    """

    quota: Quota
    refused_for: int | None = None
    flood: float = 0.0
    retry_after: int | None = None
    seen: int = 1
    authors: int = 1
    copies: Tally = NOTHING_SAID
    author: Tally = NOTHING_SAID
    claim_age: float | None = None
    degraded: bool = False
