"""A property combines the values of its rows; the list, the merge log and the report name their sources."""

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

SURVIVOR = "merging: {record: survivor}\n"
HERE = (*HEADER, "County", "Sale Date", "Sold Price")


@pytest.fixture
def merged(tmp_path):
    """A run over files of rows; gives its outcome."""

    def run(*options, config="{}", **files):
        for name, rows in files.items():
            write_workbook(tmp_path / f"in/{name}.xlsx", [HERE, *rows])
        (tmp_path / "config.yaml").write_text(config)
        return flexscout("run", "in", "-c", "config.yaml", *options)

    return run


def row(*, county=None, sold=(None, None), **cells):
    """A row of one and the same property, of 9 points."""
    return (*candidate(1, **cells), county, *sold)


def worse(**cells):
    """One of 7.5 points, which gives what it has."""
    return row(**{"Property_Type": "Warehouse", "Lot_Size_Acres": 15.0} | cells)


def test_blanks_are_filled_from_the_next_best_row_and_scored(merged):
    outcome = merged(a=[row(Year_Built=None)], b=[worse(county="Union")])
    (kept,) = outcome.rows()
    assert (kept["Year Built"], kept["County"], kept["Source File"]) == ("1995", "Union", "a.xlsx")
    assert kept["Values From"].endswith(": County, Year Built")
    assert kept["Values From"].startswith("b ")
    assert (kept["Flex Score"], kept["Score Before Merging"]) == ("9.0", "8.0")


def test_the_merge_log_names_the_filled_values(merged):
    outcome = merged(a=[row(Year_Built=None)], b=[worse(county="Union"), worse(county="Gaston", Year_Built=1980)])
    text = outcome.workbook.with_name("all_flex_properties_duplicates.csv").read_text(encoding="utf-8-sig")
    assert text.count("County: Union; Year Built: 1995") == 1


def test_with_the_record_of_the_survivor_nothing_is_combined(merged):
    (kept,) = merged(config=SURVIVOR, a=[row(Year_Built=None)], b=[worse(county="Union")]).rows()
    assert (kept["Year Built"], kept["County"], kept["Values From"]) == ("", "", "")


def test_a_row_that_is_no_candidate_gives_values_and_is_in_the_merge_log(merged):
    outcome = merged(a=[row()], b=[row(Property_Type="Office", county="Union")])
    (kept,) = outcome.rows()
    assert (kept["County"], kept["Source Count"]) == ("Union", "1")
    (logged,) = outcome.sheet("Duplicates")
    assert (logged["Removed File"], logged["Role"], logged["Filled Cells"]) == ("b.xlsx", "gave values", "County: Union")
    assert outcome.report["deduplication"]["removed"] == 0


def test_a_building_of_another_size_gives_nothing(merged):
    (kept,) = merged(a=[row()], b=[row(Building_SqFt=60_000, county="Union")]).rows()
    assert (float(kept["Building SqFt"]), kept["County"]) == (30_000, "")


def test_a_property_that_is_no_candidate_with_all_its_values_is_not_listed(merged, tmp_path):
    cells = dict(zip(HEADER, candidate(1), strict=True))
    del cells["Lot Size Acres"]
    write_workbook(tmp_path / "in/a.xlsx", [list(cells), list(cells.values())])
    assert len(merged().rows()) == 1
    outcome = merged(b=[row(Property_Type="Office", Lot_Size_Acres=30.0)])
    assert outcome.rows() == []
    reasons = {entry["Source File"]: entry["Reason"] for entry in outcome.sheet("Not Selected")}
    assert reasons["a.xlsx"] == "Lot Size Acres above 20"
    assert (outcome.file("a.xlsx")["candidates"], outcome.file("a.xlsx")["not_eligible"]) == (0, 1)


def test_sale_date_and_price_come_from_one_row(merged):
    (kept,) = merged(a=[row(sold=("2020-01-31", None))], b=[worse(sold=("2011-05-01", 100_000))]).rows()
    assert (kept["Sale Date"], kept["Sold Price"]) == ("2020-01-31", "")


def test_the_filter_applies_to_the_property_and_leaves_its_score_alone(merged):
    files = {"a": [row(Year_Built=None, county="Gaston")], "b": [worse(county="Union")]}
    (kept,) = merged("--where", "County = 'gaston'", **files).rows()
    assert (kept["Flex Score"], kept["Source Count"]) == ("9.0", "2")
    assert merged("--where", "County = 'union'").rows() == []


def test_a_filter_of_rows_applies_before_rows_are_merged(merged):
    config = "filtering: {where_rows: County is null or County = 'Union'}\n"
    (kept,) = merged(config=config, a=[row(Year_Built=None, county="Gaston")], b=[worse(county="Union")]).rows()
    assert (kept["County"], kept["Source File"], kept["Source Count"]) == ("Union", "b.xlsx", "1")


@pytest.mark.parametrize(("lot", "unverified"), [(None, "Lot Size Acres"), (15.0, "")])
def test_a_skipped_criterion_is_checked_once_its_value_is_filled(merged, tmp_path, lot, unverified):
    cells = dict(zip(HEADER, candidate(1, Year_Built=None), strict=True))
    del cells["Lot Size Acres"]
    write_workbook(tmp_path / "in/a.xlsx", [list(cells), list(cells.values())])
    header = [name for name in (*HEADER, "County") if lot or name != "Lot Size Acres"]
    row_of_giver = candidate(1, Property_Type="Storage", Year_Built=1985, Lot_Size_Acres=lot)
    giver = dict(zip((*HEADER, "County"), (*row_of_giver, "Union"), strict=True))
    write_workbook(tmp_path / "in/b.xlsx", [header, [giver[name] for name in header]])
    kept = next(iter(merged().rows()))
    assert (kept["Source File"], kept["County"], kept.get("Unverified", "")) == ("a.xlsx", "Union", unverified)


def test_the_report_and_a_message_count_combined_properties(merged):
    outcome = merged(a=[row(Year_Built=None)], b=[worse(county="Union")])
    assert outcome.report["deduplication"]["filled"] == {"properties": 1, "scores_changed": 1}
    assert "1 property combined values of several rows; the column Values From lists which." in outcome.out


def test_rows_that_a_filter_of_rows_leaves_out_give_no_values(merged):
    files = {"a": [row(Year_Built=None, county="Union")], "b": [worse(county="Gaston", Occupancy=77)]}
    assert merged(**files).rows()[0]["Year Built"] == "1995"
    (kept,) = merged(config="filtering: {where_rows: County = 'Union'}\n").rows()
    assert (kept["Year Built"], kept["Occupancy"], kept["Values From"]) == ("", "", "")
