"""
What may be said about a comment, field by field: strict about the caller, patient with the author.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic.json_schema import WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError, to_json

from service.core.addresses import address_of
from service.core.comment import Claim, Comment
from service.core.commenter import PLAIN_IPV4
from service.core.members import shown
from service.core.text import storable
from service.errors import InvalidField

LONGEST_COMMENT = 64 * 1024
LONGEST_ID = 200
MOST_ERRORS = 20

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_SHOULD = re.compile(r"\w+ should\b")
_IDEMPOTENCY_KEY = re.compile(rf"[!-~]{{1,{LONGEST_ID}}}")


def _short_enough(comment: str) -> str:
    if len(comment) > LONGEST_COMMENT // 4 and len(comment.encode()) > LONGEST_COMMENT:
        raise PydanticCustomError("comment_length", f"must be at most {LONGEST_COMMENT} bytes of UTF-8")
    return comment


def _identifier(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _address(text: str) -> str:
    if not text.strip() or PLAIN_IPV4.fullmatch(text):
        return text.strip()
    address = address_of(text.partition("%")[0])
    if address is None:
        raise PydanticCustomError("address", "must be an IPv4 or IPv6 address, without a port")
    return str(address)


def _moment(value: object) -> datetime:
    try:
        if isinstance(value, str) and _RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper())
    except ValueError:
        pass  # of the right form, but no such day or hour
    raise PydanticCustomError("moment", "must be a time with its zone as in RFC 3339, like 2026-11-23T18:30:00Z")


Identifier = Annotated[
    str,
    Field(max_length=LONGEST_ID),
    BeforeValidator(_identifier, json_schema_input_type=Annotated[str, Field(max_length=LONGEST_ID)] | int),
]
Moment = Annotated[datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


def nullable(schema: dict[str, Any]) -> None:
    """
    Let a schema say that its optional fields may be null, which `sent` drops before their model sees it.
    """
    for name in schema["properties"].keys() - set(schema["required"]):
        field = schema["properties"][name]
        if "type" in field:
            field["type"] = [field["type"], "null"]
        elif {"type": "null"} not in field["anyOf"]:
            field["anyOf"].append({"type": "null"})


class Submission(BaseModel):
    """
    A comment to be judged. Only `name` and `comment` are required; null stands for an optional field not sent.
    """

    model_config = ConfigDict(strict=True, extra="forbid", title="Comment", json_schema_extra=nullable)

    name: str = Field(description="The author's name as typed; may be empty.")
    comment: Annotated[str, AfterValidator(_short_enough)] = Field(
        description=f"The comment as typed, markup included; at most {LONGEST_COMMENT} bytes of UTF-8."
    )
    email: str = Field("", description="The author's e-mail address; kept as a keyed hash only.")
    url: str = Field("", description="The author's web site.")
    ip: Annotated[str, AfterValidator(_address)] = Field(
        "", description="The author's IPv4 or IPv6 address; kept as a keyed hash only."
    )
    user_agent: str = Field("", description="The author's User-Agent header.")
    referrer: str = Field("", description="The author's Referer header.")
    permalink: str = Field("", description="Where the article is.")
    article_title: str = Field("", description="The title of the article commented on.")
    article_text: str = Field("", description="The text of the article commented on.")
    type: str = Field("", description="What it is in the CMS: comment, reply, trackback, review, …")
    parent_id: Identifier = Field("", description="The CMS's id of the comment that this one answers.")
    author_role: str = Field("", description="The author's role in the CMS: guest, subscriber, editor, …")
    language: str = Field("", description="The language of the site, as in BCP 47.")
    submitted_at: Moment | None = Field(None, description="When it was sent: RFC 3339, with a zone.")
    form_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = Field(
        None, description="Seconds from showing the form to sending it."
    )
    honeypot: str = Field("", description="What came in a form field that people cannot see.")
    id: Identifier = Field("", description="The CMS's own id of this comment; the same id gets the same decision.")


# All else is kept with the digest, so that whoever has the store could try every address until the digest comes out.
_DIGESTED = sorted(Submission.model_fields.keys() - {"email", "ip"})


def sent(given: Mapping[str, Any], model: type[BaseModel], nothing: str | None = None) -> dict[str, Any]:
    """
    Return the fields of a body without those that say nothing: an optional one that is null is as good as not sent.

    Args:
        given: The fields.
        model: What they should make.
        nothing: What stands for null: in forms it is an empty text.
    """
    optional = _optional(model)
    return {name: value for name, value in given.items() if value != nothing or name not in optional}


@cache
def _optional(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if not field.is_required())


def to_comment(given: Mapping[str, Any], *, is_form: bool) -> Comment:
    """
    Return the comment that some fields describe, lone surrogates repaired.

    Raises:
        InvalidField: fields are missing, unknown, or not what they should be; never for what an author typed.
    """
    validate = Submission.model_validate_strings if is_form else Submission.model_validate
    repaired = {
        storable(name): storable(value) if isinstance(value, str) else value
        for name, value in sent(given, Submission, "" if is_form else None).items()
    }
    try:
        submission = validate(repaired)
    except ValidationError as error:
        raise invalid(error, ("a comment", Submission)) from None
    return Comment(**submission.__dict__)


def to_claim(comment: Comment, idempotency_key: str | None) -> Claim | None:
    """
    Return the claim that the `Idempotency-Key` header makes, else the one of the CMS's id; None without either.

    Raises:
        InvalidField: the header is empty, too long, or has other characters than visible ASCII.
    """
    if idempotency_key is not None:
        if not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
            detail = f"`Idempotency-Key` must be 1 to {LONGEST_ID} visible ASCII characters"
            raise InvalidField(detail, field="Idempotency-Key")
        return Claim(f"header:{idempotency_key}", _digest(comment))
    return Claim(f"id:{comment.id}", _digest(comment)) if comment.id else None


def _digest(comment: Comment) -> str:
    # Empty fields are left out, so that a field added in a later version leaves the digests of old bodies alone.
    given = {name: value for name in _DIGESTED if (value := getattr(comment, name)) not in ("", None)}
    return sha256(to_json(given)).hexdigest()


def invalid(error: ValidationError, *of: tuple[str, type[BaseModel]]) -> InvalidField:
    """
    Return what to say of fields that do not make what they should: `of` names what the body is, then what is listed
    in it.
    """
    # Neither the values nor pydantic's own summary: a comment is personal data and must not come back in an error.
    found = error.errors(include_url=False, include_input=False)
    # A field that is missing is most often one of the others, misspelt: which that is helps sooner.
    found = sorted(found, key=lambda each: each["type"] == "missing")[:MOST_ERRORS]
    errors = tuple((_place(each), _detail(each, *of[min(len(each["loc"]) // 2, len(of) - 1)])) for each in found)
    return InvalidField(errors[0][1], field=errors[0][0], errors=errors)


def _place(error: ErrorDetails) -> str:
    return ".".join(shown(str(part)) for part in error["loc"])


def _detail(error: ErrorDetails, what: str, model: type[BaseModel]) -> str:
    place = _place(error)
    if error["type"] == "missing":
        return f"`{place}` is required"
    if error["type"] == "extra_forbidden":
        meant = get_close_matches(str(error["loc"][-1]), model.model_fields, n=1)
        # What is called by another word altogether, as `address` for `ip`, resembles nothing.
        hint = f"did you mean `{meant[0]}`?" if meant else f"its fields are {', '.join(model.model_fields)}"
        return f"`{place}` is no field of {what}; {hint}"
    if error["type"] == "model_type":
        return f"`{place}` must be an object; its fields are {', '.join(model.model_fields)}"
    if error["type"] == "string_unicode":
        return f"{f'`{place}`' if place else 'a name'} has half of a surrogate pair, which is no character"
    return f"`{place}` {_SHOULD.sub('must', error['msg']).replace(' after validation', '')}"
