"""
One message over HTTP, to an address that has been looked at, bounded in time and size, without redirects.
"""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from service.delivery.addresses import NotAllowed, Resolve, allowed, resolve

# For all of it. A site answers in a second; one that sends a byte now and then must not keep a thread.
SECONDS = 10.0
# Of an answer that nobody reads: enough for a client to close the connection in good manners.
MOST_BYTES = 64 * 1024
_VISIBLE = re.compile("[!-~]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """
    Posts messages. `allow_private` lets them go to addresses that are not of the public internet; `timer` ends one that
    takes longer than `seconds`.
    """

    allow_private: bool = False
    resolve: Resolve = resolve
    seconds: float = SECONDS
    timer: type[Timer] = Timer

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> str | None:
        """
        Return what was wrong, in a word or two and without what the other side sent; None if it took the message.
        """
        try:
            status = self._status(url, body, headers)
        except NotAllowed as error:
            return str(error)
        except ssl.SSLError:
            return "its certificate or TLS"
        except TimeoutError:
            return "no answer in time"
        except (OSError, HTTPException, ValueError) as error:
            return type(error).__name__
        return None if 200 <= status < 300 else f"HTTP {status}"

    def _status(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        parts = split(url)
        host, port = parts.hostname or "", port_of(parts)
        addresses = allowed(host, port, self.resolve, allow_private=self.allow_private)
        connection = _Pinned(host, port, addresses, parts.scheme == "https", self.seconds)
        # A socket's own time-out starts again with every byte.
        timer = self.timer(self.seconds, connection.end)
        timer.daemon = True
        timer.start()
        try:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("POST", target, body, dict(headers))
            response = connection.getresponse()
            response.read(MOST_BYTES)
            return response.status
        except (OSError, HTTPException) as error:
            raise TimeoutError if connection.is_over else error from None
        finally:
            timer.cancel()
            connection.close()


class _Pinned(HTTPConnection):
    """
    A connection to one of some addresses of a host, under the host's name in TLS and in the header, that can be ended
    from another thread.
    """

    def __init__(self, host: str, port: int, addresses: Sequence[str], is_secure: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.default_port = 443 if is_secure else 80
        self._addresses = addresses
        self._is_secure = is_secure
        self.is_over = False
        # `sock` is None as soon as an answer says that the connection ends with it, and the answer goes on.
        self._wire: socket.socket | None = None

    def end(self) -> None:
        """
        Let nothing more come, also of an answer that has begun.
        """
        self.is_over = True
        with suppress(OSError):  # it has just been closed
            if self._wire:
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)

    def connect(self) -> None:
        self._wire = self.sock = self._first()
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self._wire = self.sock
        if self.is_over:
            raise TimeoutError  # before there was anything to end
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def _first(self) -> socket.socket:
        *others, last = self._addresses
        seconds = (self.timeout or SECONDS) / len(self._addresses)
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.port), seconds)
        return socket.create_connection((last, self.port), seconds)


def split(url: str) -> SplitResult:
    """
    Return the parts of a URL that messages can go to.

    Raises:
        NotAllowed: it is none of http:// or https://, or names a user, or no host.
    """
    try:
        parts = urlsplit(url)
        is_plain = _VISIBLE.fullmatch(url) and "@" not in parts.netloc
        if is_plain and parts.scheme in ("http", "https") and parts.hostname and port_of(parts):
            return parts
    except ValueError:
        pass
    raise NotAllowed("not an http:// or https:// URL")


def port_of(parts: SplitResult) -> int:
    """
    Return the port that a URL names, or the usual one.
    """
    return parts.port or (443 if parts.scheme == "https" else 80)
