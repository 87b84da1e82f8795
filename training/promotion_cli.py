"""
The commands `hamlet-train promote`, `rollback` and `history`: which model the service uses, and why.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from training.promotions import Promotion, current_version, roll_back, system_user
from training.promotions import history as read_history
from training.promotions import promote as make_current

MODELS = click.option(
    "--models", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("models"),
    show_default=True, help="Models folder.",
)  # fmt: skip
WHO = click.option("--who", default=system_user, help="Who does so.  [default: the user of the system]")


@click.command()
@click.argument("version")
@MODELS
@WHO
@click.option("--reason", default="", help="Why, for the history.")
def promote(version: str, models: Path, who: str, reason: str) -> None:
    """
    Make VERSION the model in use, and running services take it up.
    """
    _tell(make_current(models, version, who, reason, datetime.now(UTC)))


@click.command()
@MODELS
@WHO
@click.option("--reason", default="", help="Why, for the history.")
def rollback(models: Path, who: str, reason: str) -> None:
    """
    Go back to the model that was in use before this one was promoted.
    """
    _tell(roll_back(models, who, reason, datetime.now(UTC)))


@click.command()
@MODELS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a promotion instead of a table.")
def history(models: Path, as_json: bool) -> None:
    """
    Print which model was made the current one when, by whom and why.
    """
    found = read_history(models)
    if as_json:
        for promotion in found:
            click.echo(json.dumps(asdict(promotion), ensure_ascii=False))
        return
    table = Table("when", "version", "before", "what", "who", "why")
    for each in found:
        what = "rolled back" if each.is_rollback else "promoted"
        table.add_row(each.at, each.version, each.before or "", what, each.who, each.reason)
    Console(highlight=False).print(table)
    click.echo(f"in use: {current_version(models) or 'none'}")


def _tell(promotion: Promotion) -> None:
    instead = f" instead of {promotion.before}" if promotion.before else ""
    click.echo(f"{promotion.version} is current{instead}; running services take it up within seconds")
