"""flexscout turns a folder of commercial-property exports into one ranked, deduplicated, explained list.

The public names are loaded on first use, so that importing the package is fast.
"""

from flexscout._import_path import SafeImports

with SafeImports():  # `python -m` and `python -c` put the current folder before the standard library
    import logging
    from typing import TYPE_CHECKING

    from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.error_codes import ErrorCategory, ErrorCode
    from flexscout.errors import FlexscoutError, ProcessingError
    from flexscout.ingest import FileDiscovery
    from flexscout.insights import PropertyDecisions
    from flexscout.jobs import EventKind, Job, JobEvent, start_job
    from flexscout.models import AggregateStatistics, ProcessingResult, RunSummary
    from flexscout.notebook import (
        BatchProcessor,
        FileProcessor,
        FlexPropertyClassifier,
        PropertyDataAnalyzer,
        ReportGenerator,
        ResultAggregator,
    )
    from flexscout.pipeline import ScalableFlexPipeline
    from flexscout.runtime import ErrorAction, ErrorHandler
    from flexscout.scoring import FlexPropertyScorer

__version__ = "0.1.0"

__all__ = [
    "AggregateStatistics",
    "BatchProcessor",
    "ErrorAction",
    "ErrorCategory",
    "ErrorCode",
    "ErrorHandler",
    "EventKind",
    "FileDiscovery",
    "FileProcessor",
    "FlexPropertyClassifier",
    "FlexPropertyScorer",
    "FlexscoutError",
    "Job",
    "JobEvent",
    "PipelineConfiguration",
    "ProcessingError",
    "ProcessingResult",
    "PropertyDataAnalyzer",
    "PropertyDecisions",
    "ReportGenerator",
    "ResultAggregator",
    "RunSummary",
    "ScalableFlexPipeline",
    "start_job",
]

# A library logs only if its user configures logging.
logging.getLogger("flexscout").addHandler(logging.NullHandler())


__getattr__ = lazy_exports(
    __name__,
    {
        "config": ("PipelineConfiguration",),
        "error_codes": ("ErrorCategory", "ErrorCode"),
        "errors": ("FlexscoutError", "ProcessingError"),
        "ingest": ("FileDiscovery",),
        "insights": ("PropertyDecisions",),
        "jobs": ("EventKind", "Job", "JobEvent", "start_job"),
        "models": ("AggregateStatistics", "ProcessingResult", "RunSummary"),
        "notebook": (
            "BatchProcessor",
            "FileProcessor",
            "FlexPropertyClassifier",
            "PropertyDataAnalyzer",
            "ReportGenerator",
            "ResultAggregator",
        ),
        "pipeline": ("ScalableFlexPipeline",),
        "runtime": ("ErrorAction", "ErrorHandler"),
        "scoring": ("FlexPropertyScorer",),
    },
)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
