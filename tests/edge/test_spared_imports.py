"""
What libraries import of their own accord, and nobody here asks for, is not imported.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from running_service import RunningService, write_model

# Up to a command that a Redis which is away does not answer.
LOADED = """
import sys
from service.processes.spared_imports import spare
spare(traces={traces})
import redis
from service.traffic.redis_client import connect
try:
    connect("redis+sentinel://127.0.0.1:1/name").ping()
except redis.ConnectionError:
    print(*(name for name, module in sys.modules.items() if module))
"""
HALF_FOR_ASYNCIO = {"redis.asyncio.client", "redis.asyncio.cluster", "redis.asyncio.connection"}


def loaded(*, traces: bool) -> set[str]:
    script = [sys.executable, "-c", LOADED.format(traces=traces)]
    return set(subprocess.check_output(script, text=True).split())


def test_a_service_that_decides_has_not_imported_the_half_of_redis_for_asyncio(tmp_path: Path) -> None:
    write_model(tmp_path / "models")

    with RunningService(tmp_path, PYTHONPROFILEIMPORTTIME="1") as service:
        answer = service.moderate("Ann", "A casino for everyone in town")

    imported = {line.rpartition("|")[2].strip() for line in (tmp_path / "log").read_text().splitlines()}
    assert (answer["verdict"], answer["degraded"]) == ("reject", [])
    assert "redis.client" in imported
    assert not HALF_FOR_ASYNCIO & imported


def test_sentinels_are_asked_without_that_half_either() -> None:
    found = loaded(traces=False)

    assert "redis.sentinel" in found
    assert not HALF_FOR_ASYNCIO & found


@pytest.mark.parametrize("traces", [False, True])
def test_redis_knows_of_opentelemetry_only_where_traces_are_sent(traces: bool) -> None:
    assert ("opentelemetry" in loaded(traces=traces)) is traces
