"""
A WordPress that asks a running Hamlet, by Hamlet's own plugin or by Akismet's.
"""

import json
import re
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from running_service import RunningService
from wordpress_site import WordpressSite

from service.delivery.messages import sign
from service.store.keys import akismet_key, id_of

REPOSITORY = Path(__file__).parents[2]
PLUGIN = REPOSITORY / "integrations" / "wordpress" / "hamlet.php"
_PAGE = (REPOSITORY / "docs" / "wordpress.md").read_text("utf-8")
# The file that the page tells an owner to save, out of its indented list.
_LEADING = re.sub(r"^   ", "", re.findall(r"^   ```php\n(   <\?php.+?)^   ```$", _PAGE, re.M | re.S)[0], flags=re.M)
PLUGINS = {"hamlet": PLUGIN.read_text("utf-8"), "akismet": _LEADING}

both = pytest.mark.parametrize("way", ["hamlet", "akismet"], indirect=True)
ours = pytest.mark.parametrize("way", ["hamlet"], indirect=True)
theirs = pytest.mark.parametrize("way", ["akismet"], indirect=True)


@dataclass(frozen=True)
class Blog:
    """
    A WordPress that asks a Hamlet in one of the two ways.
    """

    way: str
    wordpress: WordpressSite
    hamlet: RunningService

    def ask(self, place: str = "", **constants: str) -> None:
        """
        Have the blog ask a place, which is the running Hamlet if it is not said.
        """
        found = {"HAMLET_URL": place or f"http://127.0.0.1:{self.hamlet.port}", **constants}
        self.wordpress.define(**found, **{name: key for name, key in self._keys.items() if name not in found})

    @property
    def _keys(self) -> dict[str, str]:
        secret = (self.hamlet.folder / "state" / "secret").read_text().strip().encode()
        key = self.hamlet.key
        return {"HAMLET_KEY": key} if self.way == "hamlet" else {"WPCOM_API_KEY": akismet_key(secret, id_of(key))}

    def receives(self, name: str, text: str) -> str | None:
        """
        Return where a visitor's comment is left.
        """
        self.wordpress.post(name, text)
        return self.wordpress.status_of(name)

    def decision_of(self, name: str) -> Any:
        """
        Return what Hamlet tells of the decision on a visitor's comment.
        """
        decision = self.wordpress.comment_of(name)["meta"]["hamlet_decision"]
        answer = self.hamlet.request("GET", f"/v1/comments/{UUID(decision)}", X_Api_Key=self.hamlet.key)
        return json.loads(answer.body)

    def kept(self, name: str) -> list[tuple[str, ...]]:
        """
        Return the names, texts and kinds of what Hamlet was asked for a visitor.
        """
        with closing(sqlite3.connect(self.hamlet.folder / "state" / "hamlet.sqlite")) as store:
            found = store.execute("SELECT name, comment, details ->> 'type' FROM decisions WHERE name = ?", (name,))
            return found.fetchall()

    def listen(self) -> str:
        """
        Have the blog hear of clicks in Hamlet, and return the secret that signs them.
        """
        url = f"{self.wordpress.home}/?rest_route=/hamlet/v1/webhook"
        secret = self.hamlet.hamlet("sites", "set", "demo", "--webhook", url).strip()
        self.ask(HAMLET_WEBHOOK_SECRET=secret)
        return secret

    def label(self, name: str, label: str) -> None:
        """
        Have a moderator click in Hamlet.
        """
        decision = self.wordpress.comment_of(name)["meta"]["hamlet_decision"]
        form = f"label={label}&who=Flo".encode()
        headers = {"X_Api_Key": self.hamlet.key, "Content_Type": "application/x-www-form-urlencoded"}
        assert self.hamlet.request("POST", f"/v1/comments/{decision}/label", form, **headers).status == 200

    def webhook(self, name: str, secret: str, *, seconds_ago: int = 0) -> httpx.Response:
        """
        Send the webhook that has a visitor's comment published, as Hamlet would.
        """
        decision = self.wordpress.comment_of(name)["meta"]["hamlet_decision"]
        body = json.dumps({"event": "decided", "decision": decision, "verdict": "accept"}).encode()
        timestamp = str(int(time.time()) - seconds_ago)
        signed = {"X-Hamlet-Timestamp": timestamp, "X-Hamlet-Signature": sign(secret, timestamp, body)}
        url = f"{self.wordpress.home}/?rest_route=/hamlet/v1/webhook"
        return httpx.post(url, content=body, headers={**signed, "Content-Type": "application/json"}, timeout=30)

    def labels_of(self, name: str) -> list[tuple[str, str]]:
        return [(label["label"], label["who"]) for label in self.decision_of(name)["labels"]]
