"""
The compose file: every setting reaches the service, and it has the time that it needs to end.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from service.config import Settings, variable
from service.processes.server import DRAIN_SECONDS

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
HAMLET = SERVICES["hamlet"]
# The image says these, and what is published and mounted goes by them.
IMAGE = {"HAMLET_HOST", "HAMLET_PORT", "HAMLET_STATE_DIR"}


def test_every_setting_that_the_image_does_not_make_is_handed_on() -> None:
    settings = {variable(field) for field in Settings.model_fields}

    assert set(HAMLET["environment"]) == settings - IMAGE


def test_a_setting_that_the_image_has_keeps_its_value_where_nobody_sets_another() -> None:
    image = re.findall(r"^ +(HAMLET_\w+)=(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    for name, value in image:
        assert HAMLET["environment"].get(name, value) in (value, f"${{{name}:-{value}}}")


def test_the_service_has_longer_to_end_than_its_longest_announcement_and_its_last_answers() -> None:
    longest = Settings.from_environment({"HAMLET_DRAIN_SECONDS": "60"}).drain_seconds

    # Five more for the rest, as on Kubernetes.
    assert int(HAMLET["stop_grace_period"].removesuffix("s")) >= longest + DRAIN_SECONDS + 5
