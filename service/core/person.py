"""
A person whose data somebody asks for: by what they gave when they commented.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.core.comment import Comment
from service.core.commenter import address_hash, email_hash, plain_name, pooled_address
from service.core.entries import Entry, Kind
from service.core.entry_values import author
from service.core.trial import stand_in


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
        found = (email_hash(secret, Comment("", "", email=self.email)) for secret in secrets)
        return [each for each in found if each]

    def address_hashes(self, secrets: Sequence[bytes]) -> list[str]:
        """
        Return what the store has instead of the address, under each secret; of an IPv6 address that is its /64. None
        for one that tells nobody apart, as of a private network.
        """
        found = (address_hash(secret, Comment("", "", ip=self.ip)) for secret in secrets)
        return [each for each in found if each]

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
            return self._is_told_in(entry.value.replace("\\", ""), (self.email, self.ip))
        about = stand_in(entry)
        if about and about.ip:
            return bool(self.ip) and pooled_address(about.ip) == pooled_address(self.ip)
        return self._is_told_in(entry.value, (self.email,)) or (bool(self.ip) and entry.value == self.ip.strip())

    def is_told_in(self, text: str) -> bool:
        """
        Tell whether a text names them.

        >>> Person(email="ann@blog.example").is_told_in("Ann@Blog.example again")
        True
        """
        return self._is_told_in(text, (self.email, self.name, self.ip))

    def _is_told_in(self, text: str, spellings: Sequence[str]) -> bool:
        return any(spelling.strip().casefold() in text.casefold() for spelling in spellings if spelling.strip())
