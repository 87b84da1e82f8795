"""
The routes as OpenAPI describes them; the schemas come from the models.
"""

from http import HTTPStatus
from typing import Any

from service.api.batch import MEDIA_TYPES
from service.api.problems import MEDIA_TYPE
from service.errors import HamletError

_COMMENT = {"$ref": "#/components/schemas/Submission"}
_DECISION = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
_LINE = {
    "type": "object",
    "required": ["line"],
    "properties": {
        "line": {"type": "integer", "description": "The number of the line that is answered."},
        "retry_after": {
            "type": ["integer", "null"],
            "description": "Of a problem: seconds to wait before it is sent again.",
        },
    },
    "anyOf": [{"$ref": "#/components/schemas/Answer"}, {"$ref": "#/components/schemas/Problem"}],
}
_ENTRIES = {"application/json": {"schema": {"$ref": "#/components/schemas/ListAnswer"}}}
_LABEL = {"$ref": "#/components/schemas/LabelSubmission"}
_HEARD = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/HeardAnswer"}}}}
_EXAMPLE = {
    "name": "Anna",
    "comment": "I liked the second half of this article, thank you.",
    "ip": "8.8.8.8",
    "permalink": "https://example.org/articles/7",
    "id": "4711",
}
_SPAM = {
    "name": "best payday loans",
    "comment": 'Need cash? <a href="http://loans.example/">click here</a>',
    "email": "loans@loans.example",
    "honeypot": "yes",
}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _problem(status: int) -> dict[str, Any]:
    kinds = [kind for kind in HamletError.__subclasses__() if kind.status == status]
    about = "; ".join(f"`{kind.code}`: {kind.title.lower()}" for kind in kinds)
    return {
        "description": about or HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _problems(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _plain(summary: str, media_type: str, *, unavailable: str = "") -> dict[str, Any]:
    answers = {"200": summary, "503": unavailable} if unavailable else {"200": summary}
    responses = {
        status: {"description": text, "content": {media_type: {"schema": {}}}} for status, text in answers.items()
    }
    return {"get": {"summary": summary, "tags": ["operation"], "security": [], "responses": responses}}


SECURITY: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The site's key."},
    "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The site's key."},
}
RESPONSES = {
    str(status): _problem(status) for status in (400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503)
}
RESPONSES["401"]["headers"] = {"WWW-Authenticate": _header("How to send a key.")}
RESPONSES["415"]["headers"] = {"Accept": _header("The content types that are read.")}
for _status in ("409", "429", "503"):
    RESPONSES[_status]["headers"] = {"Retry-After": _header("Seconds to wait, spread at random.")}

PATHS: dict[str, Any] = {
    "/v1/comments": {
        "post": {
            "operationId": "moderate",
            "summary": "Judge a comment",
            "description": "Answers 200 whatever the verdict. Act on `verdict`; on any error, hold the comment.",
            "tags": ["comments"],
            "parameters": [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": "The same key again returns the first decision. Goes before the body's `id`.",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                }
            ],
            "requestBody": {
                "required": True,
                "description": "At most 262,144 bytes, in UTF-8, not compressed.",
                "content": {
                    "application/json": {
                        "schema": _COMMENT,
                        "examples": {"comment": {"value": _EXAMPLE}, "spam": {"value": _SPAM}},
                    },
                    "application/x-www-form-urlencoded": {"schema": _COMMENT},
                },
            },
            "responses": {
                "200": {
                    "description": "The decision.",
                    "headers": {
                        "RateLimit": _header('What is left of the quota, like "comments";r=599;t=110'),
                        "RateLimit-Policy": _header('The quota, like "comments";q=600;w=60'),
                        "Idempotent-Replayed": _header("`true` if this decision was given before."),
                    },
                    "content": _DECISION,
                },
                **_problems(400, 401, 403, 405, 408, 409, 413, 415, 422, 429, 500, 503),
            },
        }
    },
    "/v1/batch": {
        "post": {
            "operationId": "moderateMany",
            "summary": "Judge many comments",
            "description": "Each line is answered in order, as soon as it is decided: a decision or a problem, with "
            "`line`, its number. On a problem, and where an answer is missing, hold the comment.",
            "tags": ["comments"],
            "requestBody": {
                "required": True,
                "description": "A comment a line, as for `/v1/comments`; at most 10,000 lines and 16,777,216 bytes.",
                "content": {media_type: {"schema": _COMMENT} for media_type in MEDIA_TYPES},
            },
            "responses": {
                "200": {"description": "An answer a line.", "content": {MEDIA_TYPES[0]: {"schema": _LINE}}},
                **_problems(401, 403, 405, 413, 415, 422, 429, 500, 503),
            },
        }
    },
    "/v1/comments/{id}": {
        "get": {
            "operationId": "find",
            "summary": "Read a decision again",
            "tags": ["comments"],
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {"description": "The decision as it was given.", "content": _DECISION},
                **_problems(401, 403, 404, 405, 429, 500, 503),
            },
        }
    },
    "/v1/lists": {
        "get": {
            "operationId": "lists",
            "summary": "Read the site's lists",
            "description": "For keys of the scope admin, like all of `/v1/lists`.",
            "tags": ["lists"],
            "responses": {
                "200": {"description": "All entries that have not expired.", "content": _ENTRIES},
                **_problems(401, 403, 405, 422, 429, 500, 503),
            },
        },
        "post": {
            "operationId": "addToLists",
            "summary": "Add to the site's lists, or try what that would do",
            "description": "They count within five seconds. What is listed already gets the new action, end and note.",
            "tags": ["lists"],
            "parameters": [
                _query("dry_run", {"type": "boolean", "default": False}, "Store nothing; answer with a trial."),
                _query(
                    "last", {"type": "integer", "default": 1000, "maximum": 5000}, "Comments that a trial looks at."
                ),
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ListSubmission"}}},
            },
            "responses": {
                "200": {
                    "description": "Of a dry run: what the entries would have done.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TrialAnswer"}}},
                },
                "201": {"description": "The entries as they were stored.", "content": _ENTRIES},
                **_problems(400, 401, 403, 405, 408, 413, 415, 422, 429, 500, 503),
            },
        },
    },
    "/v1/lists/{id}": {
        "delete": {
            "operationId": "removeFromLists",
            "summary": "Remove an entry",
            "tags": ["lists"],
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "responses": {
                "204": {"description": "It is gone, and does nothing within five seconds."},
                **_problems(401, 403, 404, 405, 422, 429, 500, 503),
            },
        }
    },
    "/v1/queue": {
        "get": {
            "operationId": "queue",
            "summary": "Read what waits for a moderator",
            "description": "Held comments of which nobody has said yet what they were, the newest first.",
            "tags": ["comments"],
            "parameters": [
                _query("limit", {"type": "integer", "default": 50, "minimum": 1, "maximum": 200}, "Comments a page."),
                _query("before", {"type": "string", "format": "uuid"}, "What the page before has as `next`."),
            ],
            "responses": {
                "200": {
                    "description": "A page of the queue.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/QueueAnswer"}}},
                },
                **_problems(401, 403, 405, 422, 429, 500, 503),
            },
        }
    },
    "/v1/comments/{id}/label": {
        "post": {
            "operationId": "label",
            "summary": "Say what a comment was",
            "description": "Kept for good, and heard by the very next comment. The same again is the same as once.",
            "tags": ["comments"],
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": _LABEL, "examples": {"spam": {"value": {"label": "spam"}}}},
                    "application/x-www-form-urlencoded": {"schema": _LABEL},
                },
            },
            "responses": {
                "200": {"description": "It counts, or one of more weight does.", **_HEARD},
                "202": {"description": "It was kept, and set aside until somebody releases it.", **_HEARD},
                **_problems(400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500, 503),
            },
        }
    },
    "/livez": _plain("The process answers", "application/json"),
    "/readyz": _plain(
        "All parts can be used", "application/json", unavailable="A part cannot be used; the body says which"
    ),
    "/version": _plain("The versions of Hamlet and its model", "application/json"),
    "/metrics": _plain("Metrics for Prometheus", "text/plain"),
    "/openapi.json": _plain("This document", "application/json"),
    "/docs": _plain("This document, to be tried out", "text/html"),
    "/docs/problems": _plain("What each problem type means", "text/html"),
}
