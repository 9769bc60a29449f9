"""The flex classification system: which properties are candidates, and how good."""

from flexscout.classification.profile import Profile, load_profile
from flexscout.classification.scorer import FlexPropertyScorer, classify

__all__ = ["FlexPropertyScorer", "Profile", "classify", "load_profile"]
