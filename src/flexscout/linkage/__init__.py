"""Which rows are the same property."""

from flexscout.linkage.keys import combined_keys, duplicate_keys

__all__ = ["combined_keys", "duplicate_keys"]
