import polars as pl
import pytest

from flexscout.ingest import cell_queries
from flexscout.ingest.cell_queries import find_columns, map_columns

TEXTS = pl.DataFrame(
    {"^A.*$": [" 1 ", None, "x"], "B": [None, None, None], "C": ["#N/A", "2", " y"], "D": ["z ", "", " "]},
    schema_overrides={"B": pl.String},
)


def trim(text):
    return text.str.strip_chars()


def has_sign(text):
    return text.str.starts_with("#")


@pytest.fixture(params=[0, 1_000], ids=["as long columns", "as short columns"], autouse=True)
def any_length(request, monkeypatch):
    monkeypatch.setattr(cell_queries, "_FEW_ROWS", request.param)


def test_each_column_keeps_its_name_and_its_cells():
    mapped = map_columns(TEXTS, dict.fromkeys(TEXTS.columns, trim))
    assert mapped.to_dict(as_series=False) == {
        "^A.*$": ["1", None, "x"],
        "B": [None] * 3,
        "C": ["#N/A", "2", "y"],
        "D": ["z", "", ""],
    }
    assert set(mapped.dtypes) == {pl.String}


def test_columns_may_have_different_expressions_or_none():
    mapped = map_columns(TEXTS, {"C": trim, "^A.*$": has_sign})
    assert mapped.to_dict(as_series=False) == {
        "^A.*$": [False, None, False],
        "B": [None] * 3,
        "C": ["#N/A", "2", "y"],
        "D": ["z ", "", " "],
    }


def test_columns_are_found_by_any_of_their_cells():
    assert find_columns(TEXTS, has_sign) == ["C"]


def test_tables_without_columns_or_rows_give_the_same():
    assert map_columns(pl.DataFrame(), {}).shape == (0, 0)
    assert map_columns(TEXTS.clear(), dict.fromkeys(TEXTS.columns, trim)).shape == (0, 4)
    assert find_columns(TEXTS.clear(), has_sign) == find_columns(pl.DataFrame(), has_sign) == []
