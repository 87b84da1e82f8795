"""
Everything that can go wrong with a request, each with its status and stable code, in one table.
"""

from typing import ClassVar

from service.core.traffic import Quota


class HamletError(Exception):
    """
    The base of every error that reaches a caller as a problem document; never raised itself.

    `status` is the HTTP status and `code` the last part of the problem's `type`. `field` names what is wrong,
    `retry_after` is in whole seconds.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, *, field: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.retry_after = retry_after


class BadRequest(HamletError):
    """
    The body cannot be read at all.
    """

    status, code, title = 400, "malformed-body", "The body cannot be read"


class Unauthorised(HamletError):
    """
    There is no key, or no site has it.
    """

    status, code, title = 401, "unknown-key", "The key is not known"


class MissingScope(HamletError):
    """
    The key is known, but not for this: `hamlet sites keys add` makes one that is.
    """

    status, code, title = 403, "missing-scope", "The key is not for this"


class CrossSite(HamletError):
    """
    A form came from a page of another site.
    """

    status, code, title = 403, "cross-site", "Not from this page"


class NotFound(HamletError):
    """
    There is nothing under this address for this site.
    """

    status, code, title = 404, "not-found", "Not found"


class WrongSignIn(HamletError):
    """
    The name or the password of a moderator is wrong, or the account is locked; which of these is not said.
    """

    status, code, title = 403, "wrong-sign-in", "Not signed in"


class ClaimInFlight(HamletError):
    """
    Another request with the same idempotency key is being decided.
    """

    status, code, title = 409, "in-flight", "The same comment is being decided"


class TrainingBusy(HamletError):
    """
    A training that somebody started is still running.
    """

    status, code, title = 409, "training-busy", "Another training is under way"


class TrainingMissing(HamletError):
    """
    What training needs is not installed where the service runs.
    """

    status, code, title = 501, "training-missing", "Training is not installed here"


class BodyTooSlow(HamletError):
    """
    The body did not arrive in time.
    """

    status, code, title = 408, "body-too-slow", "The body did not arrive"


class BodyTooLarge(HamletError):
    """
    The body is longer than any comment.
    """

    status, code, title = 413, "body-too-large", "The body is too large"


class UnsupportedMediaType(HamletError):
    """
    The body is in no format that Hamlet reads; `Accept` of the answer names those that it does.
    """

    status, code, title = 415, "unsupported-media-type", "The content type is not supported"

    def __init__(self, detail: str, accepted: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.accepted = accepted


class InvalidField(HamletError):
    """
    A field is missing, of the wrong type or out of bounds; `errors` has every such field with what is wrong.
    """

    status, code, title = 422, "invalid-field", "A field is not valid"

    def __init__(self, detail: str, *, field: str, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail, field=field)
        self.errors = errors or ((field, detail),)


class ClaimMismatch(HamletError):
    """
    An idempotency key was used again with another body.
    """

    status, code, title = 422, "idempotency-mismatch", "The idempotency key belongs to another body"


class QuotaExceeded(HamletError):
    """
    The caller has sent more comments than its quota.
    """

    status, code, title = 429, "quota-exceeded", "Too many comments for this key"

    def __init__(self, quota: Quota, retry_after: int) -> None:
        super().__init__(
            f"more than {quota.limit} comments a minute; ask again in {retry_after} s", retry_after=retry_after
        )
        self.quota = quota


class LabelsExceeded(HamletError):
    """
    The key has given more labels than its site's limit.
    """

    status, code, title = 429, "labels-exceeded", "Too many labels from this key"

    def __init__(self, quota: Quota, retry_after: int) -> None:
        super().__init__(
            f"more than {quota.limit} labels an hour; ask again in {retry_after} s", retry_after=retry_after
        )
        self.quota = quota


class TooManyKeys(HamletError):
    """
    The address has sent too many keys that no site has, or passwords that no moderator has.
    """

    status, code, title = 429, "too-many-keys", "Too many wrong keys or passwords"


class SignInsBusy(HamletError):
    """
    Another password is being checked, which takes a while on purpose, or another provider asked.
    """

    status, code, title = 429, "sign-ins-busy", "Another sign-in is under way"


class ProviderUnreachable(HamletError):
    """
    The OpenID provider does not answer, or not as one.
    """

    status, code, title = 503, "provider-unreachable", "The provider does not answer"


class ModelUnavailable(HamletError):
    """
    There is no model that can be trusted, and what was asked for is a score.
    """

    status, code, title = 503, "model-unavailable", "There is no model to score with"


class StoreUnavailable(HamletError):
    """
    The store cannot be read or written now.
    """

    status, code, title = 503, "store-unavailable", "The store is not available"
