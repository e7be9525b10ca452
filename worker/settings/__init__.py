"""The settings: config.toml + environment + secret files. `load_settings` is the way in."""

from worker.settings.errors import SettingsError
from worker.settings.loading import Settings, load_settings
from worker.settings.sources import SourceConfig

__all__ = ["Settings", "SettingsError", "SourceConfig", "load_settings"]
