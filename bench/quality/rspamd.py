"""
rspamd's Bayes: its words in windows of five, kept in an embedded Valkey; nothing else of rspamd is on.
"""

import http.client
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench import processes
from bench.quality.peer import PeerFailed, Values
from service.processes.valkey import EmbeddedValkey

ANSWER_SECONDS = 10.0
# The whole list of public suffixes takes ten seconds to load, and only finds links that are written without a scheme.
SUFFIXES = ("com", "net", "org", "info", "biz", "de", "fr", "it", "uk", "ru", "jp", "cn", "id")
# Without a thousand million as the weight of its symbols, rspamd would round what it prints to two digits.
WEIGHT = 1e9
# Set for comments, each to rspamd's advantage: the author is read (`classify_headers`), words seen once count
# (`min_token_hits`), and short comments and small corpora get an answer (`min_tokens`, `min_learns`).
CONFIG = """
options {{
  pidfile = "{folder}/rspamd.pid"; tempdir = "{folder}"; hs_cache_dir = "{folder}"; control_socket = "{folder}/control";
  dynamic_conf = "{folder}/dynamic"; history_file = ""; stats_file = "{folder}/stats"; filters = "";
  url_tld = "{folder}/suffixes"; disable_hyperscan = true; classify_headers = ["From"];
  dns {{ nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }}
}}
logging {{ type = "console"; level = "error"; }}
actions {{ reject = 1e12; }}
group "statistics" {{ symbols {{ BAYES_SPAM {{ weight = {weight}; }} BAYES_HAM {{ weight = -{weight}; }} }} }}
worker "normal" {{ bind_socket = "127.0.0.1:{scan}"; count = {scanners}; }}
worker "controller" {{ bind_socket = "127.0.0.1:{learn}"; count = 1; secure_ip = "127.0.0.1"; }}
classifier "bayes" {{
  tokenizer {{ name = "osb"; }}
  backend = "redis"; servers = "{valkey}"; new_schema = true; min_tokens = 1;
  min_token_hits = 1; min_learns = 1;
  statfile {{ symbol = "BAYES_HAM"; spam = false; }}
  statfile {{ symbol = "BAYES_SPAM"; spam = true; }}
}}
"""


class Rspamd:
    """
    One rspamd and one Valkey a call, on the loopback and a unix socket, in a folder that is removed.
    """

    name = "rspamd's Bayes"
    package = "rspamd"
    program = "rspamd"

    def probabilities(self, ham: Sequence[bytes], spam: Sequence[bytes], unknown: Sequence[bytes]) -> Values:
        """
        Return the probability that Bayes gives each unknown message, 0.5 where it has no opinion.
        """
        with running() as (learn, scan):
            for path, messages in (("/learnham", ham), ("/learnspam", spam)):
                for message in messages:
                    ask(learn, path, message)
            return np.array([_probability(ask(scan, "/checkv2", message)) for message in unknown])


@contextmanager
def running(scanners: int = 1) -> Iterator[tuple[int, int]]:
    """
    Run an rspamd of so many scanning workers; give its ports, to learn at and to ask.
    """
    with tempfile.TemporaryDirectory(prefix="rspamd-") as name, EmbeddedValkey(Path(name)) as valkey:
        folder = Path(name)
        learn, scan = processes.free_ports(2)
        socket = valkey.url.removeprefix("unix://")
        (folder / "suffixes").write_text("\n".join(SUFFIXES))
        config = folder / "rspamd.conf"
        config.write_text(
            CONFIG.format(folder=folder, learn=learn, scan=scan, valkey=socket, weight=WEIGHT, scanners=scanners)
        )
        command = ["rspamd", "-f", "-c", str(config), *(["-i"] if os.geteuid() == 0 else [])]
        with processes.running(
            command, dict(os.environ), folder / "output", lambda: _answers(learn) and _answers(scan)
        ):
            yield learn, scan


def _answers(port: int) -> bool:
    try:
        return ask(port, "/ping", b"") == b"pong\r\n"
    except OSError:
        return False


def ask(port: int, path: str, message: bytes) -> bytes:
    """
    Return the answer to one message.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        # Bulk: or what it is already sure of would not be learned, which is the autolearning of a mail server.
        connection.request("POST", path, message, {"Learn-Type": "bulk"})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    # 204 and 208: too few words to learn from, and learned before.
    if answer.status not in (200, 204, 208):
        raise PeerFailed(f"rspamd {path}: {answer.status} {body[:300]!r}")
    return body


def _probability(answer: bytes) -> float:
    symbols = json.loads(answer)["symbols"]
    if "BAYES_SPAM" in symbols:
        return float(symbols["BAYES_SPAM"]["score"]) / WEIGHT
    return 1 + float(symbols["BAYES_HAM"]["score"]) / WEIGHT if "BAYES_HAM" in symbols else 0.5
