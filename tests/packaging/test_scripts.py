"""
The scripts that a person or CI starts.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("run", "test", ".ci/run", ".ci/venv", ".ci/lock")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_executable_posix_shell(script: str) -> None:
    path = ROOT / script

    checked = subprocess.run(["sh", "-n", path], capture_output=True, text=True)

    assert os.access(path, os.X_OK)
    assert path.read_text().startswith("#!/bin/sh\n")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_python_that_is_too_old_is_named_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/venv", tmp_path / ".ci/venv")
    old = tmp_path / "python2"
    old.write_text("#!/bin/sh\nexit 0\n")
    old.chmod(0o755)

    refused = subprocess.run(
        [tmp_path / ".ci/venv", "requirements.lock"],
        env=os.environ | {"PYTHON": str(old)},
        capture_output=True,
        text=True,
    )

    assert refused.returncode == 1
    assert str(old) in refused.stderr
    assert "Python 3.11 or newer" in refused.stderr
    assert not (tmp_path / ".venv").exists()


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = makefile.split("\n", 1)[0].removeprefix(".PHONY: ").split()

    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert [line.split()[1] for line in shown.splitlines()] == targets


def test_the_image_takes_its_base_as_an_argument_and_is_not_run_by_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert "ARG PYTHON_IMAGE=python:3.13-slim" in lines
    assert all(line.startswith("FROM ${PYTHON_IMAGE}") for line in lines if line.startswith("FROM"))
    assert "USER 10001:10001" in lines
