"""
The keys that sites call with: `hamlet_<id>_<secret>`.
"""

import hashlib
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


def digest(key: str) -> bytes:
    """
    Return what is stored of a key.

    One round of SHA-256 is enough for 256 random bits, which nobody can guess however fast they hash; argon2 is for
    what people make up, and would cost a third of a second a request.
    """
    return hashlib.sha256(key.encode()).digest()
