"""
A listening socket for each worker, all on one port: the kernel spreads connections evenly over them.

On one socket for all, whoever wakes up first accepts a whole burst: of 16 connections that are kept alive one worker
got nearly all. The parent keeps these open, so what waits for a worker that died waits for the one that replaces it.
"""

import ctypes
import logging
import socket
import struct
import sys
from collections.abc import Collection, Sequence

# From linux/filter.h and asm-generic/socket.h; `socket` has no names for them.
_ATTACH, _PROGRAM, _INSTRUCTION = 51, struct.Struct("HP"), struct.Struct("HBBI")
_LOAD, _MODULO, _JUMP_IF_EQUAL, _RETURN, _RANDOM = 0x20, 0x94, 0x15, 0x06, 0xFFFFF000 + 56

logger = logging.getLogger("hamlet.listening")


def listen(host: str, port: int, *, workers: int, backlog: int) -> list[socket.socket]:
    """
    Return a socket for each worker, or one for all where the kernel does not spread connections.

    Raises:
        OSError: the address is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The first is bound as if it were alone: a port on which another service listens is refused.
    sockets = [_bound(family, host, port, shares=False)]
    if sys.platform == "linux":
        sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sockets += [_bound(family, host, port, shares=True) for _ in range(workers - 1)]
    for each in sockets:
        each.listen(backlog)
        each.setblocking(False)
    return sockets


def steer(sockets: Sequence[socket.socket], away_from: Collection[int] = ()) -> None:
    """
    Have new connections wait at these sockets, but for the ones with such numbers, as long as any is left.
    """
    taking = [number for number in range(len(sockets)) if number not in away_from]
    if len(sockets) == 1 or not taking:
        return
    program = [(_LOAD, 0, 0, _RANDOM), (_MODULO, 0, 0, len(taking))]
    for remainder, number in enumerate(taking):
        program += [(_JUMP_IF_EQUAL, 0, 1, remainder), (_RETURN, 0, 0, number)]
    program.append((_RETURN, 0, 0, taking[0]))
    code = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*each) for each in program))
    try:
        sockets[0].setsockopt(socket.SOL_SOCKET, _ATTACH, _PROGRAM.pack(len(program), ctypes.addressof(code)))
    except OSError as error:
        # Then they are spread over all, also over one that is being replaced: they wait for it.
        logger.info("connections cannot be steered: %s", error.strerror)


def _bound(family: int, host: str, port: int, *, shares: bool) -> socket.socket:
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shares:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
