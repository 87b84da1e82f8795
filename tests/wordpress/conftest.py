"""
A WordPress and a Hamlet for all tests of this folder.
"""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asking_blog import PLUGINS, Blog
from running_service import RunningService, write_model
from wordpress_site import WordpressSite


@pytest.fixture(scope="session")
def wordpress(installed: Callable[[str, str], str], wordpress_source: Path) -> Iterator[WordpressSite]:
    with WordpressSite(installed, wordpress_source) as site:
        yield site
        assert not site.complaints


@pytest.fixture(scope="session")
def hamlet(wordpress: WordpressSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """
    The whole service; to its model casino is spam, with pills it may be discarded; pills are held, and thanks are none.
    """
    folder = tmp_path_factory.mktemp("service")
    card = write_model(folder / "models") / "tiny" / "card.json"
    card.write_text(card.read_text().replace('"discard_at": 0.999', '"discard_at": 0.99'))
    with RunningService(folder, HAMLET_WORKERS="1", HAMLET_DELIVER_PRIVATELY="true") as running:
        # All visitors have one address.
        running.hamlet("sites", "set", "demo", "--commenter-per-minute", "0", "--commenter-per-hour", "0")
        yield running


@pytest.fixture
def way(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def blog(way: str, wordpress: WordpressSite, hamlet: RunningService) -> Blog:
    wordpress.use(PLUGINS[way], is_akismet_on=way == "akismet")
    blog = Blog(way, wordpress, hamlet)
    blog.ask()
    return blog


@pytest.fixture
def silent() -> Iterator[str]:
    """
    The address of a server that takes connections and says nothing.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def secret(blog: Blog) -> Iterator[str]:
    """
    What signs the clicks in Hamlet that the blog hears of.
    """
    yield blog.listen()
    blog.hamlet.hamlet("sites", "set", "demo", "--webhook", "default")
