"""Score and classify properties by the rules of a profile."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.scoring.classify import (
        MISSING_FIELDS,
        ClassifiedFiles,
        MatchColumns,
        attach_candidates,
        classify_records,
        collect_issues,
        read_tables,
        score_batches,
        score_files,
        select_match_columns,
        select_rejected,
    )
    from flexscout.scoring.criteria import Criteria
    from flexscout.scoring.diagnosis import diagnose_files, diagnose_records
    from flexscout.scoring.explanations import explain_factors
    from flexscout.scoring.filter_conditions import COMPARISONS, Comparison, FilterCondition, parse_conditions, render_conditions
    from flexscout.scoring.funnel import count_funnel, has_eligible_type
    from flexscout.scoring.improvements import Improvement, evaluate_parts, find_improvements
    from flexscout.scoring.kept_scores import IS_CANDIDATE, KeptScores
    from flexscout.scoring.profile import Factor, Part, Profile, Rule, find_value_kind, points_column
    from flexscout.scoring.profile_content import build_profile, describe_profile, render_profile
    from flexscout.scoring.profile_files import list_profiles, load_profile, read_profile_text, render_profile_copy
    from flexscout.scoring.profile_lint import compute_best_score, format_bound, lint_profile
    from flexscout.scoring.row_filter import list_filter_kinds, parse_filter
    from flexscout.scoring.rules import describe_condition
    from flexscout.scoring.scorer import FlexPropertyScorer
    from flexscout.scoring.sheet_tables import MODIFIED, POSITION, SheetTables, add_canonical_columns, add_unmapped_columns

__all__ = [
    "COMPARISONS",
    "IS_CANDIDATE",
    "MISSING_FIELDS",
    "MODIFIED",
    "POSITION",
    "ClassifiedFiles",
    "Comparison",
    "Criteria",
    "Factor",
    "FilterCondition",
    "FlexPropertyScorer",
    "Improvement",
    "KeptScores",
    "MatchColumns",
    "Part",
    "Profile",
    "Rule",
    "SheetTables",
    "add_canonical_columns",
    "add_unmapped_columns",
    "attach_candidates",
    "build_profile",
    "classify_records",
    "collect_issues",
    "compute_best_score",
    "count_funnel",
    "describe_condition",
    "describe_profile",
    "diagnose_files",
    "diagnose_records",
    "evaluate_parts",
    "explain_factors",
    "find_improvements",
    "find_value_kind",
    "format_bound",
    "has_eligible_type",
    "lint_profile",
    "list_filter_kinds",
    "list_profiles",
    "load_profile",
    "parse_conditions",
    "parse_filter",
    "points_column",
    "read_profile_text",
    "read_tables",
    "render_conditions",
    "render_profile",
    "render_profile_copy",
    "score_batches",
    "score_files",
    "select_match_columns",
    "select_rejected",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "classify": (
            "MISSING_FIELDS",
            "ClassifiedFiles",
            "MatchColumns",
            "attach_candidates",
            "classify_records",
            "collect_issues",
            "read_tables",
            "score_batches",
            "score_files",
            "select_match_columns",
            "select_rejected",
        ),
        "criteria": ("Criteria",),
        "funnel": ("count_funnel", "has_eligible_type"),
        "diagnosis": ("diagnose_files", "diagnose_records"),
        "explanations": ("explain_factors",),
        "filter_conditions": ("COMPARISONS", "Comparison", "FilterCondition", "parse_conditions", "render_conditions"),
        "improvements": ("Improvement", "evaluate_parts", "find_improvements"),
        "kept_scores": ("IS_CANDIDATE", "KeptScores"),
        "profile": ("Factor", "Part", "Profile", "Rule", "find_value_kind", "points_column"),
        "profile_content": ("build_profile", "describe_profile", "render_profile"),
        "profile_files": ("list_profiles", "load_profile", "read_profile_text", "render_profile_copy"),
        "profile_lint": ("compute_best_score", "format_bound", "lint_profile"),
        "row_filter": ("list_filter_kinds", "parse_filter"),
        "rules": ("describe_condition",),
        "scorer": ("FlexPropertyScorer",),
        "sheet_tables": ("MODIFIED", "POSITION", "SheetTables", "add_canonical_columns", "add_unmapped_columns"),
    },
)
