"""
What is counted under which key: the windows of a caller and of a commenter, claims and texts.
"""

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache

from service.core.campaign import BANDS, Sketcher
from service.core.comment import Comment
from service.core.commenter import Identity, plain_name
from service.core.keyed import keyed
from service.core.site import Limits, Site
from service.label_fields import LabelFields
from service.traffic.local import Window

MINUTE = 60
HOUR = 3600


class TrafficKeys:
    """
    Names keys after keyed hashes, so that nobody's name, address or text can be read from Redis.

    All keys of a site share the hash tag `{site id}`, and with it a slot of a cluster.
    """

    def __init__(self, secret: bytes, people: Sequence[bytes] = ()) -> None:
        """
        Take the secret of these hashes, and those of the store's hashes of people where these are different.
        """
        key = hashlib.blake2b(secret, digest_size=32).digest()  # a secret may be longer than a key
        self._long, self._short = keyed(key, 16), keyed(key, 4)
        self.sketch = Sketcher(key).sketch
        self.said = LabelFields(key, people or (secret,), self.sketch)
        self.callers = lru_cache(maxsize=1_024)(self._callers)

    def _callers(self, site_id: int, key_id: str, limits: Limits) -> list[Window]:
        """
        Return the limits on whoever sent the comment: its key first, then its site.
        """
        windows = (
            Window(f"hamlet:{{{site_id}}}:key:{self._long(f'key:{key_id}').hex()}", limits.key_per_minute, MINUTE),
            Window(f"hamlet:{{{site_id}}}:site", limits.site_per_minute, MINUTE),
        )
        return [window for window in windows if window.limit > 0]

    def commenters(self, site: Site, known: Sequence[Identity]) -> list[Window]:
        """
        Return the limits on whoever wrote the comment, for each thing that identifies them.
        """
        windows: list[Window] = []
        if not (site.limits.commenter_per_minute or site.limits.commenter_per_hour):
            return windows
        for identity in known:
            key = f"hamlet:{{{site.id}}}:commenter:{self._long(f'{identity.kind}:{identity.value}').hex()}"
            windows.append(Window(f"{key}:minute", site.limits.commenter_per_minute * identity.breadth, MINUTE))
            windows.append(Window(f"{key}:hour", site.limits.commenter_per_hour * identity.breadth, HOUR))
        return [window for window in windows if window.limit > 0]

    def claim(self, site: Site, claim: str) -> str:
        """
        Return the key that remembers when a comment first came.
        """
        return f"hamlet:{{{site.id}}}:claim:{self._long(f'claim:{claim}').hex()}"

    def bands(self, site: Site, sketch: Sequence[int]) -> list[str]:
        """
        Return the keys under which near-copies of a text meet: its sketch is keyed already.
        """
        return [f"hamlet:{{{site.id}}}:near:{number:x}" for number in sketch[:BANDS]]

    def labels(self, site_id: int) -> tuple[str, str]:
        """
        Return the key that tells how fresh a site's labels are, then the key of the labels themselves.
        """
        return f"hamlet:{{{site_id}}}:labels:filled", f"hamlet:{{{site_id}}}:labels"

    def record(self, comment: Comment, known: Sequence[Identity], sketch: Sequence[int]) -> bytes:
        """
        Return what is kept of a text: 4 bytes of its author's name, 4 of what else identifies them, 2 of each number.
        """
        name = self._short(f"author:{plain_name(comment.name)}")
        other = self._short(f"{known[0].kind}:{known[0].value}") if known else bytes(4)
        return struct.pack(f">4s4s{len(sketch)}H", name, other, *[number & 0xFFFF for number in sketch])
