"""
A person whose data somebody asks for: by what they gave when they commented.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.core.commenter import address_hash, email_hash, plain_name, pooled_address
from service.core.entries import Entry, Kind
from service.core.entry_values import author
from service.core.trial import stand_in

# Not within a longer one: "joann@mail.example" is somebody else. Of other scripts letters may stand beside it.
_BEFORE, _BEHIND = "(?<![a-zA-Z0-9._+-])", "(?![a-zA-Z0-9-]|[.:][a-zA-Z0-9])"
_ESCAPED_LETTER = re.compile(r"\\[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Person:
    """
    An e-mail, a name and an address, of which one at least is there; each alone means the person.
    """

    email: str = ""
    name: str = ""
    ip: str = ""

    def email_hashes(self, secrets: Sequence[bytes]) -> list[str]:
        """
        Return what the store has instead of the e-mail, under each secret.
        """
        return [each for secret in secrets if (each := email_hash(secret, self.email))]

    def address_hashes(self, secrets: Sequence[bytes]) -> list[str]:
        """
        Return what the store has instead of the address, under each secret; of an IPv6 address that is its /64. None
        for one that tells nobody apart, as of a private network.
        """
        return [each for secret in secrets if (each := address_hash(secret, self.ip))]

    def is_called(self, name: str) -> bool:
        """
        Tell whether a name is theirs, as people compare names.

        >>> Person(name="Anna Maria").is_called(" anna  MARIA"), Person(email="a@b.example").is_called("")
        (True, False)
        """
        return bool(self.name) and plain_name(name) == plain_name(self.name)

    def is_named_by(self, entry: Entry) -> bool:
        """
        Tell whether an entry of a list is about them alone: not one of a range or of a domain of mailboxes.
        """
        if entry.kind is Kind.AUTHOR:
            return bool(self.name) and entry.value == author(self.name)
        if entry.kind is Kind.REGEX:
            return self._is_addressed_in(_ESCAPED_LETTER.sub(" ", entry.value).replace("\\", ""))
        if entry.kind is Kind.EMAIL:
            return bool(self.email) and entry.value == self.email.strip().casefold()
        about = stand_in(entry)
        if about and about.ip:
            return bool(self.ip) and pooled_address(about.ip) == pooled_address(self.ip)
        return bool(self.ip) and entry.value == self.ip.strip()

    def is_told_in(self, text: str) -> bool:
        """
        Tell whether a text names them; a name even within a word, since not all scripts have spaces between words.

        >>> Person(email="ann@blog.example").is_told_in("Ann@Blog.example again")
        True
        """
        name = plain_name(self.name)
        return bool(name and name in plain_name(text)) or self._is_addressed_in(text)

    def _is_addressed_in(self, text: str) -> bool:
        spellings = [re.escape(spelling.strip()) for spelling in (self.email, self.ip) if spelling.strip()]
        return any(re.search(f"{_BEFORE}{spelling}{_BEHIND}", text, re.IGNORECASE) for spelling in spellings)
