"""
A Redis Cluster as one client, connected when it is first used.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import redis
from redis.cluster import ClusterNode, PipelineCommand, RedisCluster
from redis.exceptions import MovedError, RedisClusterException

Command = tuple[str | bytes | int, ...]


class LazyCluster:
    """
    A Redis Cluster, whose nodes are asked about each other at the first use: a service starts without it, too.

    Where none of the known nodes answers any more, the next use begins again with those of the URL.
    """

    def __init__(self, addresses: list[tuple[str, int]], options: dict[str, Any], patience: float) -> None:
        """
        Take the addresses of some nodes, options of redis-py, and how many seconds to wait while others ask the nodes.
        """
        self._addresses = addresses
        self._options = options
        self._patience = patience
        self._cluster: RedisCluster | None = None
        self._connecting = threading.Lock()

    def run(self, commands: Sequence[Command]) -> list[object]:
        """
        Send commands to the nodes of their keys, as `run` does.
        """
        with self._connected() as cluster:
            replies = _sent(cluster, commands)
            moved = {n: reply for n, reply in enumerate(replies) if type(reply) is MovedError}
            if moved:
                for reply in moved.values():
                    cluster.nodes_manager.move_slot(reply)
                again = _sent(cluster, [commands[n] for n in moved])
                for n, found in zip(moved, again, strict=True):
                    replies[n] = found
        return replies

    def set(self, name: str, value: bytes, *, nx: bool, ex: int) -> Any:
        """
        Set a key that expires; with `nx` only where there is none.
        """
        with self._connected() as cluster:
            return cluster.set(name, value, nx=nx, ex=ex)

    def delete(self, name: str) -> Any:
        """
        Delete a key.
        """
        with self._connected() as cluster:
            return cluster.delete(name)

    def transaction(self, change: Callable[[Any], None], *watched: str) -> Any:
        """
        Make a change of keys in one slot, again if one of them was changed meanwhile.
        """
        with self._connected() as cluster:
            return cluster.transaction(change, *watched)  # type: ignore[no-untyped-call]

    def ping(self) -> bool:
        """
        Tell whether all nodes answer.
        """
        with self._connected() as cluster:
            return bool(cluster.ping())

    def nodes(self) -> list[redis.Redis]:
        """
        Return a client for each node.
        """
        with self._connected() as cluster:
            return [cluster.get_redis_connection(node) for node in cluster.get_nodes()]  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """
        Hang up; the next use connects again.
        """
        cluster, self._cluster = self._cluster, None
        if cluster:
            cluster.close()

    @contextmanager
    def _connected(self) -> Iterator[RedisCluster]:
        try:
            yield self._cluster or self._connect()
        except RedisClusterException as error:
            # No RedisError, and it means that no node answers or that they do not agree.
            self.close()
            raise redis.ConnectionError(str(error)) from error

    def _connect(self) -> RedisCluster:
        # One asks, and nobody waits long for it: a request behind another has its own 800 ms.
        if not self._connecting.acquire(timeout=self._patience):
            raise redis.ConnectionError("the cluster's nodes are being asked for each other")
        try:
            if self._cluster is None:
                nodes = [ClusterNode(*address) for address in self._addresses]  # type: ignore[no-untyped-call]
                self._cluster = RedisCluster(startup_nodes=nodes, require_full_coverage=False, **self._options)
            return self._cluster
        finally:
            self._connecting.release()


def _sent(cluster: RedisCluster, commands: Sequence[Command]) -> list[object]:
    # Without the library's way of following what has moved: it sends one command after the other, and each sixteen
    # times in 0.4 s while its slot is moving, which has no answer yet for keys that are new.
    stack = [PipelineCommand(command, position=place) for place, command in enumerate(commands)]  # type: ignore[no-untyped-call]
    pipe: Any = cluster.pipeline(transaction=False)  # type: ignore[no-untyped-call]
    replies: list[object] = pipe.send_cluster_commands(stack, raise_on_error=False, allow_redirections=False)
    return replies
