"""
Comments posted at a steady rate, whatever the service does with them.
"""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlsplit

import numpy as np

from bench.processes import Server, headers_for
from bench.samples import COMMENTS

RATE, CALLERS = 100, 4


@dataclass(frozen=True, slots=True)
class Answer:
    """
    When a comment was due, the seconds until it was answered, the status (0 for none), and the model that scored it.
    """

    due: float
    seconds: float
    status: int
    model: str


class Load:
    """
    A hundred comments a second by four callers, from now on.
    """

    def __init__(self, server: Server, seconds: float) -> None:
        """
        Begin, for so many seconds.
        """
        self._answers: list[Answer] = []
        end = time.monotonic() + seconds
        self._callers = [threading.Thread(target=self._call, args=(server, n, end)) for n in range(CALLERS)]
        for caller in self._callers:
            caller.start()

    def answers(self) -> list[Answer]:
        """
        Wait for the end, and return all answers.
        """
        for caller in self._callers:
            caller.join()
        return self._answers

    def _call(self, server: Server, number: int, end: float) -> None:
        """
        Post a comment at each of this caller's moments, and count the time from the moment on: one that comes late
        because the one before was slow has waited too (no coordinated omission).
        """
        address = urlsplit(server.url)
        due = time.monotonic() + number / RATE
        bodies = cycle([json.dumps({"name": "Ann", "comment": comment}) for comment in COMMENTS])
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
            try:
                connection.request("POST", address.path, next(bodies), headers_for(server))
                response = connection.getresponse()
                model = str(json.loads(response.read()).get("model"))
                self._answers.append(Answer(due, time.monotonic() - due, response.status, model))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._answers.append(Answer(due, time.monotonic() - due, 0, type(error).__name__))
            finally:
                connection.close()
            due += CALLERS / RATE


def in_words(answers: Sequence[Answer]) -> str:
    """
    Return how many answers there were by status, and how long they took.
    """
    p50, p99, p999, longest = np.quantile([1000 * answer.seconds for answer in answers], (0.5, 0.99, 0.999, 1))
    return (
        f"{len(answers):,} requests, by status: {dict(Counter(answer.status for answer in answers))}; "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, p99.9 {p999:.1f} ms, longest {longest:.0f} ms"
    )
