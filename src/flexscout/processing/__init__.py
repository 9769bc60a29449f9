"""One file, and many at a time."""

from flexscout.processing.batch import BatchProcessor
from flexscout.processing.classified import KEY, MODIFIED, ClassifiedFile
from flexscout.processing.processor import FileProcessor
from flexscout.processing.progress import NoProgress, Progress

__all__ = ["KEY", "MODIFIED", "BatchProcessor", "ClassifiedFile", "FileProcessor", "NoProgress", "Progress"]
