"""Explain past results, decide about possible duplicates, and compare profiles."""

from flexscout.insights.answers import Answer, Match, Outcome, explain_property
from flexscout.insights.compare import ProfileComparison, compare_profiles, compare_replayed
from flexscout.insights.comparison_files import check_comparison_path, comparison_to_dict, write_comparison
from flexscout.insights.decide import ListedDecision, OpenPair, PropertyDecisions
from flexscout.insights.merge_report import MergedRow, PossibleDuplicate
from flexscout.insights.non_property import NonProperty
from flexscout.insights.property_report import PropertyReport
from flexscout.insights.property_sheet import collect_changes, write_property_sheet
from flexscout.insights.query import QueryKind
from flexscout.insights.replayed_run import ReplayedRun, replay
from flexscout.insights.reranking import Change, Reranking, rerank
from flexscout.insights.review import IS_MERGED, PAIR_KEY, ComparedValue, PairReview, ReviewProgress
from flexscout.insights.source_rows import ReadCell, SourceRow, format_value
from flexscout.insights.warm_replay import WarmReplay, find_property, prepare_reports, report_property

__all__ = [
    "IS_MERGED",
    "PAIR_KEY",
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
    "ReviewProgress",
    "SourceRow",
    "WarmReplay",
    "check_comparison_path",
    "collect_changes",
    "compare_profiles",
    "compare_replayed",
    "comparison_to_dict",
    "explain_property",
    "find_property",
    "format_value",
    "prepare_reports",
    "replay",
    "report_property",
    "rerank",
    "write_comparison",
    "write_property_sheet",
]
