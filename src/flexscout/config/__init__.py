"""Settings: their sources, defaults and validation."""

from flexscout.config.settings import PipelineConfiguration
from flexscout.config.sources import describe_unknown_name
from flexscout.config.template import render_settings, render_template
from flexscout.config.yaml_files import locate_lines, parse_yaml, read_text_file

__all__ = [
    "PipelineConfiguration",
    "describe_unknown_name",
    "locate_lines",
    "parse_yaml",
    "read_text_file",
    "render_settings",
    "render_template",
]
