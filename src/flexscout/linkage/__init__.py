"""Which rows are the same property."""

from flexscout.linkage.keys import duplicate_keys

__all__ = ["duplicate_keys"]
