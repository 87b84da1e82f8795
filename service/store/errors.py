"""
What a person at the command line can cure; a store that does not answer is `service.errors.StoreUnavailable`.
"""

from collections.abc import Iterable


class StoreError(Exception):
    """
    The base of every error with a cure in its message; never raised itself.
    """


class BadStoreUrl(StoreError):
    """
    The URL of the store names no database that Hamlet can use.
    """


class NoStore(StoreError):
    """
    There are no tables where the store should be.
    """


class StoreTooOld(StoreError):
    """
    The tables were made by an older Hamlet.
    """


class StoreTooNew(StoreError):
    """
    The tables were made by a newer Hamlet.
    """


class SiteExists(StoreError):
    """
    A site of this name is registered already.
    """


class UnknownSite(StoreError):
    """
    No site of this name is registered; its message has those that are.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = ", ".join(known)
        super().__init__(f"there is no site {name!r}; " + (f"there are: {names}" if names else "add one first"))


class BadSiteSetting(StoreError):
    """
    A site's own limit or threshold makes no sense.
    """


class UnknownKey(StoreError):
    """
    The site has no key of this id.
    """


class TooManyEntries(StoreError):
    """
    The lists of a site are full.
    """


class ModeratorExists(StoreError):
    """
    There is an account of this name already.
    """


class UnknownModerator(StoreError):
    """
    There is no account of this name.
    """


class BadBackup(StoreError):
    """
    A copy of the store that cannot be made, or is not whole.
    """


class UnknownRevision(StoreError):
    """
    No migration of this Hamlet leads there.
    """
