"""
A verdict in one sentence that a moderator can read.
"""

from service.core.decision import Reason, Verdict

MOST_PHRASES = 2

_VERBS = {Verdict.ACCEPT: "Accepted", Verdict.HOLD: "Held", Verdict.REJECT: "Rejected"}
_MISSING = {
    "model": "there is no model to score it",
    "traffic": "its traffic could not be checked",
    "store": "it could not be recorded",
    "time": "it took too long to judge",
}
_PHRASES = {
    "allow_list": "the site's own list lets it through",
    "author_url": "the author's address",
    "bare_domain": "a bare domain",
    "bidi_control": "characters that turn the text around",
    "brand_with_number": "a name like a gambling site's",
    "deny_list": "the site's own list turns it away",
    "damaged_characters": "characters that no keyboard types",
    "disguised_link": "a disguised link",
    "email": "an e-mail address",
    "encoded_letters": "letters written as codes",
    "flood": "more comments than the commenter's limit",
    "hidden_characters": "invisible characters inside words",
    "hold_list": "the site's own list holds it",
    "honeypot": "a hidden field that was filled in",
    "labelled_copy": "a text like one that was labelled spam",
    "links": "what it links to",
    "many_links": "many links",
    "messenger_link": "a link to a messenger",
    "mixed_script": "look-alike letters",
    "name": "the author's name",
    "name_is_scrambled": "a name that looks drawn by lot",
    "one_link": "a link",
    "other_script": "a script that none of the site's languages is written in",
    "own_channel": "the author's own channel or videos",
    "passage": "the words of a passage",
    "phone": "a phone number",
    "short_link": "a shortened link",
    "spaced_out": "spaced-out words",
    "standing": "its author's other comments",
    "strange_marks": "marks on letters",
    "styled_letters": "letters in disguise",
    "text": "its words",
    "two_links": "two links",
    "typed_too_fast": "a form filled in too fast",
    "zalgo": "piled-up accents",
}
# What a decision can be looked for by; not what ends in a number.
REASONS = {"campaign": "a text seen often", **_PHRASES}

# Clues that end in a number, the logarithm of what they measure.
_MEASURES = {"length": "its length", "words_a_link": "how many words come with a link"}


def summarise(verdict: Verdict, reasons: tuple[Reason, ...], degraded: tuple[str, ...]) -> str:
    """
    Return why a verdict was given, its rule or its heaviest reasons first.

    >>> summarise(Verdict.HOLD, (Reason("one_link", 0.9), Reason("campaign", 1.4, seen=7, authors=7)), ())
    'Held: a text seen 7 times today from 7 authors; a link.'
    """
    rules = [phrase(reason) for reason in reasons if reason.rule]
    if rules:
        phrases = rules
    elif verdict is Verdict.ACCEPT:
        phrases = ["nothing in it weighs enough against it"]
    elif "model" in degraded:
        phrases = []
    else:
        against = [reason for reason in reasons if (reason.weight or 0) > 0 and reason.code != "saturation"]
        against.sort(key=lambda reason: -(reason.weight or 0))
        phrases = [phrase(reason) for reason in against[:MOST_PHRASES]]
    missing = [_MISSING[part] for part in degraded]
    return f"{_VERBS[verdict]}: {'; '.join([*phrases, *missing]) or 'no reason stands out'}."


def phrase(reason: Reason) -> str:
    """
    Return a reason in words.

    >>> phrase(Reason("many_links", 1.2)), phrase(Reason("brand_with_number", 2.7))
    ('many links', "a name like a gambling site's")
    """
    if reason.code == "campaign":
        return f"a text seen {reason.seen} times today from {reason.authors} author{'s' if reason.authors != 1 else ''}"
    measure = _MEASURES.get(reason.code.rpartition("_")[0])
    return measure or _PHRASES.get(reason.code, reason.code.replace("_", " "))
