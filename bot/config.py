"""Settings, read once from the environment or nahbei.toml. Names are listed in the README."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from catalog.search import HIDDEN_DAYS, OLD_DAYS


class Settings(BaseSettings):
    """What an operator can set: NAHBEI_CATALOG, NAHBEI_PLACES, …; the environment wins over nahbei.toml."""

    model_config = SettingsConfigDict(
        env_prefix="NAHBEI_", toml_file="nahbei.toml", extra="ignore", frozen=True, env_ignore_empty=True
    )

    catalog: Path | None = None  # a catalog, or a folder of one; without it the shipped ones
    places: Path | None = None  # a table of post codes and towns, or a folder of tables
    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "nahbei")
    old_days: int = Field(default=OLD_DAYS, ge=1)
    hidden_days: int = Field(default=HIDDEN_DAYS, ge=1)
    database_url: SecretStr | None = None  # PostgreSQL; without it an encrypted file in data_dir
    key_dir: Path | None = None  # where the two keys lie; without it data_dir/keys
    telegram_token: SecretStr | None = None  # from @BotFather
    telegram_api_url: str = "https://api.telegram.org"  # or a Bot API server of one's own, without /bot
    telegram_webhook_url: str | None = None  # where Telegram brings updates; without it they are fetched
    telegram_webhook_listen: str = "127.0.0.1:8443"  # behind a web server that speaks TLS
    telegram_webhook_secret: SecretStr | None = None
    telegram_groups: Literal["leave", "link"] = "leave"  # or answer with a link to the private chat, when mentioned
    matrix_homeserver: str | None = None  # its address, such as https://matrix.example.org
    matrix_user: str = ""  # the assistant's own account, such as @nahbei:example.org
    matrix_password: SecretStr | None = None  # with it a lost or revoked device is replaced by itself
    matrix_access_token: SecretStr | None = None  # of a device made for the assistant, instead of the password
    matrix_device_id: str = ""  # of that token, where the homeserver does not say it
    matrix_allow_servers: Annotated[tuple[str, ...], NoDecode] = ()  # whose people may write to us; empty: everybody's
    matrix_buttons: Literal["text", "polls", "reactions"] = "text"  # how options are offered beside the numbers
    gateway_socket: Path | None = None  # a socket for a gateway of one's own
    health_listen: str = "127.0.0.1:9431"  # where /health and /metrics are; "off": nowhere
    geocoder_url: str | None = None  # a Nominatim server of one's own, for `nahbei catalog geocode`; off without it
    reports: int = Field(default=3, ge=1)  # so many families must say the same before an offer is marked
    log_debug: bool = False

    @property
    def keys(self) -> Path:
        return self.key_dir or self.data_dir / "keys"

    @field_validator("catalog", "places", "data_dir", "key_dir", "gateway_socket")
    @classmethod
    def _at_home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else None

    @field_validator("matrix_allow_servers", mode="before")
    @classmethod
    def _listed(cls, names: object) -> object:
        """ "example.org, matrix.org", as an environment variable has it; nahbei.toml may have a list."""
        return tuple(name.strip() for name in names.split(",") if name.strip()) if isinstance(names, str) else names

    @field_validator("health_listen")
    @classmethod
    def _on_this_machine(cls, listen: str) -> str:
        if listen in {"", "off"}:  # an empty variable of the environment counts as none
            return ""
        host, _, port = listen.rpartition(":")
        if host not in {"127.0.0.1", "localhost", "[::1]"} or not port.isdecimal():
            raise ValueError("must be an address of this machine, such as 127.0.0.1:9431; others reach it by a tunnel")
        return listen

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 no hidden files
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 no hidden files
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
