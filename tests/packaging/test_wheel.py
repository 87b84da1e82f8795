"""
What the wheel holds, built as the image builds it: without a network.
"""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_service(files: set[str]) -> None:
    ours = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "service").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert ours - files == set()
    assert {"service/traffic/traffic.lua", "service/model/scorer.py", "service/store/migrations/env.py"} <= files


def test_the_wheel_holds_training_and_its_parameters_but_not_our_rows(files: set[str]) -> None:
    beside = {"training/behaviour/checks.py", "training/data/corrections.jsonl", "training/report/report.html"}

    assert {"training/cli.py", "training/params.toml", *beside} <= files
    ours = ("training/written/", "training/unseen/", "training/behaviour/suite/")
    assert not [name for name in files if name.startswith(ours)]


def test_the_wheel_holds_nothing_else(files: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in files} == {"service", "training", "hamlet_moderation"}
