"""
Comments to begin with: two that a reader might write, and three that nobody meant for the article.
"""

EXAMPLES = (
    {
        "title": "A reader",
        "name": "Marta",
        "comment": "I followed your recipe last weekend, but the dough stayed wet. Does the flour make such a "
        "difference, or did I just not wait long enough?",
    },
    {
        "title": "Angry, but real",
        "name": "old_timer_71",
        "comment": "What nonsense!!! You CLEARLY never rode that bus line. Read https://en.wikipedia.org/wiki/Bus_lane "
        "before you write about it again.",
    },
    {
        "title": "Flattery with a link",
        "name": "Best Web Design Services",
        "comment": "Great post! I really appreciate the valuable information that you share here. Please visit my "
        "web site as well: www.cheap-seo-ranking.example",
        "url": "http://www.cheap-seo-ranking.example",
    },
    {
        "title": "Disguised letters",
        "name": "luсky",
        "comment": "𝓑𝓮𝓼𝓽 𝓒𝓪𝓼𝓲𝓷𝓸 b\u200bonus! W I N real m0ney today, no dep\u00adosit: t.me/lucky777win",
    },
    {
        "title": "Many links",
        "name": "viagra online",
        "comment": '<a href="http://pills.example">cheap viagra</a> <a href="http://pills.example/2">cialis</a> '
        '<a href="http://loans.example">payday loans</a> no prescription, lowest price!!!',
    },
)
