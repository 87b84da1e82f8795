"""
HTML and BBCode to what a reader sees, with the addresses that the markup links to.
"""

import html
import re

from selectolax.lexbor import LexborHTMLParser

from service.core.light_dataclass import light_dataclass

# lexbor is quadratic in some nestings; a comment with more tags than this is taken apart by the pattern below.
MOST_TAGS = 300

_LOOKS_LIKE_TAG = re.compile(r"<[a-zA-Z/!]")
_BRACKETED_ADDRESS = re.compile(r"<((?:https?|ftp)://[^<>\s]{1,2000})>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>?")
# Before these a reader sees a new line or a gap; all other tags stand inside of words as well.
_BREAKING = re.compile(
    r"<(?=/?(?:p|br|div|li|ul|ol|dl|d[dt]|t[dhr]|table|h[1-6r]|blockquote|pre|article|section|img)\b)", re.IGNORECASE
)
_HREF = re.compile(r"""(?:href|src)\s{0,3}=\s{0,3}["']?([^"'<>\s]{1,2000})""", re.IGNORECASE)
_BBCODE = re.compile(
    r"\[/?(?:url|link|img|quote|center|(?P<inline>b|i|u|s|color|size|font))\b(?:=(?P<target>[^\[\]]{1,2000}))?\]",
    re.IGNORECASE,
)
_BBCODE_ANCHOR = re.compile(r"\[(?:url|link)=[^\[\]]{1,2000}\]([^\[\]]{1,300})\[/", re.IGNORECASE)
# As blogs shorten an address: "example.com/a-lo...", "example.com/.../page".
_DOTS = re.compile(r"(?:\.{3}|\u2026)(?=/|$)")
_SCHEME = re.compile(r"^(?:https?|ftp)://", re.IGNORECASE)
# Not the middle of "h**p://".
_EMPHASIS = re.compile(r"(?<=[^\W\d_])(?:\*\*|~~)(?=[^\W\d_])(?!ps?:)")


@light_dataclass()
class Rendered:
    """
    A text as its reader sees it, the targets of its links, images and BBCode, and the texts that links show.
    """

    text: str
    targets: tuple[str, ...] = ()
    has_bbcode: bool = False
    anchors: tuple[str, ...] = ()


def render(source: str) -> Rendered:
    """
    Return what a reader of the comment would see, entities decoded (doubled ones too), with hidden link targets.

    >>> render('See <a href="http://x.example/?a=1&amp;b">here</a> &amp;amp; there')
    Rendered(text='See here & there', targets=('http://x.example/?a=1&b',), has_bbcode=False, anchors=('here',))
    """
    text = source
    targets: list[str] = []
    anchors: list[str] = []
    if "<" in text:
        text, targets, anchors = _render_html(text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    has_bbcode = False
    if "[" in text:
        bbcode = list(_BBCODE.finditer(text))
        targets += [match["target"].strip("\"'") for match in bbcode if match["target"] and not match["inline"]]
        has_bbcode = bool(bbcode)
        if has_bbcode:
            anchors += _BBCODE_ANCHOR.findall(text)
            text = _BBCODE.sub(lambda tag: "" if tag["inline"] else " ", text)
    if "**" in text or "~~" in text:
        text = _EMPHASIS.sub("", text)
    return Rendered(text, tuple(targets), has_bbcode, tuple(filter(None, map(str.strip, anchors))))


def _render_html(source: str) -> tuple[str, list[str], list[str]]:
    source = _BRACKETED_ADDRESS.sub(r" \1 ", source)
    if not _LOOKS_LIKE_TAG.search(source):
        return source, [], []
    source = _BREAKING.sub("\n<", source)
    if source.count("<") > MOST_TAGS:
        first, *others = source.split("<!--")
        source = "".join([first, *(rest.partition("-->")[2] for rest in others)])
        return _TAG.sub("", source), [html.unescape(target) for target in _HREF.findall(source)], []
    tree = LexborHTMLParser(source.replace("\x00", "\ufffd"))
    targets: list[str] = []
    anchors: list[str] = []
    for node in tree.css("a[href], img[src]"):
        target = node.attributes.get("href") or node.attributes.get("src")
        shown = node.text().strip() if node.tag == "a" else ""
        if target and is_shortened(shown, target):
            node.replace_with(target)
        elif target:
            targets.append(target)
            anchors.append(shown)
    text = tree.body.text(separator="", strip=False) if tree.body else ""
    return text, targets, anchors


def is_shortened(shown: str, target: str) -> bool:
    """
    Tell whether a link shows its own address, shortened: the author typed the address, and saving made the link.

    >>> is_shortened("www.example.com/a-long...", "http://www.example.com/a-long-story"), is_shortened("more...", "http://x.example/")
    (True, False)
    """
    beginning, dots, end = _DOTS.sub("\n", shown).partition("\n")
    begins, whole = (_SCHEME.sub("", part).lower() for part in (beginning, target))
    return bool(dots) and len(begins) > 3 and whole.startswith(begins) and whole.endswith(end.lower())
