"""
Connections as the kernel counts them.
"""

import socket
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from service.gauges import open_to


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_connections_count_from_the_first_packet_and_not_from_the_first_word(
    family: socket.AddressFamily, host: str
) -> None:
    with ExitStack() as stack, socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        before = open_to(port)
        clients = [stack.enter_context(closing(socket.create_connection((host, port)))) for _ in range(3)]

        during = open_to(port)
        for client in clients:
            client.close()

        assert (before, during) == (0, 3)
        assert open_to(port) == 0


def test_where_the_kernel_does_not_say_there_is_no_number() -> None:
    assert open_to(80, [Path("/nowhere/tcp")]) is None
