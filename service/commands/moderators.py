"""
The commands `hamlet moderators`: who may decide on held comments in a browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from service import terminal
from service.clock import now
from service.commands.options import JSON, NAME, NEW_NAME
from service.core.moderator import Role
from service.core.text import storable

if TYPE_CHECKING:
    from service.store.moderators import Moderators

ASK = click.option("--ask", is_flag=True, help="Ask for the password instead of making one up.")


@click.group()
def moderators() -> None:
    """
    Give people accounts for the page /moderate, and take them away.
    """


@moderators.command()
@NEW_NAME
@click.option("--role", type=click.Choice(Role, case_sensitive=False), default=Role.MODERATOR, show_default=True)
@click.option("--site", "sites", multiple=True, help="A site whose comments they see; by default all sites.")
@ASK
@click.option("--no-password", is_flag=True, help="For whom the OpenID provider vouches, and nothing else.")
def add(name: str, role: Role, sites: tuple[str, ...], ask: bool, no_password: bool) -> None:
    """
    Make an account and print its password; it cannot be shown again.
    """
    if ask and no_password:
        raise click.UsageError("--ask and --no-password exclude each other")
    from service.passwords import hashed

    password = "" if no_password else _password(ask)
    with _store(may_begin=True) as store:
        store.add(name, role, sites, hashed(password) if password else "", now())
    if password and not ask:
        _print(name, password)


@moderators.command("list")
@JSON
def list_(as_json: bool) -> None:
    """
    Print all accounts: their roles and their sites.
    """
    with _store() as store:
        rows = store.list()
    if as_json:
        told = [asdict(row) for row in rows]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=datetime.isoformat))
        return
    moment = now()
    for row in rows:
        sites = "all sites" if row.sites is None else ", ".join(row.sites) or "no site"
        is_locked = row.locked_until and moment < row.locked_until
        locked = f"  locked until {row.locked_until:%Y-%m-%d %H:%M} UTC" if is_locked else ""
        click.echo(f"{row.name}  {row.role}  {sites}{locked}")


@moderators.command()
@NAME
def remove(name: str) -> None:
    """
    Take an account away and sign it out everywhere; what it said of comments stays.
    """
    with _store() as store:
        store.remove(name)


@moderators.command()
@NAME
@ASK
def password(name: str, ask: bool) -> None:
    """
    Give an account a new password and print it; it is signed out everywhere, and no longer locked.
    """
    from service.passwords import hashed

    new = _password(ask)
    with _store() as store:
        store.change_password(name, hashed(new))
    if not ask:
        _print(name, new)


def _print(name: str, password: str) -> None:
    terminal.print_once(password, f"`hamlet moderators password {name}` makes another password")


def _password(ask: bool) -> str:
    from service.passwords import LONGEST, SHORTEST, new_password

    if not ask:
        return new_password()
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not SHORTEST <= len(given) <= LONGEST:
        raise click.UsageError(f"a password has {SHORTEST} characters or more, up to {LONGEST:,}; a sentence will do")
    if storable(given) is not given:
        raise click.UsageError("the password is not in UTF-8; type it in a terminal whose locale is")
    return given


@contextmanager
def _store(*, may_begin: bool = False) -> Iterator[Moderators]:
    from service.store.moderators import Moderators

    with terminal.store(terminal.settings(), may_begin=may_begin) as engine:
        yield Moderators(engine)
