"""One record: what can be scored, and what is said of the rest."""

import pytest

from flexscout import FlexPropertyScorer


def test_a_text_where_a_number_is_needed_is_told():
    with pytest.raises(TypeError, match="Building SqFt is the text '34,000 SF': give a number"):
        FlexPropertyScorer().calculate_flex_score({"Property Type": "Flex", "Building SqFt": "34,000 SF"})


def test_what_is_no_record_is_told():
    with pytest.raises(TypeError, match="One record is needed"):
        FlexPropertyScorer().calculate_flex_score([1, 2])
