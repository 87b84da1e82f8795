"""
The folder of models as the page shows it: the versions in it and which is in use.
"""

import json
from pathlib import Path
from typing import Any

from service.errors import NotFound
from service.model.adaptation import missed
from service.model.folder import ModelError, current


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


def check(models: Path, version: str) -> None:
    """
    Raise NotFound if there is no model of this version.
    """
    # Compared with what is there and never joined unseen: a name with slashes leads out of the folder.
    if version not in {each["version"] for each in versions(models)}:
        raise NotFound("there is no such model")


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
