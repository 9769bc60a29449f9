"""Settings: what a person writes, checked as a whole, becomes what a run uses."""

from flexscout.config.files import content_of, lines_of, text_of
from flexscout.config.keys import FILE_KEYS, unknown_name, variable
from flexscout.config.settings import PipelineConfiguration
from flexscout.config.template import render_settings, render_template

__all__ = [
    "FILE_KEYS",
    "PipelineConfiguration",
    "content_of",
    "lines_of",
    "render_settings",
    "render_template",
    "text_of",
    "unknown_name",
    "variable",
]
