"""
Signing in by an OpenID provider, by Authlib: the provider says who somebody is, and accounts are made here as ever.
"""

import hmac
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, Response, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from joserfc.errors import JoseError
from requests import RequestException

from service.errors import HamletError, ProviderUnreachable, SignInsBusy, WrongSignIn
from service.moderate.returning import own_page
from service.moderate.sign_in_form import Provider, let_in, refused
from service.signing_in import SigningIn

METADATA = "/.well-known/openid-configuration"
TIMEOUT_SECONDS = 5
# Made with a key that only the provider has: never `none`, nor a secret that is known here too.
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
_ALGORITHMS = "id_token_signing_alg_values_supported"
_NEXT = "next"

# What Authlib raises on JSON that is not what it expects.
_NOT_AS_EXPECTED = (AttributeError, LookupError, TypeError)

logger = logging.getLogger("hamlet.oidc")
# One at a time in a process: a provider that is slow takes one thread from those who comment, not all.
_turn = threading.Lock()


class _Cookie(SecureCookieSessionInterface):
    """
    Where Authlib keeps state, nonce and PKCE verifier while somebody is at the provider, and we where they were before.
    """

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(pages: Blueprint, signing: SigningIn, provider: Provider) -> None:
    """
    Add the way to the provider, and the way back.
    """
    registry = OAuth()
    registry.register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.issuer.rstrip("/") + METADATA,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )

    @pages.record_once
    def prepare(state: Any) -> None:
        state.app.secret_key = hmac.digest(provider.secret, b"oidc", "sha256")
        state.app.session_interface = _Cookie()
        state.app.config.update(
            SESSION_COOKIE_NAME="hamlet_oidc",
            SESSION_COOKIE_PATH=f"{state.url_prefix}/oidc",
            SESSION_COOKIE_SAMESITE="Lax",
        )
        registry.init_app(state.app)

    @pages.get("/oidc")
    def to_provider() -> Response:
        session[_NEXT] = own_page(request.args.get(_NEXT, ""))
        try:
            with _asking():
                address = url_for("moderate.from_provider", _external=True)
                found: Response = registry.provider.authorize_redirect(address)
            return found
        except HamletError as error:
            return refused(error, provider, session[_NEXT])

    @pages.get("/oidc/back")
    def from_provider() -> Response:
        back = own_page(session.pop(_NEXT, ""))
        try:
            with _asking():
                claims = _claims(registry.provider, provider)
            return let_in(signing.vouched(_name(claims, provider.claim)), back)
        except HamletError as error:
            return refused(error, provider, back)


@contextmanager
def _asking() -> Iterator[None]:
    if not _turn.acquire(blocking=False):
        raise SignInsBusy("another sign-in is under way; try again", retry_after=1)
    try:
        yield
    except (OAuthError, JoseError) as error:
        # Its name alone: descriptions come from whoever wrote the address.
        logger.warning("the provider did not confirm a sign-in: %s", type(error).__name__)
        raise WrongSignIn("the provider did not confirm who you are; begin again") from None
    except (RequestException, RuntimeError, ValueError, *_NOT_AS_EXPECTED) as error:
        logger.warning("the provider did not answer as one: %s", type(error).__name__)
        raise ProviderUnreachable("the provider does not answer; try again, or use a password", retry_after=5) from None
    finally:
        _turn.release()


def _claims(client: Any, provider: Provider) -> Mapping[str, Any]:
    metadata = client.load_server_metadata()
    metadata[_ALGORITHMS] = sorted(SIGNATURES.intersection(metadata.get(_ALGORITHMS) or ["RS256"]))
    expected = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    claims: Mapping[str, Any] = client.authorize_access_token(claims_options=expected).get("userinfo") or {}
    return claims


def _name(claims: Mapping[str, Any], claim: str) -> str:
    name = claims.get(claim)
    if not isinstance(name, str) or not name:
        raise WrongSignIn(f"the provider does not say your `{claim}`, by which accounts are known here")
    # Or whoever can enter any address at the provider could be anybody.
    if claim == "email" and claims.get("email_verified") is not True:
        raise WrongSignIn("the provider has not verified your e-mail address")
    return name
