"""The faces that stand on several stages: each works alone in a notebook, on frames of pandas or Polars."""

from flexscout.analysis.aggregator import ResultAggregator
from flexscout.analysis.analyzer import PropertyDataAnalyzer
from flexscout.analysis.classifier import FlexPropertyClassifier
from flexscout.analysis.generator import ReportGenerator

__all__ = ["FlexPropertyClassifier", "PropertyDataAnalyzer", "ReportGenerator", "ResultAggregator"]
