"""
JSON of any length, a member at a time: the elements of the outermost lists, one by one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn, TextIO

from training.errors import BadData
from training.importers.unpack import Export

STEP = 2**16
# A comment with everything around it; nothing that is sought is longer.
LONGEST = 2**24
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Member:
    """
    A value with the key of the outermost object that it, or the list with it, stands under; else with no key.
    """

    key: str
    value: object
    place: str


def members(export: Export) -> Iterator[Member]:
    """
    Yield the elements of the outermost list, or the members of the outermost object: of a list in it, each element.

    Several such values may follow each other, as when pages of an answer are saved in one file.

    Raises:
        BadData: the file is not JSON from some line on; what came before has been yielded.
    """
    with export.text() as stream:
        values = _Values(export.name, stream)
        while mark := values.peek():
            if mark == "[":
                yield from _elements(values, "")
            elif mark == "{":
                yield from _pairs(values)
            else:
                values.fail("a list or an object should begin")


class _Values:
    """
    What is left of the text: the next value or sign, more being read when needed.
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream
        self._text = ""
        self._place = 0
        self._line = 1
        self._has_ended = False

    def peek(self) -> str:
        """
        Return the next character that is no space, or nothing at the end.
        """
        while True:
            space = _SPACE.match(self._text, self._place)
            self._go_to(space.end() if space else self._place)
            if self._place < len(self._text) or self._has_ended:
                return self._text[self._place : self._place + 1]
            self._read_more()

    def take(self, signs: str) -> str:
        """
        Return the next character and go behind it, if it is one of these.
        """
        mark = self.peek()
        if not mark or mark not in signs:
            self.fail(f"one of {' '.join(signs)} should stand")
        self._go_to(self._place + 1)
        return mark

    def value(self) -> object:
        """
        Return the next value and go behind it.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except RecursionError:
                self.fail("values are nested too deeply")
            except ValueError as error:
                cause = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            else:
                # A number may go on in what is not read yet.
                if end < len(self._text) or self._has_ended:
                    self._go_to(end)
                    return value
                cause = ""
            if self._has_ended or len(self._text) - self._place > LONGEST:
                self.fail(cause or "a value is too long")
            self._read_more()

    def fail(self, cause: str) -> NoReturn:
        """
        Refuse the rest of the text.
        """
        raise BadData(f"{self.name}:{self._line}: not JSON from here on ({cause}); what stands before it was read")

    def _go_to(self, place: int) -> None:
        self._line += self._text.count("\n", self._place, place)
        self._place = place

    def _read_more(self) -> None:
        more = self._stream.read(max(STEP, len(self._text) - self._place))
        self._text, self._place, self._has_ended = self._text[self._place :] + more, 0, not more


def _elements(values: _Values, key: str) -> Iterator[Member]:
    values.take("[")
    number = 0
    while values.peek() != "]":
        number += 1
        yield Member(key, values.value(), f"{values.name}, {key or 'record'} {number}")
        if values.peek() != "]":
            values.take(",")
    values.take("]")


def _pairs(values: _Values) -> Iterator[Member]:
    values.take("{")
    while values.peek() != "}":
        key = values.value()
        values.take(":")
        if values.peek() == "[":
            yield from _elements(values, str(key))
        else:
            yield Member(str(key), values.value(), f"{values.name}, {key}")
        if values.peek() != "}":
            values.take(",")
    values.take("}")
