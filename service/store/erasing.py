"""
Rows without what people wrote in them: a verdict or a label stays for the counts, and nothing of a person does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update

from service.store.tables import decisions, labels, outbox

# In one statement, on either engine.
MOST_IDS = 500
_NOTHING: dict[str, Any] = {"name": "", "comment": "", "email_hash": None, "address_hash": None, "details": {}}
_DECISION = (
    update(decisions)
    .where(decisions.c.id == bindparam("erased"))
    .values(
        **_NOTHING,
        wording=None,
        claim_key=None,
        claim_digest=None,
        answer=bindparam("answer"),
        erased_at=bindparam("erased_at"),
    )
)


def erase_decisions(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """
    Erase from some decisions what authors wrote, what the answers quote of it and what is still to be told, and return
    from how many. Those that were erased before are left as they are.
    """
    chosen = decisions.c.id.in_(ids) & decisions.c.erased_at.is_(None)
    # In this order and locked, since PostgreSQL lets others erase some of them at the same time.
    reading = select(decisions.c.id, decisions.c.answer).where(chosen).order_by(decisions.c.id).with_for_update()
    rows = connection.execute(reading).all()
    if rows:
        connection.execute(
            _DECISION, [{"erased": row.id, "answer": _without_quotes(row.answer), "erased_at": now} for row in rows]
        )
        connection.execute(delete(outbox).where(outbox.c.subject.in_([row.id for row in rows])))
    return len(rows)


def erase_labels(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """
    Erase from some labels their comments and who gave them, and return from how many. Those that were erased before are
    left as they are.
    """
    # Each under its own id, so that two labels of one comment stay two; the keyed hash of its words goes too.
    subject = case((labels.c.decision_id.is_(None), "erased:" + labels.c.id), else_=labels.c.subject)
    chosen = labels.c.id.in_(ids) & labels.c.erased_at.is_(None)
    erased = update(labels).where(chosen).values(**_NOTHING, subject=subject, who=labels.c.id, erased_at=now)
    return connection.execute(erased).rowcount


def _without_quotes(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "reasons": [{**reason, "evidence": []} for reason in answer.get("reasons", [])]}
