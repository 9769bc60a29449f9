"""Classes for notebooks, on pandas or Polars frames."""

from flexscout.notebook.aggregator import ResultAggregator
from flexscout.notebook.analyzer import PropertyDataAnalyzer
from flexscout.notebook.classifier import FlexPropertyClassifier
from flexscout.notebook.generator import ReportGenerator
from flexscout.notebook.processors import BatchProcessor, FileProcessor

__all__ = [
    "BatchProcessor",
    "FileProcessor",
    "FlexPropertyClassifier",
    "PropertyDataAnalyzer",
    "ReportGenerator",
    "ResultAggregator",
]
