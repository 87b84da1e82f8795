"""
The commands `hamlet sites set` and `hamlet sites show`: limits, thresholds and log-only mode of one site.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import click

from service import terminal
from service.commands.options import DEFAULT, JSON, NAME, given, or_default, threshold_options
from service.commands.outlets import outlet_options, save, told_at
from service.commands.site_keys import akismet_keys
from service.core.site import AkismetHold, Limits, Scope

if TYPE_CHECKING:
    from service.config import Settings
    from service.model.folder import Card
    from service.store.sites import SiteRow


def _limit_options(command: Any) -> Any:
    for limit in reversed(fields(Limits)):
        option = f"--{limit.name.replace('_', '-')}"
        what = "Labels" if limit.name.startswith("labels") else "Comments"
        text = f"{what}; {limit.default} by default, 0 for no limit."
        command = click.option(option, type=or_default(int), metavar=f"N|{DEFAULT}", help=text)(command)
    return command


@click.command("set")
@NAME
@_limit_options
@threshold_options
@click.option("--log-only", type=click.Choice(["on", "off"]), help="Decide and record, but answer accept to all.")
@click.option(
    "--akismet-hold",
    type=click.Choice(AkismetHold, case_sensitive=False),
    help="Where a client of Akismet puts what is held: its queue, its folder of spam, or (auto) as it is able to.",
)
@click.option(
    "--languages",
    metavar="en,de|none",
    help="What the site is written in, by ISO 639; of use only with --hold-other-scripts.",
)
@click.option(
    "--hold-other-scripts",
    type=click.Choice(["on", "off"]),
    help="Hold what would be accepted, but is in a script that none of the languages is written in; off by default.",
)
@outlet_options
def set_(
    name: str,
    log_only: str | None,
    akismet_hold: AkismetHold | None,
    languages: str | None,
    hold_other_scripts: str | None,
    webhook: str | None,
    home: str | None,
    **options: Any,
) -> None:
    """
    Change a site's settings; what is not given stays, and `default` takes a limit or threshold back.
    """
    from service.store.sites import Sites

    wishes = {option: value for option, value in click.get_current_context().params.items() if value is not None}
    if wishes == {"name": name}:
        raise click.UsageError("say what to change; `hamlet sites set --help` lists it")
    changes = given(options)
    limits = {field.name: changes.pop(field.name) for field in fields(Limits) if field.name in changes}
    settings = terminal.prepared()
    with terminal.store(settings) as engine:
        sites = Sites(engine)
        sites.configure(
            name,
            limits=limits,
            thresholds=changes,
            log_only=None if log_only is None else log_only == "on",
            akismet_hold=akismet_hold,
            languages=None if languages is None else _codes(languages),
            hold_other_scripts=None if hold_other_scripts is None else hold_other_scripts == "on",
        )
        save(settings, engine, name, webhook=webhook, home=home)
        # Not on standard output, where a script finds the webhook's secret alone.
        said = ", ".join(f"{option} {value}" for option, value in wishes.items() if option != "name")
        click.echo(f"{name}: {said}", err=True)
        terminal.note(*_remarks(sites.named(name), _card(settings)))


@click.command()
@NAME
@JSON
def show(name: str, as_json: bool) -> None:
    """
    Print what a site has set, its keys for Akismet's clients, and the thresholds that the model in use makes of it.
    """
    from service.core.thresholds import in_force
    from service.store.sites import Sites

    settings = terminal.prepared()
    with terminal.store(settings) as engine:
        site = Sites(engine).named(name)
        callers = [key.id for key in Sites(engine).keys(name) if Scope.CHECK in key.scopes]
        outlets = told_at(settings, engine, name)
    card = _card(settings)
    bounds = in_force(card.thresholds, card.curve, site.thresholds) if card else None
    model = card.version if card else None
    remarks = _remarks(site, card)
    if as_json:
        effect = bounds and {"model": model, **asdict(bounds)}
        for_clients = {"akismet_keys": akismet_keys(settings, callers), **outlets}
        click.echo(json.dumps({**asdict(site), **for_clients, "in_force": effect, "remarks": remarks}, indent=2))
        return
    state = "disabled" if site.disabled else "enabled"
    click.echo(f"{site.name}: {state}, log only {'on' if site.log_only else 'off'}, keys {', '.join(site.key_ids)}")
    for setting, number in {**asdict(site.limits), **asdict(site.thresholds)}.items():
        shown = "the model's" if number is None else number
        click.echo(f"  {setting:<22}{shown}")
    click.echo(f"  {'akismet_hold':<22}{site.akismet_hold}")
    scripts = "other scripts are held" if site.hold_other_scripts else "other scripts are judged as any"
    click.echo(f"  {'languages':<22}{', '.join(site.languages) or 'none'}; {scripts}")
    click.echo(f"  {'akismet_keys':<22}{', '.join(akismet_keys(settings, callers))}")
    for setting, value in outlets.items():
        click.echo(f"  {setting:<22}{value or 'none'}")
    if bounds:
        click.echo(f"With model {model}: accept below {bounds.accept_below:.6g}, reject at {bounds.reject_at:.6g}.")
    terminal.note(*remarks)


def _codes(languages: str) -> list[str]:
    return [] if languages == "none" else [code.strip() for code in languages.split(",")]


def _card(settings: Settings) -> Card | None:
    from service.model.folder import ModelError, current, read_card

    try:
        return read_card(current(settings.models_dir))
    except ModelError:
        return None


def _remarks(site: SiteRow, card: Card | None) -> list[str]:
    from service.core.thresholds import remarks

    return remarks(card.curve, site.thresholds) if card else ["there is no model to say what the thresholds are"]
