"""
The options of `hamlet sites set` that say where a site hears of decisions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from service import terminal
from service.clock import now
from service.commands.options import DEFAULT

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.config import Settings

# A name, an IPv4 address, or an IPv6 address in brackets; perhaps with a port.
_HOST = re.compile(r"([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?")


def outlet_options(command: Any) -> Any:
    for option, metavar, text in (
        ("--webhook", "URL", "Tell this URL what is held, decided and changed; prints the secret that signs it."),
        ("--home", "HOST", "The host that callbacks of Akismet's clients may name, such as blog.example."),
    ):
        command = click.option(option, metavar=f"{metavar}|{DEFAULT}", help=text)(command)
    return command


def save(settings: Settings, engine: Engine, name: str, *, webhook: str | None, home: str | None) -> None:
    """
    Keep what was given, and print the secret of a webhook that is new.
    """
    from service.delivery.addresses import NotAllowed
    from service.delivery.sending import split
    from service.store.outlets import Outlets

    outlets = Outlets(engine)
    if home is not None:
        outlets.set_home(name, None if home == DEFAULT else _host(home))
    if webhook is None:
        return
    if webhook == DEFAULT:
        outlets.set_webhook(name, None, now())
        return
    try:
        split(webhook)
    except NotAllowed as error:
        raise terminal.Refusal(f"--webhook is {webhook!r}: {error}") from None
    outlets.set_webhook(name, webhook, now())
    click.echo(told_at(settings, engine, name)["webhook_secret"])


def told_at(settings: Settings, engine: Engine, name: str) -> dict[str, str | None]:
    """
    Return where a site hears of decisions, with the secret of its webhook.
    """
    from service.store.outlets import Outlets

    outlet = Outlets(engine).of(name)
    if outlet is None:
        return {"home": None, "webhook": None, "webhook_secret": None}
    secret = outlet.secret(settings.secret.encode()) if outlet.webhook else None
    return {"home": outlet.home, "webhook": outlet.webhook, "webhook_secret": secret}


def _host(text: str) -> str:
    host = text.strip().lower().rstrip(".")
    found = _HOST.fullmatch(host)
    if not found or not 0 < int((found[2] or ":80")[1:]) < 1 << 16:
        raise terminal.Refusal(f"--home is {text!r}; give a host such as blog.example, or blog.example:8080")
    return host
