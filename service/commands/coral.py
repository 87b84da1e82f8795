"""
The command `hamlet sites coral`: the signing secret of a site's phase in Coral, and what its verdicts become there.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from service import terminal
from service.clock import now
from service.commands.options import JSON, NAME
from service.core.coral import CHOICES
from service.core.decision import Verdict

SHORTEST_SECRET = 16
# Hours: a year.
LONGEST_OVERLAP = 8_760


def _status_options(command: Any) -> Any:
    for verdict in reversed(Verdict):
        statuses = CHOICES[verdict]
        text = f"What {verdict.value} becomes; {statuses[0].value} by default."
        command = click.option(f"--{verdict.value}", type=click.Choice(statuses), help=text)(command)
    return command


@click.command()
@NAME
@click.option(
    "--secret",
    prompt=True,
    prompt_required=False,
    hide_input=True,
    help="The signing secret that Coral shows; asked for if not given.",
)
@click.option(
    "--overlap",
    type=click.FloatRange(min=0),
    default=24.0,
    metavar="HOURS",
    help="How long earlier secrets count beside a new one; 24 by default.",
)
@_status_options
@click.option("--remove", is_flag=True, help="Forget the secrets: Coral's requests for this site are refused.")
@JSON
def coral(name: str, secret: str | None, overlap: float, remove: bool, as_json: bool, **statuses: Any) -> None:
    """
    Let Coral ask for verdicts at /coral, and print what is set.
    """
    from service.store.coral import CoralPhases
    from service.store.sites import Sites

    if secret is not None and len(secret.strip()) < SHORTEST_SECRET:
        raise terminal.Refusal("this is not Coral's signing secret, which is longer")
    if not overlap <= LONGEST_OVERLAP:
        raise terminal.Refusal(f"--overlap is {overlap}; give up to {LONGEST_OVERLAP} hours")
    moment = now()
    chosen = {Verdict(verdict): status for verdict, status in statuses.items() if status}
    with terminal.store(terminal.settings()) as engine:
        Sites(engine).named(name)
        phases = CoralPhases(engine)
        if remove:
            phases.remove(name)
        elif secret is not None or chosen:
            given = secret and secret.strip()
            phases.set(name, moment, secret=given, overlap=timedelta(hours=overlap), statuses=chosen)
        phase = next((phase for phase in phases.list(moment) if phase.site == name), None)
    count = len(phase.secrets) if phase else 0
    told = asdict(phase.statuses) if phase else {}
    if as_json:
        click.echo(json.dumps({"site": name, "secrets": count, "statuses": told}))
        return
    click.echo(f"{name}: {count or 'no'} signing secret{'' if count == 1 else 's'} in force")
    for verdict, status in told.items():
        click.echo(f"  {verdict:<8}{status.value}")
