"""
The keys that sites call with: `hamlet_<id>_<secret>`, and for each one that Akismet's clients can send.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable


def new_key(random: Callable[[int], bytes]) -> tuple[str, str]:
    """
    Return the id of a new key (ten hexadecimal digits) and the key itself.

    >>> new_key(bytes)
    ('0000000000', 'hamlet_0000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')
    """
    key_id = random(5).hex()
    return key_id, f"hamlet_{key_id}_{urlsafe_b64encode(random(32)).decode().rstrip('=')}"


def id_of(key: str) -> str:
    """
    Return the id of a key.

    >>> id_of("hamlet_0123456789_AAAA")
    '0123456789'
    """
    return key.split("_", 2)[1]


def digest(key: str) -> bytes:
    """
    Return what is stored of a key.

    One round of SHA-256 is enough for 256 random bits, which nobody can guess however fast they hash; argon2 is for
    what people make up, and would cost a third of a second a request.
    """
    return hashlib.sha256(key.encode()).digest()


def akismet_key(secret: bytes, key_id: str) -> str:
    """
    Return the twelve hexadecimal digits that go with a site's key, since Akismet's clients take no longer ones.

    It is kept nowhere and made again when it is needed. Of 48 bits, a digest in the store would be no protection: all
    can be tried in hours. This takes Hamlet's own secret, which is not in the store.

    >>> akismet_key(b"secret", "0000000000")
    '73755018c9a9'
    """
    return hmac.digest(secret, f"akismet-key:{key_id}".encode(), "sha256").hex()[:12]
