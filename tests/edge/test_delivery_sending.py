"""
Where messages may go, and how little they trust who takes them.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from listening_site import ListeningSite, listening

from service.delivery.addresses import is_public
from service.delivery.sending import Sender

REFUSED = "the host is not on the public internet"
NOT_PUBLIC = """
    127.0.0.1 10.0.0.1 172.16.9.9 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1 255.255.255.255
    ::1 :: fe80::1 fe80::1%eth0 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1
    64:ff9b::10.0.0.1 64:ff9b:1::1 2002:7f00:1::1 2001:0:7f00:1:: 2001:db8::1
"""
NO_WEB_ADDRESSES = (
    *("ftp://site.example/", "file:///etc/passwd", "//site.example/", "http:///", "", "http://["),
    *("http://user:secret@site.example/", "http://site.example:99999/", "http://site.example/ü"),
    *("http://site.example/\r\nX: y", "http://site.example/ HTTP/1.1"),
)


@dataclass
class NameServer:
    """
    Gives one answer after the other, the last of them for ever, and counts how often it is asked.
    """

    answers: list[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def site() -> Iterator[ListeningSite]:
    with listening() as site:
        yield site


def sender(*addresses: str, seconds: float = 5.0, timer: type[threading.Timer] = threading.Timer) -> Sender:
    """
    Return a sender that is allowed everything, with a name server that says so.
    """
    return Sender(allow_private=True, resolve=NameServer([addresses or ("127.0.0.1",)]), seconds=seconds, timer=timer)


def test_a_message_arrives_under_the_name_of_its_host(site: ListeningSite) -> None:
    fault = sender().post(site.url, b'{"a":1}', {"Content-Type": "application/json"})

    (told,) = site.told
    assert fault is None
    assert (told.path, told.body) == ("/hook?to=hamlet", b'{"a":1}')
    assert told.headers["host"] == f"site.example:{site.port}"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 404, 500])
def test_only_success_is_success_and_redirects_are_not_followed(site: ListeningSite, status: int) -> None:
    site.statuses, site.headers = [status], {"Location": site.url}

    assert sender().post(site.url, b"{}", {}) == f"HTTP {status}"
    assert len(site.told) == 1


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_no_address_that_is_not_public_is_ever_connected_to(site: ListeningSite, address: str) -> None:
    fault = Sender(resolve=NameServer([[address]])).post(site.url, b"{}", {})

    assert fault == REFUSED
    assert site.told == []


@pytest.mark.parametrize("address", ["93.184.215.14", "2a00:1450:4001:82b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]"])
def test_an_address_in_any_spelling_is_looked_at_as_what_it_is(site: ListeningSite, host: str) -> None:
    fault = Sender().post(f"http://{host}:{site.port}/", b"{}", {})

    assert fault is not None
    assert site.told == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(site: ListeningSite) -> None:
    both = NameServer([["93.184.215.14", "127.0.0.1"]])

    assert Sender(resolve=both).post(site.url, b"{}", {}) == REFUSED


def test_a_name_that_changes_its_address_after_it_was_looked_at_gains_nothing(site: ListeningSite) -> None:
    rebinding = NameServer([["192.0.2.1"], ["127.0.0.1"]])  # the first is nobody's, for documentation
    allowed = Sender(allow_private=True, resolve=rebinding, seconds=0.05)

    fault = allowed.post(site.url, b"{}", {})

    assert rebinding.asked == ["site.example"]
    assert fault is not None
    assert site.told == []


@pytest.mark.parametrize("url", NO_WEB_ADDRESSES)
def test_what_is_no_plain_web_address_goes_nowhere(url: str) -> None:
    assert sender().post(url, b"{}", {}) == "not an http:// or https:// URL"


def test_of_several_addresses_the_first_that_answers_is_told(site: ListeningSite) -> None:
    assert sender("127.0.0.2", "127.0.0.1").post(site.url, b"{}", {}) is None
    assert len(site.told) == 1


def test_a_name_without_an_address_and_a_port_that_nobody_has_are_faults(site: ListeningSite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]

    assert sender().post(f"http://site.example:{closed}/", b"{}", {}) == "ConnectionRefusedError"
    assert Sender(resolve=NameServer([[]])).post(site.url, b"{}", {}) == "OSError"


def test_a_site_that_speaks_no_tls_is_told_nothing(site: ListeningSite) -> None:
    fault = sender().post(f"https://site.example:{site.port}/", b"{}", {})

    assert fault == "its certificate or TLS"
    assert site.told == []


@contextmanager
def dribbling(begin: bytes, has_begun: threading.Event | None = None) -> Iterator[str]:
    """
    Give the URL of a site that begins its answer, and goes on a byte now and then; it must be left before it ends. Once
    it has told that it has begun it says no more: a byte to whoever has just left would be answered by a reset, which
    takes away what they have not read yet.
    """
    is_over, has_ended = threading.Event(), threading.Event()

    def dribble(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):  # it is hung up on
            connection.recv(65_536)  # an answer before that would be one to nothing
            connection.sendall(begin)
            for _ in range(1_500):  # half a minute
                if is_over.wait(0.02):
                    return
                connection.sendall(b"x")
                if has_begun:
                    has_begun.set()
                    is_over.wait()
            has_ended.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=dribble, args=(server,))
        thread.start()
        yield f"http://site.example:{server.getsockname()[1]}/"
        is_over.set()
        thread.join()
    assert not has_ended.is_set()


def told_by(event: threading.Event) -> type[threading.Timer]:
    """
    Return timers whose time is up when something happens, however busy the machine is.
    """

    class Told(threading.Timer):
        def run(self) -> None:
            event.wait()
            self.function()

    return Told


@pytest.mark.parametrize(
    ("begin", "fault"),
    [
        (b"", "no answer in time"),
        (b"HTTP/1.1 200 OK\r\nX: ", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\n\r\n", None),  # until the connection ends
    ],
)
def test_a_site_that_sends_a_byte_now_and_then_is_left_with_what_it_has_said(begin: bytes, fault: str | None) -> None:
    has_begun = threading.Event()

    with dribbling(begin, has_begun) as url:
        found = sender(seconds=60, timer=told_by(has_begun)).post(url, b"{}", {})

    assert found == fault


def test_the_time_of_a_message_does_not_begin_anew_with_each_byte() -> None:
    with dribbling(b"") as url:
        fault = sender(seconds=0.3).post(url, b"{}", {})

    assert fault == "no answer in time"


def test_a_message_whose_time_is_up_before_there_is_a_connection_is_not_sent(site: ListeningSite) -> None:
    class AtOnce(threading.Timer):
        def start(self) -> None:
            self.function()

    fault = sender(timer=AtOnce).post(site.url, b"{}", {})

    assert fault == "no answer in time"
    assert site.told == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """
    A certificate for site.example, with its key, that this process trusts.
    """
    if not shutil.which("openssl"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("type: sudo apt-get install openssl")
    path = tmp_path / "site.pem"
    wish = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=site.example -addext subjectAltName=DNS:site.example"
    subprocess.run(
        ["openssl", *wish.split(), "-keyout", path, "-out", tmp_path / "crt"], check=True, capture_output=True
    )
    path.write_text(path.read_text() + (tmp_path / "crt").read_text())
    return path


@pytest.mark.parametrize(
    ("host", "is_trusted", "fault"),
    [
        ("site.example", True, None),
        ("other.example", True, "its certificate or TLS"),
        ("site.example", False, "its certificate or TLS"),
    ],
)
def test_tls_is_checked_against_the_name_and_not_the_address(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, host: str, is_trusted: bool, fault: str | None
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with listening(certificate) as site:
        found = sender().post(f"https://{host}:{site.port}/", b"{}", {})

    assert found == fault
    assert len(site.told) == (fault is None)
