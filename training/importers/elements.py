"""
XML of any length, an element at a time; where it breaks the rules, reading goes on without them.

Expat reads it as long as it is well formed. Entities that a file declares are refused, so that none can expand.
"""

import html
import io
import re
from collections.abc import Collection, Iterator
from xml.parsers import expat

from training.errors import BadData
from training.importers.outcome import Damage
from training.importers.scan import scan
from training.importers.tree import Element, Tree
from training.importers.unpack import Export, encoding_of

STEP = 2**17


def elements(export: Export, wanted: Collection[str], tags: str, begun: str = "") -> Iterator[Element | Damage]:
    """
    Yield every wanted element that is not inside another one, when it ends, and the element `begun` when it begins.

    From the first place that is not well formed, only what the regular expression `tags` matches is taken for a tag.

    Raises:
        BadData: the file declares an entity, or is nested as no export is.
    """
    tree = Tree(export.name, wanted, begun)
    parser = _parser(tree, export.name)
    try:
        with export.open() as stream:
            while chunk := stream.read(STEP):
                parser.Parse(chunk, False)
                yield from tree.take()
            parser.Parse(b"", True)
            yield from tree.take()
    except (expat.ExpatError, ValueError, LookupError) as error:
        # The last two come from encodings that expat does not know.
        yield from tree.take()
        line, byte = tree.rewind()
        cause = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
        reason = f"broken XML ({cause}); from line {line} on read without its rules"
        yield Damage(f"{export.name}:{parser.ErrorLineNumber}", reason)
        yield from _recovered(export, tree, tags, line, byte)


def _parser(tree: Tree, name: str) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        tree.encoding = encoding

    def start(tag: str, attributes: dict[str, str]) -> None:
        tree.start(tag, attributes, parser.CurrentLineNumber, parser.CurrentByteIndex)

    def entity(entity: str, *_rest: object) -> None:
        raise BadData(
            f"{name}:{parser.CurrentLineNumber}: declares the entity {entity[:40]!r}, which no export does and which "
            "could expand without end; take the declaration out if you trust the file"
        )

    parser.XmlDeclHandler = declared
    parser.StartElementHandler = start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.EntityDeclHandler = entity
    return parser


def _recovered(export: Export, tree: Tree, tags: str, line: int, byte: int) -> Iterator[Element]:
    opening = re.compile(rf"<!\[CDATA\[|<!--|</?(?:{tags})(?=[\s/>])")
    # Where CDATA is nested by mistake, only the end tag tells the end.
    cdata = rf"<!\[CDATA\[(?P<cdata>(?:[^<]++|<(?!/(?:{tags})\s*>))*+)(?=<)"
    tag = rf"<(?P<close>/?)(?P<tag>{tags})(?P<attributes>\s[^<>]*?)?(?P<empty>/?)>"
    whole = re.compile(rf"{cdata}|<!--.*?-->|{tag}", re.DOTALL)
    with _text_from(export, byte, tree.encoding) as stream:
        for token in scan(stream, opening, whole, line):
            tree.text(html.unescape(token.before))
            if token.match:
                _apply(token.match, token.line, tree)
            yield from tree.take()


def _apply(match: re.Match[str], line: int, tree: Tree) -> None:
    tag = match["tag"]
    if match["cdata"] is not None:
        before, end, after = match["cdata"].rpartition("]]>")
        tree.text(before + html.unescape(after) if end else after)
    elif tag and match["close"]:
        tree.end(tag)
    elif tag:
        tree.start(tag, _attributes(match["attributes"] or ""), line, 0)
        if match["empty"]:
            tree.end(tag)


def _attributes(written: str) -> dict[str, str]:
    pairs = re.findall(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"']+)""", written)
    return {name: html.unescape(value.strip("\"'")) for name, value in pairs}


def _text_from(export: Export, byte: int, encoding: str | None) -> io.TextIOWrapper:
    encoding = encoding_of(export.head()) if encoding is None else encoding
    stream = export.open()
    while byte > 0:
        byte -= len(stream.read(min(byte, STEP))) or byte
    try:
        return io.TextIOWrapper(stream, encoding, "replace", newline="")
    except LookupError:
        return io.TextIOWrapper(stream, "utf-8", "replace", newline="")
