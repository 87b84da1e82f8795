"""
Models on disk: one folder a version.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import joblib
from sklearn.pipeline import Pipeline

from training.errors import BadModel

PIPELINE, SCORER, CARD, REPORT = "pipeline.joblib", "scorer.npz", "card.json", "report.html"
_NUMBERS = re.compile(r"\[([-+.,\de\s]+)\]")
_VERSION = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\.\d{1,4}", re.ASCII)


def next_version(models: Path, today: date) -> str:
    """
    Return the first version of the day that is not taken, such as "2026-11-23.1".
    """
    number = 1
    while (models / f"{today.isoformat()}.{number}").exists():
        number += 1
    return f"{today.isoformat()}.{number}"


def folder_of(models: Path, version: str) -> Path:
    """
    Return the folder of a version.

    Raises:
        BadModel: there is none of that name; the message has those that there are.
    """
    folder = models / version
    if not folder.is_dir():
        known = sorted(card.parent.name for card in models.glob(f"*/{CARD}"))
        others = f"; there are: {', '.join(known)}" if known else ", nor any other"
        raise BadModel(f"there is no version {version} in {models}{others}")
    return folder


def sha256_of(path: Path) -> str:
    """
    Return the digest of a file of any size, as a card has it.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_free(models: Path, version: str) -> None:
    """
    Check, before an hour is spent on it, that a version can be written.

    Raises:
        BadModel: its name is no version, it exists (versions are never written over), or nothing can be written there.
    """
    folder = models / version
    if not _VERSION.fullmatch(version):
        raise BadModel(f"{version}: a version looks like 2026-11-23.1")
    if folder.exists():
        raise BadModel(f"{folder} exists; a version is never written over: remove it or take the next number")
    try:
        models.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=models).close()
    except OSError as error:
        raise BadModel(f"{models}: no model can be written there ({error.strerror})") from error


@contextmanager
def new_version(models: Path, version: str) -> Iterator[Path]:
    """
    Give a folder to write a version into, which gets its place among the models when all is written: of one that ends
    in an error or by Ctrl-C nothing is left. What is killed leaves a hidden folder, `.part-…`, that is no version.

    Raises:
        BadModel: the version cannot be written.
    """
    check_free(models, version)
    folder = models / version
    try:
        # One level down, where nobody who lists the models looks.
        with TemporaryDirectory(prefix=".part-", dir=models) as hidden:
            part = Path(hidden) / version
            part.mkdir()
            yield part
            part.rename(folder)
    except OSError as error:
        raise BadModel(f"{folder}: not written ({error.strerror or error})") from error


def write(folder: Path, pipeline: Pipeline, compiled: bytes, card: Mapping[str, Any]) -> None:
    """
    Write a model into an empty folder: both files, and a card with their digests.
    """
    joblib.dump(pipeline, folder / PIPELINE, compress=("zlib", 9))
    _finish(folder, compiled, card)


def write_again(base: Path, folder: Path, compiled: bytes, card: Mapping[str, Any]) -> None:
    """
    Write a model into an empty folder with the pipeline and the report of another one, whose card has the digests,
    compiled otherwise.
    """
    for name in (PIPELINE, REPORT):
        # What only serves has neither.
        if (base / name).is_file():
            shutil.copyfile(base / name, folder / name)
    _finish(folder, compiled, card)


def _finish(folder: Path, compiled: bytes, card: Mapping[str, Any]) -> None:
    (folder / SCORER).write_bytes(compiled)
    there = [name for name in (PIPELINE, SCORER) if (folder / name).is_file()]
    files = card.get("files", {}) | {name: sha256_of(folder / name) for name in there}
    text = json.dumps({**card, "files": files}, indent=1, ensure_ascii=False, allow_nan=False)
    # A figure and its interval on one line: a card is read by people, too.
    text = _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")


def read_card(folder: Path) -> dict[str, Any]:
    """
    Return the card of a model.

    Raises:
        BadModel: there is none that can be read.
    """
    try:
        card = json.loads((folder / CARD).read_bytes())
    except (OSError, ValueError) as error:
        raise BadModel(f"{folder / CARD}: {error}") from error
    if not isinstance(card, dict):
        raise BadModel(f"{folder / CARD}: not a JSON object")
    return card


def read_pipeline(folder: Path) -> Pipeline:
    """
    Return the pipeline of a model, unpickled only if it is the file that the card describes.

    Raises:
        BadModel: the file is missing, or its digest is not on the card.
    """
    path = folder / PIPELINE
    expected = read_card(folder).get("files", {}).get(PIPELINE)
    if not path.is_file() or sha256_of(path) != expected:
        raise BadModel(f"{path}: missing, or not the file that its card describes; it was not opened")
    pipeline: Pipeline = joblib.load(path)
    return pipeline
