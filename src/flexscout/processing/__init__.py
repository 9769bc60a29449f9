"""One file, and many at a time."""

from flexscout.processing.batch import BatchProcessor
from flexscout.processing.classified import KEY, MODIFIED, POSITION, Classified, gathered, not_selected, with_other_columns
from flexscout.processing.linked import unique_properties
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
    "not_selected",
    "unique_properties",
    "with_other_columns",
]
