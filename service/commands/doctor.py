"""
The command `hamlet doctor`: what is weak or broken, in one run.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

import click

from service import terminal
from service.commands.options import JSON


@click.command()
@JSON
def doctor(as_json: bool) -> None:
    """
    Look for weak settings and broken parts, and print each with its cure. Ends with 1 if something is wrong.

    Give it the settings that the service has: what it would start with is looked at.
    """
    from service.doctor import examine

    found = list(examine(terminal.settings(warned=False), os.environ))
    wrong = [finding for finding in found if finding.is_wrong]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            click.echo(f"{'wrong' if finding.is_wrong else 'note':<6} {finding.what}\n       {finding.cure}")
        click.echo(f"{len(wrong)} wrong, {len(found) - len(wrong)} to know of." if found else "Nothing is wrong.")
    sys.exit(1 if wrong else 0)
