"""
Who can reach what: the address, proxies, the demo, and what goes over the network.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from service.config import Settings, warnings
from service.doctor.finding import Finding, note

ENCRYPTED = ("require", "verify-ca", "verify-full")  # what libpq calls it


def of_variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """
    Yield variables that set nothing.
    """
    for warning in warnings(environ):
        yield Finding(warning, "correct its name, or remove it")


def examine(settings: Settings) -> Iterator[Finding]:
    """
    Yield what lets in more than it should.
    """
    if settings.demo:
        yield Finding(
            "the demo site is on: whoever reaches the page / can have comments judged without a key",
            "set HAMLET_DEMO=false where this is not for trying",
            is_wrong=bool(settings.trusted_proxies) or not is_loopback(settings.host),
        )
    if not is_loopback(settings.host):
        yield _reachable(settings)
    if settings.deliver_privately:
        yield note(
            "sites may have Hamlet call addresses of this network (HAMLET_DELIVER_PRIVATELY)",
            "set it to false unless a site is there",
        )
    yield from _unprotected(settings)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(settings: Settings) -> Finding:
    if settings.trusted_proxies:
        return note(
            "/metrics, /readyz, /livez and /version ask for no key",
            "have the proxy answer them for nobody but your own machines",
        )
    return Finding(
        f"it listens on {settings.host} and knows of no proxy: keys and passwords come unencrypted, /metrics is open "
        "to whoever reaches it, and behind a proxy all callers seem to be one",
        "put a proxy with TLS before it and list that in HAMLET_TRUSTED_PROXIES, or listen on 127.0.0.1",
    )


def _unprotected(settings: Settings) -> Iterator[Finding]:
    redis = _split(settings.redis_url)
    servers = redis.netloc.rpartition("@")[2].split(",")
    is_elsewhere = redis.scheme.startswith("redis") and not all(is_loopback(_host(server)) for server in servers)
    if is_elsewhere and not redis.password:
        yield note("Redis on another machine asks for no password", "set one, and put it into HAMLET_REDIS_URL")
    if is_elsewhere and not redis.scheme.startswith("rediss"):
        yield note("what goes to Redis on another machine is not encrypted", "use rediss://, or a network of your own")
    database = _split(settings.database_url)
    is_elsewhere = database.scheme.startswith("postgres") and not is_loopback(database.hostname or "localhost")
    if is_elsewhere and not any(f"sslmode={mode}" in database.query for mode in ENCRYPTED):
        yield note(
            "what goes to PostgreSQL on another machine may not be encrypted",
            "add ?sslmode=verify-full to HAMLET_DATABASE_URL, or use a network of your own",
        )


def _host(server: str) -> str:
    return _split(f"//{server}").hostname or ""


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")  # no address: `counters` and `store` say so
