"""Settings: their sources, defaults and validation."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.config.forms import describe_settings, read_file_values
    from flexscout.config.settings import AnyConfig, PipelineConfiguration, list_declared_settings, list_settings_affecting
    from flexscout.config.sources import (
        DEFAULT_PATTERN,
        MAPPINGS_FOLDER,
        Affects,
        describe_unknown_name,
        group_by_section,
        is_address,
        name_variable,
        read_settings_text,
    )
    from flexscout.config.template import change_settings, render_settings, render_template
    from flexscout.config.yaml_edit import quote_yaml, remove_entry, set_entry
    from flexscout.config.yaml_files import YAML_SUFFIXES, locate_lines, parse_yaml, read_text_file

__all__ = [
    "DEFAULT_PATTERN",
    "MAPPINGS_FOLDER",
    "YAML_SUFFIXES",
    "Affects",
    "AnyConfig",
    "PipelineConfiguration",
    "change_settings",
    "describe_settings",
    "describe_unknown_name",
    "group_by_section",
    "is_address",
    "list_declared_settings",
    "list_settings_affecting",
    "locate_lines",
    "name_variable",
    "parse_yaml",
    "quote_yaml",
    "read_file_values",
    "read_settings_text",
    "read_text_file",
    "remove_entry",
    "render_settings",
    "render_template",
    "set_entry",
]

# Lazy, so that a worker, which reads mapping files, doesn't import pydantic.
__getattr__ = lazy_exports(
    __name__,
    {
        "forms": ("describe_settings", "read_file_values"),
        "settings": ("PipelineConfiguration", "AnyConfig", "list_declared_settings", "list_settings_affecting"),
        "sources": (
            "AUTO",
            "DEFAULT_PATTERN",
            "MAPPINGS_FOLDER",
            "Affects",
            "describe_unknown_name",
            "name_variable",
            "group_by_section",
            "is_address",
            "read_settings_text",
        ),
        "template": ("change_settings", "render_settings", "render_template"),
        "yaml_edit": ("quote_yaml", "remove_entry", "set_entry"),
        "yaml_files": ("YAML_SUFFIXES", "locate_lines", "parse_yaml", "read_text_file"),
    },
)
