"""
Replicas behind HAProxy, with one PostgreSQL and a Redis Cluster of three nodes, all on loopback: `make cluster`.
"""

import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from balancer import balanced
from postgresql_server import PostgresqlServer, wheel
from redis_servers import cluster_of_three
from rich.console import Console
from running_service import RunningService

from bench.processes import Server
from service.config import Settings

REPLICAS = 2
SECRET = "only-for-a-cluster-on-loopback-of-invented-comments"


@contextmanager
def cluster() -> Iterator[tuple[list[RunningService], list[Server]]]:
    """
    Run replicas, and before them a balancer for the first alone, one for the first two, and so on.
    """
    program, programs = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/bin"), wheel()
    if program is None or programs is None:
        raise SystemExit("the balancer and the database are missing: sudo apt-get install haproxy, and ./test")
    database = PostgresqlServer(programs)
    with ExitStack() as running:
        running.callback(database.remove)
        database.start()
        running.callback(database.stop)
        redis = running.enter_context(cluster_of_three())
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="hamlet-cluster-")))
        replicas: list[RunningService] = []
        for number in range(REPLICAS):
            state = folder / str(number) / "state"
            state.mkdir(parents=True, mode=0o700)
            if replicas:  # the demo site's key is made by the first
                (state / "demo-key").write_text(replicas[0].key)
            settings = {"HAMLET_DATABASE_URL": database.url, "HAMLET_REDIS_URL": redis.url, "HAMLET_SECRET": SECRET}
            settings |= {"HAMLET_WORKERS": "1", "HAMLET_DRAIN_SECONDS": "2"}
            settings["HAMLET_MODELS_DIR"] = str(Settings.from_environment({}).models_dir)
            replicas.append(running.enter_context(RunningService(state.parent, **settings)))
        replicas[0].lift_limits()
        yield replicas, [_balanced(program, folder, replicas[: n + 1], running) for n in range(REPLICAS)]


def _balanced(program: str, folder: Path, replicas: list[RunningService], running: ExitStack) -> Server:
    """
    Return a balancer as a server whose processes are those of the replicas, without its own, the database and Redis.
    """
    home = folder / f"balancer{len(replicas)}"
    home.mkdir()
    port = running.enter_context(balanced(program, home, [replica.port for replica in replicas]))
    name = "1 replica" if len(replicas) == 1 else f"{len(replicas)} replicas"
    first, *others = (replica.process.pid for replica in replicas)
    return Server(name, f"http://127.0.0.1:{port}/v1/comments", replicas[0].key, first, 0.0, beside=tuple(others))


def main() -> None:
    """
    Run a cluster until Ctrl-C.
    """
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    console = Console(width=120, soft_wrap=True)
    with suppress(KeyboardInterrupt), cluster() as (replicas, (*_, whole)):
        console.print(f"{whole.name} at {whole.url}, and past the balancer at", style="bold")
        for replica in replicas:
            console.print(f"  http://127.0.0.1:{replica.port}, process {replica.process.pid}")
        header = '-H \'Content-Type: application/json\' -d \'{"name": "Ann", "comment": "Thank you all."}\''
        print(f"\ncurl {whole.url} -H 'Authorization: Bearer {whole.key}' {header}\n\nPress Ctrl-C to stop all of it.")
        threading.Event().wait()


if __name__ == "__main__":
    main()
