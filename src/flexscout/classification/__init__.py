"""The flex classification system: which properties are candidates, and how good."""

from flexscout.classification.copies import profile_copy
from flexscout.classification.criteria import Criteria
from flexscout.classification.eligibility import classify
from flexscout.classification.explain import factor_sentences
from flexscout.classification.funnel import Step, funnel, has_type
from flexscout.classification.load import load_profile, profile_names, profile_text
from flexscout.classification.profile import Profile, points_column
from flexscout.classification.raises import Raise, raises
from flexscout.classification.remarks import best_score, remarks, written
from flexscout.classification.score import score_columns
from flexscout.classification.scorer import FlexPropertyScorer
from flexscout.classification.where import Where, apply_where, parse_where

__all__ = [
    "Criteria",
    "FlexPropertyScorer",
    "Profile",
    "Raise",
    "Step",
    "Where",
    "apply_where",
    "best_score",
    "classify",
    "factor_sentences",
    "funnel",
    "has_type",
    "load_profile",
    "parse_where",
    "points_column",
    "profile_copy",
    "profile_names",
    "profile_text",
    "raises",
    "remarks",
    "score_columns",
    "written",
]
