"""What settings are called in a file and in the environment."""

import difflib
from collections.abc import Mapping, Sequence

# Section and key of the configuration file -> keyword of PipelineConfiguration.
FILE_KEYS: dict[str, dict[str, str]] = {
    "input": {
        "folder": "input_folder",
        "file_pattern": "file_pattern",
        "recursive_scan": "recursive_scan",
        "mapping": "mapping",
        "schema_policy": "schema_policy",
    },
    "processing": {
        "batch_size": "batch_size",
        "max_workers": "max_workers",
        "memory_limit_gb": "memory_limit_gb",
        "timeout_minutes": "timeout_minutes",
    },
    "output": {
        "master_file": "output_file",
        "report_file": "report_file",
        "enable_csv_export": "enable_csv_export",
        "columns": "output_columns",
        "user_columns": "user_columns",
        "passed_words": "passed_words",
    },
    "classification": {"profile": "profile", "as_of": "as_of"},
    "filtering": {
        "min_flex_score": "min_flex_score",
        "where": "where",
        "enable_deduplication": "enable_deduplication",
        "duplicate_fields": "duplicate_fields",
        "duplicate_policy": "duplicate_policy",
        "close_matches": "close_matches",
        "fill_from_duplicates": "fill_from_duplicates",
    },
    "journal": {"reuse": "reuse", "cache": "cache", "cache_limit_gb": "cache_limit_gb"},
    "logging": {
        "level": "log_level",
        "file": "log_file",
        "progress_interval": "progress_interval",
        "progress_reporting": "progress_reporting",
    },
}
PLACES = {keyword: f"{section}.{key}" for section, keys in FILE_KEYS.items() for key, keyword in keys.items()}
"""Keyword -> `section.key`."""

PREFIX = "FLEXSCOUT_"


def variable(keyword: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{keyword.upper()}"


def unknown_name(name: str, known: Sequence[str]) -> str:
    """That a name is not known, with the nearest that is."""
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
    return f"{name} is not known; {hint}"


def unknown_key(key: str, known: Mapping[str, str]) -> str:
    """That a section has no such key, with the section that has, or the nearest key of its own."""
    home = next((section for section, keys in FILE_KEYS.items() if key in keys), None)
    return f"{key} stands in another section: put it under {home}:" if home else unknown_name(key, list(known))
