"""
Clients as npm and PyPI deliver them, pointed at a running service as their users would.
"""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import akismet
import httpx
import pytest
from running_service import RunningService, write_model

from service.store.keys import akismet_key, id_of

NPM = ("akismet-api", "akismet")
BLOG = "https://blog.example/"
WRONG = "0123456789ab"


@dataclass(frozen=True)
class Place:
    """
    Where a service listens, and a key of it.
    """

    port: int
    key: str


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """
    The whole service; to its model casino is spam, thanks are none, and pills are held.
    """
    folder = tmp_path_factory.mktemp("service")
    write_model(folder / "models")
    with RunningService(folder, HAMLET_WORKERS="1") as running:
        secret = (folder / "state" / "secret").read_text().strip().encode()
        yield Place(running.port, akismet_key(secret, id_of(running.key)))


Node = Callable[..., Any]


@pytest.fixture
def node(npm_clients: Path) -> Node:
    def call(
        client: str, place: Place, method: str, *, key: str = "", host: str = "rest.akismet.com", **comment: Any
    ) -> Any:
        key = key or place.key
        settings: dict[str, Any] = {"blog": BLOG}
        if client == "akismet-api":
            settings |= {"key": key, "host": f"{host}:{place.port}", "protocol": "http"}
        else:
            settings |= {"apiKey": key, "host": host, "port": place.port}
        comment = {"user_ip": "127.0.0.1", **comment}
        command = ["node", "--no-deprecation", "call.js", client, method, json.dumps(settings), json.dumps(comment)]
        done = subprocess.run(command, cwd=npm_clients, capture_output=True, text=True, timeout=300, check=True)
        return json.loads(done.stdout)

    return call


@pytest.mark.parametrize("client", NPM)
def test_npm_verifies_a_key(hamlet: Place, node: Node, client: str) -> None:
    assert node(client, hamlet, "verifyKey") == {"error": None, "answer": True}
    assert node(client, hamlet, "verifyKey", key=WRONG) == {"error": None, "answer": False}


@pytest.mark.parametrize("client", NPM)
@pytest.mark.parametrize(("word", "is_spam"), [("thanks", False), ("casino", True), ("pills", True)])
def test_npm_checks_a_comment_with_the_key_in_the_host(
    hamlet: Place, node: Node, client: str, word: str, is_spam: bool
) -> None:
    answer = node(client, hamlet, "checkSpam", comment_content=f"{word} for you, says {client}")

    assert answer == {"error": None, "answer": is_spam}


def test_npm_checks_a_comment_with_an_address_for_a_key(hamlet: Place, node: Node) -> None:
    # What an owner types who can change nothing but the key. The other client then goes to port 80 only.
    key = f"localhost:{hamlet.port}/k/{hamlet.key}/"

    answer = node("akismet-api", hamlet, "checkSpam", key=key, comment_content="the casino at the corner")

    assert answer == {"error": None, "answer": True}


def test_npm_names_a_wrong_key(hamlet: Place, node: Node) -> None:
    assert node("akismet-api", hamlet, "checkSpam", key=WRONG)["error"] == "Invalid API key"


@pytest.mark.parametrize("client", NPM)
def test_npm_submits_what_the_next_check_heeds(hamlet: Place, node: Node, client: str) -> None:
    comment = f"I was told by {client} that my loan of two thousand crowns is waiting at the old harbour bank"
    assert node(client, hamlet, "checkSpam", comment_content=comment)["answer"] is False

    spam = node(client, hamlet, "submitSpam", comment_content=comment)
    caught = node(client, hamlet, "checkSpam", comment_content=f"{comment} today")
    ham = node(client, hamlet, "submitHam", comment_content=f"{comment} today")

    assert (spam["error"], ham["error"], caught["answer"]) == (None, None, True)
    assert client == "akismet" or spam["answer"] == ham["answer"] == "Thanks for making the web a better place."


class Redirect(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    Sends requests to another place than rest.akismet.com, which this client has in its code.
    """

    def __init__(self, place: Place) -> None:
        self._port = place.port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._turn(request)
        with httpx.HTTPTransport() as transport:
            response = transport.handle_request(request)
            response.read()
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._turn(request)
        async with httpx.AsyncHTTPTransport() as transport:
            response = await transport.handle_async_request(request)
            await response.aread()
        return response

    def _turn(self, request: httpx.Request) -> None:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)


def pypi(place: Place, key: str = "") -> akismet.SyncClient:
    return akismet.SyncClient(
        akismet.Config(key=key or place.key, url=BLOG), httpx.Client(transport=Redirect(place), timeout=5)
    )


def test_pypi_verifies_a_key(hamlet: Place) -> None:
    with pypi(hamlet) as client:
        assert client.verify_key()
        assert not client.verify_key(key=WRONG, url=BLOG)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("thanks", akismet.CheckResponse.HAM),
        ("casino", akismet.CheckResponse.SPAM),
        ("pills", akismet.CheckResponse.SPAM),
    ],
)
def test_pypi_checks_a_comment(hamlet: Place, word: str, answer: akismet.CheckResponse) -> None:
    with pypi(hamlet) as client:
        assert client.comment_check("127.0.0.1", comment_content=f"{word} for snakes", comment_author="Ann") is answer


def test_pypi_names_a_wrong_key(hamlet: Place) -> None:
    with pytest.raises(akismet.APIKeyError):
        pypi(hamlet, WRONG).comment_check("127.0.0.1", comment_content="thanks")


def test_pypi_reads_the_usage(hamlet: Place) -> None:
    with pypi(hamlet) as client:
        before = client.usage_limit()["usage"]
        client.comment_check("127.0.0.1", comment_content="thanks, counted")
        client.comment_check("127.0.0.1", comment_content="thanks, not counted", is_test=True)

        usage = client.usage_limit()

    assert usage == {"limit": "none", "usage": before + 1, "percentage": "0.00", "throttled": False}


def test_pypi_cannot_list_its_sites_since_it_sends_no_key(hamlet: Place) -> None:
    with pypi(hamlet) as client, pytest.raises(akismet.APIKeyError):
        client.key_sites(month=f"{datetime.now(UTC):%Y-%m}")


def test_pypi_lists_its_sites_where_the_host_is_the_key(hamlet: Place) -> None:
    headers = {"Host": f"{hamlet.key}.example.com"}
    http = httpx.Client(transport=Redirect(hamlet), headers=headers, timeout=5)
    month = f"{datetime.now(UTC):%Y-%m}"

    with akismet.SyncClient(akismet.Config(key=hamlet.key, url=BLOG), http) as client:
        answer = client.key_sites(month=month)
        table = client.key_sites(month=month, result_format="csv")

    assert not isinstance(answer, str)
    assert [row["site"] for row in answer[month]] == ["demo"]
    assert str(table).splitlines()[0].startswith(f"Active sites for {hamlet.key} during {month} (limit:500")


def test_pypi_submits_what_the_next_check_heeds(hamlet: Place) -> None:
    comment = "The python at the snake house sells two hundred tickets to the moon for whoever comes first"
    with pypi(hamlet) as client:
        before = client.comment_check("8.8.8.8", comment_content=comment, comment_author="Ann")
        assert client.submit_spam("8.8.8.8", comment_content=comment, comment_author="Ann")

        after = client.comment_check("9.9.9.9", comment_content=f"Hey! {comment}", comment_author="Bob")
        assert client.submit_ham("9.9.9.9", comment_content=f"Hey! {comment}", comment_author="Bob")

    assert (before, after) == (akismet.CheckResponse.HAM, akismet.CheckResponse.SPAM)


def test_pypi_reads_what_was_corrected(hamlet: Place) -> None:
    headers = {"Host": f"{hamlet.key}.example.com"}
    http = httpx.Client(transport=Redirect(hamlet), headers=headers, timeout=5)
    month = f"{datetime.now(UTC):%Y-%m}"

    with akismet.SyncClient(akismet.Config(key=hamlet.key, url=BLOG), http) as client:
        before: Any = client.key_sites(month=month)
        client.comment_check("8.8.8.8", comment_content="thanks, said nobody")
        client.submit_spam("8.8.8.8", comment_content="thanks, said nobody")
        after: Any = client.key_sites(month=month)

    assert int(after[month][0]["missed_spam"]) == int(before[month][0]["missed_spam"]) + 1


def test_pypi_asks_asynchronously_too(hamlet: Place) -> None:
    async def ask() -> akismet.CheckResponse:
        config = akismet.Config(key=hamlet.key, url=BLOG)
        http = httpx.AsyncClient(transport=Redirect(hamlet), timeout=5)
        async with akismet.AsyncClient(config, http) as client:
            return await client.comment_check("127.0.0.1", comment_content="another casino")

    assert asyncio.run(ask()) is akismet.CheckResponse.SPAM
