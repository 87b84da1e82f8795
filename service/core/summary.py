"""
A verdict in one sentence that a moderator can read.
"""

from service.core.decision import Reason, Verdict

MOST_PHRASES = 2

_VERBS = {Verdict.ACCEPT: "Accepted", Verdict.HOLD: "Held", Verdict.REJECT: "Rejected"}
_MISSING = {
    "model": "no model could score it",
    "traffic": "its traffic could not be checked",
    "store": "it could not be recorded",
    "time": "it took too long to judge",
}
_PHRASES = {
    "addresses_someone": "words to another commenter",
    "allow_list": "the site's own list lets it through",
    "asks": "a question",
    "author_url": "the author's address",
    "bare_domain": "a bare domain",
    "bbcode": "a link in BBCode",
    "bidi_control": "characters that turn the text around",
    "brand_with_number": "a name like a gambling site's",
    "code": "program code",
    "damaged_characters": "characters that no keyboard types",
    "deny_list": "the site's own list turns it away",
    "disguised_link": "a disguised link",
    "ellipsis": "an ellipsis",
    "email": "an e-mail address",
    "encoded_letters": "letters written as codes",
    "ends_with_link": "a link at its end",
    "exclaiming": "exclamation marks",
    "flood": "more comments than the commenter's limit",
    "hidden_characters": "invisible characters inside words",
    "hold_list": "the site's own list holds it",
    "honeypot": "a hidden field that was filled in",
    "html_link": "a link in HTML",
    "labelled_copy": "a text like one that was labelled spam",
    "link_on_a_line": "a link on a line of its own",
    "links": "what it links to",
    "little_but_links": "little but links",
    "many_emoji": "many emoji",
    "many_links": "many links",
    "messenger_link": "a link to a messenger",
    "mixed_script": "look-alike letters",
    "money": "a sum of money",
    "name": "the author's name",
    "name_in_lower_case": "a name in lower case",
    "name_is_link": "a name that is a link",
    "name_is_scrambled": "a name that looks drawn by lot",
    "name_of_many_words": "a name of many words",
    "one_link": "a link",
    "other_script": "a script that none of the site's languages is written in",
    "own_channel": "the author's own channel or videos",
    "parenthesis": "a parenthesis",
    "passage": "the words of a passage",
    "phone": "a phone number",
    "quotation": "quotation marks",
    "quotes": "another comment, quoted",
    "repeats_title": "the article's title, repeated",
    "short_link": "a shortened link",
    "saturation": "what goes beyond the scale",
    "shouting": "capital letters",
    "site_labels": "what this site's labels taught",
    "smiley": "a smiley",
    "spaced_out": "spaced-out words",
    "spin_residue": "what a spinner of texts left over",
    "standing": "its author's other comments",
    "starts_with_link": "a link at its beginning",
    "strange_marks": "marks on letters",
    "styled_letters": "letters in disguise",
    "text": "its words",
    "two_links": "two links",
    "typed_address": "a typed address",
    "typed_too_fast": "a form filled in too fast",
    "zalgo": "piled-up accents",
}
# What a decision can be looked for by; not what ends in a number.
REASONS = {"campaign": "a text seen often", **_PHRASES}

# Clues that end in a number, of what they measure or its logarithm.
_MEASURES = {
    "broken_lines": "lines that break within a sentence",
    "length": "its length",
    "on_topic": "words of the article's title",
    "words_a_link": "how many words come with a link",
}


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
