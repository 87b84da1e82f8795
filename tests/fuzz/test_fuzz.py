"""
Requests at random against a running service: no error of its own, and no worker that is stuck or has died.

A short run by default; `make fuzz` makes it 10,000 cases.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from requests_at_random import Keys, Sent, requests
from running_service import RunningService, descendants, write_model

# Of each kind of request here; and of each operation, of which the OpenAPI document has thirteen besides batches.
CASES = int(os.environ.get("FUZZ_CASES", "250"))
OF_OPERATION = max(1, CASES // 50)
SEED = 20261128
CORAL_SECRET = "empsec_" + "5c" * 32
WORKERS, THREADS = 2, 4

pytestmark = pytest.mark.no_cover


class Fuzzed(RunningService):
    """
    A service whose quotas let everything through, with the keys to all of its edges.
    """

    def open_all(self) -> Keys:
        limits = ("commenter-per-minute", "commenter-per-hour", "site-per-minute", "key-per-minute", "labels-per-hour")
        self.hamlet("sites", "set", "demo", *(word for limit in limits for word in (f"--{limit}", "0")))
        self.quiet_key = self.hamlet("sites", "add", "quiet").split()[0]
        self.hamlet("sites", "coral", "demo", "--secret", CORAL_SECRET)
        scopes = [word for scope in ("admin", "check", "feedback") for word in ("--scope", scope)]
        site = self.hamlet("sites", "keys", "add", "demo", *scopes).split()[-1]
        (akismet, *_) = json.loads(self.hamlet("sites", "show", "demo", "--json"))["akismet_keys"]
        password = self.hamlet("moderators", "add", "Anna").split()[-1]
        form = urlencode({"name": "Anna", "password": password}).encode()
        form_type = "application/x-www-form-urlencoded"
        signed_in = self.request(
            "POST", "/moderate/sign-in", form, Content_Type=form_type, Sec_Fetch_Site="same-origin"
        )
        session = re.search(r"hamlet_session=([^;]+)", signed_in.headers["set-cookie"])
        assert session
        return Keys(site, akismet, CORAL_SECRET, session[1])

    def judged(self, number: int) -> dict[str, Any]:
        """
        Send an everyday comment to another site, of which the lists and labels are not at random too.
        """
        body = json.dumps({"name": f"Reader {number}", "comment": f"thanks {number}"}).encode()
        headers = {"Authorization": f"Bearer {self.quiet_key}", "Content_Type": "application/json"}
        answer = self.request("POST", "/v1/comments", body, **headers)
        assert answer.status == 200, answer
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def status(self, sent: Sent) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(sent.method, sent.path, sent.body or None, sent.headers)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    folder = tmp_path_factory.mktemp("fuzz")
    write_model(folder / "models")
    with Fuzzed(
        folder, HAMLET_WORKERS=str(WORKERS), HAMLET_THREADS=str(THREADS), HAMLET_LOG_LEVEL="warning"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def keys(service: Fuzzed) -> Keys:
    return service.open_all()


@pytest.fixture(scope="module")
def processes(service: Fuzzed, keys: Keys) -> list[int]:
    return descendants(service.process.pid)


def unharmed(service: Fuzzed, processes: list[int]) -> None:
    """
    Check that all processes are still the same, that every thread answers at once, and that nothing went wrong inside.
    """
    assert descendants(service.process.pid) == processes
    with ThreadPoolExecutor(WORKERS * THREADS) as threads:
        began = time.monotonic()
        answers = list(threads.map(service.judged, range(WORKERS * THREADS)))
        seconds = time.monotonic() - began
    # Without Redis too, whose 50 ms a busy machine may miss.
    assert [answer for answer in answers if answer["verdict"] != "accept" or not answer["recorded"]] == []
    assert seconds < 5
    assert "unexpected error" not in Path(service.folder / "log").read_text()


def test_what_the_openapi_document_allows_or_forbids_is_no_error_of_ours(
    service: Fuzzed, keys: Keys, processes: list[int]
) -> None:
    schemathesis = Path(sys.executable).with_name("st")
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    arguments = ["--checks", checks, "--phases", "fuzzing", "--seed", str(SEED), "--max-examples", str(OF_OPERATION)]
    # It has no notion of lines of JSON; batches are sent below.
    arguments += ["--exclude-path", "/v1/batch", "--workers", "2", "--warnings", "off", "--no-color"]
    arguments += ["--generation-database", "none", "--header", f"Authorization: Bearer {keys.site}"]

    fuzzed = subprocess.run(
        [schemathesis, "run", f"http://127.0.0.1:{service.port}/openapi.json", *arguments],
        cwd=service.folder,
        capture_output=True,
        text=True,
    )

    assert fuzzed.returncode == 0, fuzzed.stdout[-5000:]
    generated = re.search(r"(\d+) generated", fuzzed.stdout)
    assert generated
    # Of the pages, which take nothing, there are but a few.
    assert int(generated[1]) >= 6 * OF_OPERATION
    unharmed(service, processes)


def test_what_is_near_to_a_request_of_any_edge_is_no_error_of_ours(
    service: Fuzzed, keys: Keys, processes: list[int]
) -> None:
    @seed(SEED)
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(keys))
    def answered(sent: Sent) -> None:
        assert service.status(sent) < 500

    answered()

    unharmed(service, processes)
