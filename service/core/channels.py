"""
Whether someone speaks of a channel, or of what stands on it, as their own.

Only with a platform's noun: "my post" and "my blog" are what honest readers of blogs point to.
"""

import re
from collections.abc import Collection

from service.core import text

READ = 4_000

# As `text.fold` leaves them, and looked for first: few comments have one, and the pattern begins in many ways, which is
# slow to search for.
_NOUNS = frozenset([
    "channel", "channels", "channelku", "chanel", "youtube", "soundcloud", "twitch", "tiktok", "playlist", "mixtape",
    "cover", "covers", "vid", "vids", "video", "videos", "song", "songs", "beat", "beats", "remix", "sub", "subs",
    "subscribe", "subscriber", "subscribers", "canal", "canale", "chaine", "chaîne", "kanal", "kanaal", "kanał",
    "kanale", "kanalım", "kanalıma", "kanalımı", "kanalımda", "kanalımız", "kanalımıza", "kanalim", "kanalima",
    "kanalimi", "kanalimda", "kanalimiz", "kanalimiza", "канал", "канале", "频道", "頻道", "チャ", "채널",
])  # fmt: skip
_OWN = re.compile(
    r"\b(?:my|our)\s{1,9}(?:[\w'-]{1,20}\s{1,9}){0,2}?(?:channel|chanel|youtube|soundcloud|twitch|tiktok|playlist"
    r"|mixtape|covers?|vids?|videos?|songs?|beats?|remix|subscribers?|subs)\b"
    r"|\bsub(?:scribe)?\s{1,9}(?:to\s{1,9}(?:me|my|us|our)|back|(?:4|for|2)\s{1,9}(?:a\s{1,9})?sub|me|4sub)\b"
    r"|\b(?:mi|meu|mio|mein(?:en|em)?|m[oa]n?|mijn|m[oó]j|moim|мо[ейм]{1,2})\s{1,9}(?:[\w'-]{1,20}\s{1,9})?"
    r"(?:canale?|kana(?:al|ls?|ł|le)|cha[iî]ne|канал[е]?)\b"
    r"|\bkanal[ıi]m|\bchannel(?:ku|\s{1,9}(?:saya|aku|gue|gw))\b"
    r"|(?:我|俺|私|僕)(?:的|の)?(?:频道|頻道|チャンネル)|(?:제|내|저희)\s{0,9}채널",
    re.IGNORECASE,
)


def own(shown: str, words: Collection[str]) -> str:
    """
    Return the first words of a text that speak of a channel, a video or subscribers as its author's; "" without any.
    `words` are all of the text, folded.

    >>> own("check out my new channel", ["my", "new", "channel"]), own("my post", ["my", "post"])
    ('my new channel', '')
    """
    if _NOUNS.isdisjoint(words):
        return ""
    head = shown[:READ]
    found = _OWN.search(head)
    if not found and not head.isascii():
        # Look-alike letters and hidden characters: the words were read through them, so the pattern is.
        found = _OWN.search(" ".join(meant for word in text.visible(head).split() for meant in text.fold(word)))
    return found[0] if found else ""
