"""What an operator sets: in the environment, in nahbei.toml, or wrongly."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import Settings


@contextmanager
def environment(**names: str) -> Iterator[None]:
    """Nothing of the machine's own settings, only these."""
    before = dict(os.environ)
    for name in before:
        if name.upper().startswith("NAHBEI_"):
            del os.environ[name]
    os.environ.update(names)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def settings(folder: Path, toml: str | None = None, **names: str) -> Settings:
    """Read the settings as they are when the command starts in `folder`."""
    if toml is not None:
        (folder / "nahbei.toml").write_text(toml, "utf-8")
    with chdir(folder), environment(**names):
        return Settings()


def test_without_any_setting_the_shipped_catalogs_and_the_usual_days_count(tmp_path: Path) -> None:
    read = settings(tmp_path)
    assert (read.catalog, read.places) == (None, None)
    assert (read.old_days, read.hidden_days) == (180, 365)


def test_the_data_folder_lies_in_the_home_of_whoever_runs_it(tmp_path: Path) -> None:
    assert settings(tmp_path, HOME="/home/nahbei").data_dir == Path("/home/nahbei/.local/share/nahbei")


def test_every_setting_can_stand_in_the_environment(tmp_path: Path) -> None:
    names = {"CATALOG": "my.yaml", "PLACES": "towns", "DATA_DIR": "/srv/nahbei", "OLD_DAYS": "90", "HIDDEN_DAYS": "200"}
    read = settings(tmp_path, **{f"NAHBEI_{name}": value for name, value in names.items()})
    assert (read.catalog, read.places, read.data_dir) == (Path("my.yaml"), Path("towns"), Path("/srv/nahbei"))
    assert (read.old_days, read.hidden_days) == (90, 200)


def test_every_setting_can_stand_in_nahbei_toml(tmp_path: Path) -> None:
    toml = 'catalog = "my.yaml"\nplaces = "towns"\ndata_dir = "/srv/nahbei"\nold_days = 90\nhidden_days = 200\n'
    read = settings(tmp_path, toml)
    assert (read.catalog, read.places, read.data_dir) == (Path("my.yaml"), Path("towns"), Path("/srv/nahbei"))
    assert (read.old_days, read.hidden_days) == (90, 200)


def test_the_environment_wins_over_the_file_and_the_rest_of_the_file_still_counts(tmp_path: Path) -> None:
    read = settings(tmp_path, 'catalog = "file.yaml"\nold_days = 90\n', NAHBEI_CATALOG="environment.yaml")
    assert (read.catalog, read.old_days) == (Path("environment.yaml"), 90)


def test_a_setting_of_a_later_version_is_no_mistake(tmp_path: Path) -> None:
    assert settings(tmp_path, 'old_days = 90\ntelegram_token = "123:abc"\n').old_days == 90


def test_names_without_the_prefix_are_somebody_elses(tmp_path: Path) -> None:
    assert settings(tmp_path, CATALOG="theirs.yaml", PLACES="theirs").catalog is None


def test_hidden_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NAHBEI_OLD_DAYS=3\n", "utf-8")
    assert settings(tmp_path).old_days == 180


@pytest.mark.parametrize("days", ["soon", "0", "12.5", "180 days"])
def test_days_that_are_no_number_are_refused_and_the_setting_is_named(tmp_path: Path, days: str) -> None:
    with pytest.raises(ValidationError, match="old_days") as refused:
        settings(tmp_path, NAHBEI_OLD_DAYS=days)
    assert [error["loc"] for error in refused.value.errors()] == [("old_days",)]


def test_a_wrong_value_in_the_file_is_refused_as_in_the_environment(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="hidden_days"):
        settings(tmp_path, 'hidden_days = "never"\n')


def test_a_file_that_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match="line 2"):
        settings(tmp_path, "old_days = 90\ncatalog = my.yaml\n")


def test_settings_never_change_while_the_program_runs(tmp_path: Path) -> None:
    read = settings(tmp_path)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(read, "old_days", 1)  # noqa: B010 mypy knows it is frozen and would refuse the plain form


def test_what_the_service_needs_can_stand_in_the_environment(tmp_path: Path) -> None:
    names = {
        "DATABASE_URL": "postgresql://u:secret@h/d",
        "KEY_DIR": "/etc/nahbei",
        "GATEWAY_SOCKET": "~/gateway",
        "REPORTS": "5",
        "LOG_DEBUG": "yes",
    }
    read = settings(tmp_path, HOME="/home/nahbei", **{f"NAHBEI_{name}": value for name, value in names.items()})
    assert read.database_url
    assert read.database_url.get_secret_value() == "postgresql://u:secret@h/d"
    assert (read.keys, read.gateway_socket) == (Path("/etc/nahbei"), Path("/home/nahbei/gateway"))
    assert (read.reports, read.log_debug) == (5, True)


def test_without_a_place_of_their_own_the_keys_lie_in_the_data_folder(tmp_path: Path) -> None:
    assert settings(tmp_path, NAHBEI_DATA_DIR="/srv/nahbei").keys == Path("/srv/nahbei/keys")


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    names = {"NAHBEI_DATABASE_URL": "postgresql://u:hush@h/d", "NAHBEI_TELEGRAM_TOKEN": "1:hush"}
    read = settings(tmp_path, **names)
    assert read.database_url
    for shown in (repr(read), str(read), f"{read.database_url}", read.model_dump_json()):
        assert "hush" not in shown


@pytest.mark.parametrize("listen", ["127.0.0.1:9431", "localhost:1", "[::1]:9431"])
def test_health_is_told_to_this_machine(tmp_path: Path, listen: str) -> None:
    assert settings(tmp_path, NAHBEI_HEALTH_LISTEN=listen).health_listen == listen


def test_health_can_be_switched_off_in_the_environment_and_in_the_file(tmp_path: Path) -> None:
    assert settings(tmp_path, NAHBEI_HEALTH_LISTEN="off").health_listen == ""
    assert settings(tmp_path, 'health_listen = ""\n').health_listen == ""


def test_an_empty_variable_counts_as_none(tmp_path: Path) -> None:
    assert settings(tmp_path, NAHBEI_HEALTH_LISTEN="").health_listen == "127.0.0.1:9431"


@pytest.mark.parametrize("listen", ["0.0.0.0:9431", "9431", "example.org:80", "127.0.0.1", "127.0.0.1:http", "[::]:1"])
def test_health_is_told_to_nobody_else(tmp_path: Path, listen: str) -> None:
    with pytest.raises(ValidationError, match="this machine") as refused:
        settings(tmp_path, NAHBEI_HEALTH_LISTEN=listen)
    assert [error["loc"] for error in refused.value.errors()] == [("health_listen",)]


def test_one_family_alone_cannot_be_too_few_and_none_is_no_number(tmp_path: Path) -> None:
    assert settings(tmp_path, NAHBEI_REPORTS="1").reports == 1
    with pytest.raises(ValidationError, match="reports"):
        settings(tmp_path, NAHBEI_REPORTS="0")
