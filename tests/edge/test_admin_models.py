"""
The admins' page: who may see it, what it starts, and what it shows of models and jobs.
"""

import json
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from running_service import tracing, wait_until, write_model
from werkzeug.test import TestResponse

from service import admin, moderate
from service.api import openapi, problems
from service.core.moderator import Moderator, Role
from service.errors import StoreUnavailable, TrainingBusy
from service.training_jobs import Job, TrainingJobs
from training.cli import main

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = {"Sec-Fetch-Site": "same-origin"}
WRITTEN = Path(__file__).parents[2] / "training" / "written"
# Seconds. A job runs when nobody else wants the processor, and other tests do.
LONG = 600


@dataclass
class FakeSigning:
    """
    Knows everybody by their role.
    """

    def moderator(self, token: str) -> Moderator | None:
        return Moderator(1, "Anna", next((role for role in Role if role == token), None)) if token else None

    def sign_out(self, token: str) -> None:
        pass


@dataclass
class FakeJobs:
    """
    Keeps what it was to start.
    """

    started: list[tuple[str, str, list[str]]] = field(default_factory=list)
    job: Job | None = None
    fault: Exception | None = None
    is_possible: bool = True
    stopped: int = 0

    def start(self, title: str, who: str, arguments: Sequence[str]) -> None:
        if self.fault:
            raise self.fault
        self.started.append((title, who, list(arguments)))

    def stop(self) -> None:
        self.stopped += 1

    def latest(self) -> Job | None:
        return self.job


@dataclass
class Desk:
    """
    A browser in front of the page, with two models: `one` is in use, `two` is not.
    """

    models: Path
    role: str = "admin"
    held_back: Path | None = None
    jobs: FakeJobs = field(default_factory=FakeJobs)

    @property
    def browser(self) -> FlaskClient:
        app = Flask(__name__, static_folder=None)
        problems.install(app, chance=lambda: 0.0)
        app.register_blueprint(openapi.blueprint())
        signing: Any = FakeSigning()
        unused: Any = None
        app.register_blueprint(moderate.blueprint(moderate.Parts(signing, unused, unused, unused, unused, unused)))
        jobs: Any = self.jobs
        app.register_blueprint(admin.blueprint(admin.Parts(signing, jobs, self.models, None, self.held_back)))
        browser = app.test_client()
        browser.set_cookie("hamlet_session", self.role)
        return browser

    def get(self, path: str = "/models") -> TestResponse:
        return self.browser.get(f"/admin{path}")

    def post(self, action: str, headers: Any = None, **form: str) -> TestResponse:
        return self.browser.post(f"/admin/models/{action}", data=form, headers=HERE if headers is None else headers)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    write_model(tmp_path / "models", "two")
    write_model(tmp_path / "models", "one")
    return Desk(tmp_path / "models")


def test_a_moderator_who_is_no_admin_finds_nothing(desk: Desk) -> None:
    desk.role = "moderator"

    assert desk.get().status_code == 404
    assert desk.get("/models/one/report").status_code == 404
    assert desk.post("train").status_code == 404
    assert desk.jobs.started == []


def test_whoever_has_a_role_of_a_newer_hamlet_is_told_so_and_may_do_nothing_but_sign_out(desk: Desk) -> None:
    desk.role = "auditor"

    answers = [desk.get(), desk.post("train"), desk.browser.get("/moderate/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all("only a newer Hamlet knows the role of your account" in answer.text for answer in answers)
    assert desk.jobs.started == []
    assert desk.browser.post("/moderate/sign-out", headers=HERE).location == "/moderate/sign-in"


def test_while_the_store_is_away_the_page_says_when_to_come_again(desk: Desk) -> None:
    desk.jobs.fault = StoreUnavailable("the store did not answer", retry_after=1)

    answer = desk.post("train")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_whoever_is_not_signed_in_gets_the_form(desk: Desk) -> None:
    desk.role = ""

    here = {**HERE, "Referer": "http://localhost/admin/models"}
    assert desk.get().location == "/moderate/sign-in?next=/admin/models"
    assert desk.post("train", here).location == "/moderate/sign-in?ended=1&next=/admin/models"
    assert desk.jobs.started == []


@pytest.mark.parametrize("path", ["", "/"])
def test_the_address_of_the_admins_pages_leads_to_the_models(desk: Desk, path: str) -> None:
    answer = desk.browser.get(f"/admin{path}", follow_redirects=True)

    assert (answer.status_code, answer.request.path) == (200, "/admin/models")


def test_a_form_of_another_site_starts_nothing(desk: Desk) -> None:
    assert desk.post("promote", {"Sec-Fetch-Site": "cross-site"}, version="two").status_code == 403
    assert desk.jobs.started == []


def test_the_models_are_listed_with_the_one_in_use_and_the_history(desk: Desk) -> None:
    line = {"version": "one", "before": "two", "at": "2026-11-24", "who": "<b>Bob</b>", "reason": "better"}
    (desk.models / "history.jsonl").write_text(json.dumps(line) + "\n")

    text = desk.get().text

    assert 'one <span class="badge">in use</span>' in text
    assert "Promote two" in text
    assert "Promote one" not in text
    assert "&lt;b&gt;Bob&lt;/b&gt;" in text


def test_beside_a_model_stand_the_sites_that_the_one_in_use_is_adapted_to_and_it_is_not(desk: Desk) -> None:
    card = desk.models / "one" / "card.json"
    adapted = {"from": "two", "sites": {"clips": {}, "<b>films": {}}}
    card.write_text(json.dumps({**json.loads(card.read_text()), "adapted": adapted}))

    text = desk.get().text

    assert "The model in use is adapted to <bdi>&lt;b&gt;films, clips</bdi>, and this one is not." in text
    assert text.count(">Adapt it</button>") == 1


def test_where_no_site_would_be_missed_nothing_is_said_of_them(desk: Desk) -> None:
    assert "Adapt it</button>" not in desk.get().text


def test_a_model_adapted_from_the_one_in_use_misses_no_site(desk: Desk) -> None:
    for version, adapted in (
        ("one", {"from": "three", "sites": {"clips": {}, "films": {}}}),
        ("two", {"from": "one", "sites": {"clips": {}}}),
    ):
        card = desk.models / version / "card.json"
        card.write_text(json.dumps({**json.loads(card.read_text()), "adapted": adapted}))

    assert "Adapt it</button>" not in desk.get().text


def test_a_damaged_card_or_history_hides_nothing_else(desk: Desk) -> None:
    (desk.models / "two" / "card.json").write_text("{")
    (desk.models / "history.jsonl").write_text("{\n")

    text = desk.get().text

    assert "its card is damaged" in text
    assert "in use" in text


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '{"at": null}',
        '{"version": "one"}',
        "\xff",
        '{"version": "one", "at": "2026-11-24", "who": "Bob", "reason": ""}',
        '{"version": "one", "before": null, "at": "2026-11-24", "who": "Bob", "reason": "", "why": ""}',
    ],
)
def test_of_a_history_in_which_a_line_is_no_promotion_the_page_says_so(desk: Desk, line: str) -> None:
    promotion = {"version": "one", "before": "two", "at": "2026-11-24", "who": "Bob", "reason": "better"}
    (desk.models / "history.jsonl").write_text(f"{json.dumps(promotion)}\n{line}\n", encoding="latin-1")

    answer = desk.get()

    assert answer.status_code == 200
    assert "a line is no promotion (" in answer.text
    assert "restore the file or move it away" in answer.text
    assert "Roll back" not in answer.text


@pytest.mark.parametrize(
    ("action", "form", "expected"),
    [
        ("train", {}, ["fit", "--from-store", "--out", "MODELS"]),
        ("adapt", {}, ["adapt", "--from-store", "--models", "MODELS"]),
        ("adapt", {"version": "two"}, ["adapt", "--from-store", "--begin-with", "two", "--models", "MODELS"]),
        ("gates", {"version": "two"}, ["promote", "--dry-run", "two", "--from-store", "--models", "MODELS"]),
        ("shadow", {"version": "two"}, ["shadow", "two", "--for", "0m", "--models", "MODELS"]),
        ("shadow", {"version": "two", "period": "24h"}, ["shadow", "two", "--for", "24h", "--models", "MODELS"]),
        (
            "promote",
            {"version": "two", "reason": "better"},
            ["promote", "two", "--from-store", "--who", "Anna", "--reason", "better", "--models", "MODELS"],
        ),
        (
            "promote",
            {"version": "two", "force": "known"},
            [
                "promote",
                "two",
                "--from-store",
                "--who",
                "Anna",
                "--reason",
                "",
                "--force",
                "known",
                "--models",
                "MODELS",
            ],
        ),
        ("rollback", {"reason": "worse"}, ["rollback", "--who", "Anna", "--reason", "worse", "--models", "MODELS"]),
    ],
)
def test_each_button_is_a_command(desk: Desk, action: str, form: dict[str, str], expected: list[str]) -> None:
    answer = desk.post(action, **form)

    assert (answer.status_code, answer.location) == (303, "/admin/models")
    ((_, who, arguments),) = desk.jobs.started
    assert who == "Anna"
    assert arguments == [str(desk.models) if each == "MODELS" else each for each in expected]


def test_every_command_of_a_button_is_one_that_hamlet_train_has(desk: Desk) -> None:
    for action in ("train", "adapt", "gates", "shadow", "promote", "rollback"):
        desk.post(action, version="two", force="known")

    for _, _, (command, *arguments) in desk.jobs.started:
        assert main.commands[command].make_context(command, arguments).params


def test_rows_that_were_held_back_are_compared_on_too(desk: Desk) -> None:
    desk.held_back = Path("/rows/held-back.jsonl")

    desk.post("gates", version="two")

    assert desk.jobs.started[0][2][3:6] == ["--from-store", "--data", "/rows/held-back.jsonl"]


@pytest.mark.parametrize("version", ["", "three", "../models/one", "..", "--models"])
def test_a_model_that_is_not_there_cannot_be_named(desk: Desk, version: str) -> None:
    for action in ("gates", "shadow", "promote", *(["adapt"] if version else [])):
        assert desk.post(action, version=version).status_code == 404
    assert desk.jobs.started == []


@pytest.mark.parametrize("reason", ["x" * 501, "two\nlines", "\0"])
def test_a_reason_is_one_line(desk: Desk, reason: str) -> None:
    assert desk.post("promote", version="two", reason=reason).status_code == 422


def test_a_shadow_lasts_as_long_as_can_be_chosen(desk: Desk) -> None:
    assert desk.post("shadow", version="two", period="9d").status_code == 422
    assert desk.jobs.started == []


def test_only_a_running_job_can_be_stopped_and_only_from_here(desk: Desk) -> None:
    desk.jobs.job = Job("Train a model", "Anna", "2026-11-24T12:00:00+00:00", "", is_running=True, exit_code=None)
    assert "Stop it" in desk.get().text
    assert desk.post("stop", {"Sec-Fetch-Site": "cross-site"}).status_code == 403

    answer = desk.post("stop")

    assert (answer.location, desk.jobs.stopped) == ("/admin/models", 1)
    desk.jobs.job = Job("Train a model", "Anna", "2026-11-24T12:00:00+00:00", "", is_running=False, exit_code=0)
    assert "Stop it" not in desk.get().text


def test_before_the_first_promotion_there_is_no_way_back(desk: Desk) -> None:
    assert "Roll back" not in desk.get().text


def test_another_action_is_none(desk: Desk) -> None:
    assert desk.post("delete", version="two").status_code == 404


def test_a_second_training_is_refused_while_one_runs(desk: Desk) -> None:
    desk.jobs.fault = TrainingBusy("another training is under way")

    answer = desk.post("train")

    assert (answer.status_code, "another training is under way" in answer.text) == (409, True)


def test_a_running_job_is_asked_about_again_and_its_output_is_text(desk: Desk) -> None:
    desk.jobs.job = Job("Train a model", "Anna", "2026-11-24", "<script>", is_running=True, exit_code=None)

    text = desk.get("/models/job").text

    assert 'hx-trigger="every 2s"' in text
    assert "&lt;script&gt;" in text


def test_once_a_job_has_ended_the_page_can_be_loaded_again(desk: Desk) -> None:
    desk.jobs.job = Job("Train a model", "Anna", "2026-11-24", "", is_running=True, exit_code=None)
    assert "Load the list anew" not in desk.get("/models/job").text

    for ended in (Job("Train a model", "Anna", "2026-11-24", "", is_running=False, exit_code=0), None):
        desk.jobs.job = ended

        assert "Load the list anew" in desk.get("/models/job").text
        assert "Load the list anew" not in desk.get().text


@pytest.mark.parametrize(("code", "said"), [(0, "done"), (2, "refused or failed (2)"), (None, "it was stopped")])
def test_a_job_that_has_ended_says_how(desk: Desk, code: int | None, said: str) -> None:
    desk.jobs.job = Job("Train a model", "Anna", "2026-11-24", "", is_running=False, exit_code=code)

    text = desk.get().text

    assert said in text
    assert "every 2s" not in text


def test_a_report_is_shown_without_any_right_to_run(desk: Desk) -> None:
    (desk.models / "two" / "report.html").write_text("<p>figures</p>")

    answer = desk.get("/models/two/report")

    assert answer.text == "<p>figures</p>"
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert desk.get("/models/one/report").status_code == 404


def untraced() -> dict[str, str]:
    """
    Return what keeps coverage from following a job, of which it would double the seconds.
    """
    return dict.fromkeys(tracing(), "")


def ended(jobs: TrainingJobs) -> Job:
    wait_until(lambda: (job := jobs.latest()) and not job.is_running, LONG)
    job = jobs.latest()
    assert job
    return job


def test_a_job_runs_in_a_process_of_its_own_and_leaves_output_and_code(tmp_path: Path) -> None:
    jobs = TrainingJobs(tmp_path / "training", {"HAMLET_STATE_DIR": str(tmp_path), **untraced()}, lambda: NOON)
    assert jobs.latest() is None

    jobs.start("Look", "Anna", ["history", "--models", str(tmp_path)])

    job = ended(jobs)
    assert (job.title, job.who, job.began_at) == ("Look", "Anna", "2026-11-24T12:00:00+00:00")
    assert (job.exit_code, "in use: none" in job.output) == (0, True)


def test_a_job_that_is_refused_says_why(tmp_path: Path) -> None:
    jobs = TrainingJobs(tmp_path / "training", {"HAMLET_STATE_DIR": str(tmp_path), **untraced()}, lambda: NOON)

    jobs.start("Train", "Anna", ["fit", "--from-store", "--out", str(tmp_path / "models")])

    job = ended(jobs)
    assert job.exit_code == 1
    assert "no store there" in job.output


@pytest.mark.usefixtures("news")
def test_a_job_finds_the_store_though_a_file_told_the_service_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = write_model(tmp_path / "models", "two")
    write_model(models, "one")
    store = f"sqlite:///{tmp_path}/hamlet.sqlite"
    told = {"HAMLET_STATE_DIR": str(tmp_path), "HAMLET_DATABASE_URL": store}
    for name, value in told.items():
        file = tmp_path / name
        file.write_text(value)
        monkeypatch.setenv(f"{name}_FILE", str(file))
    jobs = TrainingJobs(tmp_path / "training", {**told, **untraced()}, lambda: NOON)

    jobs.start("Shadow", "Anna", ["shadow", "two", "--for", "0m", "--models", str(models)])

    job = ended(jobs)
    assert (job.exit_code, "0 comments by one, in use, and by two" in job.output) == (0, True), job.output


def test_on_a_full_disk_no_job_begins_and_the_one_before_is_still_shown(tmp_path: Path) -> None:
    jobs = TrainingJobs(tmp_path, {}, lambda: NOON)
    (tmp_path / "about.json").write_text('{"title": "Look", "who": "Anna", "began_at": "2026-11-23T12:00:00+00:00"}')
    (tmp_path / "output").touch()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            jobs.start("Train", "Bob", ["fit"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    job = jobs.latest()
    assert job
    assert (job.title, job.who, job.is_running) == ("Look", "Anna", False)


def test_of_two_jobs_the_second_is_refused_whoever_starts_it(tmp_path: Path) -> None:
    first, second = (TrainingJobs(tmp_path, untraced(), lambda: NOON) for _ in range(2))
    first.start("Look", "Anna", ["--help"])

    with pytest.raises(TrainingBusy):
        second.start("Look", "Bob", ["--help"])

    assert ended(second).who == "Anna"
    second.start("Look", "Bob", ["--help"])
    assert ended(first).who == "Bob"


def processes_of(group: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getpgid(int(path.name)) == group:
                yield int(path.name)


@pytest.mark.usefixtures("news")
def test_a_shadow_that_is_stopped_says_what_it_has_seen(tmp_path: Path) -> None:
    models = write_model(tmp_path / "models", "two")
    write_model(models, "one")
    jobs = TrainingJobs(tmp_path / "training", {"HAMLET_STATE_DIR": str(tmp_path)}, lambda: NOON)
    jobs.start("Shadow", "Anna", ["shadow", "two", "--for", "24h", "--models", str(models)])
    wait_until(lambda: (job := jobs.latest()) and "Scoring" in job.output, LONG)

    jobs.stop()

    job = ended(jobs)
    assert "0 comments by one, in use, and by two" in job.output


def test_a_training_gives_way_to_whatever_else_runs_in_the_session_of_the_service(tmp_path: Path) -> None:
    jobs = TrainingJobs(tmp_path / "training", {}, lambda: NOON)

    jobs.start("Train", "Anna", ["fit", "--data", str(WRITTEN), "--out", str(tmp_path / "models")])

    group = int((tmp_path / "training" / "process-group").read_text())
    try:
        wait_until(lambda: os.SCHED_IDLE in map(os.sched_getscheduler, processes_of(group)), LONG)
        wait_until(lambda: 1 in (len(os.sched_getaffinity(process)) for process in processes_of(group)), LONG)
        assert {os.getsid(process) for process in processes_of(group)} == {os.getsid(0)}
    finally:
        jobs.stop()
        ended(jobs)  # or it would write down what coverage has seen while that is read already


def test_stopping_nothing_does_nothing(tmp_path: Path) -> None:
    TrainingJobs(tmp_path / "never", {}, lambda: NOON).stop()
    jobs = TrainingJobs(tmp_path, untraced(), lambda: NOON)
    jobs.start("Look", "Anna", ["--help"])
    before = ended(jobs)

    jobs.stop()

    assert jobs.latest() == before


@pytest.mark.parametrize("name", ["about.json", "exit-code"])
def test_a_job_for_which_there_was_no_room_is_none_until_the_next(tmp_path: Path, name: str) -> None:
    jobs = TrainingJobs(tmp_path, untraced(), lambda: NOON)
    jobs.start("Look", "Anna", ["--help"])
    ended(jobs)
    (tmp_path / name).write_bytes(b"")

    assert jobs.latest() is None
    assert not jobs.forget(NOON)
    jobs.start("Look", "Bob", ["--help"])
    assert ended(jobs).who == "Bob"
