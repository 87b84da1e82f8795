"""
The command `hamlet-train adapt`: what a site's own labels teach beyond a model, which is not fitted again.
"""

from pathlib import Path

import click

from training.adapt import adapt as write_adapted
from training.commands import options
from training.commands.given import origin_of, read_corpus
from training.commands.options import FROM_STORE, MODELS, NEW_VERSION, PARAMS, STRICT
from training.errors import BadModel
from training.params import read_params
from training.progress import say
from training.promotion import registry
from training.promotion.promote import current_version
from training.report import tables


@click.command()
@options.data("labelled rows, whose source is the name of the site")
@FROM_STORE
@STRICT
@MODELS
@PARAMS
@click.option("--begin-with", "base", metavar="VERSION", help="The model to adapt.  [default: the one in use]")
@NEW_VERSION
def adapt(
    paths: tuple[Path, ...],
    from_store: bool,
    strict: bool,
    models: Path,
    params_file: Path,
    base: str | None,
    version: str | None,
) -> None:
    """
    Write a new version of a model that has learned from the labels of each site what is spam there, for that site
    alone, and print what that does to comments that it has not learned from.
    """
    made = origin_of("adapt --from-store" if from_store else "adapt", paths, params_file)
    params, name = read_params(params_file), version or registry.next_version(models, made.created.date())
    registry.check_free(models, name)
    before = base or current_version(models)
    if before is None:
        raise BadModel(f"{models}: no model is in use there; name one with --begin-with")
    registry.folder_of(models, before)  # and not when all is read
    found = write_adapted(read_corpus(paths, from_store, strict), params, models, before, name, made)
    tables.show({"adapted": found})
    say(f"{models / name}: {before}, adapted to {', '.join(found) or 'fewer sites'}")
    say(f"Then: hamlet-train promote {name} {'--from-store' if from_store else '--data ROWS_THAT_NEITHER_HAS_SEEN'}")
