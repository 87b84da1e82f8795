"""
HAProxy before several replicas: it asks each for its readiness, and sends comments to those that are ready.
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from running_service import SECONDS, free_port, listens, wait_until

CONFIGURATION = """
global
    maxconn 2000
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    # A request that was sent on a connection that the replica had just closed is sent to another one.
    retries 3
    retry-on conn-failure empty-response response-timeout
    option redispatch
frontend comments
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    balance roundrobin
    option httpchk GET /readyz
    http-check expect status 200
    # Down within 0.6 s of the first 503, well within HAMLET_DRAIN_SECONDS; but not since it is busy for a moment.
    timeout check 2s
    default-server check inter 300ms fall 2 rise 1
    http-request set-header X-Forwarded-For %[src]
{servers}
"""


@contextmanager
def balanced(program: str, folder: Path, replicas: Sequence[int], port: int | None = None) -> Iterator[int]:
    """
    Run HAProxy before replicas on these ports of the loopback, and yield its own port.
    """
    port = port or free_port()
    servers = "\n".join(f"    server replica{number} 127.0.0.1:{each}" for number, each in enumerate(replicas, 1))
    configuration = folder / "haproxy.cfg"
    configuration.write_text(CONFIGURATION.format(port=port, servers=servers))
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen([program, "-f", str(configuration), "-db"], stdout=log, stderr=log)
    try:
        wait_until(lambda: listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS)
