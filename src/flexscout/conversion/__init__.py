"""Texts -> typed values; what will not convert becomes an Issue."""

from flexscout.conversion.convert import Converted, convert, convert_column, number_range_of
from flexscout.conversion.issues import ISSUE_SCHEMA, fairly

__all__ = ["ISSUE_SCHEMA", "Converted", "convert", "convert_column", "fairly", "number_range_of"]
