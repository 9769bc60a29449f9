"""What if: how the ranking of a folder would change with another profile."""

from flexscout.comparison.compare import Comparison, compare
from flexscout.comparison.output import as_dict, check_output, write_comparison

__all__ = ["Comparison", "as_dict", "check_output", "compare", "write_comparison"]
