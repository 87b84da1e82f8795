"""
Hashes that only a holder of the key can make.
"""

import hmac
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b


def keyed(key: bytes, size: int) -> Callable[[str], bytes]:
    """
    Return what hashes a text, lone surrogates included, to so many bytes under a key of at most 64 bytes.

    It copies a state that has read the key, which takes half the time of reading it anew.

    >>> keyed(b"secret", 4)("casino").hex(), keyed(b"other", 4)("casino").hex()
    ('d7248f7d', '8b73881a')
    """
    blank = blake2b(digest_size=size, key=key)

    def digest(text: str) -> bytes:
        state = blank.copy()
        state.update(text.encode(errors="surrogatepass"))
        return state.digest()

    return digest


def mac(secret: bytes, message: bytes) -> str:
    """
    Return the HMAC-SHA-256 of a message in hexadecimal, under a secret of any length.

    >>> mac(b"secret", b"message")[:16]
    '8b5f48702995c159'
    """
    state = _begun(secret).copy()
    state.update(message)
    return state.hexdigest()


@lru_cache(maxsize=8)
def _begun(secret: bytes) -> hmac.HMAC:
    return hmac.new(secret, digestmod="sha256")
