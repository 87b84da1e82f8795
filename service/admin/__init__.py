"""
The admins' page /admin/models: which model is in use, training another, its gates, promoting it, and going back.

Everything that takes time is a job of `hamlet-train` in a process of its own (`training_jobs`), which this page starts
and whose output it shows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from service.core.moderator import Role
from service.errors import HamletError, InvalidField, NotFound
from service.moderate import session
from service.scorer import CURRENT
from service.signing_in import SigningIn
from service.training_jobs import TrainingJobs

LONGEST_REASON = 500
# How long a shadow goes on with the comments that come, after the last thousand.
PERIODS = {"0m": "the last 1,000 comments", "30m": "and half an hour", "24h": "and a day"}
# The report is one page with its style inside; it has no script.
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What the page needs; `data` and `held_back` are labelled rows beside the moderators' labels, None for none.
    """

    signing: SigningIn
    jobs: TrainingJobs
    models: Path
    data: Path | None
    held_back: Path | None


def blueprint(parts: Parts) -> Blueprint:
    """
    Return the page, for admins alone.
    """
    pages = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
    session.install(pages, parts.signing, role=Role.ADMIN)

    @pages.get("/models")
    def models() -> Response:
        return _page(
            "models.html",
            versions=_versions(parts.models),
            current=_current(parts.models),
            history=_history(parts.models)[::-1],
            job=parts.jobs.latest(),
            is_possible=parts.jobs.is_possible,
            periods=PERIODS,
            data=parts.data,
            held_back=parts.held_back,
        )

    @pages.get("/models/job")
    def job() -> Response:
        latest = parts.jobs.latest()
        response = _page("job.html", job=latest)
        if not latest or not latest.is_running:
            # The list and the history are others now.
            response.headers["HX-Refresh"] = "true"
        return response

    @pages.get("/models/<version>/report")
    def report(version: str) -> Response:
        _known(parts.models, version)
        path = parts.models / version / "report.html"
        if not path.is_file():
            raise NotFound("this model came without a report")
        return Response(path.read_bytes(), headers={"Content-Security-Policy": _REPORT_POLICY}, mimetype="text/html")

    @pages.post("/models/stop")
    def stop() -> Response:
        parts.jobs.stop()
        return _back()

    @pages.post("/models/<action>")
    def act(action: str) -> Response:
        version = request.form.get("version", "")
        rows = ["--from-store", *(["--data", str(parts.held_back)] if parts.held_back else [])]
        who, reason = session.moderator().name, _reason("reason")
        signed = ["--who", who, "--reason", reason]
        if action not in ("train", "rollback"):
            _known(parts.models, version)
        commands: Mapping[str, tuple[str, list[str]]] = {
            "train": ("Train a model", ["fit", "--from-store", "--out", str(parts.models), *_data(parts.data)]),
            "gates": (f"Check {version}", ["promote", "--dry-run", version, *rows]),
            "shadow": (f"Shadow {version}", ["shadow", version, "--for", _period()]),
            "promote": (f"Promote {version}", ["promote", version, *rows, *signed, *_force(_reason("force"))]),
            "rollback": ("Go back to the model before", ["rollback", *signed]),
        }
        if action not in commands:
            raise NotFound("there is nothing at this address")
        title, arguments = commands[action]
        models = [] if action == "train" else ["--models", str(parts.models)]
        parts.jobs.start(title, who, [*arguments, *models])
        return _back()

    @pages.errorhandler(HamletError)
    def failed(error: HamletError) -> Response:
        return Response(render_template("moderate/error.html", error=error, moderator=g.get("moderator")), error.status)

    return pages


def _back() -> Response:
    return cast("Response", redirect(url_for("admin.models"), 303))


def _page(template: str, **values: Any) -> Response:
    return Response(render_template(f"admin/{template}", moderator=session.moderator(), **values))


def _versions(models: Path) -> list[dict[str, Any]]:
    """
    Return what the list says of each model, the newest name first.
    """
    cards = sorted(models.glob("*/card.json"), reverse=True)
    return [{"version": path.parent.name, **_facts(path)} for path in cards]


def _facts(card: Path) -> dict[str, Any]:
    try:
        return {"created": json.loads(card.read_text(encoding="utf-8")).get("created", "")[:16].replace("T", " ")}
    except (OSError, ValueError, AttributeError):
        return {"created": "its card is damaged"}


def _current(models: Path) -> str:
    path = models / CURRENT
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _history(models: Path) -> list[dict[str, Any]]:
    path = models / "history.jsonl"
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    except ValueError:
        return []


def _known(models: Path, version: str) -> None:
    # Compared with what is there and never joined unseen: a name with slashes leads out of the folder.
    if version not in {each["version"] for each in _versions(models)}:
        raise NotFound("there is no such model")


def _reason(field: str) -> str:
    text = request.form.get(field, "").strip()
    if len(text) > LONGEST_REASON or not text.isprintable():
        raise InvalidField(f"`{field}` must be one line of up to {LONGEST_REASON} characters", field=field)
    return text


def _period() -> str:
    period = request.form.get("period", "0m")
    if period not in PERIODS:
        raise InvalidField(f"`period` must be one of {', '.join(PERIODS)}", field="period")
    return period


def _data(path: Path | None) -> list[str]:
    return ["--data", str(path)] if path else []


def _force(reason: str) -> list[str]:
    return ["--force", reason] if reason else []
