"""
Hosts that say something by being linked to. None decides alone: each is a clue whose weight the labels decide.
"""

# They hide where a link leads. Source: those that the labelled comments use most, and their successors.
SHORTENERS = frozenset(
    [
        *("adf.ly", "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "ow.ly", "rb.gy", "rebrand.ly", "s.id"),
        *("shorturl.at", "t.cn", "t.co", "tiny.cc", "tinyurl.com"),
    ]
)
MESSENGERS = frozenset(["chat.whatsapp.com", "discord.gg", "line.me", "t.me", "telegram.me", "wa.me"])
# Registered domains where readers find what they cite. Source: what readers of news sites link to in the labelled
# comments, and the large papers and broadcasters of the languages in them. Spammers link to some of these as well.
WELL_KNOWN = frozenset(
    [
        *("archive.org", "arxiv.org", "github.com", "mozilla.org", "microsoft.com", "stackoverflow.com"),
        *("imgur.com", "reddit.com", "twitter.com", "vimeo.com", "wikimedia.org", "wikipedia.org", "x.com"),
        *("youtu.be", "youtube.com", "politifact.com", "snopes.com", "nature.com"),
        *("apnews.com", "bbc.co.uk", "bbc.com", "bloomberg.com", "cbc.ca", "cbsnews.com", "cnn.com", "economist.com"),
        *("forbes.com", "foxnews.com", "ft.com", "go.com", "nbcnews.com", "npr.org", "nytimes.com", "politico.com"),
        *("reuters.com", "theglobeandmail.com", "theguardian.com", "thestar.com", "usatoday.com"),
        *("washingtonpost.com", "wsj.com"),
        *(
            "elpais.com",
            "faz.net",
            "lefigaro.fr",
            "lemonde.fr",
            "repubblica.it",
            "spiegel.de",
            "tagesschau.de",
            "zeit.de",
        ),
        *("cdc.gov", "europa.eu", "nih.gov", "un.org", "who.int"),
    ]
)
