"""Settings: their sources, defaults and validation."""

from flexscout.config.settings import PipelineConfiguration, declared_settings, settings_affecting
from flexscout.config.sources import Affects, describe_unknown_name, group_by_section
from flexscout.config.template import render_settings, render_template
from flexscout.config.yaml_files import locate_lines, parse_yaml, read_text_file

__all__ = [
    "Affects",
    "PipelineConfiguration",
    "declared_settings",
    "describe_unknown_name",
    "group_by_section",
    "locate_lines",
    "parse_yaml",
    "read_text_file",
    "render_settings",
    "render_template",
    "settings_affecting",
]
