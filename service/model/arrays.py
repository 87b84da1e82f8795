"""
The arrays of an `.npz` file, read without numpy: it would be a sixth of a worker's memory and of its start.
"""

import ast
import sys
from array import array
from io import BytesIO
from typing import Any
from zipfile import ZipFile

_FORMAT = b"\x93NUMPY\x01\x00"
# Of all that numpy can write, what a compiled model is made of.
_CODES = {"<f4": "f", "<f8": "d", "<i8": "q", "|u1": "B"}


def read(content: bytes) -> dict[str, "array[Any]"]:
    """
    Return the arrays by name, each flat. Nothing is unpickled.

    The format is https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html in its version 1.

    Raises:
        ValueError, KeyError, SyntaxError, EOFError, BadZipFile, zlib.error: it is something else, or damaged.
    """
    with ZipFile(BytesIO(content)) as archive:
        return {name.removesuffix(".npy"): _flat(archive.read(name)) for name in archive.namelist()}


def _flat(content: bytes) -> "array[Any]":
    if not content.startswith(_FORMAT):
        raise ValueError("not an array as numpy writes it")
    start = len(_FORMAT) + 2
    end = start + int.from_bytes(content[len(_FORMAT) : start], "little")
    header = ast.literal_eval(content[start:end].decode("latin-1"))
    flat: array[Any] = array(_CODES[header["descr"]])
    flat.frombytes(content[end:])
    if sys.byteorder == "big":
        flat.byteswap()
    return flat
