"""What exports call things: canonical columns, headers, cell values and address words.

The words are YAML files beside this one, so that a new spelling is a line in a diff and no code.
"""

from flexscout.vocabulary.columns import (
    Ambiguous,
    Column,
    Vendor,
    aliases,
    ambiguous_headers,
    column,
    columns,
    fold,
    stories_headers,
    vendors,
)
from flexscout.vocabulary.words import address_words, cell_units, cell_values, state_codes, word_forms

__all__ = [
    "Ambiguous",
    "Column",
    "Vendor",
    "address_words",
    "aliases",
    "ambiguous_headers",
    "cell_units",
    "cell_values",
    "column",
    "columns",
    "fold",
    "state_codes",
    "stories_headers",
    "vendors",
    "word_forms",
]
