"""What can go wrong, as exceptions and as decisions."""

from flexscout.errors.exceptions import (
    AggregationError,
    ConfigurationError,
    DataFormatError,
    ErrorCategory,
    FileAccessError,
    FlexscoutError,
    LimitError,
    NothingToReadError,
    OutputError,
    ProcessingError,
    WorkerError,
    as_processing_error,
    as_typed,
    is_panic,
    is_transient,
)
from flexscout.errors.handler import ErrorAction, ErrorHandler

__all__ = [
    "AggregationError",
    "ConfigurationError",
    "DataFormatError",
    "ErrorAction",
    "ErrorCategory",
    "ErrorHandler",
    "FileAccessError",
    "FlexscoutError",
    "LimitError",
    "NothingToReadError",
    "OutputError",
    "ProcessingError",
    "WorkerError",
    "as_processing_error",
    "as_typed",
    "is_panic",
    "is_transient",
]
