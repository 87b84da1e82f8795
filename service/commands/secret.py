"""
The commands `hamlet secret`: a new secret for the stored hashes of people, while the earlier ones still find theirs.
"""

from __future__ import annotations

import click

from service import terminal
from service.config import SettingsError, variable


@click.group()
def secret() -> None:
    """
    Replace the secret that keys the stored hashes of e-mails, addresses and wordings.
    """


@secret.command()
def rotate() -> None:
    """
    Make a new secret for the hashes; the earlier ones still find what is kept under them. Start the service again then.
    """
    from service import state
    from service.hash_secrets import HashSecrets, new_secret

    settings = terminal.settings()
    given = next((name for name in ("hash_secrets", "secret") if getattr(settings, name)), None)
    if given:
        # Other machines may have the same, and this one cannot change theirs.
        click.echo(new_secret())
        click.echo(
            f"{variable(given)} is set, so nothing was changed. Set {variable('hash_secrets')} on all machines: the "
            f"secret above, a space, and what {variable(given)} holds now. Then start them again.",
            err=True,
        )
        return
    prepared = terminal.prepared(settings)
    with terminal.refusing(SettingsError), state.writing(prepared.state_dir):
        new = HashSecrets(prepared.state_dir).rotate(prepared.secret)
    click.echo(f"{new.fingerprint} keys the hashes once the service has been started again")


@secret.command("list")
def list_() -> None:
    """
    Print the secrets of the hashes, as eight digits by which they can be told, and until when each is needed.
    """
    from service.hash_secrets import ALWAYS, NOT_YET, HashSecret, HashSecrets, needed_for

    settings = terminal.prepared()
    known = HashSecrets(settings.state_dir).read()
    if [each.text.encode() for each in known] != [*settings.people_secrets]:
        known = [HashSecret(each.decode(), ALWAYS, None) for each in settings.people_secrets]
    needed = needed_for(settings.retention_days, settings.label_retention_days)
    newest, *earlier = known
    when = " once the service has been started again" if newest.since == NOT_YET else ""
    click.echo(f"{newest.fingerprint}  makes the hashes{when}")
    for each in earlier:
        until = "while anything of its time is kept"
        if each.until not in (None, NOT_YET) and needed:
            until = f"until {each.until + needed:%Y-%m-%d}"
        click.echo(f"{each.fingerprint}  finds earlier ones, needed {until}")
