"""
Redis as larger sites run it, once for all tests that break parts of it and mend them again.
"""

from collections.abc import Iterator

import pytest
from redis_servers import Cluster, Sentinels, behind_sentinels, cluster_of_three


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[Cluster]:
    with cluster_of_three() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis_behind_sentinels() -> Iterator[Sentinels]:
    with behind_sentinels() as sentinels:
        yield sentinels
