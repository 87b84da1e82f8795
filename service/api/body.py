"""
The bytes of a request as the fields that they hold, or a clear 4xx; values are looked at in `submission`.
"""

import json
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_content_length

from service.core.members import GivenTwice, members
from service.errors import BadRequest, BodyTooLarge, HamletError, UnsupportedMediaType
from service.wire import Environ

LARGEST_BODY = 256 * 1024
MOST_FIELDS = 100
# In the environment of a request: the error that kept its body from coming whole, for whoever asks for the body.
FAULT = "hamlet.body_fault"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def raw(environ: Environ, advice: str = "") -> bytes:
    """
    Return the whole body, whether its length was declared or it came in chunks: `bridge` has read it. Who sent too much
    is given the advice.

    Taken from there and not from Flask, which with a limit set has cut chunked bodies and said nothing.

    Raises:
        BodyTooLarge: it is longer than LARGEST_BODY.
        BodyTooSlow: it did not arrive in time.
        BadRequest: it broke off, or is shorter than declared.
    """
    fault: HamletError | None = environ.get(FAULT)
    if fault:
        raise fault
    content: bytes = environ["wsgi.input"].getvalue()
    declared = get_content_length(environ) or 0
    if max(declared, len(content)) > LARGEST_BODY:
        raise BodyTooLarge(f"the body is larger than {LARGEST_BODY} bytes{advice}")
    if len(content) < declared:
        raise BadRequest(f"the body ends after {len(content)} of {declared} bytes")
    return content


@lru_cache(maxsize=64)
def media_type(content_type: str, content_encoding: str, accepted: tuple[str, ...] = (JSON, FORM)) -> str:
    """
    Return which of the accepted types it is.

    Raises:
        UnsupportedMediaType: it is none of them, or not in UTF-8, or compressed.
    """
    media, options = parse_options_header(content_type)
    if media.lower() not in accepted:
        raise UnsupportedMediaType(f"send {' or '.join(accepted)}", accepted)
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("send UTF-8; no other charset is read", accepted)
    if content_encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType("send the body uncompressed; no Content-Encoding is read", accepted)
    return media.lower()


def fields_of(environ: Environ) -> tuple[dict[str, Any], bool]:
    """
    Return the fields of a request, and whether it is a form; raises what the functions do that read it.
    """
    media = media_type(environ.get("CONTENT_TYPE", ""), environ.get("HTTP_CONTENT_ENCODING", ""))
    content = raw(environ, "; cut it, of a comment its `article_text`")
    return (from_form(content), True) if media == FORM else (from_json(content), False)


def from_json(content: bytes) -> dict[str, Any]:
    """
    Return the members of a JSON object, which may begin with a byte order mark.

    Raises:
        BadRequest: it is no JSON object in UTF-8, names a member twice, or nests or counts beyond reason.
    """
    try:
        fields = _DECODER.decode(_text(content).removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except GivenTwice as error:
        raise BadRequest(str(error), field=error.name) from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None
    except ValueError:  # of int(): CPython converts 4,300 digits and no more
        raise BadRequest("the body has a number of too many digits") from None
    if not isinstance(fields, dict):
        raise BadRequest("the body must be a JSON object")
    if len(fields) > MOST_FIELDS:
        raise BadRequest(f"the body has more than {MOST_FIELDS} fields")
    return fields


def from_form(content: bytes) -> dict[str, str]:
    """
    Return the fields of a form; what was left empty is as good as not sent.

    Raises:
        BadRequest: it is not UTF-8 before or after percent-decoding, or names a field twice.
    """
    text = _text(content)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise BadRequest("the form has percent-encoded bytes that are not UTF-8") from None
    except ValueError:
        raise BadRequest(f"the form has more than {MOST_FIELDS} fields") from None
    try:
        return members(pairs)
    except GivenTwice as error:
        raise BadRequest(str(error), field=error.name) from None


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8: byte {error.start} cannot be read") from None


def _no_constant(name: str) -> None:
    raise BadRequest(f"the body is not JSON: {name} is no JSON number")


# Not strict: a line break or NUL that a CMS forgot to escape is still what an author typed.
_DECODER = json.JSONDecoder(object_pairs_hook=members, parse_constant=_no_constant, strict=False)
