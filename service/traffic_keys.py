"""
What is counted under which key: the windows of a caller and of a commenter, claims and texts.
"""

import hashlib

from service.core.comment import Comment
from service.core.commenter import identities, plain_name
from service.core.site import Site
from service.local_traffic import Window

MINUTE = 60
HOUR = 3600


class TrafficKeys:
    """
    Names keys after keyed hashes, so that nobody's name, address or text can be read from Redis.

    All keys of a site share the hash tag `{site id}`, and with it a slot of a cluster.
    """

    def __init__(self, secret: bytes) -> None:
        self._hash_key = hashlib.blake2b(secret, digest_size=32).digest()

    def callers(self, site: Site) -> list[Window]:
        """
        Return the limits on whoever sent the comment: its key first, then its site.
        """
        windows = (
            Window(f"hamlet:{{{site.id}}}:key:{self._digest('key', site.key_id)}", site.limits.key_per_minute, MINUTE),
            Window(f"hamlet:{{{site.id}}}:site", site.limits.site_per_minute, MINUTE),
        )
        return _in_force(windows)

    def commenters(self, site: Site, comment: Comment) -> list[Window]:
        """
        Return the limits on whoever wrote the comment, for each thing that identifies them.
        """
        windows: list[Window] = []
        for identity in identities(comment):
            key = f"hamlet:{{{site.id}}}:commenter:{self._digest(identity.kind, identity.value)}"
            windows.append(Window(f"{key}:minute", site.limits.commenter_per_minute * identity.breadth, MINUTE))
            windows.append(Window(f"{key}:hour", site.limits.commenter_per_hour * identity.breadth, HOUR))
        return _in_force(windows)

    def claim(self, site: Site, claim: str) -> str:
        """
        Return the key that remembers when a comment first came.
        """
        return f"hamlet:{{{site.id}}}:claim:{self._digest('claim', claim)}"

    def text(self, site: Site, fingerprint: str) -> str:
        """
        Return the key that counts how often a text came.
        """
        return f"hamlet:{{{site.id}}}:text:{self._digest('text', fingerprint)}"

    def author(self, comment: Comment) -> str:
        """
        Return what tells the author of a repeated text from its other authors.
        """
        return self._digest("author", plain_name(comment.name))

    def _digest(self, kind: str, value: str) -> str:
        text = f"{kind}:{value}".encode(errors="surrogatepass")
        return hashlib.blake2b(text, digest_size=16, key=self._hash_key).hexdigest()


def _in_force(windows: list[Window] | tuple[Window, ...]) -> list[Window]:
    """
    Leave out the limits that are off.
    """
    return [window for window in windows if window.limit > 0]
