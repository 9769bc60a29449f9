"""Explain past results, decide about possible duplicates, and compare profiles."""

from flexscout.insights.answers import Answer, Match, Outcome, explain_property
from flexscout.insights.compare import ProfileComparison, compare_profiles, compare_replayed
from flexscout.insights.comparison_files import check_comparison_path, comparison_to_dict, write_comparison
from flexscout.insights.decide import ListedDecision, OpenPair, PropertyDecisions
from flexscout.insights.merge_report import MergedRow, PossibleDuplicate
from flexscout.insights.non_property import NonProperty
from flexscout.insights.property_report import PropertyReport
from flexscout.insights.property_sheet import (
    TRACKED_COLUMNS,
    collect_changes,
    collect_values,
    find_data_day,
    write_property_sheet,
)
from flexscout.insights.query import QueryKind
from flexscout.insights.replayed_run import ReplayedRun, replay
from flexscout.insights.reranking import Change, Reranking, rerank
from flexscout.insights.restore import RestoredRun, explain_unrestorable, restore_run
from flexscout.insights.review import IS_MERGED, PAIR_KEY, ComparedValue, PairReview, ReviewProgress
from flexscout.insights.source_rows import ReadCell, SourceRow, format_value
from flexscout.insights.warm_replay import WarmReplay, find_property, prepare_reports, report_property

__all__ = [
    "IS_MERGED",
    "PAIR_KEY",
    "TRACKED_COLUMNS",
    "Answer",
    "Change",
    "ComparedValue",
    "ListedDecision",
    "Match",
    "MergedRow",
    "NonProperty",
    "OpenPair",
    "Outcome",
    "PairReview",
    "PossibleDuplicate",
    "ProfileComparison",
    "PropertyDecisions",
    "PropertyReport",
    "QueryKind",
    "ReadCell",
    "ReplayedRun",
    "Reranking",
    "RestoredRun",
    "ReviewProgress",
    "SourceRow",
    "WarmReplay",
    "check_comparison_path",
    "collect_changes",
    "collect_values",
    "compare_profiles",
    "compare_replayed",
    "comparison_to_dict",
    "explain_property",
    "explain_unrestorable",
    "find_data_day",
    "find_property",
    "format_value",
    "prepare_reports",
    "replay",
    "report_property",
    "rerank",
    "restore_run",
    "write_comparison",
    "write_property_sheet",
]
