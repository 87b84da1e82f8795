"""
Sockets on one port, as the kernel spreads connections over them.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from running_service import free_port

from service.processes.listening import listen, steer

# Of so many, a fair coin leaves one side less than a quarter once in 30,000 times.
MANY = 64


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def sockets(opened: ExitStack) -> list[socket.socket]:
    return [opened.enter_context(each) for each in listen("127.0.0.1", free_port(), workers=2, backlog=128)]


def connect_many(opened: ExitStack, listening: socket.socket) -> None:
    for _ in range(MANY):
        opened.enter_context(socket.create_connection(listening.getsockname()[:2], timeout=5))


def waiting(sockets: Sequence[socket.socket]) -> list[int]:
    """
    Accept all that waits, and return how many waited at each socket.
    """
    counts = [0] * len(sockets)
    for number, each in enumerate(sockets):
        try:
            while True:
                each.accept()[0].close()
                counts[number] += 1
        except BlockingIOError:
            continue
    return counts


def test_connections_are_spread_over_the_sockets(opened: ExitStack, sockets: list[socket.socket]) -> None:
    steer(sockets)

    connect_many(opened, sockets[0])

    counts = waiting(sockets)
    assert sum(counts) == MANY
    assert min(counts) >= MANY // 4


@pytest.mark.parametrize("gone", [0, 1])
def test_new_connections_go_to_the_others_and_what_waited_goes_on_to_wait(
    opened: ExitStack, sockets: list[socket.socket], gone: int
) -> None:
    steer(sockets, away_from=[1 - gone])
    connect_many(opened, sockets[0])

    steer(sockets, away_from=[gone])
    connect_many(opened, sockets[0])

    assert waiting(sockets) == [MANY, MANY]


def test_all_are_given_connections_again(opened: ExitStack, sockets: list[socket.socket]) -> None:
    steer(sockets, away_from=[0])

    steer(sockets)
    connect_many(opened, sockets[0])

    assert min(waiting(sockets)) >= MANY // 4


def test_connections_wait_where_they_did_if_there_is_no_other_place(
    opened: ExitStack, sockets: list[socket.socket]
) -> None:
    steer(sockets, away_from=[0, 1])

    connect_many(opened, sockets[0])

    assert sum(waiting(sockets)) == MANY


def test_a_port_on_which_others_share_connections_is_refused(sockets: list[socket.socket]) -> None:
    port = sockets[0].getsockname()[1]

    with pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", port, workers=2, backlog=128)


def test_an_ipv6_address_is_listened_on(opened: ExitStack) -> None:
    sockets = [opened.enter_context(each) for each in listen("::1", free_port(), workers=2, backlog=128)]

    connect_many(opened, sockets[0])

    assert sum(waiting(sockets)) == MANY
