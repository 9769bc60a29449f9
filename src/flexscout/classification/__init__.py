"""The flex classification system: which properties are candidates, and how good."""

from flexscout.classification.funnel import Step, funnel, has_type
from flexscout.classification.profile import Profile, load_profile
from flexscout.classification.scorer import FlexPropertyScorer, classify
from flexscout.classification.where import Where, apply_where, parse_where

__all__ = [
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
]
