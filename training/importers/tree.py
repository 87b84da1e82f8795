"""
An XML tree as it is built: of the elements that somebody wants, and of nothing else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from training.errors import BadData

# More than a comment may have; the rest of a longer text is not kept.
LONGEST_TEXT = 2**20
DEEPEST = 1_000


@dataclass(slots=True)
class Element:
    """
    An element with its own text, without that of the elements in it.
    """

    tag: str
    line: int
    byte: int
    attributes: Mapping[str, str]
    is_kept: bool
    inside: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    size: int = 0

    def text(self, tag: str | None = None) -> str:
        """
        Return its text, or that of the first element of this tag in it; empty if there is none.
        """
        if tag is None:
            return "".join(self.pieces).strip()
        child = self.child(tag)
        return child.text() if child else ""

    def child(self, tag: str) -> "Element | None":
        """
        Return the first element of this tag in it.
        """
        return next((element for element in self.inside if element.tag == tag), None)


class Tree:
    """
    The open elements, and those that were wanted and have ended.
    """

    def __init__(self, name: str, wanted: Collection[str], begun: str) -> None:
        self.encoding: str | None = None
        self._name = name
        self._wanted = wanted
        self._begun = begun
        self._open: list[Element] = []
        self._done: list[Element] = []

    def start(self, tag: str, attributes: Mapping[str, str], line: int, byte: int) -> None:
        """
        Open an element; a wanted one ends its like, should that still be open.
        """
        if tag in self._wanted:
            self.end(tag)
        is_inside = bool(self._open) and self._open[-1].is_kept
        element = Element(tag, line, byte, attributes, is_inside or tag in self._wanted)
        if tag == self._begun:
            self._done.append(element)
        if len(self._open) > DEEPEST:
            raise BadData(f"{self._name}:{line}: elements are nested too deeply for an export")
        self._open.append(element)

    def text(self, data: str) -> None:
        """
        Add text to the innermost element, if anybody wants it.
        """
        if self._open and self._open[-1].is_kept and self._open[-1].size < LONGEST_TEXT:
            self._open[-1].pieces.append(data)
            self._open[-1].size += len(data)

    def end(self, tag: str) -> None:
        """
        End the innermost element of this tag and all in it; nothing happens if there is none.
        """
        if all(element.tag != tag for element in self._open):
            return
        ended = ""
        while ended != tag:
            element = self._open.pop()
            ended = element.tag
            if self._open and self._open[-1].is_kept:
                self._open[-1].inside.append(element)
            elif element.is_kept:
                self._done.append(element)

    def take(self) -> list[Element]:
        """
        Return the elements that are done, each once.
        """
        done, self._done = self._done, []
        return done

    def rewind(self) -> tuple[int, int]:
        """
        Forget the unfinished wanted element, or else the innermost one, and return the line and byte where it began.
        """
        places = [place for place, element in enumerate(self._open) if element.is_kept] or [len(self._open) - 1]
        if not self._open:
            return 1, 0
        forgotten = self._open[places[0]]
        del self._open[places[0] :]
        return forgotten.line, forgotten.byte
