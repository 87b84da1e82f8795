"""
Two replicas behind a balancer, with one PostgreSQL and one Redis Cluster between them, are one service.
"""

import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from balancer import balanced
from load import Load
from postgresql_server import PostgresqlServer
from redis_servers import Cluster
from running_service import LIMITS, Answer, RunningService, request, wait_until, write_model
from sqlalchemy import text

from service.store.engine import connect
from service.store.sites import Sites

SECRET = "the-same-on-all-machines-and-long-enough"
CALLER_LIMIT = 30
SPUN = (
    "We offer {} loans from two percent interest to people with bad credit, write us a note and we call {} back "
    "within the hour, whatever your bank has told you before this {}"
)


@dataclass
class Replicas:
    """
    The replicas, and the port of the balancer before them.
    """

    each: list[RunningService]
    port: int

    @property
    def key(self) -> str:
        return self.each[0].key


@pytest.fixture(scope="module")
def replicas(
    postgresql: PostgresqlServer,
    redis_cluster: Cluster,
    installed: Callable[[str, str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Replicas]:
    postgresql.empty()
    with ExitStack() as running:
        services: list[RunningService] = []
        for name in ("one", "two"):
            folder = tmp_path_factory.mktemp(name)
            write_model(folder / "models")
            service = RunningService(folder, **_settings(postgresql.url, redis_cluster.url))
            if services:
                # The demo site's key is made by whoever comes first.
                (folder / "state").mkdir(mode=0o700)
                (folder / "state" / "demo-key").write_text(services[0].key)
            services.append(running.enter_context(service))
        services[0].lift_limits()
        program, folder = installed("haproxy", "haproxy"), tmp_path_factory.mktemp("balancer")
        port = running.enter_context(balanced(program, folder, [service.port for service in services]))
        whole = Replicas(services, port)
        wait_until(lambda: [post(whole, f"thanks {n}").status for n in range(4)] == [200] * 4)
        yield whole


def _settings(database: str, redis: str) -> dict[str, str]:
    return {
        "HAMLET_DATABASE_URL": database,
        "HAMLET_REDIS_URL": f"{redis}?socket_timeout=5&socket_connect_timeout=5",  # not how busy the machine is
        "HAMLET_SECRET": SECRET,
        "HAMLET_WORKERS": "1",
        "HAMLET_DRAIN_SECONDS": "2",
    }


def post(replicas: Replicas, comment: str, replica: int | None = None, key: str = "", **fields: str) -> Answer:
    """
    Post a comment through the balancer, or past it to one of the replicas.
    """
    port = replicas.port if replica is None else replicas.each[replica].port
    headers = {"Authorization": f"Bearer {key or replicas.key}", "Content_Type": "application/json"}
    body = json.dumps({"name": "", "comment": comment, **fields}).encode()
    return request(port, "POST", "/v1/comments", body, **headers)


def test_a_limit_holds_to_the_exact_count_over_all_replicas(replicas: Replicas) -> None:
    key = another_site(replicas, key_per_minute=CALLER_LIMIT)

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(post, replicas, f"thanks {n}", n % 2, key) for n in range(2 * CALLER_LIMIT)]
        statuses = Counter(each.result().status for each in asked)

    assert statuses == {200: CALLER_LIMIT, 429: CALLER_LIMIT}


def test_a_commenters_limit_holds_over_all_replicas(replicas: Replicas) -> None:
    key = another_site(replicas, commenter_per_minute=5)

    verdicts = [verdict_of(post(replicas, f"thanks {n}", n % 2, key, ip="9.9.9.9")) for n in range(8)]

    assert verdicts == ["accept"] * 5 + ["hold"] * 3


def test_a_campaign_is_seen_over_all_replicas(replicas: Replicas) -> None:
    words = ("personal", "private", "cheap", "quick", "new", "easy")

    answers = [
        json.loads(post(replicas, SPUN.format(word, "you", n), n % 2, name=f"Reader {n}", ip=f"8.8.{n}.8").body)
        for n, word in enumerate(words)
    ]

    campaigns = [reason for reason in answers[-1]["reasons"] if reason["code"] == "campaign"]
    assert [(reason["seen"], reason["authors"]) for reason in campaigns] == [(len(words), len(words))]


def test_the_same_comment_sent_to_two_replicas_at_once_is_decided_once(replicas: Replicas) -> None:
    for number in range(5):
        with ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(post, replicas, "thanks", n, id=f"twice {number}") for n in range(2)]
            answers = [each.result() for each in asked]
        again = [post(replicas, "thanks", n, id=f"twice {number}") for n in range(2)]

        decided = {json.loads(each.body)["id"] for each in [*answers, *again] if each.status == 200}
        assert len(decided) == 1
        assert {each.status for each in answers} <= {200, 409}
        assert [each.headers.get("idempotent-replayed") for each in again] == ["true", "true"]


def test_a_label_given_at_one_replica_is_heard_at_the_other(replicas: Replicas) -> None:
    text = "Come and see our garden furniture in oak and steel, made by hand for you in the valley"
    first = json.loads(post(replicas, text, 0, name="Ann", ip="7.7.7.7").body)
    headers = {"Authorization": f"Bearer {replicas.key}", "Content_Type": "application/json"}

    replicas.each[0].request("POST", f"/v1/comments/{first['id']}/label", b'{"label": "spam"}', **headers)
    second = json.loads(post(replicas, text, 1, name="Bob", ip="6.6.6.6").body)

    assert "labelled_copy" in {reason["code"] for reason in second["reasons"]}


def test_a_rolling_restart_drops_nothing(replicas: Replicas) -> None:
    with Load(replicas.port, replicas.key, clients=4) as load:
        for service in replicas.each:
            answered = len(load.answers)
            wait_until(lambda answered=answered: len(load.answers) > answered + 30)
            code, _ = service.stop(signal.SIGTERM)
            service.__exit__()
            service.__enter__()
            wait_until(lambda service=service: service.request("GET", "/readyz").status == 200)
            assert code == 0
        answered = len(load.answers)
        wait_until(lambda: len(load.answers) > answered + 30)

    assert load.lost == []
    assert set(load.statuses) == {200}
    engine = connect(replicas.each[0].environment["HAMLET_DATABASE_URL"])
    with engine.connect() as connection:
        stored = set(connection.scalars(text("SELECT id FROM decisions")))
    engine.dispose()
    assert set(load.ids()) <= stored


def another_site(replicas: Replicas, **kept: int) -> str:
    """
    Return the key of a new site whose limits are out of reach, but for some.
    """
    engine = connect(replicas.each[0].environment["HAMLET_DATABASE_URL"])
    name = "-".join(kept)
    key = Sites(engine).add(name)
    Sites(engine).configure(name, limits=dict.fromkeys(LIMITS, 1_000_000) | kept)
    engine.dispose()
    return key


def verdict_of(answer: Answer) -> str:
    return str(json.loads(answer.body)["verdict"])
