"""Classes for notebooks, for pandas and Polars frames."""

from flexscout.notebook.aggregator import ResultAggregator
from flexscout.notebook.analyzer import PropertyDataAnalyzer
from flexscout.notebook.classifier import FlexPropertyClassifier
from flexscout.notebook.processors import BatchProcessor, FileProcessor
from flexscout.notebook.refused_export import summarize_refused_file
from flexscout.notebook.report_generator import ReportGenerator

__all__ = [
    "BatchProcessor",
    "FileProcessor",
    "FlexPropertyClassifier",
    "PropertyDataAnalyzer",
    "ReportGenerator",
    "ResultAggregator",
    "summarize_refused_file",
]
