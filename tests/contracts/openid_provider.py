"""
A small OpenID provider on loopback, that signs in whoever it is told to without asking.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "hamlet", "client's secret"


@dataclass
class OpenIdProvider:
    """
    Says that whoever comes is `person`; `said` is laid over what it signs, and `key` over its own. At some
    paths it may answer with other JSON `instead`.
    """

    person: Mapping[str, Any] = field(default_factory=lambda: {"preferred_username": "Anna"})
    said: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=lambda: {"alg": "ES256"})
    key: ECKey | None = None
    answer: Mapping[str, str] = field(default_factory=dict)
    is_broken: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)
    asked: dict[str, Mapping[str, str]] = field(default_factory=dict)
    own_key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "own"}))

    def __enter__(self) -> Self:
        self.server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)

        @app.before_request
        def other() -> Response | None:
            found = self.instead.get(request.path)
            return None if found is None else Response(found, mimetype="application/json")

        @app.get("/.well-known/openid-configuration")
        def metadata() -> Response:
            if self.is_broken:
                return Response("<h1>It works!</h1>")
            return jsonify(
                issuer=self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
                jwks_uri=f"{self.issuer}/keys",
                id_token_signing_alg_values_supported=["ES256", "HS256", "none"],
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify(KeySet([self.own_key]).as_dict(private=False))

        @app.get("/authorize")
        def authorize() -> Any:
            asked = request.args.to_dict()
            code = secrets.token_urlsafe()
            self.asked[code] = asked
            query = urlencode({"code": code, "state": asked["state"], **self.answer})
            return redirect(f"{asked['redirect_uri']}?{query}")

        @app.post("/token")
        def token() -> Any:
            asked, form = self.asked.pop(request.form["code"], {}), request.form
            client = request.authorization
            if not client or (client.username, client.password) != (CLIENT_ID, CLIENT_SECRET):
                return {"error": "invalid_client"}, 401
            is_who_asked = create_s256_code_challenge(form["code_verifier"]) == asked.get("code_challenge")
            if not is_who_asked or form["redirect_uri"] != asked["redirect_uri"]:
                return {"error": "invalid_grant"}, 400
            now = int(time.time())
            claims = {"iss": self.issuer, "sub": "1", "aud": CLIENT_ID, "iat": now, "exp": now + 60, **self.person}
            claims |= {"nonce": asked["nonce"], **self.said}
            kept = {name: value for name, value in claims.items() if value is not None}
            return {"access_token": "token", "token_type": "Bearer", "id_token": self._signed(kept)}

        return app

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            # As joserfc would not: without a signature.
            signed = jwt.encode({"alg": "ES256"}, claims, self.own_key).split(".")
            return f"eyJhbGciOiJub25lIn0.{signed[1]}."
        return jwt.encode({"kid": "own", **self.header}, claims, self.key or self.own_key)
