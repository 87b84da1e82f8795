"""
The model: whether it can be trusted, and what its own card warns of.
"""

import json
from collections.abc import Iterator

from service.config import Settings
from service.doctor.finding import Finding, note
from service.model.folder import ModelError, current
from service.model.scorer import load_current


def examine(settings: Settings) -> Iterator[Finding]:
    """
    Yield why the model cannot be used, or what is known against it.
    """
    try:
        version = load_current(settings.models_dir).version
    except ModelError as error:
        yield Finding("no model can be trusted, so every comment is held", str(error))
        return
    card = json.loads((current(settings.models_dir) / "card.json").read_bytes())
    for warning in card.get("warnings", ()):
        yield note(f"the card of model {version} warns: {warning}", "train on labels of your own: docs/training.md")
