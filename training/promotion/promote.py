"""
Which model is in use, and how it came to be: promotions, going back, and the history of both.
"""

import fcntl
import getpass
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from service.model import promotions
from service.model.folder import CURRENT, ModelError
from service.model.promotions import HISTORY, DamagedHistory, Promotion
from service.model.scorer import Scorer
from training.errors import BadModel
from training.promotion.registry import PIPELINE, folder_of, read_card, sha256_of

LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Examination:
    """
    What the gates said of a version: the champion that it met, None if there was none, and which it did not pass.
    """

    champion: str | None
    failed: tuple[str, ...] = ()


def system_user() -> str:
    """
    Return who runs this: the name, or the number where the system knows no name, as in a container.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def current_version(models: Path) -> str | None:
    """
    Return the version in use; None if nothing was promoted yet.
    """
    path = models / CURRENT
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def history(models: Path) -> Sequence[Promotion]:
    """
    Return all promotions, the earliest first.

    Raises:
        BadModel: the file of them is damaged.
    """
    try:
        return promotions.history(models)
    except DamagedHistory as error:
        raise BadModel(str(error)) from error


def promote(
    models: Path, version: str, who: str, reason: str, now: datetime, examined: Examination | None = None
) -> Promotion:
    """
    Make a version the current one, for services that look to take up within seconds, and keep who did so and why.

    The gates are the caller's affair (`training/gates`); what is given of them is kept.

    Raises:
        BadModel: there is no such version, its files are not those of its card, it is the current one, or the current
            one is no longer the champion that it was examined beside.
    """
    with _alone(models):
        before = current_version(models)
        if examined and before != examined.champion:
            raise BadModel(
                f"{before} was promoted while {version} was compared with {examined.champion}; compare again"
            )
        failed = examined.failed if examined else ()
        promotion = Promotion(version, before, _told(now), who, reason, is_forced=bool(failed), failed=failed)
        return _make_current(models, promotion)


def roll_back(models: Path, who: str, reason: str, now: datetime) -> Promotion:
    """
    Go back to the version that the current one was promoted over; once more goes back further.

    Raises:
        BadModel: none is in use, the history does not know that version, or it cannot be used any more.
    """
    with _alone(models):
        current, known = current_version(models), history(models)
        if current is None:
            raise BadModel(f"{models}: no model is in use there; promote one with `hamlet-train promote`")
        earlier = _earlier(known)
        if not earlier or known[-1].version != current:
            raise BadModel(f"the history has no model before {current}; name one with `hamlet-train promote`")
        return _make_current(models, Promotion(earlier[-1], current, _told(now), who, reason, is_rollback=True))


def _earlier(known: Sequence[Promotion]) -> list[str]:
    """
    Return the versions that can be gone back to, the next one last: each promotion adds one, going back takes it away.
    """
    versions: list[str] = []
    for each in known:
        if each.is_rollback:
            versions = versions[:-1]
        elif each.before:
            versions.append(each.before)
    return versions


def _make_current(models: Path, promotion: Promotion) -> Promotion:
    successor(models, promotion.version, promotion.before)
    # First: a change that failed and is in the history does less harm than one that is in none.
    _write(models / HISTORY, json.dumps(asdict(promotion), ensure_ascii=False) + "\n", "a")
    beside = models / f".{CURRENT}.new"
    _write(beside, f"{promotion.version}\n", "w")
    # Renamed, so that a reader sees the old name or the new.
    beside.replace(models / CURRENT)
    return promotion


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    # Of two at the same moment the second sees what the first did, from whatever machine that shares the folder.
    with (models / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def successor(models: Path, version: str, before: str | None) -> Scorer:
    """
    Return a model that can take the place of the one before.

    Raises:
        BadModel: there is none of that name, it is that one, it is named by a path, its files are not those of its
            card, or serving cannot load it.
    """
    # Services elsewhere that share the folder would not find it, and the one in use would have two names.
    if Path(version).name != version:
        raise BadModel(f"{version} is a path; give the name of a folder in {models}")
    if version == before:
        raise BadModel(f"{version} is the current model already")
    return verify(folder_of(models, version))


def verify(folder: Path) -> Scorer:
    """
    Return a model whose files are those of its card, as serving loads it. Nothing is unpickled.

    Raises:
        BadModel: they are not, or serving cannot load it.
    """
    try:
        scorer = Scorer.load(folder)
    except ModelError as error:
        raise BadModel(str(error)) from error
    pipeline = folder / PIPELINE
    # Serving needs none, and a model that came without is not damaged.
    if pipeline.is_file() and sha256_of(pipeline) != read_card(folder)["files"].get(PIPELINE):
        raise BadModel(f"{pipeline}: not the file that its card describes; restore the whole folder")
    return scorer


def _write(path: Path, text: str, mode: str) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
