"""
Links as spammers and readers write them: addresses, bare domains, disguised ones, and the words inside them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from service.core import text

MOST_WORDS = 12
LONG_LABEL = 14

# An address ends at white space, quotes, brackets and the scripts that are written without spaces.
# None of these has a case; patterns that ignore case are compiled in a tenth of the time when they are told so.
_INSIDE = r"(?-i:[^\s<>\"'\[\](){}|\u3000-\u9fff\uac00-\ud7af\uff00-\uffef])"
EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
_SLASHES = r"\s?[:;]\s?(?://|\\\\)\s?"
_SCHEMES = rf"(?:h(?:tt|xx|\*\*)ps?|ftp){_SLASHES}"
# The first letter stands alone, since a pattern that begins with a few characters is searched for ten times as fast.
ADDRESS = (
    rf"(?-i:[hHfFwW])(?:(?:(?<=h)(?:tt|xx|\*\*)ps?|(?<=f)tp){_SLASHES}{_INSIDE}{{1,2000}}"
    rf"|(?<=(?<![\w.@-])w)ww\.{_INSIDE}{{3,2000}})"
)
BARE_DOMAIN = (
    rf"(?<![\w.@/-])(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?\.){{1,5}}[^\W\d_]{{2,24}}(?![\w@])(?:/{_INSIDE}{{0,2000}})?"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_BRACKETED_DOT = r"\s{0,2}[\[({]\s?(?:dot|punkt|punto|ponto|точка|\.|,)\s?[\])}]\s{0,2}"
_SPACED_DOT = r"\s{1,2}(?:dot|punkt|punto|ponto|точка)\s{1,2}|\s{1,2}\.\s{0,2}"
# A dot without brackets counts only after a longer word (not in "the .com years") and before an ending that is no word
# (not ".net" or "me"); or after a hyphened word, before any ending of three letters or more, except " .net", as in
# "open-source .net".
DISGUISED = (
    rf"(?<![\w.@-])(?:{_SCHEMES})?(?:(?:{_LABEL}(?:{_BRACKETED_DOT}|\.)){{0,3}}{_LABEL}{_BRACKETED_DOT}"
    rf"(?:{_LABEL}\.)?[^\W\d_]{{2,24}}(?![\w@])"
    rf"|(?:{_LABEL}(?:{_SPACED_DOT}|\.)){{0,3}}[^\W_][\w-]{{2,61}}[^\W_](?:{_SPACED_DOT})"
    rf"(?:(?:com|org|biz|xyz|ru|info|top|shop|club|online|store|site|io|click|bet|casino)(?!\w)|[^\W\d_]{{2,24}}(?=/\w))"
    rf"|[^\W_]{{2,40}}-[\w-]{{0,58}}[^\W_](?:{_SPACED_DOT})(?-i:(?!(?<=\s\.)net\b)[a-z]{{3,24}})(?!\w)"
    rf"|(?:{_LABEL}(?:{_SPACED_DOT})){{2,4}}[^\W\d_]{{2,24}}(?![\w@]))(?:/{_INSIDE}{{0,2000}})?"
)
_DOT = re.compile(f"{_BRACKETED_DOT}|{_SPACED_DOT}", re.IGNORECASE)
_BRACKETED, _SPACED = re.compile(r"[\[({]\s?[.,]"), re.compile(r"\.(?<=\s\.)(?!\.)")
_SCHEME = re.compile(r"^\s*(?:[a-z*]{2,6}\s?[:;])?\s?(?://+|\\\\)\s?", re.IGNORECASE)
# What a sentence puts right behind an address, and no host ends with; curly quotes are plain ones by then.
_BEHIND = ".,;!'\"”»*_~"
_LABEL_ENDS = re.compile("[.\u3002\uff0e\uff61]")
# Six consonants on end, or letters and digits taking turns: no one types such a name to be remembered.
_SCRAMBLED = re.compile(r"[bcdfghjklmnpqrstvwxz]{6}|(?:(?<!\d)\d+[a-z]+){2}", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
# What means no site where people write it without a path: software, and files whose ending is a suffix as well.
_PRODUCTS = frozenset(["ado.net", "asp.net", "ml.net", "paint.net", "vb.net"])
_FILES = frozenset(["md", "mov", "py", "sh", "zip"])
# As people read them: `host_of` decodes encoded hosts, and to encode all suffixes would be most of the work.
_SUFFIXES = PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)


# Most hosts come once, and the others soon again: eight times as many would spare every eighth look-up.
@lru_cache(maxsize=512)
def registered_domain(host: str) -> str:
    """
    Return the part of a host that somebody registered, by the public-suffix list; "" if there is none.

    >>> registered_domain("shop.cheap.example.co.uk"), registered_domain("asp.net"), registered_domain("node.js")
    ('example.co.uk', 'asp.net', '')
    """
    return _SUFFIXES.privatesuffix(host.rstrip(".")) or ""


def may_hide_a_dot(shown: str) -> bool:
    """
    Tell whether a text can hold any disguised address at all. Most cannot, and to look for one takes ten times as long.

    >>> may_hide_a_dot("shop dot example"), may_hide_a_dot("shop .com"), may_hide_a_dot("See shop.example.")
    (True, True, False)
    """
    lower = shown.lower()
    if "dot" in lower or "punkt" in lower or "punto" in lower or "ponto" in lower or "точка" in lower:
        return True
    has_bracket = "(" in shown or "[" in shown or "{" in shown
    return bool(_SPACED.search(shown) or (has_bracket and _BRACKETED.search(shown)))


@lru_cache(maxsize=64)
def host_of(address: str) -> str:
    """
    Return the host that an address names, in lower case and plain letters, without user, port and "www.".

    >>> host_of("HTTP://user@www.Example.COM:8080/a?b"), host_of("hxxps://ехаmрlе[.]com")
    ('example.com', 'example.com')
    """
    rest = _DOT.sub(".", _SCHEME.sub("", address[:2000]))
    host = re.split(r"[/?#\\\s]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    host = host.lower()
    if not host.isascii() or "xn--" in host:
        host = ".".join(map(_readable, _LABEL_ENDS.split(host)))
    return host.lstrip(".").rstrip(_BEHIND).removeprefix("www.")


def _readable(label: str) -> str:
    if label.startswith("xn--"):
        try:
            label = label.encode("ascii").decode("idna")
        except UnicodeError:
            return label
    latin = text.drawn_like_latin(label)
    return latin if latin.isascii() else text.plain(label)


def is_scrambled(name: str) -> bool:
    """
    Tell whether a name looks drawn by lot.

    >>> is_scrambled("F8lV5WP1yx"), is_scrambled("hamlet"), is_scrambled("Deutschland"), is_scrambled("agent007")
    (True, False, False, False)
    """
    return bool(_SCRAMBLED.search(name))


def is_domain(written: str) -> bool:
    """
    Tell whether a dotted word is a domain under a public suffix, and not a sentence's end, a product or a file.

    >>> is_domain("spam.example.com"), is_domain("end.Then"), is_domain("node.js"), is_domain("ASP.NET")
    (True, False, False, False)
    >>> is_domain("asp.net/learn"), is_domain("asp.net"), is_domain("train.py"), is_domain("README.md")
    (True, False, False, False)
    """
    host, slash, _ = written.partition("/")
    suffix = host.rpartition(".")[2]
    if not slash and (suffix in _FILES or host.lower() in _PRODUCTS):
        return False
    return suffix.islower() and bool(registered_domain(host.lower()))


def shape(address: str) -> Iterator[str]:
    """
    Return how an address is built: how deep it leads, and what its host and path are made of.

    >>> list(shape("http://www.best-shoes24.example.com/a/buy-red-shoes?id=7"))
    ['depth_2', 'www', 'query', 'hyphened_path', 'subdomain']
    """
    rest = address[:400].partition("//")[2] or address[:400]
    host, _, path = rest.partition("/")
    yield f"depth_{min(3, sum(map(bool, path.partition('?')[0].split('/'))))}"
    if host[:4].lower() == "www.":
        yield "www"
    if "?" in path:
        yield "query"
    if path.count("-") > 1:
        yield "hyphened_path"
    named = host_of(address)
    domain = registered_domain(named)
    if named != domain:
        yield "subdomain"
    label = domain.partition(".")[0]
    if "-" in label:
        yield f"hyphens_{min(2, label.count('-'))}"
    if any(map(str.isdigit, label)):
        yield "digits"
    if len(label) > LONG_LABEL:
        yield "long_domain"


def parts(address: str) -> tuple[str, ...]:
    """
    Return the telling parts of an address: the registered domain, the suffix, and the words of host and path.

    >>> parts("https://www.cheap-pills24.example.com/buy-now.html?id=7")
    ('example.com', '.com', 'cheap', 'pills', 'example', 'buy', 'now', 'html')
    """
    host = host_of(address)
    domain = registered_domain(host)
    path = _SCHEME.sub("", address[:400]).partition("/")[2].partition("?")[0]
    own_label = domain.partition(".")[0] if domain else ""
    words = _WORD.findall(f"{host.removesuffix(domain)} {own_label} {path.lower()}")
    suffix = "." + (domain.partition(".")[2] if domain else host.rpartition(".")[2])
    found = [domain or host, suffix, *words[:MOST_WORDS]]
    return tuple(dict.fromkeys("".join(part.split()) for part in found if part.strip(". ")))
