"""
What `hamlet doctor` says of a Redis Cluster and of a primary behind Sentinels.
"""

from pathlib import Path

import pytest
from redis_servers import Cluster, Sentinels

from service.config import Settings
from service.doctor.counters import examine

PATIENT = "?socket_timeout=10&socket_connect_timeout=10"


def told(tmp_path: Path, url: str) -> list[str]:
    return [finding.what for finding in examine(Settings(state_dir=tmp_path, redis_url=url + PATIENT))]


def test_each_node_of_a_cluster_is_looked_at(redis_cluster: Cluster, tmp_path: Path) -> None:
    with redis_cluster.nodes[0].client as node:
        node.config_set("maxmemory", "64mb")
        node.config_set("maxmemory-policy", "noeviction")

        found = told(tmp_path, redis_cluster.url)

        node.config_set("maxmemory", "0")
    boundless = len(redis_cluster.nodes) - 1
    assert sorted(found) == [
        "Valkey may take all memory of its machine (maxmemory 0)",
    ] * boundless + ["Valkey refuses to count when its memory is full (maxmemory-policy noeviction)"]


def test_the_primary_behind_sentinels_is_looked_at(redis_behind_sentinels: Sentinels, tmp_path: Path) -> None:
    (found,) = told(tmp_path, redis_behind_sentinels.url)

    assert found == "Valkey may take all memory of its machine (maxmemory 0)"


@pytest.mark.parametrize("url", ["redis+cluster://127.0.0.1:1", "redis+sentinel://127.0.0.1:1/main"])
def test_what_does_not_answer_is_said_to(tmp_path: Path, url: str) -> None:
    (found,) = told(tmp_path, url)

    assert found.startswith("Redis does not answer")
