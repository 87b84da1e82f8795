"""
Clients that post comments one after the other, and remember what became of each.
"""

import http.client
import itertools
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from running_service import SECONDS


@dataclass
class Load:
    """
    Some clients, each with a connection that it keeps, from the beginning of a context to its end.

    A client whose connection ends makes another one, and ends when that is refused. With `leaves` it ends at once, as
    if it went elsewhere. Between an answer and the next comment it waits for `pause` seconds: who asks on and on leaves
    too little of a small machine to whatever is to happen under the load.
    """

    port: int
    key: str
    clients: int = 8
    leaves: bool = False
    comment: str = "thanks for number {}"
    pause: float = 0.02
    answers: list[dict[str, Any]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    retry_after: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(self.clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """
        Let every client wait for its last answer.
        """
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def ids(self) -> list[str]:
        """
        Return the decisions that were acknowledged as recorded.
        """
        return [answer["id"] for answer in self.answers if answer.get("recorded")]

    def late(self) -> int:
        """
        Return how many were answered at the deadline, as a busy machine may have it: whether they were counted, refused
        or recorded is not known.
        """
        return sum(answer["degraded"] == ["time"] for answer in self.answers)

    def _ask_on(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        while not self._stop.wait(self.pause):
            try:
                if connection.sock is None:
                    connection.connect()
            except OSError:
                return  # nothing listens any more
            if self._ask(connection):
                continue
            connection.close()
            if self.leaves:
                return
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> bool:
        number = next(self._numbers)
        body = json.dumps({"name": f"Reader {number}", "comment": self.comment.format(number), "ip": _address(number)})
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/v1/comments", body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.lost.append(f"{number}: {error!r}")
            return False
        self.statuses[response.status] += 1
        if response.status == 200:
            self.answers.append(json.loads(content))
        elif seconds := response.getheader("Retry-After"):
            self.retry_after.append(int(seconds))
        return not response.will_close


def _address(number: int) -> str:
    # Each reader from a place of their own.
    return f"9.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
