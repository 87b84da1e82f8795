"""
The commands `hamlet purge`, `hamlet erase` and `hamlet export`: what is forgotten, and what is handed out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service import private_files, terminal
from service.clock import now
from service.commands.options import JSON

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.core.person import Person
    from service.erasure import Erasure
    from service.store.persons import Found

SITE = click.option("--site", help="At this site only, by its name.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Print how much it would be; nothing is changed.")


def _person(command: Any) -> Any:
    for option in (
        click.option("--ip", default="", help="Their address; of IPv6 its /64, as it is kept."),
        click.option("--name", default="", help="Their name, as people compare names: others of this name too."),
        click.option("--email", default="", help="Their e-mail address."),
    ):
        command = option(command)
    return command


@click.command()
@DRY_RUN
@JSON
def purge(dry_run: bool, as_json: bool) -> None:
    """
    Erase what is older than HAMLET_RETENTION_DAYS and HAMLET_LABEL_RETENTION_DAYS; verdicts and counts stay.
    """
    from service.purging import assemble
    from service.store.retention import Retention

    settings = terminal.prepared()
    with terminal.store(settings) as engine:
        purge = assemble(settings, engine, now)
        if dry_run:
            before, labels_before = purge.ends(now())
            decisions, labels = Retention(engine).due(before, labels_before)
            result = {"decisions": decisions * bool(purge.days), "labels": labels * bool(purge.label_days)}
        else:
            result = asdict(purge.run())
    _print(result, as_json)


@click.command()
@_person
@SITE
@DRY_RUN
@JSON
def erase(email: str, name: str, ip: str, site: str | None, dry_run: bool, as_json: bool) -> None:
    """
    Erase what there is of a person; each of --email, --name and --ip alone means them. Verdicts and counts stay.
    """
    person = _given(email, name, ip)
    with _erasure() as (erasure, _):
        if dry_run:
            found = erasure.persons.find(person, site)
            result = _counts(found, [*erasure.copies(found)])
        else:
            erased = erasure.erase(person, site)
            result = _counts(erased.found, erased.copies) | {"redis_told": erased.is_memory_told}
    _print(result, as_json)


@click.command()
@_person
@SITE
@click.option("--out", type=click.Path(dir_okay=False), default="-", metavar="FILE", help="By default standard output.")
def export(email: str, name: str, ip: str, site: str | None, out: str) -> None:
    """
    Write what there is of a person, or with --site alone all of a site, as JSON Lines.
    """
    from service.store.exporting import as_objects, site_rows

    with _erasure() as (erasure, engine):
        if site and not (email or name or ip):
            objects = as_objects(site_rows(engine, site), to_their_person=False)
        else:
            persons = erasure.persons
            found = persons.find(_given(email, name, ip), site)
            objects = as_objects(persons.rows(found), to_their_person=True)
        count = _write(objects, out)
    click.echo(f"{count:,} rows", err=True)


def _write(objects: Iterator[Mapping[str, Any]], out: str) -> int:
    first = [*islice(objects, 1)]  # before there is a file: of a site that is unknown none is left
    count = 0
    try:
        with click.open_file(out, "w", "utf-8") if out == "-" else private_files.opened(Path(out)) as file:
            for row in chain(first, objects):
                line = f"{json.dumps(row, ensure_ascii=False, default=_plain)}\n"
                file.write(terminal.shown(line) if out == "-" else line)
                count += 1
    except BrokenPipeError:
        raise  # who reads the output has seen enough, as click knows
    except OSError as error:
        raise terminal.Refusal(f"{out} cannot be written: {error.strerror}") from None
    return count


@contextmanager
def _erasure() -> Iterator[tuple[Erasure, Engine]]:
    from service.erasure import Erasure
    from service.label_memory import LabelMemory
    from service.processes.valkey import socket_path, url_of
    from service.store.labelled import LabelledComments
    from service.store.persons import Persons
    from service.store.retention import Retention

    settings = terminal.prepared()
    people = settings.people_secrets
    data = [path for path in (settings.training_data, settings.held_back_data) if path]
    with (
        socket_path(settings.state_dir) as path,
        terminal.store(settings) as engine,
        terminal.redis(settings.redis_url or url_of(path)) as client,
    ):
        secret = settings.secret.encode()
        memory = LabelMemory(client, LabelledComments(engine), secret=secret, people=people, clock=now)
        yield Erasure(Persons(engine, people), Retention(engine), memory, data, now), engine


def _given(email: str, name: str, ip: str) -> Person:
    from service.core.person import Person

    person = Person(email.strip(), name.strip(), ip.strip())
    if not (person.email or person.name or person.ip):
        raise click.UsageError("give --email, --name or --ip")
    if person.ip and not person.address_hashes([b""]):
        raise click.UsageError("no one is known by this address: it is none, or one that many share")
    return person


def _counts(found: Found, copies: Sequence[str]) -> dict[str, Any]:
    return {
        "sites": [*found.sites],
        "comments": len(found.decisions),
        "labels": len(found.labels),
        "messages": found.messages,
        "list_entries": len(found.entries),
        "list_notes": len(found.notes),
        "copies_in_training_data": [*copies],
    }


def _print(result: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, indent=2))
        return
    for name, value in result.items():
        shown = ", ".join(value) or "none" if isinstance(value, list) else f"{value:,}"
        click.echo(f"{name.replace('_', ' '):<24} {shown}")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
