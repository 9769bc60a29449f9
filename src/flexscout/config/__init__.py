"""Settings: what a person writes, checked as a whole, becomes what a run uses."""

from flexscout.config.keys import FILE_KEYS, variable
from flexscout.config.settings import PipelineConfiguration
from flexscout.config.template import render_settings, render_template

__all__ = ["FILE_KEYS", "PipelineConfiguration", "render_settings", "render_template", "variable"]
