"""
The one place where the parts meet: settings in, an application out.
"""

import gc
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, redirect
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils import uuid7

from service import accounting, admin, akismet, coral, forwarded, metrics, moderate, ops, passwords, perspective, web
from service.admin import Parts as AdminParts
from service.akismet.answers import late as late_for_akismet
from service.akismet.keys import Keyring
from service.akismet.parts import Parts as AkismetParts
from service.api import decisions as decisions_api
from service.api import labels as labels_api
from service.api import lists as lists_api
from service.api import openapi, problems
from service.api import queue as queue_api
from service.api.comments import PATH as COMMENTS
from service.api.comments import Comments
from service.api.comments import late as late_for_comments
from service.bridge import Bridge
from service.clock import now
from service.config import Settings, variable
from service.coral.answers import PATH as CORAL
from service.coral.answers import late as late_for_coral
from service.coral.signatures import Signatures
from service.core.comment import Comment
from service.core.features import extract
from service.core.policy import probability
from service.gate import Gate
from service.gauges import Gauges, open_to
from service.label_memory import LabelMemory
from service.labelling import Labelling
from service.late_rules import LateRule
from service.listing import Listing
from service.model.in_use import ModelInUse
from service.model.scorer import Scorer
from service.moderate import Parts as ModerateParts
from service.moderate.sign_in_form import Provider
from service.moderation import Moderation
from service.ops import Check
from service.overdue import Late, Overdue
from service.perspective import Parts as PerspectiveParts
from service.rehearsal import rehearsing
from service.signing_in import IDLE, LONGEST, SigningIn
from service.store.browsing import Browsing
from service.store.coral import CoralPhases
from service.store.decisions import Decisions
from service.store.engine import connect as connect_store
from service.store.engine import one_by_one
from service.store.faults import FAULTS
from service.store.labelled import LabelledComments
from service.store.labels import Labels
from service.store.moderators import Moderators, Sessions
from service.store.overview import Overview
from service.store.queue import Queue
from service.store.retention import Retention
from service.store.sites import Sites
from service.store.statistics import Statistics
from service.traffic.keys import TrafficKeys
from service.traffic.observing import Traffic
from service.traffic.redis_client import connect as connect_redis
from service.training_jobs import TrainingJobs

# Without the store a retry could get another verdict, without a model all is held: other machines may do better.
# Without Redis comments are decided, and a balancer that took every worker out would leave none to decide them.
NEEDED = frozenset({"store", "model", "worker"})
# The edges whose clients publish what they get no verdict on.
LATE = (
    Late("api", COMMENTS, late_for_comments),
    Late("akismet", None, late_for_akismet),
    Late("coral", CORAL, late_for_coral),
)

logger = logging.getLogger("hamlet.app")


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What an application is made of, so that a test can take others.
    """

    comments: Comments
    edges: Sequence[Blueprint]
    watch: Callable[[Scorer | None], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    An application that has neither threads nor connections yet, so that it can be forked.
    """

    settings: Settings
    parts: Parts
    flask: Flask

    def begin(self, loaded: Scorer | None) -> Bridge:
        """
        Return what a worker serves; `loaded` is the model that is probably in use.
        """
        comments = self.parts.comments
        self.parts.watch(loaded)
        proxies = forwarded.networks(self.settings.trusted_proxies)
        on_end = comments.tracing.close if comments.tracing else lambda: None
        overdue = Overdue(LATE, comments.is_breaker_open, comments.tracing)
        server = Bridge(self.flask, self.settings.threads, comments.answer, overdue.hold, proxies, on_end)
        # What is there now stays: no later collection need look through the model's words again.
        gc.collect()
        gc.freeze()
        return server


def prepare(settings: Settings, worker: Check = lambda: None) -> Prepared:
    """
    Return an application by the settings; `worker` says why a worker is not ready itself.
    """
    parts = connect(settings, worker)
    return Prepared(settings, parts, assemble(parts))


def connect(settings: Settings, worker: Check = lambda: None) -> Parts:
    """
    Return the parts that the settings ask for. No server is called yet.
    """
    secret, people = settings.secret.encode(), settings.people_secrets
    engine = connect_store(settings.store_url)
    FAULTS.listener = metrics.counting(metrics.STORE_ERRORS)
    client = connect_redis(settings.redis_url)
    memory = LabelMemory(client, LabelledComments(engine), secret=secret, people=people, clock=now)
    traffic = Traffic(
        client,
        secret=secret,
        people=people,
        workers=settings.workers,
        on_error=metrics.counting(metrics.TRAFFIC_ERRORS),
        on_stale=memory.refresh,
    )
    on_failure = metrics.counting(metrics.MODEL_FAILURES)
    model = ModelInUse(settings.models_dir, on_taken=metrics.model_taken, on_failure=on_failure)
    labelling = Labelling(Labels(engine, people, _new_id), memory, partial(_score, model), now, metrics.count_label)
    decisions = Decisions(engine, people[0])
    moderation = Moderation(traffic, lambda: model.scorer, decisions, clock=now, new_id=_new_id)
    tracing = None
    if settings.otlp_url:
        from service.tracing import to_collector  # 10 MB, and nobody needs it otherwise

        tracing = to_collector(settings.otlp_url)
        moderation = tracing.watch(moderation)
    sites = Sites(engine)
    gate = Gate(sites)
    rehearsal = rehearsing(moderation)
    sessions = Sessions(engine, idle=IDLE, longest=LONGEST)
    signing = SigningIn(Moderators(engine), sessions, passwords.turn, passwords.is_right, now)
    queue, statistics = Queue(engine), Statistics(engine)
    checks: dict[str, Check] = {
        "store": lambda: _store_fault(engine),
        "model": lambda: None if model.scorer else "no model can be trusted; the log says why",
        "worker": worker,
        "traffic": lambda: None if traffic.ping() else "Redis does not answer; each worker counts for itself",
    }
    gauges = Gauges(
        queue.length,
        lambda: model.scorer,
        now,
        partial(open_to, settings.port),
        traffic.skew,
        Retention(engine).last_run,
    )
    edges = [
        openapi.blueprint(),
        ops.blueprint(checks, needed=NEEDED, model=lambda: model.version, collectors=[gauges]),
        decisions_api.blueprint(gate, decisions, labelling),
        labels_api.blueprint(labelling, gate),
        queue_api.blueprint(queue, gate),
        lists_api.blueprint(Listing(engine, people, now), gate),
        akismet.blueprint(
            AkismetParts(moderation, rehearsal, Keyring(sites, gate, secret), statistics, now, labelling)
        ),
        coral.blueprint(moderation, Signatures(CoralPhases(engine), gate, clock=now)),
        perspective.blueprint(PerspectiveParts(moderation, rehearsal, gate, labelling)),
        moderate.blueprint(
            ModerateParts(
                signing,
                Browsing(engine, TrafficKeys(secret).sketch),
                labelling,
                statistics,
                Overview(engine),
                now,
                _provider(settings),
            )
        ),
        admin.blueprint(
            AdminParts(
                signing,
                TrainingJobs(settings.state_dir / "training", _as_variables(settings), now),
                settings.models_dir.absolute(),
                data=settings.training_data,
                held_back=settings.held_back_data,
            )
        ),
    ]
    if settings.demo:
        edges.append(web.blueprint(moderation, gate, settings.demo_key_file.read_text(encoding="utf-8").strip()))
    comments = Comments(moderation, gate, lambda: traffic.is_breaker_open, tracing=tracing)
    return Parts(comments, edges, model.watch)


def assemble(parts: Parts) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.url_rule_class = LateRule
    accounting.install(app, is_breaker_open=parts.comments.is_breaker_open, tracing=parts.comments.tracing)
    problems.install(app)
    for each in parts.edges:
        app.register_blueprint(each)
    if "web" not in app.blueprints:
        app.add_url_rule("/", "home", lambda: redirect("/docs"))
    return app


def _as_variables(settings: Settings) -> dict[str, str]:
    # For a program that finds the store as the service does, wherever the service was told of it.
    return {variable("state_dir"): str(settings.state_dir), variable("database_url"): settings.store_url}


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    client = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret
    return Provider(*client, settings.oidc_claim, settings.secret.encode())


def _score(model: ModelInUse, comment: Comment, site: str) -> float | None:
    scorer = model.scorer
    return probability(scorer.explain(extract(comment), site).log_odds) if scorer else None


def _new_id() -> str:
    return str(uuid7())


def _store_fault(engine: Engine) -> str | None:
    try:
        # Outside a transaction: on SQLite that would ask for the lock of writers, and wait for whoever has it.
        with one_by_one(engine).connect() as connection:
            connection.execute(text("SELECT 1 FROM sites LIMIT 1"))
    except SQLAlchemyError as error:
        logger.warning("the store does not answer: %s", type(error).__name__)
        return "the store does not answer"
    return None
