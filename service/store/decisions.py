"""
Decisions, durable before they are answered.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import Engine, bindparam, select

from service.core.comment import Asked, Comment
from service.core.commenter import address_hash, email_hash
from service.core.decision import Decision, Recorded
from service.core.wording import wording
from service.errors import StoreUnavailable
from service.store.engine import available, one_by_one, unavailable
from service.store.insert import Insert
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


class Decisions:
    """
    The decisions of all sites. A class, since an engine and the secret of the hashes belong together.
    """

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = one_by_one(engine)
        self._insert = Insert(engine, decisions)
        self._secret = secret

    def record(
        self, made: Sequence[tuple[Asked, Decision]], received_at: datetime
    ) -> list[Recorded | StoreUnavailable]:
        """
        Store decisions in one transaction, and return each, or the earlier one that already has its claim.

        Where it is not certain that a decision is on the disk, the fault stands in its place. A decision that the
        database does not take keeps no other from being stored.
        """
        try:
            rows = [self._row(asked, decision, received_at) for asked, decision in made]
            # In one order everywhere: on PostgreSQL batches with the same claims could wait for each other in a circle.
            rows.sort(key=lambda row: row["claim_key"] or "")
            new = self._insert(rows)
        except StoreUnavailable as fault:
            return [fault] * len(made)
        except Exception as error:
            if len(made) == 1:
                return [_refused(error)]
            return [recorded for each in made for recorded in self.record([each], received_at)]
        return [
            Recorded(decision, asked.claim.digest if asked.claim else None, replayed=False)
            if decision.id in new
            else self._earlier(asked)
            for asked, decision in made
        ]

    def _earlier(self, asked: Asked) -> Recorded | StoreUnavailable:
        try:
            return (asked.claim and self.claimed(asked.site.id, asked.claim.key)) or unavailable()
        except StoreUnavailable as fault:
            return fault

    def find(self, site_id: int, decision_id: str) -> Decision | None:
        """
        Return a decision as it was answered; None if this site has none of this id.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        with available(), self._engine.connect() as connection:
            answer = connection.scalar(_FIND, {"site": site_id, "decision": decision_id})
        return None if answer is None else decision_of(answer)

    def claimed(self, site_id: int, claim_key: str) -> Recorded | None:
        """
        Return the decision that an idempotency key has got already.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        with available(), self._engine.connect() as connection:
            row = connection.execute(_CLAIMED, {"site": site_id, "claim": claim_key}).one_or_none()
        return None if row is None else Recorded(decision_of(row.answer), row.claim_digest, replayed=True)

    def _row(self, asked: Asked, decision: Decision, received_at: datetime) -> dict[str, Any]:
        site, comment, claim = asked.site, asked.comment, asked.claim
        return {
            "id": decision.id,
            "site_id": site.id,
            "received_at": received_at,
            "verdict": decision.verdict.value,
            "score": decision.score,
            "discard": decision.discard,
            "model": decision.model,
            "answer": decision.kept_json.decode(),
            "claim_key": claim.key if claim else None,
            "claim_digest": claim.digest if claim else None,
            "name": comment.name,
            "comment": comment.comment,
            "email_hash": email_hash(self._secret, comment.email),
            "address_hash": address_hash(self._secret, comment.ip),
            "details": to_json(details_of(comment)).decode(),
            "wording": wording(self._secret, comment),
            "label": None,
            "erased_at": None,
        }


def _refused(error: Exception) -> StoreUnavailable:
    fault = unavailable(error)
    fault.__cause__ = error
    return fault


def decision_of(answer: Any) -> Decision:
    return _ANSWER.validate_python(answer)


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
