"""
Models that are missing, damaged or hostile, when a service starts and while it serves.
"""

import hashlib
import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from load import Load
from running_service import RunningService, wait_until, write_model


class Hostile:
    """
    What runs a command when it is unpickled.
    """

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def is_missing(scorer: Path, _: Path) -> None:
    scorer.unlink()


def is_cut(scorer: Path, _: Path) -> None:
    scorer.write_bytes(scorer.read_bytes()[:-200])


def has_a_flipped_byte(scorer: Path, _: Path) -> None:
    content = bytearray(scorer.read_bytes())
    content[len(content) // 2] ^= 1
    scorer.write_bytes(content)


def is_a_pickle(scorer: Path, mark: Path) -> None:
    _with_matching_card(scorer, pickle.dumps(Hostile(mark)))


def has_a_pickle_inside(scorer: Path, mark: Path) -> None:
    # As numpy writes an array of objects: a header that says so, then a pickle.
    head = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
    described = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("words.npy", head + described + pickle.dumps(Hostile(mark)))
    _with_matching_card(scorer, archive.getvalue())


def _with_matching_card(scorer: Path, content: bytes) -> None:
    # Whoever can write the model can write its card too: the digest alone is no defence.
    scorer.write_bytes(content)
    card = json.loads((scorer.parent / "card.json").read_text())
    card["files"]["scorer.npz"] = hashlib.sha256(content).hexdigest()
    (scorer.parent / "card.json").write_text(json.dumps(card))


DAMAGES = {
    is_missing: "missing",
    is_cut: "altered",
    has_a_flipped_byte: "altered",
    is_a_pickle: "not_understood",
    has_a_pickle_inside: "not_understood",
}
Damage = Callable[[Path, Path], None]


def test_the_pickles_of_these_tests_would_run_a_command(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Hostile(tmp_path / "ran")))

    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("damage", [is_cut, has_a_pickle_inside])
def test_a_damaged_model_at_the_start_holds_every_comment_and_is_not_ready(tmp_path: Path, damage: Damage) -> None:
    models = write_model(tmp_path / "models")
    damage(models / "tiny" / "scorer.npz", tmp_path / "ran")

    with RunningService(tmp_path, HAMLET_WORKERS="1") as service:
        answer = service.moderate("Ann", "thanks to all of you")
        ready = service.request("GET", "/readyz")
        failures = service.counted("hamlet_model_load_failures_total")

    assert (answer["verdict"], answer["degraded"], answer["recorded"]) == ("hold", ["model"], True)
    assert ready.status == 503
    assert json.loads(ready.body)["checks"]["model"] == "no model can be trusted; the log says why"
    assert failures == 1
    assert not (tmp_path / "ran").exists()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("model-faults")
    write_model(folder / "models")
    with RunningService(folder, HAMLET_WORKERS="1") as running:
        running.lift_limits()
        yield running


def test_damaged_models_that_are_promoted_under_load_leave_the_one_before_serving(service: RunningService) -> None:
    models = service.folder / "models"

    def failures(reason: str) -> float:
        return service.counted(f'hamlet_model_load_failures_total{{reason="{reason}"}}')

    loads = service.counted("hamlet_model_loads_total")

    with Load(service.port, service.key, clients=2) as load:
        for damage, reason in DAMAGES.items():
            before = failures(reason)
            write_model(models, damage.__name__)
            (models / "CURRENT").write_text("tiny\n")
            damage(models / damage.__name__ / "scorer.npz", service.folder / "ran")
            (models / "CURRENT").write_text(f"{damage.__name__}\n")
            wait_until(lambda reason=reason, before=before: failures(reason) == before + 1)
        ready = service.request("GET", "/readyz").status
        write_model(models, "mended")
        wait_until(lambda: load.answers[-1]["model"] == "mended")

        taken = service.counted("hamlet_model_loads_total"), service.counted("hamlet_model_load_seconds")

    assert set(load.statuses) == {200}
    assert load.lost == []
    assert ready == 200
    assert taken[0] > loads
    assert taken[1] > 0
    assert {answer["model"] for answer in load.answers} == {"tiny", "mended"}
    assert {answer["verdict"] for answer in load.answers} == {"accept"}
    assert not (service.folder / "ran").exists()
