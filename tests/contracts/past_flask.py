"""
Comments answered past Flask, for clients of an application that has no server before it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from service.api.comments import PATH, Comments
from service.wire import Environ


def answering(app: Flask, comments: Comments) -> Flask:
    """
    Return the application with comments answered as `service.bridge` has them answered.
    """
    others = app.wsgi_app

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", PATH):
            return others(environ, start_response)
        ((status, headers, content),) = comments.answer([environ])
        start_response(f"{status} ", headers)
        return [content]

    app.wsgi_app = answer  # type: ignore[method-assign]
    return app
