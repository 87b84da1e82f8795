"""
The folder of models as the page shows it: the versions in it, which is in use, and which were before.
"""

import json
from pathlib import Path
from typing import Any

from service.errors import NotFound
from service.model.adaptation import missed
from service.model.folder import ModelError, current

HISTORY = "history.jsonl"


class DamagedHistory(Exception):
    """
    A history of which nothing can be told, and by which nobody can go back. The message says what to do.
    """


def versions(models: Path) -> list[dict[str, Any]]:
    """
    Return what the list says of each model, the newest name first; `missed` are the sites that the one in use is
    adapted to and it is not.
    """
    found = {path.parent.name: _facts(path) for path in sorted(models.glob("*/card.json"), reverse=True)}
    used = in_use(models)
    return [
        {"version": version, "created": facts["created"], "missed": missed(facts, found.get(used, {}), used)}
        for version, facts in found.items()
    ]


def in_use(models: Path) -> str:
    """
    Return the version in use; "" while there is none.
    """
    try:
        return current(models).name
    except ModelError:
        return ""


def history(models: Path) -> list[dict[str, Any]]:
    """
    Return the promotions, the newest first.

    Raises:
        DamagedHistory: a line of their file is no promotion.
    """
    path = models / HISTORY
    try:
        lines = path.read_bytes().splitlines() if path.is_file() else []
        return [_promotion(json.loads(line)) for line in reversed(lines)]
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedHistory(f"{path}: a line is no promotion ({error}); restore the file or move it away") from error


def check(models: Path, version: str) -> None:
    """
    Raise NotFound if there is no model of this version.
    """
    # Compared with what is there and never joined unseen: a name with slashes leads out of the folder.
    if version not in {each["version"] for each in versions(models)}:
        raise NotFound("there is no such model")


def _promotion(told: dict[str, Any]) -> dict[str, Any]:
    shown = {name: told[name] for name in ("version", "at", "who", "reason")}
    if not all(isinstance(text, str) for text in shown.values()):
        raise TypeError("its version, at, who and reason must be texts")
    return {**told, **shown}


def _facts(card: Path) -> dict[str, Any]:
    try:
        facts = json.loads(card.read_text(encoding="utf-8"))
        adapted = facts.get("adapted", {})
        return {
            "created": facts.get("created", "")[:16].replace("T", " "),
            "adapted": {"from": adapted.get("from"), "sites": dict(adapted.get("sites", {}))},
        }
    except (OSError, ValueError, AttributeError, TypeError):
        return {"created": "its card is damaged"}
