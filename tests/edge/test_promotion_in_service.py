"""
A promotion while comments come in: every worker takes the model up, and no request fails.
"""

import json
import threading
from pathlib import Path

from running_service import RunningService, wait_until, write_model


def test_every_worker_takes_a_promoted_model_up_and_no_request_fails(tmp_path: Path) -> None:
    models = write_model(tmp_path / "models", "one")
    statuses: list[int] = []
    versions: list[str] = []
    enough = threading.Event()

    with RunningService(tmp_path, HAMLET_WORKERS="2") as service:
        service.lift_limits()
        headers = {"X_Api_Key": service.key, "Content_Type": "application/json"}

        def ask() -> None:
            while not enough.wait(0.05):
                answer = service.request("POST", "/v1/comments", b'{"name": "Ann", "comment": "thanks"}', **headers)
                statuses.append(answer.status)
                versions.append(json.loads(answer.body).get("model"))

        callers = [threading.Thread(target=ask) for _ in range(2)]
        for caller in callers:
            caller.start()
        try:
            for version in ("two", "three"):
                write_model(models, version)
                # Thirty answers in a row, each by whichever worker took the connection.
                wait_until(lambda version=version: versions[-30:] == [version] * 30)
        finally:
            enough.set()
            for caller in callers:
                caller.join()
        metrics = service.request("GET", "/metrics").body.decode()

    assert set(statuses) == {200}
    assert 'hamlet_model_info{version="three"} 1.0' in metrics
    assert 'hamlet_model_info{version="one"} 0.0' in metrics
