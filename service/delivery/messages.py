"""
What is due as a message: where it goes, what it says, and how it is signed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from service.core.events import Kind
from service.delivery.addresses import NotAllowed
from service.delivery.sending import port_of, split
from service.store.keys import akismet_key
from service.store.outbox import Due

_HEADERS = {"Content-Type": "application/json", "User-Agent": "Hamlet"}


@dataclass(frozen=True, slots=True)
class Message:
    """
    A request to be posted.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]


def message(due: Due, secret: bytes, now: datetime) -> Message:
    """
    Return the message that tells a site what is due.

    Raises:
        NotAllowed: a callback names another host than the site's own, or the site wants to hear nothing any more.
    """
    return _callback(due, secret) if due.kind is Kind.CALLBACK else _webhook(due, secret, now)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """
    Return the signature of a webhook's body, sent at a time in whole seconds since 1970.

    >>> sign("secret", "1764000000", b"{}")[:23]
    'sha256=b691197929ebc73b'
    """
    return f"sha256={hmac.digest(secret.encode(), f'{timestamp}.'.encode() + body, 'sha256').hex()}"


def _callback(due: Due, secret: bytes) -> Message:
    url = due.url or ""
    if not is_at_home(url, due.outlet.home):
        raise NotAllowed("the callback is not on the site's own host; `hamlet sites set NAME --home HOST` names that")
    if not due.key_ids:
        raise NotAllowed("the site has no key")
    # In the middle of a rotation a site has two, and does not say which one its plugin has.
    key = akismet_key(secret, due.key_ids[due.attempts % len(due.key_ids)])
    return Message(url, to_json({"key": key, **due.body}), _HEADERS)


def _webhook(due: Due, secret: bytes, now: datetime) -> Message:
    if not due.outlet.webhook:
        raise NotAllowed("the site has no webhook any more")
    body, timestamp = to_json(due.body), str(int(now.timestamp()))
    signed = {"X-Hamlet-Timestamp": timestamp, "X-Hamlet-Signature": sign(due.outlet.secret(secret), timestamp, body)}
    named = {"X-Hamlet-Event": due.body["event"], "X-Hamlet-Event-Id": due.id}
    return Message(due.outlet.webhook, body, {**_HEADERS, **signed, **named})


def is_at_home(url: str, home: str | None) -> bool:
    """
    Tell whether a URL is on a host, which may be given with a port.

    >>> [is_at_home(url, "blog.example") for url in ("https://Blog.example/?r=1", "http://blog.example.evil.example/")]
    [True, False]
    >>> [is_at_home("https://blog.example:8443/", home) for home in ("blog.example", "blog.example:8443")]
    [False, True]
    """
    if not home:
        return False
    parts = split(url)
    usual = 443 if parts.scheme == "https" else 80
    port = port_of(parts)
    host = (parts.hostname or "").rstrip(".")
    named = f"[{host}]" if ":" in host else host
    return home in ((named, f"{named}:{port}") if port == usual else (f"{named}:{port}",))
