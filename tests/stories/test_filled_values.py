"""Blanks filled from duplicates are recorded and scored."""

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

FILLING = "filtering: {fill_from_duplicates: true}\n"
HERE = (*HEADER, "County", "Sale Date", "Sold Price")


@pytest.fixture
def filled(tmp_path):
    """A run over files of rows, which fills; gives its outcome."""

    def run(*options, config=FILLING, **files):
        for name, rows in files.items():
            write_workbook(tmp_path / f"in/{name}.xlsx", [HERE, *rows])
        (tmp_path / "config.yaml").write_text(config)
        return flexscout("run", "in", "-c", "config.yaml", *options)

    return run


def row(*, county=None, sold=(None, None), **cells):
    """A row of one and the same property, of 9 points."""
    return (*candidate(1, **cells), county, *sold)


def worse(**cells):
    """One of 7 points, which gives what it has."""
    return row(**{"Building_SqFt": 60_000, "Lot_Size_Acres": 15.0} | cells)


def test_blanks_are_filled_from_the_next_best_row_and_scored(filled):
    outcome = filled(a=[row(Year_Built=None)], b=[worse(county="Union")])
    (kept,) = outcome.rows()
    assert (kept["Year Built"], kept["County"], kept["Source File"]) == ("1995", "Union", "a.xlsx")
    assert (kept["Filled Cells"], kept["Flex Score"], kept["Score Before Filling"]) == (
        "County: Union; Year Built: 1995",
        "9.0",
        "8.0",
    )


def test_the_merge_log_names_the_filled_values(filled):
    outcome = filled(a=[row(Year_Built=None)], b=[worse(county="Union"), worse(county="Gaston", Year_Built=1980)])
    text = outcome.workbook.with_name("all_flex_properties_duplicates.csv").read_text(encoding="utf-8-sig")
    assert text.count("County: Union; Year Built: 1995") == 1


def test_nothing_is_filled_by_default(filled):
    (kept,) = filled(config="{}", a=[row(Year_Built=None)], b=[worse(county="Union")]).rows()
    assert (kept["Year Built"], kept["County"]) == ("", "")
    assert "Filled Cells" not in kept


def test_sale_date_and_price_come_from_one_row(filled):
    (kept,) = filled(a=[row(sold=("2020-01-31", None))], b=[worse(sold=("2011-05-01", 100_000))]).rows()
    assert (kept["Sale Date"], kept["Sold Price"]) == ("2020-01-31", "")


def test_a_row_is_not_filled_if_it_would_leave_the_list(filled):
    condition = "filtering: {fill_from_duplicates: true, where: County is null or State = 'GA'}\n"
    (kept,) = filled(config=condition, a=[row()], b=[worse(county="Union")]).rows()
    assert (kept["County"], kept["Filled Cells"]) == ("", "")


@pytest.mark.parametrize(("lot", "unverified"), [(None, "Lot Size Acres"), (15.0, "")])
def test_a_skipped_criterion_is_checked_once_its_value_is_filled(filled, tmp_path, lot, unverified):
    cells = dict(zip(HEADER, candidate(1, Year_Built=None), strict=True))
    del cells["Lot Size Acres"]
    write_workbook(tmp_path / "in/a.xlsx", [list(cells), list(cells.values())])
    header = [name for name in (*HEADER, "County") if lot or name != "Lot Size Acres"]
    row_of_giver = candidate(1, Property_Type="Warehouse", Building_SqFt=120_000, Lot_Size_Acres=lot)
    giver = dict(zip((*HEADER, "County"), (*row_of_giver, "Union"), strict=True))
    write_workbook(tmp_path / "in/b.xlsx", [header, [giver[name] for name in header]])
    kept = next(iter(filled().rows()))
    assert (kept["Source File"], kept["County"], kept.get("Unverified", "")) == ("a.xlsx", "Union", unverified)


def test_the_report_and_a_message_count_filled_properties(filled):
    outcome = filled(a=[row(Year_Built=None)], b=[worse(county="Union")])
    assert outcome.report["deduplication"]["filled"] == {"properties": 1, "scores_changed": 1}
    assert "1 property had blanks filled from duplicates; the column Filled Cells lists which." in outcome.out
