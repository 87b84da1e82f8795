"""
The command `hamlet`: `serve` and `settings` are here, all others in `commands/`.

It ends with 0 when all went well, 1 when a line could not be checked or the workers kept dying, and 2 when it could
not do what was asked: then one line on standard error says why, and the cure.

The parts are imported inside the commands: each worker imports this module, and a list of sites needs no server.
"""

import os
import sys
from contextlib import suppress

import click

from service import terminal
from service.commands.backup import backup, downgrade, restore
from service.commands.check import check
from service.commands.doctor import doctor
from service.commands.labels import labels
from service.commands.lists import lists
from service.commands.moderators import moderators
from service.commands.outbox import outbox
from service.commands.privacy import erase, export, purge
from service.commands.recheck import recheck
from service.commands.secret import secret
from service.commands.sites import sites
from service.commands.thresholds import thresholds
from service.config import Settings, is_secret, variable

BANNER = """Hamlet listens on {url} and keeps its state in {state}.
Press Ctrl-C to stop it."""
DEMO = """
Try it in a browser: {url}/
or with the key of the site "demo", {key}:

curl {url}/v1/comments -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' -d '{{"name": "Ann", "comment": "Thank you, this helped me a lot."}}'

What is held waits at {url}/moderate; `{hamlet} moderators add NAME` makes an account for it.
"""


@click.group(cls=terminal.Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hamlet-moderation", prog_name="hamlet")
def main() -> None:
    """
    Comment moderation on your own machine: accept, hold or reject, with the reasons.
    """


for command in (
    *(check, doctor, recheck, outbox, lists, labels, moderators, sites),
    *(thresholds, backup, restore, downgrade, purge, erase, export, secret),
):
    main.add_command(command)


@main.command()
def serve() -> None:
    """
    Serve until Ctrl-C. Everything is set by HAMLET_* in the environment; `hamlet settings` shows it.
    """
    from service.config import SettingsError
    from service.errors import StoreUnavailable
    from service.processes.serve import serve as run
    from service.processes.valkey import ValkeyError
    from service.store.errors import StoreError

    # An interrupt before the workers have started ends it as well as one after.
    with terminal.refusing(SettingsError, StoreError, StoreUnavailable, ValkeyError), suppress(KeyboardInterrupt):
        run(terminal.settings(), _announce)


@main.command()
def settings() -> None:
    """
    Print every setting, its value (secrets masked) and where it comes from.
    """
    current = terminal.settings()
    width = max(len(variable(field)) for field in Settings.model_fields)
    for field, about in Settings.model_fields.items():
        name, value = variable(field), getattr(current, field)
        source = next((given for given in (name, f"{name}_FILE") if os.environ.get(given)), "default")
        shown = "***" if value and is_secret(about) else _as_set(value)
        click.echo(f"{name:<{width}} {shown:<32} {source}")


def _as_set(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _announce(settings: Settings, demo_key: str | None) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{settings.port}"
    click.echo(BANNER.format(url=url, state=settings.state_dir))
    if demo_key:
        click.echo(DEMO.format(url=url, key=demo_key, hamlet=sys.argv[0]))
