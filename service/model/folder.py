"""
The folder of a model on the disk: which one is in use, what its card says, and why it cannot be trusted.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter

from service.core.site import Thresholds
from service.core.thresholds import Curve

CURRENT = "CURRENT"


class Distrust(StrEnum):
    """
    Why a model cannot be trusted.
    """

    MISSING = "missing"
    ALTERED = "altered"
    NOT_UNDERSTOOD = "not_understood"


class ModelError(Exception):
    """
    A model that cannot be trusted: missing, cut, altered or not understood. The message names the file.
    """

    def __init__(self, reason: Distrust, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Card:
    """
    What serving needs of `card.json`.
    """

    version: str
    sha256: str
    thresholds: Thresholds
    curve: Curve | None = None
    created: AwareDatetime | None = None


_CARD: TypeAdapter[Card] = TypeAdapter(Card)


def read_card(folder: Path) -> Card:
    """
    Return what the card of a model folder says.

    Raises:
        ModelError: there is no card, or it lacks what serving needs.
    """
    path = folder / "card.json"
    try:
        card = json.loads(path.read_bytes())
        return _CARD.validate_python({**card, "sha256": card["files"]["scorer.npz"]})
    except OSError as error:
        raise ModelError(Distrust.MISSING, f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(Distrust.NOT_UNDERSTOOD, f"{path}: not a model's card ({error!r})") from error


def current(models: Path) -> Path:
    """
    Return the folder of the model that the file CURRENT names.

    Raises:
        ModelError: nothing is promoted, or what names it is damaged.
    """
    try:
        version = (models / CURRENT).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{models / CURRENT}: {error.strerror}; promote a model with hamlet-train"
        raise ModelError(Distrust.MISSING, message) from error
    except UnicodeDecodeError as error:
        raise ModelError(Distrust.NOT_UNDERSTOOD, f"{models / CURRENT}: not the name of a model") from error
    return models / version
