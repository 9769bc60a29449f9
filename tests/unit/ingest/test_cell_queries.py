import polars as pl
import pytest

from flexscout.ingest import cell_queries
from flexscout.ingest.cell_queries import find_columns, map_cells, map_columns

TEXTS = pl.DataFrame(
    {"^A.*$": [" 1 ", None, "x"], "B": [None, None, None], "C": ["#N/A", "2", " y"]}, schema_overrides={"B": pl.String}
)


def trim(text):
    return text.str.strip_chars()


def has_sign(text):
    return text.str.starts_with("#")


@pytest.fixture(params=[0, 1_000], ids=["as long columns", "as short columns"], autouse=True)
def any_length(request, monkeypatch):
    monkeypatch.setattr(cell_queries, "_FEW_ROWS", request.param)


def test_each_column_keeps_its_name_and_its_cells():
    assert map_cells(TEXTS, trim).to_dict(as_series=False) == {
        "^A.*$": ["1", None, "x"],
        "B": [None] * 3,
        "C": ["#N/A", "2", "y"],
    }


def test_columns_may_have_different_expressions():
    mapped = map_columns(TEXTS, {"C": trim, "^A.*$": has_sign, "B": trim})
    assert mapped.to_dict(as_series=False) == {"C": ["#N/A", "2", "y"], "^A.*$": [False, None, False], "B": [None] * 3}
    assert mapped.schema == {"C": pl.String, "^A.*$": pl.Boolean, "B": pl.String}


def test_columns_are_found_by_any_of_their_cells():
    assert find_columns(TEXTS, has_sign) == ["C"]


def test_tables_without_columns_or_rows_give_the_same():
    assert map_cells(pl.DataFrame(), trim).shape == (0, 0)
    assert map_cells(TEXTS.clear(), trim).shape == (0, 3)
    assert map_columns(TEXTS, {}).shape == (0, 0)
    assert find_columns(TEXTS.clear(), has_sign) == find_columns(pl.DataFrame(), has_sign) == []
