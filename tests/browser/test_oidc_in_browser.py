"""
Signing in by an OpenID provider in a real browser: to another site and back, with the cookies that a browser sends.
"""

from pathlib import Path

from openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from playwright.sync_api import Browser, expect
from running_service import RunningService, write_model


def test_a_moderator_without_a_password_signs_in_by_the_provider(browser: Browser, tmp_path: Path) -> None:
    write_model(tmp_path / "models")
    with OpenIdProvider() as provider:
        settings = {
            "HAMLET_OIDC_ISSUER": provider.issuer,
            "HAMLET_OIDC_CLIENT_ID": CLIENT_ID,
            "HAMLET_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
        with RunningService(tmp_path, HAMLET_WORKERS="1", **settings) as service, browser.new_context() as context:
            assert service.hamlet("moderators", "add", "Anna", "--no-password") == ""
            page = context.new_page()
            # By another name than the provider's, so that it is another site to the browser.
            page.goto(f"http://localhost:{service.port}/moderate/stats")

            page.get_by_role("link", name="sign in by").click()

            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
            assert page.url == f"http://localhost:{service.port}/moderate/stats"
