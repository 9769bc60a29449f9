"""The flex classification system: which properties are candidates, and how good."""

from flexscout.classification.criteria import Criteria
from flexscout.classification.eligibility import classify
from flexscout.classification.funnel import Step, funnel, has_type
from flexscout.classification.load import load_profile, profile_names, profile_text
from flexscout.classification.profile import Profile
from flexscout.classification.score import score_columns
from flexscout.classification.scorer import FlexPropertyScorer
from flexscout.classification.where import Where, apply_where, parse_where

__all__ = [
    "Criteria",
    "FlexPropertyScorer",
    "Profile",
    "Step",
    "Where",
    "apply_where",
    "classify",
    "funnel",
    "has_type",
    "load_profile",
    "parse_where",
    "profile_names",
    "profile_text",
    "score_columns",
]
