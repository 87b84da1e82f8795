"""
Which addresses of a Redis are taken, and what is said of the others.
"""

import pytest

from service.traffic.redis_client import connect
from service.traffic.redis_cluster import LazyCluster


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("redis://host", 0),
        ("redis://host/", 0),
        ("redis://:secret@host:6380/2", 2),
        ("rediss://host?db=2", 2),
        ("unix:///run/redis.sock?db=2", 2),
        ("redis+sentinel://host/name?db=2", 2),
    ],
)
def test_the_database_of_a_url_is_used(url: str, database: int) -> None:
    client = connect(url)

    assert client.connection_pool.connection_kwargs.get("db", 0) == database  # type: ignore[union-attr]


@pytest.mark.parametrize("url", ["redis+cluster://host", "redis+cluster://host/", "redis+cluster://host/0"])
def test_a_cluster_has_one_database(url: str) -> None:
    assert isinstance(connect(url), LazyCluster)


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("redis://:secret@host/x", "redis://host:6379/1"),
        ("redis://:secret@host/1/2", "redis://host:6379/1"),
        ("rediss://:secret@host/-1", "redis://host:6379/1"),
        ("redis://ann/secret@host", "write %2F for /"),
        ("redis://:secret@host?db=-1", "redis://host:6379/1"),
        ("unix:///run/redis.sock?db=x&password=secret", "'db'"),
        ("redis+sentinel://:secret@host/name/2", "?db=1"),
        ("redis+sentinel://:secret@host/name?db=-2", "?db=1"),
        ("redis+cluster://:secret@host/2", "leave it out"),
        ("redis+cluster://:secret@host?db=2", "leave it out"),
    ],
)
def test_a_database_that_cannot_be_is_refused_with_the_cure_and_without_the_password(url: str, cure: str) -> None:
    with pytest.raises(ValueError, match=r"database|db") as refusal:
        connect(url)

    assert cure in str(refusal.value)
    assert "secret" not in str(refusal.value)
