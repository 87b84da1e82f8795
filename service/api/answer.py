"""
Decisions and labels as JSON: the models are the schema, the functions the fast way out.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from service.core.decision import Verdict
from service.core.labels import Given, Label, Source

# What every answer of the JSON edge goes out with.
HEADERS = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))


class ReasonAnswer(BaseModel, title="Reason"):
    """
    One cause of a verdict: either a `weight` in log-odds of spam, or a `rule` that decided alone.
    """

    code: str = Field(description="What it is, stable: text, links, name, campaign, flood, …")
    weight: float | None = Field(None, description="Log-odds of spam, signed. Absent for a rule.")
    rule: str | None = Field(None, description="The rule that decided. Absent for a weight.")
    evidence: list[str] | None = Field(None, description="Words of the comment, as written.")
    seen: int | None = Field(None, description="How often this text, or one much like it, came in 24 hours.")
    authors: int | None = Field(None, description="From how many names or addresses, whichever are more.")
    entry: int | None = Field(None, description="Which entry of the site's lists decided, in `/v1/lists`.")


class ThresholdsAnswer(BaseModel, title="Thresholds"):
    """
    Where the bands of the score begin: below `accept_below` accept, from `reject_at` reject, between them hold.
    """

    accept_below: float
    reject_at: float
    discard_at: float


class LabelAnswer(BaseModel, title="GivenLabel"):
    """
    What somebody said that a comment was.
    """

    label: Label
    who: str = Field(description="As the CMS named them; empty if it did not.")
    source: str = Field(description=f"By which way it came: {', '.join(Source)}, or one of a newer Hamlet.")
    weight: float = Field(description="How much it counts; a moderator's is 1.")
    at: datetime
    set_aside: str | None = Field(description="Why it does not count; null if it does.")


class Answer(BaseModel, title="Decision"):
    """
    The verdict on a comment. `prior` and the weights of `reasons` add up to the log-odds of `score`.
    """

    id: str = Field(description="Under which the decision can be read again.")
    verdict: Verdict = Field(description="What to do with the comment.")
    log_only: bool = Field(description="Whether the site only logs: then `verdict` is always accept.")
    decided: Verdict = Field(description="The verdict that is recorded; another than `verdict` only where log_only is.")
    score: float | None = Field(description="The probability of spam; null where no model could be used.")
    discard: bool = Field(description="Rejected so surely that no moderator need look.")
    prior: float | None = Field(description="The log-odds of spam before anything is known of the comment.")
    reasons: list[ReasonAnswer]
    summary: str = Field(description="The verdict in one sentence.")
    retry_after: int | None = Field(description="Seconds until the commenter is below every limit again.")
    model: str | None = Field(description="The version of the model that scored.")
    thresholds: ThresholdsAnswer | None
    degraded: list[str] = Field(description="What was missing for this decision: traffic, model, store, time.")
    recorded: bool = Field(description="Whether the decision was stored.")
    labels: list[LabelAnswer] | None = Field(
        None, description="What was said of the comment, the earliest first. Only where a decision is read again."
    )


def as_json(content: object, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    return Response(to_json(content), status, [*HEADERS, *headers])


def no_content() -> Response:
    """
    Return an answer of nothing: 204, and no type, which Flask would say that HTML is.
    """
    response = Response(status=204, headers={"Cache-Control": "no-store"})
    del response.headers["Content-Type"]
    return response


def label_answer(given: Given) -> dict[str, Any]:
    answer = {"label": given.label, "who": given.who, "source": given.source, "weight": given.weight}
    return {**answer, "at": given.at, "set_aside": given.set_aside}
