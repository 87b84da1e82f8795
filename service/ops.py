"""
What operators ask a running service: is it alive, is it ready, which version is it, and its numbers.
"""

import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from service.api.answer import as_json
from service.metric_files import exposition

Check = Callable[[], str | None]


def blueprint(
    checks: Mapping[str, Check],
    *,
    needed: frozenset[str],
    model: Callable[[], str | None],
    collectors: Sequence[Collector] = (),
) -> Blueprint:
    """
    Return `/livez`, `/readyz`, `/version` and `/metrics`, all without a key: keep them from the public.

    Args:
        checks: Each part with a check that says what is wrong, or None; bounded in time by itself.
        needed: The parts without which a worker is not ready. Without the others it decides comments all the same.
        model: The version of the model in use, if any.
        collectors: Whose numbers stand in `/metrics` beside those that the workers count.
    """
    ops = Blueprint("ops", __name__)

    @ops.get("/livez")
    def livez() -> Response:
        return as_json({"status": "ok"})

    @ops.get("/readyz")
    def readyz() -> Response:
        faults = {part: check() for part, check in checks.items()}
        failed = {part for part, fault in faults.items() if fault}
        status = "unavailable" if failed & needed else "degraded" if failed else "ok"
        answer = {"status": status, "checks": {part: fault or "ok" for part, fault in faults.items()}}
        return as_json(answer, 503 if failed & needed else 200)

    @ops.get("/version")
    def versions() -> Response:
        return as_json({"hamlet": version("hamlet-moderation"), "model": model(), "python": platform.python_version()})

    @ops.get("/metrics")
    def numbers() -> Response:
        return Response(exposition(*collectors), content_type=CONTENT_TYPE_LATEST)

    return ops
