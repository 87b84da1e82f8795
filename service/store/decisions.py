"""
Decisions, durable before they are answered.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine, bindparam, select

from service.core.comment import Claim, Comment
from service.core.commenter import address_hash, email_hash
from service.core.decision import Decision
from service.core.site import Site
from service.core.wording import wording
from service.store.engine import available, one_by_one, unavailable
from service.store.insert import Conflict, Insert
from service.store.tables import decisions, without_nul

_ANSWER = TypeAdapter(Decision)
# Not the e-mail and the address, which are kept as hashes, nor the article's text, which the CMS has.
_DETAILS = (
    *("url", "user_agent", "referrer", "permalink", "article_title"),
    *("type", "parent_id", "author_role", "language", "id", "post_id", "callback"),
)
_FIND = select(decisions.c.answer).where(
    decisions.c.id == bindparam("decision"), decisions.c.site_id == bindparam("site")
)
_CLAIMED = select(decisions.c.answer, decisions.c.claim_digest).where(
    decisions.c.site_id == bindparam("site"), decisions.c.claim_key == bindparam("claim")
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    A stored decision, with the digest of the body that its idempotency key first came with.
    """

    decision: Decision
    digest: str | None
    replayed: bool


class Decisions:
    """
    The decisions of all sites. A class, since an engine and the secret of the hashes belong together.
    """

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = one_by_one(engine)
        self._insert = Insert(engine, decisions)
        self._secret = secret

    def record(
        self, site: Site, comment: Comment, decision: Decision, received_at: datetime, claim: Claim | None
    ) -> Recorded:
        """
        Store a decision and return it; if its claim is taken, return the one that has it and store nothing.

        Raises:
            StoreUnavailable: it is not certain that the decision is on the disk.
        """
        row = self._row(site, comment, decision, received_at, claim)
        try:
            self._insert(row)
        except Conflict as conflict:
            earlier = self.claimed(site.id, claim.key) if claim else None
            if earlier is None:
                raise unavailable() from conflict
            return earlier
        return Recorded(decision, claim.digest if claim else None, replayed=False)

    def find(self, site_id: int, decision_id: str) -> Decision | None:
        """
        Return a decision as it was answered; None if this site has none of this id.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        with available(), self._engine.connect() as connection:
            answer = connection.scalar(_FIND, {"site": site_id, "decision": decision_id})
        return None if answer is None else _ANSWER.validate_python(answer)

    def claimed(self, site_id: int, claim_key: str) -> Recorded | None:
        """
        Return the decision that an idempotency key has got already.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        with available(), self._engine.connect() as connection:
            row = connection.execute(_CLAIMED, {"site": site_id, "claim": claim_key}).one_or_none()
        return None if row is None else Recorded(_ANSWER.validate_python(row.answer), row.claim_digest, replayed=True)

    def _row(
        self, site: Site, comment: Comment, decision: Decision, received_at: datetime, claim: Claim | None
    ) -> dict[str, Any]:
        return {
            "id": decision.id,
            "site_id": site.id,
            "received_at": received_at,
            "verdict": decision.verdict.value,
            "score": decision.score,
            "discard": decision.discard,
            "model": decision.model,
            "answer": decision,
            "claim_key": claim.key if claim else None,
            "claim_digest": claim.digest if claim else None,
            "name": comment.name,
            "comment": comment.comment,
            "email_hash": email_hash(self._secret, comment),
            "address_hash": address_hash(self._secret, comment),
            "details": details_of(comment),
            "wording": wording(self._secret, comment),
            "label": None,
        }


def details_of(comment: Comment) -> dict[str, Any]:
    """
    Return the fields of a comment that have no column of their own.
    """
    details: dict[str, Any] = {name: without_nul(text) for name in _DETAILS if (text := getattr(comment, name))}
    if comment.submitted_at:
        details["submitted_at"] = comment.submitted_at.isoformat()
    if comment.form_seconds is not None:
        details["form_seconds"] = comment.form_seconds
    if comment.honeypot:
        details["honeypot"] = True
    return details
