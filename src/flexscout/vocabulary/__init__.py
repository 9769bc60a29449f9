"""What exports call things: canonical columns, headers, cell values and address words.

The words are YAML files beside this one, so that a new spelling is a line in a diff and no code.
"""

from flexscout.vocabulary.codes import CodeTable, code_tables
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
    vendor_headers,
    vendors,
)
from flexscout.vocabulary.headers import known_as
from flexscout.vocabulary.literal_names import escape_name, escape_names, is_pattern, unescape_name, unescape_names
from flexscout.vocabulary.words import (
    address_phrases,
    address_terms,
    address_words,
    cell_units,
    cell_values,
    issue_reasons,
    property_type_sources,
    property_type_words,
    state_codes,
    states_of_zip_codes,
    word_forms,
)

__all__ = [
    "Ambiguous",
    "CodeTable",
    "Column",
    "Vendor",
    "address_phrases",
    "address_terms",
    "address_words",
    "aliases",
    "ambiguous_headers",
    "cell_units",
    "cell_values",
    "code_tables",
    "column",
    "columns",
    "escape_name",
    "escape_names",
    "fold",
    "is_pattern",
    "issue_reasons",
    "known_as",
    "property_type_sources",
    "property_type_words",
    "state_codes",
    "states_of_zip_codes",
    "stories_headers",
    "unescape_name",
    "unescape_names",
    "vendor_headers",
    "vendors",
    "word_forms",
]
