"""
The numbers that nobody counts: read from the store and from this worker, each time that `/metrics` is asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily

from service.errors import StoreUnavailable
from service.store.queue import Length

# Of the network that this process is in; Linux alone has them.
TABLES = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
_ESTABLISHED = "01"


class Model(Protocol):
    """
    A model with what its card says of when it was made.
    """

    @property
    def version(self) -> str: ...
    @property
    def created(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Gauges:
    """
    What waits for moderators, how old the model in use is, who is connected, by how many seconds Redis's clock is
    ahead of this machine's, and how long ago the last purge was by the latter. What cannot be read is left out.
    """

    queue: Callable[[], Length]
    model: Callable[[], Model | None]
    clock: Callable[[], datetime]
    connections: Callable[[], int | None] = lambda: None
    skew: Callable[[], float | None] = lambda: None
    purged: Callable[[], datetime | None] = lambda: None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._queue()
        yield from self._model()
        if (connections := self.connections()) is not None:
            yield GaugeMetricFamily("hamlet_connections_open", "Connections of clients, idle ones too", connections)
        if (skew := self.skew()) is not None:
            yield GaugeMetricFamily("hamlet_redis_clock_skew_seconds", "How far Redis's clock is ahead of ours", skew)
        yield from self._purge()

    def _queue(self) -> Iterator[GaugeMetricFamily]:
        try:
            length = self.queue()
        except StoreUnavailable:
            return
        age = (self.clock() - length.oldest).total_seconds() if length.oldest else 0.0
        yield GaugeMetricFamily("hamlet_queue_comments", "Comments that wait for a moderator", length.waiting)
        yield GaugeMetricFamily("hamlet_queue_oldest_seconds", "Age of the comment that waits longest", max(age, 0.0))

    def _model(self) -> Iterator[GaugeMetricFamily]:
        model = self.model()
        if model and model.created:
            made = GaugeMetricFamily(
                "hamlet_model_created_timestamp_seconds", "When the model in use was trained", labels=("version",)
            )
            made.add_metric((model.version,), model.created.timestamp())
            yield made

    def _purge(self) -> Iterator[GaugeMetricFamily]:
        try:
            last = self.purged()
        except StoreUnavailable:
            return
        if last:
            age = (self.clock() - last).total_seconds()
            yield GaugeMetricFamily("hamlet_purge_age_seconds", "Time since the last purge, by this clock", age)


def open_to(port: int, tables: Sequence[Path] = TABLES) -> int | None:
    """
    Return how many connections there are to a port, those included that have sent nothing yet; None where the kernel
    does not say.
    """
    ours, found = f":{port:04X}", None
    for table in tables:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        fields = [line.split(maxsplit=4) for line in lines]
        found = (found or 0) + sum(own.endswith(ours) and state == _ESTABLISHED for _, own, _, state, _ in fields)
    return found
