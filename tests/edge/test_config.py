"""
Settings from the environment.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.config import LogLevel, Settings, SettingsError, models_of, warnings
from service.store.engine import connect


def test_nothing_set_is_a_service_for_this_machine_alone() -> None:
    settings = Settings.from_environment({})

    assert (settings.host, settings.port, settings.state_dir) == ("127.0.0.1", 8000, Path("var"))
    assert settings.store_url.startswith("sqlite:////")
    assert not settings.demo


@pytest.mark.parametrize("name", ["why?", "100%25", "a b", "über"])
def test_the_store_is_in_the_state_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    settings = Settings.from_environment({"HAMLET_STATE_DIR": f"{tmp_path}/{name}"})

    assert connect(settings.store_url).url.database == f"{tmp_path}/{name}/hamlet.sqlite"


def test_every_kind_of_value_is_read() -> None:
    settings = Settings.from_environment(
        {"HAMLET_PORT": " 80 ", "HAMLET_DEMO": "true", "HAMLET_LOG_LEVEL": "debug", "HAMLET_METRICS_DIR": "/m"}
    )

    assert (settings.port, settings.demo, settings.log_level) == (80, True, LogLevel.DEBUG)
    assert settings.metrics_folder == Path("/m")


def test_an_empty_value_is_as_good_as_none() -> None:
    assert Settings.from_environment({"HAMLET_PORT": "", "HAMLET_REDIS_URL": ""}) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("THREADS", "many"),
        ("DEMO", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("WORKER_LIFETIME", "9" * 400),
    ],
)
def test_a_wrong_value_is_quoted_with_its_variable_and_what_it_takes(name: str, value: str) -> None:
    about = Settings.model_fields[name.lower()].description

    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({f"HAMLET_{name}": value})

    assert str(caught.value) == f"HAMLET_{name} cannot be {value!r}; it takes: {about}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET", "too short"),
        ("SECRET", "long enough if its words were one secret"),
        ("REDIS_URL", "http://user:password@host"),
        ("OTLP_URL", "user:password@collector:4318"),
    ],
)
def test_a_wrong_secret_is_not_quoted(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({f"HAMLET_{name}": value})

    assert value not in str(caught.value)
    assert name in str(caught.value)


def test_secrets_are_in_no_representation() -> None:
    settings = Settings.from_environment({"HAMLET_SECRET": "x" * 32, "HAMLET_DATABASE_URL": "postgresql://u:p4ss@h/d"})

    assert "xxx" not in repr(settings)
    assert "p4ss" not in repr(settings)


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s" * 40 + "\n")

    settings = Settings.from_environment({"HAMLET_SECRET_FILE": str(tmp_path / "secret")})

    assert settings.secret == "s" * 40


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf8080\r\n", b"8080"])
def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "port").write_bytes(content)

    assert Settings.from_environment({"HAMLET_PORT_FILE": str(tmp_path / "port")}).port == 8080


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_a_file_with_a_byte_order_mark_alone_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)

    with pytest.raises(SettingsError, match="which is empty"):
        Settings.from_environment({"HAMLET_SECRET_FILE": str(tmp_path / "secret")})


def test_a_value_and_a_file_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HAMLET_PORT and HAMLET_PORT_FILE are both set; keep one of them"):
        Settings.from_environment({"HAMLET_PORT": "1", "HAMLET_PORT_FILE": str(tmp_path)})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"HAMLET_PORT_FILE is .*none.*: No such file"):
        Settings.from_environment({"HAMLET_PORT_FILE": str(tmp_path / "none")})
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        Settings.from_environment({"HAMLET_PORT_FILE": str(tmp_path / "binary")})


def test_a_file_that_is_empty_is_no_value_and_not_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")

    with pytest.raises(SettingsError, match=r"HAMLET_SECRET_FILE is .*, which is empty; write the value into it"):
        Settings.from_environment({"HAMLET_SECRET_FILE": str(tmp_path / "secret")})


def test_models_are_those_of_the_clone_or_where_there_are_none_those_that_hamlet_train_writes(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    installed = models_of(tmp_path / "service")
    (tmp_path / "models" / "CURRENT").touch()
    cloned = models_of(tmp_path / "service")

    assert installed == Path("models")
    assert cloned == tmp_path / "models"


def test_a_misspelt_variable_is_warned_of_with_what_was_meant() -> None:
    assert warnings({"HAMLET_PROT": "1", "PATH": "/bin"}) == ["HAMLET_PROT is no setting; did you mean HAMLET_PORT?"]


def test_what_the_documented_clients_read_is_not_warned_of() -> None:
    assert warnings({"HAMLET_URL": "http://127.0.0.1:8000", "HAMLET_KEY": "hamlet_1", "HAMLET_ADMIN_KEY": "k"}) == []


def test_what_kubernetes_says_of_a_service_named_hamlet_stops_nothing() -> None:
    environ = {"HAMLET_PORT": "tcp://10.0.0.1:8000", "HAMLET_SERVICE_HOST": "10.0.0.1"}

    assert Settings.from_environment(environ).port == 8000
    assert len(warnings(environ)) == 2


def test_no_plugin_of_pydantic_gets_to_see_what_is_read(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYDANTIC_DISABLE_PLUGINS"}
    installed = tmp_path / "seer-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: seer\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[pydantic]\nseer = seer:plugin\n")
    (tmp_path / "seer.py").write_text("raise SystemExit('a plugin was loaded')")

    read = subprocess.run(
        [sys.executable, "-c", "import service.config"],
        env={**environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (read.returncode, read.stderr) == (0, "")
