"""
Attacks on a comment as a whole: links hidden or moved, fields swapped, honest text around it or instead of it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from string import ascii_lowercase

from service.core import contacts, markup
from service.core.comment import Comment
from service.core.text import visible
from training.attacks import decoys

Attack = Callable[[Comment, Random], Comment]

NEWSPAPERS = ("bbc.co.uk", "elpais.com", "lemonde.fr", "nytimes.com", "reuters.com", "spiegel.de", "theguardian.com")

_ADDRESS = re.compile(r"https?://[^\s<>\"'\[\]()]+")
_HOST = re.compile(r"(https?://)([^\s<>\"'\[\]()/]+)")
_ANCHOR = re.compile(r"<a\s[^<>]*?href=[\"']?([^\s\"'<>]+)[^<>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_LOOK_ALIKE = str.maketrans("aceiopsxy", "асеіорѕху")


def first_link(comment: Comment) -> str:
    """
    Return the first address in the text, or the author's, or "".
    """
    found = _ADDRESS.search(comment.comment)
    return found[0] if found else comment.url


def first_contact(comment: Comment) -> str:
    """
    Return what the text leads its readers to first, as it was written: an address, a number or a handle; or "".
    """
    if found := _ADDRESS.search(comment.comment):
        return found[0]
    return next(iter(contacts.written(visible(markup.render(comment.comment).text))), "")


def _on_links(form: Callable[[str, Random], str]) -> Attack:
    def attack(comment: Comment, random: Random) -> Comment:
        plain = _ANCHOR.sub(r"\2 \1", comment.comment)
        return replace(comment, comment=_ADDRESS.sub(lambda link: form(link[0], random), plain))

    return attack


def _hxxp(link: str, random: Random) -> str:
    return random.choice(["hxxp", "h**p", "hXXp"]) + link[4:]


def _without_scheme(link: str) -> str:
    return link.partition("://")[2].rstrip("/")


def _dots(*dots: str) -> Callable[[str, Random], str]:
    def form(link: str, random: Random) -> str:
        host, slash, path = _without_scheme(link).partition("/")
        return f"{random.choice(dots).join(host.split('.'))}{slash}{path}"

    return form


def _look_alike_domains(comment: Comment, _: Random) -> Comment:
    def disguised(text: str) -> str:
        return _HOST.sub(lambda link: link[1] + _with_look_alikes(link[2]), text)

    return replace(comment, comment=disguised(comment.comment), url=disguised(comment.url))


def _with_look_alikes(host: str) -> str:
    label, dot, suffix = host.rpartition(".")
    return f"{label.translate(_LOOK_ALIKE)}{dot}{suffix}"


def _image_link(comment: Comment, random: Random) -> Comment:
    link = first_link(comment)
    picture = f'<img src="{link}/banner.jpg">'
    only = random.choice([picture, f'<a href="{link}">{picture}</a>'])
    return replace(comment, comment=only) if link else comment


def _into_author(comment: Comment, _: Random) -> Comment:
    if comment.url or not _ADDRESS.search(comment.comment):
        return comment
    text = _ADDRESS.sub("", _ANCHOR.sub(r"\2", comment.comment))
    return replace(comment, url=first_link(comment), comment=text if text.strip() else "Nice")


def _into_text(comment: Comment, _: Random) -> Comment:
    return replace(comment, comment=f"{comment.comment} {comment.url}", url="") if comment.url else comment


def _personal_name(comment: Comment, random: Random) -> Comment:
    return replace(comment, name=random.choice(decoys.NAMES)) if comment.name else comment


def _padded(before: int, after: int, texts: tuple[str, ...] = decoys.HAM, between: str = "\n\n") -> Attack:
    def attack(comment: Comment, random: Random) -> Comment:
        chosen = random.sample(texts, before + after)
        return replace(comment, comment=between.join([*chosen[:before], comment.comment, *chosen[before:]]))

    return attack


def _among_links(before: int, after: int, address: Callable[[Random], str]) -> Attack:
    def attack(comment: Comment, random: Random) -> Comment:
        links = [address(random) for _ in range(before + after)]
        return replace(comment, comment=" ".join([*links[:before], comment.comment, *links[before:]]))

    return attack


def _nowhere(random: Random) -> str:
    return f"http://{_letters(3, random)}.org/{_letters(3, random)}"


def _newspaper(random: Random) -> str:
    story = "-".join(_letters(6, random) for _ in range(3))
    return f"https://www.{random.choice(NEWSPAPERS)}/{story}"


def _trusted(random: Random) -> str:
    name, number = _letters(6, random), random.randint(1, 9999)
    return random.choice([
        f"https://github.com/{name}/{name}/issues/{number}",
        f"https://stackoverflow.com/questions/{number}/{name}",
        f"https://en.wikipedia.org/wiki/{name.title()}",
    ])  # fmt: skip


def _letters(count: int, random: Random) -> str:
    return "".join(random.choices(ascii_lowercase, k=count))


def _translated(comment: Comment, random: Random) -> Comment:
    leads = first_contact(comment) or comment.url
    return replace(comment, comment=random.choice(decoys.TRANSLATED).format(link=leads)) if leads else comment


def _flattering(comment: Comment, random: Random) -> Comment:
    leads = first_contact(comment)
    praise = f"{random.choice(decoys.FLATTERY)} {leads}".rstrip()
    return replace(comment, comment=praise) if leads or comment.url else comment


HIDDEN_LINKS: dict[str, Attack] = {
    "hxxp": _on_links(_hxxp),
    "[dot]": _on_links(_dots("[dot]", " [dot] ", "(dot)", "[.]", "(.)", "{dot}")),
    "spaced dots": _on_links(_dots(" . ", " dot ", " .")),
    "link in BBCode": _on_links(lambda link, _: f"[url={link}]here[/url]"),
    "link in Markdown": _on_links(lambda link, _: f"[here]({link})"),
    "link in HTML": _on_links(lambda link, _: f'<a href="{link}">here</a>'),
    "look-alike domains": _look_alike_domains,
}
PADDINGS: dict[str, Attack] = {
    "ham before": _padded(1, 0),
    "ham after": _padded(0, 1),
    "ham around": _padded(1, 1),
    "much ham around": _padded(3, 3),
    "ham around in one paragraph": _padded(1, 1, between=" "),
    "news before": _padded(1, 0, decoys.NEWS),
    "links around": _among_links(5, 5, _nowhere),
    "many links around": _among_links(20, 20, _nowhere),
    "links to newspapers around": _among_links(5, 5, _newspaper),
    "many links to newspapers around": _among_links(20, 20, _newspaper),
    "trusted link behind": _among_links(0, 1, _trusted),
    "many trusted links around": _among_links(20, 20, _trusted),
}
REWRITINGS: dict[str, Attack] = {
    "image only": _image_link,
    "link as homepage": _into_author,
    "homepage in text": _into_text,
    "personal name": _personal_name,
    "translated template": _translated,
    "model-written flattery": _flattering,
}
