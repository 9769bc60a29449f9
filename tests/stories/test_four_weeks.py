"""Four weeks of exports in one folder, as a weekly user sees them: snapshots, prices, a sale, a county file, notes, decisions."""

from dataclasses import dataclass

import openpyxl
import polars as pl
import pytest

from program import flexscout
from result_sheets import header_row, headers_of
from workbooks import write_workbook

COSTAR = ("PropertyID", "PropertyName", "Property Type", "Property Address", "City", "State", "Zip", "County Name", "RBA",
          "Land Area (AC)", "Year Built", "Percent Leased", "For Sale Price", "Last Sale Date", "Last Sale Price")  # fmt: skip
CREXI = ("Property Name", "Type", "Address", "City", "State", "Zip", "SqFt", "Lot Size (acres)", "Asking Price", "Year Built")
COUNTY = ("PIN", "SITUS ADDRESS", "CITY", "COUNTY NAME", "OWNER NAME", "LAND USE", "ACRES")


def costar(number, leased=60, price=4_000_000, sold=(None, None)):
    """A row of the first vendor: 30,000 sq ft on 2 acres, 10 points if it isn't fully leased."""
    place = (f"{number} Main St", "Charlotte", "NC", "28202", "Mecklenburg County")
    return (number, f"Park {number}", "Flex", *place, 30_000, 2.0, 1995, leased, price, *sold)


def crexi(where, price):
    address = f"{where} MAIN STREET" if isinstance(where, int) else where
    return (f"Park {where}", "Flex", address, "CHARLOTTE", "NC", "28202", 30_500, 2.0, price, 1995)


SOLD = costar(2, sold=("2026-01-15", 3_900_000))
PARCEL = ("06343-101", "1 MAIN ST", "CHARLOTTE", "MECKLENBURG", "ACME LLC", "WAREHOUSE", 2.1)
WEEKS = [
    {
        "costar 2026-01-05.xlsx": [COSTAR, *(costar(number) for number in (1, 2, 3, 4, 5, 6)), costar(8)],
        "crexi 2026-01-05.xlsx": [
            CREXI,
            crexi(1, 4_000_000),
            crexi(7, 2_000_000),
            *(crexi(f"{number} {street}", 1_500_000) for number in (51, 52) for street in ("Maplewood Ave", "Maplewod Ave")),
        ],
        "County roll 2025-12-01.xlsx": [COUNTY, PARCEL],
    },
    {"costar 2026-01-12.xlsx": [COSTAR, costar(1, price=3_700_000), *(costar(number) for number in (2, 3, 4, 5, 8, 9))]},
    {
        "costar 2026-01-19.xlsx": [
            COSTAR,
            costar(1, 100, 3_700_000),
            SOLD,
            *(costar(number) for number in (3, 4, 5, 8, 9)),
        ],
        "crexi 2026-01-19.xlsx": [CREXI, crexi(1, 3_700_000), crexi(5, 4_000_000), crexi(7, 2_100_000)],
    },
    {"costar 2026-01-26.xlsx": [COSTAR, costar(1, 100, 3_700_000), SOLD, *(costar(number) for number in (3, 4, 5, 6, 8, 9))]},
]


@dataclass(frozen=True)
class Week:
    """What a user sees after a run: the list by address, and the changes."""

    listed: dict
    changes: list
    message: str
    outcome: object


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weeks")
    seen = []
    for number, files in enumerate(WEEKS):
        for name, rows in files.items():
            write_workbook(folder / "in" / name, rows)
        outcome = flexscout("run", "in", folder=folder)
        assert outcome.code == 0, outcome.err
        table = pl.read_parquet(outcome.parquet)
        changes = outcome.sheet("Changes") if number else []
        seen.append(Week({row["Address"]: row for row in table.to_dicts()}, changes, outcome.out, outcome))
        if number == 0:
            edit(outcome.workbook)
    return seen


def edit(workbook):
    """Type notes on both sheets, a column of the user's own, a corrected price, and two decisions."""
    book = openpyxl.load_workbook(workbook)
    for name, address, column, text in [
        ("Flex Properties", "2 Main St", "My Notes", "call the owner"),
        ("Top Candidates", "3 Main St", "My Notes", "drive by"),
        ("Flex Properties", "4 Main St", "Broker", "Kim"),
        ("Flex Properties", "8 Main St", "My Status", "Passed"),
        ("Flex Properties", "5 Main St", "Asking Price", 3_500_000),
        ("Possible Duplicates", "51 Maplewood Ave", "Decision", "Same"),
        ("Possible Duplicates", "52 Maplewood Ave", "Decision", "Different"),
    ]:
        sheet = book[name]
        header = headers_of(sheet)
        if column not in header:
            sheet.cell(header_row(sheet), len(header) + 1, column)
            header.append(column)
        places = [header.index(name) + 1 for name in ("Address", "Other Address") if name in header]
        rows = range(2, sheet.max_row + 1)
        row = next(row for row in rows if address in [sheet.cell(row, place).value for place in places])
        sheet.cell(row, header.index(column) + 1, text)
    book.save(workbook)


def changed(week, kind):
    return [(row["Address"], row["Old Value"], row["New Value"]) for row in week.changes if row["Change"] == kind]


def test_the_newest_export_wins_although_the_older_row_scores_higher(weeks):
    first, _, third, _ = (week.listed["1 Main St"] for week in weeks)
    assert (first["Occupancy"], first["Asking Price"], first["Flex Score"]) == (60, 4_000_000, 10)
    assert (third["Occupancy"], third["Asking Price"], third["Flex Score"]) == (100, 3_700_000, 9)


def test_every_property_is_listed_once(weeks):
    numbers = [sorted(address.split(" ")[0] for address in week.listed if "Main" in address) for week in weeks]
    assert numbers == [list("12345678"), *[list("123456789")] * 3]


def test_the_list_names_sources_and_days(weeks):
    row = weeks[2].listed["1 Main St"]
    assert row["Sources"] == "CoStar Jan 19 2026, crexi Jan 19 2026, County roll Dec 1 2025"
    assert (str(row["First Seen"]), str(row["Last Seen"])) == ("2025-12-01", "2026-01-19")


def test_a_county_file_without_a_state_gives_parcel_and_owner(weeks):
    row = weeks[0].listed["1 Main St"]
    assert (row["APN"], row["Owner Name"]) == ("06343-101", "ACME LLC")
    assert "County roll Dec 1 2025: " in row["Values From"]


def test_superseded_rows_are_counted_and_say_what_replaced_them(weeks):
    entry = weeks[3].outcome.file("costar 2026-01-12.xlsx")
    assert (entry["rows_read"], entry["superseded"], entry["candidates"]) == (7, 7, 0)
    reasons = {
        row["Source Row"]: row["Reason"] for row in weeks[3].outcome.sheet("Not Selected") if row["Source File"] == entry["file"]
    }
    assert reasons[2] == "replaced by row 2 of the newer export costar 2026-01-26.xlsx"


def test_a_price_cut_is_told_with_its_percent(weeks):
    assert changed(weeks[1], "Price cut") == [("1 Main St", "$4,000,000", "$3,700,000")]
    (cut,) = (row for row in weeks[1].changes if row["Change"] == "Price cut")
    assert (cut["Amount"], cut["Percent"]) == (-300_000, -7.5)
    assert changed(weeks[2], "Price raise") == [("7 Main Street", "$2,000,000", "$2,100,000")]


def test_a_withdrawn_listing_stays_with_a_note_until_it_is_back(weeks):
    assert [week.listed["6 Main St"]["Missing From"] for week in weeks] == [
        None,
        "the latest CoStar export (Jan 12 2026)",
        "the latest CoStar export (Jan 19 2026)",
        None,
    ]
    assert [(row["Address"], row["Source"]) for row in weeks[1].changes if row["Change"] == "Withdrawn"] == [
        ("6 Main St", "CoStar")
    ]
    assert [row["Address"] for row in weeks[3].changes if row["Change"] == "Newly listed"] == ["6 Main St"]


def test_new_listings_sales_and_occupancy_are_told(weeks):
    assert [row["Address"] for row in weeks[1].changes if row["Change"] == "New"] == ["9 Main St"]
    assert changed(weeks[2], "Sold") == [("2 Main St", None, "2026-01-15")]
    assert changed(weeks[2], "Occupancy") == [("1 Main St", "60", "100")]
    assert [(row["Address"], row["Source"]) for row in weeks[2].changes if row["Change"] == "Newly listed"] == [
        ("5 Main St", "crexi")
    ]


def test_of_other_changed_values_only_the_users_correction_is_told(weeks):
    changes = [row for week in weeks for row in week.changes if row["Change"] == "Value changed"]
    values = [(row["Address"], row["Column"], row["Old Value"], row["New Value"]) for row in changes]
    assert [value for value in values if "Main" in value[0]] == [("5 Main St", "Asking Price", "$4,000,000", "$3,500,000")]


def test_notes_of_both_sheets_and_added_columns_come_back_every_week(weeks):
    for week in weeks[1:]:
        assert week.listed["2 Main St"]["My Notes"] == "call the owner"
        assert week.listed["3 Main St"]["My Notes"] == "drive by"
        assert week.listed["4 Main St"]["Broker"] == "Kim"


def test_what_the_user_passed_on_leaves_the_top_candidates(weeks):
    assert "8 Main St" in weeks[3].listed
    assert "8 Main St" not in [row["Address"] for row in weeks[3].outcome.sheet("Top Candidates")]


def test_a_corrected_price_wins_every_week_and_is_marked(weeks):
    assert [week.listed["5 Main St"]["Asking Price"] for week in weeks] == [4_000_000, 3_500_000, 3_500_000, 3_500_000]
    assert "Asking Price" in weeks[3].listed["5 Main St"]["Corrected Cells"]
    (correction,) = weeks[3].outcome.sheet("My Corrections")
    assert (correction["Address"], correction["Column"]) == ("5 Main St", "Asking Price")


def test_decisions_hold_in_every_later_week(weeks):
    maples = [sorted(address for address in week.listed if "Maple" in address) for week in weeks]
    assert maples[0] == ["51 Maplewod Ave", "51 Maplewood Ave", "52 Maplewod Ave", "52 Maplewood Ave"]
    assert [len(names) for names in maples[1:]] == [3, 3, 3]
    assert {"52 Maplewod Ave", "52 Maplewood Ave"} < set(maples[3])
    pairs = [(row["Address"], row["Other Address"]) for row in weeks[3].outcome.sheet("Possible Duplicates")]
    assert not [pair for pair in pairs if "Maple" in "".join(pair)]
    assert any(row["Match"] == "your decision" for row in weeks[3].outcome.sheet("Duplicates"))
