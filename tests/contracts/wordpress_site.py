"""
A real WordPress from Debian's packages, with a MariaDB of its own, in a folder of its own.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from running_service import free_port, wait_until

ADMIN, PASSWORD = "Mo", "correct horse"
Installed = Callable[[str, str], str]

_CONFIG = """<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/socket');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '{home}');
define('WP_SITEURL', '{home}');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('DISALLOW_FILE_MODS', true);
define('WP_DEBUG', true);
define('WP_DEBUG_DISPLAY', false);
define('WP_DEBUG_LOG', '{folder}/complaints');
foreach (json_decode(file_get_contents(__DIR__ . '/constants.json'), true) as $name => $value) define($name, $value);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
# Visitors of the tests come from one address, and have no time to wait.
_HASTE = "<?php add_filter('wp_is_comment_flood', '__return_false', 99);"
_INSTALL = """
define('WP_INSTALLING', true);
require 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Blog', $argv[1], 'Mo@reader.example', true, '', $argv[2]);
update_option('comment_moderation', '0');
update_option('comment_previously_approved', '0');
update_option('akismet_strictness', '1');
"""
_USE = """
require 'wp-load.php';
update_option('active_plugins', $argv[1] ? ['akismet/akismet.php'] : []);
update_option('cron', []);
update_option('moderation_keys', '');
"""
_CRON = """
require 'wp-load.php';
foreach (_get_cron_array() as $due) {
    foreach ($due[$argv[1]] ?? [] as $event) do_action_ref_array($argv[1], $event['args']);
}
"""
_COMMENT = """
require 'wp-load.php';
foreach (get_comments(['author_email' => $argv[1], 'status' => ['all', 'spam', 'trash']]) as $found) {
    $meta = array_map('current', get_comment_meta($found->comment_ID));
    echo json_encode(['id' => $found->comment_ID, 'status' => wp_get_comment_status($found), 'meta' => $meta]);
}
"""


class WordpressSite:
    """
    The site: started and stopped as a context. It publishes what nobody objects to.
    """

    def __init__(self, installed: Installed, source: Path) -> None:
        self._source = source
        self._php = installed("php", "php-cli php-mysql php-curl")
        self._programs = {name: installed(name, "mariadb-server") for name in ("mariadbd", "mariadb-install-db")}
        # Not pytest's folder: the path of a socket must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="wp"))
        self.root = self.folder / "root"
        self._compiled = self.folder / "compiled"
        self._compiled.mkdir()
        self.port = free_port()
        self.home = f"http://127.0.0.1:{self.port}"
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "WordpressSite":
        try:
            self._start_database()
            self._install()
            self._serve()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(self.folder)

    def use(self, plugin: str, *, is_akismet_on: bool) -> None:
        """
        Have one must-use plugin, and perhaps Akismet's; forget what is due and which words are held.
        """
        (self.root / "wp-content/mu-plugins/hamlet.php").write_text(plugin)
        self.run(_USE, "1" if is_akismet_on else "")

    def define(self, **constants: str) -> None:
        """
        Have these constants, as in wp-config.php, and no others.
        """
        (self.root / "constants.json").write_text(json.dumps(constants))

    def post(self, name: str, text: str) -> httpx.Response:
        """
        Post a comment as an anonymous visitor does.
        """
        form = {"comment_post_ID": "1", "comment_parent": "0", "author": name, "email": f"{name}@reader.example"}
        return httpx.post(f"{self.home}/wp-comments-post.php", data={**form, "comment": text}, timeout=30)

    def comment_of(self, name: str) -> Any:
        """
        Return the comment of a visitor: its id, status and metadata. None if there is none.
        """
        return json.loads(self.run(_COMMENT, f"{name}@reader.example") or "null")

    def status_of(self, name: str) -> str | None:
        comment = self.comment_of(name)
        return str(comment["status"]) if comment else None

    @contextmanager
    def moderator(self) -> Iterator[httpx.Client]:
        """
        Give a browser in which a moderator has logged in.
        """
        with httpx.Client(base_url=self.home, timeout=30) as client:
            client.get("/wp-login.php")  # for its cookie that tries whether there can be cookies
            done = client.post("/wp-login.php", data={"log": ADMIN, "pwd": PASSWORD, "testcookie": "1"})
            assert done.status_code == 302, done.text
            yield client

    @property
    def complaints(self) -> list[str]:
        """
        What PHP complained of in our own code.
        """
        log = self.folder / "complaints"
        return [line for line in log.read_text().splitlines() if "mu-plugins" in line] if log.exists() else []

    def click(self, name: str, action: str) -> None:
        """
        Have a moderator click a link of a comment in the list: approve, spam, unspam, trash.
        """
        comment = self.comment_of(name)["id"]
        with self.moderator() as client:
            page = client.get("/wp-admin/edit-comments.php", params={"comment_status": "all"}).text
            page += client.get("/wp-admin/edit-comments.php", params={"comment_status": "spam"}).text
            (link, *_) = re.findall(rf"comment\.php\?c={comment}&#038;action={action}comment&#038;_wpnonce=\w+", page)
            done = client.get(f"/wp-admin/{link.replace('&#038;', '&')}")
        assert done.status_code == 302, done.text

    def run_cron(self, hook: str) -> None:
        """
        Do what waits for a later hour.
        """
        self.run(_CRON, hook)

    def run(self, code: str, *arguments: str) -> str:
        """
        Return what some PHP prints that is run in the site's folder.
        """
        command = [self._php, *self._options(), "-r", code, "--", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _options(self) -> list[str]:
        # Compiled once for all programs, but for what was written within two seconds: it may change within one more.
        kept = {"enable_cli": 1, "file_cache": self._compiled, "revalidate_freq": 0, "file_update_protection": 2}
        opcache = [word for name, value in kept.items() for word in ("-d", f"opcache.{name}={value}")]
        return [*opcache, "-d", "sendmail_path=/bin/true", "-d", "display_errors=1"]

    def _start_database(self) -> None:
        data, socket = self.folder / "data", self.folder / "socket"
        plain = ["--no-defaults", f"--datadir={data}", *(["--user=root"] if os.geteuid() == 0 else [])]
        insecure = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run([self._programs["mariadb-install-db"], *plain, *insecure], check=True, stdout=subprocess.DEVNULL)
        small = ["--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--skip-networking"]
        self._start(self._programs["mariadbd"], *plain, *small, f"--socket={socket}")
        wait_until(socket.exists)

    def _install(self) -> None:
        shutil.copytree(self._source, self.root, ignore=shutil.ignore_patterns("wp-config.php"))
        (self.root / "wp-config.php").write_text(_CONFIG.format(folder=self.folder, home=self.home))
        (self.root / "constants.json").write_text("{}")
        must_use = self.root / "wp-content/mu-plugins"
        must_use.mkdir()
        (must_use / "haste.php").write_text(_HASTE)
        self.run(
            "$db = new mysqli('localhost', 'root', '', '', 0, $argv[1]); $db->query('CREATE DATABASE wordpress');",
            str(self.folder / "socket"),
        )
        self.run(_INSTALL, ADMIN, PASSWORD)

    def _serve(self) -> None:
        place = f"127.0.0.1:{self.port}"
        # Workers, since Hamlet calls back while a page is made.
        self._start(self._php, *self._options(), "-S", place, "-t", str(self.root), PHP_CLI_SERVER_WORKERS="3")
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.home}/", params={"rest_route": "/"}, timeout=30).status_code == 200
        except httpx.TransportError:
            return False

    def _start(self, *command: str, **environment: str) -> None:
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
            )
        self._started.append(started)
