"""
A service whose Redis fails over behind Sentinels: every comment is decided, and the new primary found by itself.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from load import Load
from redis_servers import Sentinels
from running_service import RunningService, wait_until

# What a busy machine must not turn into a fault.
PATIENT = "?socket_timeout=5&socket_connect_timeout=5"
Serve = Callable[..., AbstractContextManager[RunningService]]


def by_ann(service: RunningService, text: str) -> Any:
    return json.loads(service.post("/v1/comments", {"name": "Ann", "ip": "8.8.8.8", "comment": text}).body)


def is_degraded(load: Load) -> bool:
    return bool(load.answers[-1]["degraded"] == ["traffic"])


def test_a_failover_under_load_costs_no_answer_and_what_was_counted_is_known_after_it(
    serve: Serve, redis_behind_sentinels: Sentinels
) -> None:
    sentinels = redis_behind_sentinels
    old = sentinels.primary()
    assert old
    replica = next(server for server in sentinels.servers if server is not old)
    with serve(HAMLET_REDIS_URL=sentinels.url + PATIENT, HAMLET_WORKERS="1") as service:
        service.lift_limits(commenter_per_minute=3)
        flood = [by_ann(service, f"thanks for the flood {number}") for number in range(5)]
        with replica.client as client, Load(service.port, service.key, clients=2) as load:
            wait_until(lambda: len(load.answers) > 5 and client.dbsize() > 0)
            old.stop()
            wait_until(lambda: is_degraded(load))
            wait_until(lambda: sentinels.primary() is replica)
            # The breaker has to let a probe through, the longest pause of which is 30 s.
            wait_until(lambda: not is_degraded(load))
        after = by_ann(service, "thanks for the flood again")
        errors = service.counted('hamlet_traffic_errors_total{kind="connection"}')
        restarted = service.counted("hamlet_workers_replaced_total")

    assert [answer["verdict"] for answer in flood] == ["accept"] * 3 + ["hold"] * 2
    assert (after["verdict"], after["degraded"]) == ("hold", [])
    assert set(load.statuses) == {200}
    assert load.lost == []
    assert {(answer["verdict"], *answer["degraded"]) for answer in load.answers} == {
        ("accept",),
        ("accept", "traffic"),
    }
    assert all(answer["recorded"] for answer in load.answers)
    assert (errors > 0, restarted) == (True, 0)
    sentinels.rejoin(old)
