"""The flex classification system: which properties are candidates, and how good."""

from flexscout.classification.funnel import Step, funnel, has_type
from flexscout.classification.profile import Profile, load_profile
from flexscout.classification.scorer import FlexPropertyScorer, classify

__all__ = ["FlexPropertyScorer", "Profile", "Step", "classify", "funnel", "has_type", "load_profile"]
