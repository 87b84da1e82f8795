"""
As many labelled rows as are asked for, from templates and from what readers wrote, for `hamlet-train fit --partial`.

Spam is spun from templates whose places are filled by lot, as spammers do; ham is real sentences put together anew.
They measure memory and time. What they say of quality is worth nothing.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import click

from service.core import markup
from training.data.files import Rejected, files_of, read

SOURCES = 8
NAMES = ("Ann", "Best Loans", "Björn", "Cheap Pills", "Dmitri", "Eve", "Farah", "Guest Poster", "Hoa", "Ingrid")
SPINS = (
    *("{Great|Nice|Wonderful|Helpful} {post|article|blog}, {visit|see|check out} {host} for {goods}.",),
    *("I {earn|make|get} ${n} a {week|month|day} from home, {write|ask} me how: {host}/{n}",),
    *("{Buy|Order|Get} {goods} {online|today|without prescription} at {host}, code {word}{n}.",),
    *("My {brother|cousin|friend} recovered {n} dollars with {word}, contact {him|them} on telegram @{word}{n}.",),
    *("{Hello|Hi|Dear} admin, {your|this} {site|page} ranks low; our {team|agency} {word} can {help|fix it}: {host}",),
)
GOODS = ("payday loans", "replica watches", "cheap pills", "casino bonuses", "followers", "essays", "crypto signals")
_CHOICE = re.compile(r"\{([^{}]+)\}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def rows(count: int, sentences: Sequence[str], seed: int = 7) -> Iterator[dict[str, Any]]:
    """
    Yield rows, half of them spam, in the order of their sources as files have them.
    """
    random = Random(seed)
    for number in range(count):
        is_spam = random.random() < 0.5
        template = random.randrange(len(SPINS))
        text = _spun(template, random) if is_spam else " ".join(random.choices(sentences, k=random.randint(1, 3)))
        yield {
            "source": f"site-{number * SOURCES // count}",
            "label": "spam" if is_spam else "ham",
            "name": random.choice(NAMES),
            "url": f"http://{_word(random)}.example/" if random.random() < (0.6 if is_spam else 0.2) else "",
            "comment": text,
        }


def _spun(template: int, random: Random) -> str:
    filled = {"host": f"{_word(random)}-{_word(random)}.example", "goods": random.choice(GOODS)}

    def choose(match: re.Match[str]) -> str:
        if match[1] == "n":
            return str(random.randrange(10, 10_000))
        return _word(random) if match[1] == "word" else filled.get(match[1]) or random.choice(match[1].split("|"))

    return _CHOICE.sub(choose, SPINS[template])


def _word(random: Random) -> str:
    return "".join(random.choice("bdfgklmnprstvz") + random.choice("aeiou") for _ in range(random.randint(2, 4)))


def _sentences(paths: Sequence[Path]) -> list[str]:
    found = (row for file in files_of(paths) for row in read(file))
    ham = (row.comment for row in found if not isinstance(row, Rejected) and row.label == "ham")
    return [each for text in ham for each in _SENTENCE.split(markup.render(text).text) if 10 < len(each) < 200]


@click.command()
@click.argument("count", type=click.IntRange(1))
@click.option("--ham", "paths", type=click.Path(exists=True, path_type=Path), multiple=True, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def main(count: int, paths: tuple[Path, ...], out: Path) -> None:
    """
    Write COUNT rows as JSON Lines; real sentences come from the ham of --ham.
    """
    sentences = _sentences(paths)
    with out.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows(count, sentences))


if __name__ == "__main__":
    main()
