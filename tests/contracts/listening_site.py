"""
A site's own web server, which keeps what it is told and answers as a test wishes.
"""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Told:
    """
    One request that came.
    """

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ListeningSite:
    """
    What came, and how it is answered: with statuses in turn, the last of them for ever.
    """

    port: int = 0
    told: list[Told] = field(default_factory=list)
    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    before_answering: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"http://site.example:{self.port}/hook?to=hamlet"


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[ListeningSite]:
    """
    Serve on a free port of this machine, by TLS if there is a certificate with its key.
    """
    site = ListeningSite()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.told.append(Told(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            site.before_answering()
            status = site.statuses.pop(0) if len(site.statuses) > 1 else site.statuses[0]
            self.send_response(status)
            for name, value in {**site.headers, "Content-Length": str(len(site.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(site.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
