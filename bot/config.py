"""Settings, read once from the environment or nahbei.toml. Names are listed in the README."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

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

    @field_validator("catalog", "places", "data_dir")
    @classmethod
    def _at_home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path else None

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
