"""One file, and many at a time."""

from flexscout.processing.batch import BatchProcessor
from flexscout.processing.classified import (
    LACKING,
    MODIFIED,
    POSITION,
    Classified,
    gathered,
    issues_of,
    judged,
    linkable,
    not_selected,
    with_other_columns,
)
from flexscout.processing.isolate import Classify, FaultIsolation
from flexscout.processing.linked import ROW, Ranked, linked, merged, ranked, unique_properties, with_ids
from flexscout.processing.possible import POSSIBLE_SCHEMA, possible_duplicates
from flexscout.processing.processor import FileProcessor
from flexscout.processing.progress import NoProgress, Progress

__all__ = [
    "LACKING",
    "MODIFIED",
    "POSITION",
    "POSSIBLE_SCHEMA",
    "ROW",
    "BatchProcessor",
    "Classified",
    "Classify",
    "FaultIsolation",
    "FileProcessor",
    "NoProgress",
    "Progress",
    "Ranked",
    "gathered",
    "issues_of",
    "judged",
    "linkable",
    "linked",
    "merged",
    "not_selected",
    "possible_duplicates",
    "ranked",
    "unique_properties",
    "with_ids",
    "with_other_columns",
]
