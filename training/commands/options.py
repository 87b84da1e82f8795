"""
The options that several commands of `hamlet-train` have.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from service.model.folder import current
from training.params import SHIPPED

Option = Callable[[Callable[..., Any]], Callable[..., Any]]

PATHS = click.Path(exists=True, path_type=Path)
STRICT = click.option("--strict", is_flag=True, help="Fail if any row cannot be used, instead of leaving it out.")
MODEL = click.option("--model", type=PATHS, help="Folder of a model.  [default: the one that models/CURRENT names]")
MODELS = click.option(
    "--models", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("models"),
    show_default=True, help="Models folder.",
)  # fmt: skip

FROM_STORE = click.option(
    "--from-store", is_flag=True, help="Add what moderators said; the store is found as the service finds it."
)
PARAMS = click.option(
    "--params",
    "params_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=SHIPPED,
    help="Parameters, TOML.  [default: the shipped ones]",
)
NEW_VERSION = click.option("--version", help="Name of the new model.  [default: today's next, as 2026-11-23.1]")


def _named(_: click.Context, __: click.Parameter, version: str) -> str:
    if not version:
        raise click.BadParameter("give the name of a folder in the models folder")
    return version


VERSION = click.argument("version", callback=_named)


def model_folder(given: Path | None) -> Path:
    """
    Return the folder of the model that MODEL means.

    Raises:
        ModelError: none was given, and none is in use.
    """
    return given or current(Path("models"))


def data(rows: str, *, required: bool = False) -> Option:
    """
    Return the option `--data`; `rows` says which are meant.
    """
    return click.option(
        "--data", "paths", type=PATHS, multiple=True, required=required, help=f"File or folder of {rows}; repeatable."
    )
