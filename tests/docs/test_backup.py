"""
The commands of docs/backup.md, run as they stand there, and what they print.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running_service import environment, write_model

PAGE = Path(__file__).parents[2] / "docs" / "backup.md"
# Those for PostgreSQL are run, with its own programs, by tests/contracts/test_store_backup.py.
BLOCKS = [
    block
    for block in re.findall(r"^```console\n(.+?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    if "pg_" not in block
]


@pytest.fixture
def run(tmp_path: Path) -> "Run":
    return Run(tmp_path)


class Run:
    """
    Runs commands in a folder with the state of a service, its models and a file of comments.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("safe", "backups"):
            (folder / name).mkdir()
        write_model(folder / "models")
        (folder / "comments.jsonl").write_text(json.dumps({"name": "Ann", "comment": "thanks to all of you"}))
        programs = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        self._environment = environment(folder, HAMLET_STATE_DIR="var", HAMLET_MODELS_DIR="models") | programs
        self("hamlet sites add blog")

    def __call__(self, command: str) -> str:
        command = command.replace("/safe/place", f"{self.folder}/safe").replace("/backups", f"{self.folder}/backups")
        done = subprocess.run(
            command, shell=True, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.replace(f"{self.folder}/var", "var").replace(f"{self.folder}/", "/")


def without_numbers(text: str) -> str:
    return re.sub(r"\d[\d,T-]*", "N", text)


def test_every_command_works_and_prints_what_the_page_says(run: Run) -> None:
    for block in BLOCKS:
        printed = "".join(run(line[2:]) for line in block.splitlines() if line.startswith("$ ") and "check" not in line)
        said = "".join(f"{line}\n" for line in block.splitlines() if not line.startswith("$ "))

        assert without_numbers(printed) == without_numbers(said)


@pytest.mark.parametrize("rotations", [0, 1])
def test_secrets_and_models_are_byte_for_byte_what_they_were(run: Run, rotations: int) -> None:
    for _ in range(rotations):
        run("hamlet secret rotate")
    (block,) = (block for block in BLOCKS if "tar " in block)
    before = {file: file.read_bytes() for file in (run.folder / "var").glob("*secret*")}

    judged = "".join(run(line[2:]) for line in block.splitlines())

    assert len(before) == 1 + rotations
    for file, content in before.items():
        assert (run.folder / "safe" / file.name).read_bytes() == content == file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
    models = {file.relative_to(run.folder / "models") for file in (run.folder / "models").rglob("*")}
    assert models == {
        file.relative_to(run.folder / "models-again") for file in (run.folder / "models-again").rglob("*")
    }
    assert json.loads(judged)["verdict"] == "accept"
