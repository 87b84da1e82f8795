"""
Services that the tests of faults break, and Redis as larger sites run it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from redis_servers import Cluster, Sentinels, behind_sentinels, cluster_of_three
from running_service import RunningService, TracedService, write_model

Serve = Callable[..., AbstractContextManager[RunningService]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """
    Return what runs a service with a small model and two workers, whose demo site has no limits.
    """

    @contextmanager
    def serve(*, is_traced: bool = False, **settings: str) -> Iterator[RunningService]:
        kind = TracedService if is_traced else RunningService
        if not (tmp_path / "models").exists():
            write_model(tmp_path / "models")
        with kind(tmp_path, **{"HAMLET_WORKERS": "2", **settings}) as service:
            service.lift_limits()
            yield service

    return serve


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[Cluster]:
    with cluster_of_three() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis_behind_sentinels() -> Iterator[Sentinels]:
    with behind_sentinels() as sentinels:
        yield sentinels
