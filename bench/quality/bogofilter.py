"""
bogofilter, with Debian's defaults and no file of the user's.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.quality.messages import mailbox
from bench.quality.peer import PeerFailed, Values, scores_of

SECONDS = 600


class Bogofilter:
    """
    Robinson's and Fisher's method over words, in a database of its own for each call.
    """

    name = "bogofilter"
    package = "bogofilter"
    program = "bogofilter"

    def probabilities(self, ham: Sequence[bytes], spam: Sequence[bytes], unknown: Sequence[bytes]) -> Values:
        """
        Return its "spamicity" of each unknown message.
        """
        with tempfile.TemporaryDirectory(prefix="bogofilter-") as folder:
            _run(folder, "-n", mailbox(ham))
            _run(folder, "-s", mailbox(spam))
            return scores_of(_run(folder, "-TT", mailbox(unknown)).split(), len(unknown), self.name)


def _run(folder: str, option: str, mails: bytes) -> str:
    box = Path(folder) / "mbox"
    box.write_bytes(mails)
    command = ["bogofilter", "-C", "-d", folder, "-k", "64", option, "-M", "-I", str(box)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    # 0, 1 and 2 mean spam, ham and unsure when scoring, and 0 means done when learning.
    if done.returncode not in (0, 1, 2) or done.stderr:
        raise PeerFailed(f"bogofilter {option}: {done.stderr[-500:] or done.returncode}")
    return done.stdout
