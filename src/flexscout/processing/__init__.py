"""One file, and many at a time."""

from flexscout.processing.batch import BatchProcessor
from flexscout.processing.classified import (
    KEY,
    MODIFIED,
    POSITION,
    Classified,
    gathered,
    issues_of,
    judged,
    merged,
    with_other_columns,
)
from flexscout.processing.processor import FileProcessor
from flexscout.processing.progress import NoProgress, Progress

__all__ = [
    "KEY",
    "MODIFIED",
    "POSITION",
    "BatchProcessor",
    "Classified",
    "FileProcessor",
    "NoProgress",
    "Progress",
    "gathered",
    "issues_of",
    "judged",
    "merged",
    "with_other_columns",
]
