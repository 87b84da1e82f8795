"""
The settings: `HAMLET_*` in the environment, read once and strictly, by whoever starts the parts.
"""

import difflib
import os
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from service import forwarded

PREFIX = "HAMLET_"
FILE = "_FILE"
SHORTEST_SECRET = 32
# What the programs of docs/clients.md and docs/http-api.md read, often in the shell in which commands are typed.
OF_CLIENTS = frozenset({"HAMLET_URL", "HAMLET_KEY", "HAMLET_ADMIN_KEY"})
_SECRETS = rf"^(\S{{{SHORTEST_SECRET},}}(\s+\S{{{SHORTEST_SECRET},}})*)?$"
# Each takes some 40 MB of its own and connections to the store: a big machine does not need one a core by default.
# Never one alone, so that comments are answered while a worker that died is started again.
FEWEST_WORKERS, MOST_WORKERS = 2, 4


class SettingsError(Exception):
    """
    A setting that makes no sense. The message names the variable, its value unless it is secret, and the cure.
    """


class LogLevel(StrEnum):
    """
    From which level on events are logged.
    """

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def workers_for(processors: int) -> int:
    """
    Return how many workers serve by default on a machine of so many processors.

    >>> workers_for(1), workers_for(3), workers_for(64)
    (2, 3, 4)
    """
    return max(FEWEST_WORKERS, min(processors, MOST_WORKERS))


def models_of(package: Path) -> Path:
    """
    Return the folder of models beside a package, which a clone has; else the one to which `hamlet-train` writes.

    Among installed packages there may be another's `models`.
    """
    beside = package.parent / "models"
    return beside if (beside / "CURRENT").is_file() else Path("models")


def _setting(default: Any, description: str, **options: Any) -> Any:
    return Field(default, description=description, **options)


def _secret(description: str) -> Any:
    # Neither its repr nor an error nor `hamlet settings` shows it.
    return Field("", description=description, repr=False, json_schema_extra={"secret": True})


def _listed(proxies: str) -> str:
    forwarded.networks(proxies)
    return proxies


class Settings(BaseModel):
    """
    Everything that can be set. The field `x_y` is the variable HAMLET_X_Y, or the file that HAMLET_X_Y_FILE names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    host: Annotated[str, StringConstraints(min_length=1)] = _setting(
        "127.0.0.1", "the address to listen on; 0.0.0.0 for all of the machine's"
    )
    port: int = _setting(8000, "the TCP port to listen on, from 1 to 65535", ge=1, le=65535)
    state_dir: Path = _setting(Path("var"), "the folder for everything that is kept; made readable by its owner alone")
    models_dir: Path = _setting(
        models_of(Path(__file__).parent), "the folder of models, with the file CURRENT that names the one in use"
    )
    redis_url: Annotated[str, Field(pattern=r"^((rediss?(\+(sentinel|cluster))?|unix)://.+)?$")] = _secret(
        "redis://, rediss:// or unix:// URL of a Redis or Valkey, redis+sentinel:// or redis+cluster:// of several; "
        "empty starts an embedded one"
    )
    database_url: str = _secret("postgresql:// or sqlite:/// URL; empty keeps SQLite in the state folder")
    secret: Annotated[str, Field(pattern=rf"^(\S{{{SHORTEST_SECRET},}})?$")] = _secret(
        f"keys the hashes of addresses and e-mails, {SHORTEST_SECRET} characters or more without spaces, the same on "
        "all machines; empty makes one and keeps it in the state folder"
    )
    hash_secrets: Annotated[str, Field(pattern=_SECRETS)] = _secret(
        f"keys of the stored hashes, {SHORTEST_SECRET} characters or more each, between spaces, the newest first; "
        "empty takes those of `hamlet secret rotate`, or HAMLET_SECRET"
    )
    retention_days: int = _setting(
        90, "days after which comments are erased, their verdicts kept; 0 keeps them for good", ge=0, le=36_500
    )
    label_retention_days: int = _setting(
        730, "days after which labelled comments are erased from the labels; 0 keeps them for good", ge=0, le=36_500
    )
    purge: bool = _setting(
        True, "true or false; true has the service erase once a day what is too old, false leaves it to `hamlet purge`"
    )
    workers: int = _setting(
        workers_for(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),
        f"processes that serve, from 1 to 64; by default one a processor, but {FEWEST_WORKERS} to {MOST_WORKERS}",
        ge=1,
        le=64,
    )
    threads: int = _setting(
        4,
        "requests other than POST /v1/comments that a worker has under way at once, from 1 to 64",
        ge=1,
        le=64,
    )
    worker_lifetime: int = _setting(
        86_400,
        "seconds after which a new worker takes the place of each, one after the other, up to a year; 0 for never",
        ge=0,
        le=366 * 86_400,
    )
    drain_seconds: float = _setting(
        2,
        "seconds from SIGTERM on in which readiness fails and comments are still taken, until a balancer has noticed; "
        "0 to 60",
        ge=0,
        le=60,
    )
    demo: bool = _setting(
        False, "true or false; true adds the site `demo` and a page at / to try comments on; not for the public"
    )
    deliver_privately: bool = _setting(
        False, "true or false; true lets callbacks and webhooks go to addresses that are not of the public internet"
    )
    trusted_proxies: Annotated[str, AfterValidator(_listed)] = _setting(
        "",
        "addresses and networks between commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; "
        "empty believes nobody",
    )
    log_level: LogLevel = _setting(LogLevel.INFO, "debug, info, warning or error; a request is one event of level info")
    metrics_dir: Path | None = _setting(
        None,
        "the folder of the workers' metrics, those of the last run removed at the start; by default `metrics` in the "
        "state folder",
    )

    otlp_url: Annotated[str, Field(pattern="^(https?://.+)?$")] = _secret(
        "the URL to which traces are sent by OTLP over HTTP, as http://127.0.0.1:4318/v1/traces; empty traces nothing"
    )

    training_data: Path | None = _setting(
        None,
        "labelled rows, a file or folder, that a training started at /admin/models uses beside the moderators' labels",
    )
    held_back_data: Path | None = _setting(
        None, "labelled rows, a file or folder, that no training sees: models are compared on them before a promotion"
    )

    oidc_issuer: Annotated[
        str, Field(pattern=r"^(https://.+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?)?$")
    ] = _setting("", "the https:// URL of an OpenID provider by which moderators sign in too; empty for none")
    oidc_client_id: str = _setting("", "the name of Hamlet at the OpenID provider")
    oidc_client_secret: str = _secret("what Hamlet proves itself with to the OpenID provider")
    oidc_claim: Annotated[str, StringConstraints(min_length=1)] = _setting(
        "preferred_username",
        "what the OpenID provider says of people by which accounts are named; `email` counts only if it is verified",
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """
        Return the settings.

        Raises:
            SettingsError: a value cannot be used, its file not be read, or another is missing that it needs.
        """
        try:
            values = {name: value for name in cls.model_fields if (value := _given(name, environ))}
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_cure(error, cls.model_fields, environ)) from None
        if settings.oidc_issuer:
            for field in ("oidc_client_id", "oidc_client_secret"):
                if not getattr(settings, field):
                    raise SettingsError(f"{variable('oidc_issuer')} needs {variable(field)}; the provider has given it")
            if not find_spec("authlib"):
                raise SettingsError(f"{variable('oidc_issuer')} needs Authlib: install requirements.lock")
        if settings.otlp_url and not find_spec("opentelemetry"):
            raise SettingsError(f"{variable('otlp_url')} needs OpenTelemetry: pip install 'hamlet-moderation[otel]'")
        return settings

    @property
    def metrics_folder(self) -> Path:
        return self.metrics_dir or self.state_dir / "metrics"

    @property
    def demo_key_file(self) -> Path:
        """
        Return where the demo site's key is kept, for its owner alone.
        """
        return self.state_dir / "demo-key"

    @property
    def people_secrets(self) -> tuple[bytes, ...]:
        """
        Return what keys the stored hashes of e-mails, addresses and wordings: the one in use, then the earlier ones.
        """
        return tuple(each.encode() for each in (self.hash_secrets or self.secret).split())

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{quote(str(self.state_dir.absolute() / 'hamlet.sqlite'))}"


def variable(field: str) -> str:
    """
    Return the name in the environment of a field.
    """
    return f"{PREFIX}{field.upper()}"


def is_secret(field: FieldInfo) -> bool:
    """
    Tell whether a field's value must not be shown.
    """
    return field.json_schema_extra == {"secret": True}


def warnings(environ: Mapping[str, str]) -> list[str]:
    """
    Return what looks like a setting and is none, each with what may have been meant.

    Only warned of, since Kubernetes puts HAMLET_SERVICE_HOST and the like beside a service that is named hamlet.
    """
    known = [name for field in Settings.model_fields for name in (variable(field), variable(field) + FILE)]
    found = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and name not in OF_CLIENTS:
            meant = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            found.append(f"{name} is no setting" + (f"; did you mean {meant[0]}?" if meant else " and is ignored"))
    if _is_from_kubernetes(variable("port"), environ):
        found.append("HAMLET_PORT is what Kubernetes says of a service named hamlet, and is ignored")
    return found


def _given(field: str, environ: Mapping[str, str]) -> str:
    name = variable(field)
    path = environ.get(name + FILE, "")
    if not path:
        return "" if _is_from_kubernetes(name, environ) else environ.get(name, "")
    if environ.get(name):
        raise SettingsError(f"{name} and {name}{FILE} are both set; keep one of them")
    try:
        value = Path(path).read_text(encoding="utf-8-sig").strip()  # as some editors save it
    except OSError as error:
        raise SettingsError(f"{name}{FILE} is {path!r}: {error.strerror}; name a file that can be read") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}{FILE} is {path!r}, which is not text in UTF-8") from None
    if not value:
        # A mount that went wrong: with a secret of its own each replica would know other commenters.
        raise SettingsError(f"{name}{FILE} is {path!r}, which is empty; write the value into it, or unset the variable")
    return value


def _is_from_kubernetes(name: str, environ: Mapping[str, str]) -> bool:
    return name == variable("port") and environ.get(name, "").startswith("tcp://")


def _cure(error: ValidationError, fields: Mapping[str, FieldInfo], environ: Mapping[str, str]) -> str:
    name = str(error.errors()[0]["loc"][0])
    field = fields[name]
    value = "the value given" if is_secret(field) else repr(_given(name, environ))
    return f"{variable(name)} cannot be {value}; it takes: {field.description}"
