"""
SpamAssassin's Bayes: its own tokens and probability, without its rules, which judge mail servers and not texts.
"""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.quality.peer import PeerFailed, Values, scores_of

SCRIPT = Path(__file__).with_name("spamassassin.pl")
SECONDS = 1800


class SpamAssassin:
    """
    One perl process a call, with nothing from the network and a database of its own.
    """

    name = "SpamAssassin's Bayes"
    package = "spamassassin"
    program = "sa-learn"

    def probabilities(self, ham: Sequence[bytes], spam: Sequence[bytes], unknown: Sequence[bytes]) -> Values:
        """
        Return the probability that Bayes gives each unknown message.
        """
        records = b"".join(_records(ham, spam, unknown))
        with tempfile.TemporaryDirectory(prefix="spamassassin-") as folder:
            command = ["perl", str(SCRIPT), folder]
            done = subprocess.run(command, input=records, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode:
            raise PeerFailed(f"{self.name}: {done.stderr.decode(errors='replace')[-500:]}")
        return scores_of(done.stdout.decode().split(), len(unknown), self.name)


def _records(ham: Sequence[bytes], spam: Sequence[bytes], unknown: Sequence[bytes]) -> Iterator[bytes]:
    # Ham and spam by turns, as they come in life: the database grows the same way for both.
    for position in range(max(len(ham), len(spam))):
        for task, messages in (("ham", ham), ("spam", spam)):
            if position < len(messages):
                yield _record(task, messages[position])
    for message in unknown:
        yield _record("score", message)


def _record(task: str, message: bytes) -> bytes:
    return f"{task} {len(message)}\n".encode() + message
