"""
Sites that the model in use is adapted to and another one is not: there it would judge as before.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.model import adaptation
from training.data.rows import OF_STORE
from training.errors import BadModel
from training.promotion import registry


def missed(models: Path, version: str, before: str | None) -> Sequence[str]:
    """
    Return the sites that the model before is adapted to and a version is not, by their cards.
    """
    return adaptation.missed(_card(models, version), _card(models, before), before)


def told(version: str, before: str | None, sites: Sequence[str]) -> str:
    """
    Return in words that a version misses sites.
    """
    return f"{before} is adapted to {', '.join(sites)}, and {version} is not."


def warnings(models: Path, version: str, before: str | None) -> list[str]:
    """
    Return what whoever promotes a version has to know of the sites that it misses, with the command that adapts it.
    """
    sites = missed(models, version, before)
    if not sites:
        return []
    cure = f"To have that in it: hamlet-train adapt --from-store --begin-with {version}, and promote what that makes"
    sources = _card(models, version).get("sources", {})
    if fitted := [site for site in sites if f"{OF_STORE}{site}" in sources]:
        cure += f"; {version} was fitted on the labels of {', '.join(fitted)}: later ones alone adapt it to that"
    return [f"{told(version, before, sites)} {cure}"]


def _card(models: Path, version: str | None) -> dict[str, Any]:
    try:
        return registry.read_card(models / version) if version else {}
    except BadModel:
        # Whoever promotes a model, or goes back, because the one in use is damaged must not be stopped by that.
        return {}
