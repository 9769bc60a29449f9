"""Texts -> typed values; what will not convert becomes an Issue."""

from flexscout.conversion.convert import ISSUE_SCHEMA, Converted, convert, convert_column

__all__ = ["ISSUE_SCHEMA", "Converted", "convert", "convert_column"]
