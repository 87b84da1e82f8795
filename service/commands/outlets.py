"""
The options of `hamlet sites set` that say where a site hears of decisions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from service.clock import now
from service.commands.options import DEFAULT

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.config import Settings

# A name, an IPv4 address, or an IPv6 address in brackets; perhaps with a port.
_HOST = re.compile(r"([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?")


def outlet_options(command: Any) -> Any:
    for option, kind, metavar, text in (
        ("--webhook", _url, "URL", "Tell this URL what is held, decided and changed; prints the secret that signs it."),
        ("--home", _host, "HOST", "The host that callbacks of Akismet's clients may name, such as blog.example."),
    ):
        command = click.option(option, type=kind, metavar=f"{metavar}|{DEFAULT}", help=text)(command)
    return command


def save(settings: Settings, engine: Engine, name: str, *, webhook: str | None, home: str | None) -> None:
    """
    Keep what was given, and print the secret of a webhook that is new.
    """
    from service.store.outlets import Outlets

    outlets = Outlets(engine)
    if home is not None:
        outlets.set_home(name, None if home == DEFAULT else home)
    if webhook is not None:
        outlets.set_webhook(name, None if webhook == DEFAULT else webhook, now())
    if webhook not in (None, DEFAULT):
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


def _url(text: str) -> str:
    from service.delivery.addresses import NotAllowed
    from service.delivery.sending import split

    if text == DEFAULT:
        return text
    try:
        split(text)
    except NotAllowed as error:
        raise click.BadParameter(f"{text!r} is {error}") from None
    return text


def _host(text: str) -> str:
    host = text.strip().lower().rstrip(".")
    found = _HOST.fullmatch(host)
    if not found or not 0 < int((found[2] or ":80")[1:]) < 1 << 16:
        raise click.BadParameter(f"{text!r} is none; give a host such as blog.example, or blog.example:8080")
    return host
