"""What a result depends on, as one hash."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from flexscout.config import PipelineConfiguration
from flexscout.journal import result_version
from flexscout.model import SkippedFile, SourceFile

# How a run is done, which nothing of its result depends on.
_MANNER = {
    "batch_size", "max_workers", "memory_limit_gb", "timeout_minutes", "reuse", "cache", "cache_limit_gb",
    "log_level", "log_file", "progress_interval", "progress_reporting",
}  # fmt: skip


def state_of(sources: Iterable[SourceFile], skipped: Iterable[SkippedFile], config: PipelineConfiguration, *rules: object) -> str:
    """The hash of the inputs, the settings, what `rules` say (each has a `repr` that tells all), and flexscout itself."""
    parts: dict[str, Any] = {
        "inputs": [(source.name, source.fingerprint) for source in sources],
        "skipped": [(file.name, file.reason) for file in skipped],
        "settings": config.model_dump(exclude=_MANNER),
        "rules": [repr(rule) for rule in rules],
        "flexscout": result_version(),
    }
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()
