"""
What a mail filter must do to be compared.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class MailFilter(Protocol):
    """
    A statistical filter from a Debian package, run on this machine alone. `program` is there where it is installed.
    """

    name: str
    package: str
    program: str

    def probabilities(self, ham: Sequence[bytes], spam: Sequence[bytes], unknown: Sequence[bytes]) -> Values:
        """
        Return its probability of spam for each unknown message, after learning ham and spam from nothing.

        Raises:
            PeerFailed: it does not start, or does not answer as it should.
        """
        ...


class PeerFailed(Exception):
    """
    A filter that is installed did not do its work; the message holds what it said.
    """


def scores_of(lines: Sequence[str], expected: int, peer: str) -> Values:
    """
    Return one probability a line.

    Raises:
        PeerFailed: the lines are not as many as the messages, or one is no number.
    """
    try:
        values = np.array([float(line) for line in lines])
    except ValueError as error:
        raise PeerFailed(f"{peer}: {error}") from error
    if len(values) != expected:
        raise PeerFailed(f"{peer}: {len(values)} answers to {expected} messages")
    return values
