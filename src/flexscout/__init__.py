"""flexscout: a folder of commercial-property exports becomes one ranked, deduplicated, explained list.

The names below are loaded when they are first used, so that importing the package costs nothing.
"""

from flexscout.import_path import SafeImports

with SafeImports():  # `python -m` and `python -c` put the current folder before the standard library
    import logging
    from importlib import import_module
    from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flexscout.analysis import FlexPropertyClassifier, PropertyDataAnalyzer, ReportGenerator, ResultAggregator
    from flexscout.classification import FlexPropertyScorer
    from flexscout.config import PipelineConfiguration
    from flexscout.discovery import FileDiscovery
    from flexscout.errors import ErrorAction, ErrorCategory, ErrorHandler, FlexscoutError, ProcessingError
    from flexscout.model import AggregateStatistics, ProcessingResult, RunSummary
    from flexscout.pipeline import ScalableFlexPipeline
    from flexscout.processing import BatchProcessor, FileProcessor

__version__ = "0.1.0"

_HOMES = {
    "AggregateStatistics": "model",
    "BatchProcessor": "processing",
    "ErrorAction": "errors",
    "ErrorCategory": "errors",
    "ErrorHandler": "errors",
    "FileDiscovery": "discovery",
    "FileProcessor": "processing",
    "FlexPropertyClassifier": "analysis",
    "FlexPropertyScorer": "classification",
    "FlexscoutError": "errors",
    "PipelineConfiguration": "config",
    "ProcessingError": "errors",
    "ProcessingResult": "model",
    "PropertyDataAnalyzer": "analysis",
    "ReportGenerator": "analysis",
    "ResultAggregator": "analysis",
    "RunSummary": "model",
    "ScalableFlexPipeline": "pipeline",
}

__all__ = [
    "AggregateStatistics",
    "BatchProcessor",
    "ErrorAction",
    "ErrorCategory",
    "ErrorHandler",
    "FileDiscovery",
    "FileProcessor",
    "FlexPropertyClassifier",
    "FlexPropertyScorer",
    "FlexscoutError",
    "PipelineConfiguration",
    "ProcessingError",
    "ProcessingResult",
    "PropertyDataAnalyzer",
    "ReportGenerator",
    "ResultAggregator",
    "RunSummary",
    "ScalableFlexPipeline",
]

# A library speaks only when it is asked to.
logging.getLogger("flexscout").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'flexscout' has no attribute {name!r}")
    return getattr(import_module(f"flexscout.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
