"""
The one place where the parts meet: settings in, an application out.
"""

import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, redirect
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils import uuid7

from service import accounting, akismet, api, metrics, openapi, ops, problems, web
from service.akismet.keys import Keyring
from service.akismet.parts import Parts as AkismetParts
from service.akismet.rehearsal import rehearsing
from service.breaker import State
from service.config import Settings
from service.gate import Gate
from service.moderation import Moderation
from service.ops import Check
from service.scorer import ModelError, Scorer, load_current
from service.store.decisions import Decisions
from service.store.engine import connect as connect_store
from service.store.engine import one_by_one
from service.store.sites import Sites
from service.store.statistics import Statistics
from service.traffic import Traffic
from service.traffic import connect as connect_redis

# Without the store a retry could get another verdict, without a model all is held: other machines may do better.
# Without Redis comments are decided, and a balancer that took every worker out would leave none to decide them.
NEEDED = frozenset({"store", "model"})

logger = logging.getLogger("hamlet.app")


@dataclass(frozen=True, slots=True)
class Parts:
    """
    What an application is made of, so that a test can take others.
    """

    moderation: Moderation
    gate: Gate
    decisions: api.Decisions
    checks: Mapping[str, Check]
    is_breaker_open: Callable[[], bool]
    demo_key: str | None = None
    akismet: AkismetParts | None = None


def create(settings: Settings) -> Flask:
    """
    Return the application that a worker serves.
    """
    app = assemble(connect(settings))
    # What is there now stays: no later collection need look through the model's words again.
    gc.collect()
    gc.freeze()
    return app


def connect(settings: Settings) -> Parts:
    """
    Return the parts that the settings ask for. No server is called yet.
    """
    secret = settings.secret.encode()
    engine = connect_store(settings.store_url)
    traffic = Traffic(
        connect_redis(settings.redis_url),
        secret=secret,
        workers=settings.workers,
        on_error=metrics.count_traffic_error,
    )
    scorer, fault = _load(settings)
    decisions = Decisions(engine, secret)
    moderation = Moderation(traffic, lambda: scorer, decisions, clock=_now, new_id=lambda: str(uuid7()))
    sites = Sites(engine)
    gate = Gate(sites)
    keyring = Keyring(sites, gate, secret)
    return Parts(
        moderation,
        gate,
        decisions,
        {
            "store": lambda: _store_fault(engine),
            "model": lambda: fault,
            "traffic": lambda: None if traffic.ping() else "Redis does not answer; each worker counts for itself",
        },
        lambda: traffic.state is State.OPEN,
        settings.demo_key_file.read_text(encoding="utf-8").strip() if settings.demo else None,
        AkismetParts(moderation, rehearsing(moderation), keyring, Statistics(engine), _now),
    )


def assemble(parts: Parts) -> Flask:
    """
    Return an application of some parts.
    """
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    accounting.install(app, is_breaker_open=parts.is_breaker_open)
    problems.install(app)
    app.register_blueprint(api.blueprint(parts.moderation, parts.gate, parts.decisions))
    app.register_blueprint(openapi.blueprint())
    app.register_blueprint(ops.blueprint(parts.checks, needed=NEEDED, model=lambda: _version(parts.moderation)))
    if parts.akismet:
        app.register_blueprint(akismet.blueprint(parts.akismet))
    if parts.demo_key:
        app.register_blueprint(web.blueprint(parts.moderation, parts.gate, parts.demo_key))
    else:
        app.add_url_rule("/", "home", lambda: redirect("/docs"))
    return app


def _load(settings: Settings) -> tuple[Scorer | None, str | None]:
    try:
        scorer = load_current(settings.models_dir)
    except ModelError as error:
        metrics.MODEL_FAILURES.inc()
        logger.error("every comment is held, since there is no model: %s", error)
        return None, "no model can be trusted; the log says why"
    metrics.MODEL.labels(scorer.version).set(1)
    return scorer, None


def _now() -> datetime:
    return datetime.now(UTC)


def _version(moderation: Moderation) -> str | None:
    scorer = moderation.scorer()
    return scorer.version if scorer else None


def _store_fault(engine: Engine) -> str | None:
    try:
        # Outside a transaction: on SQLite that would ask for the lock of writers, and wait for whoever has it.
        with one_by_one(engine).connect() as connection:
            connection.execute(text("SELECT 1 FROM sites LIMIT 1"))
    except SQLAlchemyError as error:
        logger.warning("the store does not answer: %s", type(error).__name__)
        return "the store does not answer"
    return None
