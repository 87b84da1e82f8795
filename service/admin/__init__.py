"""
The admins' page /admin/models: which model is in use, training another, its gates, promoting it, and going back.

Everything that takes time is a job of `hamlet-train` in a process of its own (`training_jobs`), which this page starts
and whose output it shows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Blueprint, Response, redirect, request, url_for

from service.admin import versions
from service.core.moderator import Role
from service.errors import InvalidField, NotFound
from service.model import promotions
from service.moderate import session
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

    @pages.get("/")
    def home() -> Response:
        return _back()

    @pages.get("/models")
    def models() -> Response:
        try:
            history, damage = promotions.history(parts.models)[::-1], None
        except promotions.DamagedHistory as error:
            history, damage = [], error
        return session.page_of(
            "admin/models.html",
            versions=versions.versions(parts.models),
            current=versions.in_use(parts.models),
            history=history,
            damage=damage,
            job=parts.jobs.latest(),
            is_possible=parts.jobs.is_possible,
            periods=PERIODS,
            data=parts.data,
            held_back=parts.held_back,
        )

    @pages.get("/models/job")
    def job() -> Response:
        return session.page_of("admin/job.html", job=parts.jobs.latest(), is_part=True)

    @pages.get("/models/<version>/report")
    def report(version: str) -> Response:
        versions.check(parts.models, version)
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
        title, arguments = _job(parts, action, request.form.get("version", ""))
        parts.jobs.start(title, session.moderator().name, arguments)
        return _back()

    return pages


def _job(parts: Parts, action: str, version: str) -> tuple[str, list[str]]:
    """
    Return what a job is called, and the arguments that `hamlet-train` is given for it.

    Raises:
        NotFound: there is no such action, or no such model.
        InvalidField: a reason or a period makes no sense.
    """
    models = ["--models", str(parts.models)]
    rows = ["--from-store", *_option("--data", parts.held_back)]
    signed = ["--who", session.moderator().name, "--reason", _reason("reason")]
    if action == "train":
        return "Train a model", ["fit", "--from-store", "--out", str(parts.models), *_option("--data", parts.data)]
    if action == "adapt":
        if not version:
            return "Adapt the model in use", ["adapt", "--from-store", *models]
        versions.check(parts.models, version)
        return f"Adapt {version}", ["adapt", "--from-store", "--begin-with", version, *models]
    if action == "rollback":
        return "Go back to the model before", ["rollback", *signed, *models]
    versions.check(parts.models, version)
    if action == "gates":
        return f"Check {version}", ["promote", "--dry-run", version, *rows, *models]
    if action == "shadow":
        return f"Shadow {version}", ["shadow", version, "--for", _period(), *models]
    if action == "promote":
        force = _option("--force", _reason("force"))
        return f"Promote {version}", ["promote", version, *rows, *signed, *force, *models]
    raise NotFound("there is nothing at this address")


def _back() -> Response:
    return cast("Response", redirect(url_for("admin.models"), 303))


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


def _option(name: str, value: Path | str | None) -> list[str]:
    return [name, str(value)] if value else []
