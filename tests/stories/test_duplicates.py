"""What a run joins, over all files, and what it says of it."""

import polars as pl
import pytest

from flexscout import PipelineConfiguration, ScalableFlexPipeline
from program import flexscout
from workbooks import HEADER, candidate, write_workbook

COLUMNS = (*HEADER, "Zip Code", "APN")


def run(folder, files, **settings):
    """The result and the ledger of a run over files of rows: address, city, ZIP code, APN, and the type if it is not flex."""
    for name, rows in files.items():
        cells = [
            (*candidate(Address=address, City=city, Property_Type=(*kind, "Flex")[0]), code, apn)
            for address, city, code, apn, *kind in rows
        ]
        write_workbook(folder / "in" / name, [COLUMNS, *cells])
    places = {"output_file": "out/all.xlsx", "report_file": "out/report.json", "log_file": "out/log"}
    config = PipelineConfiguration(
        input_folder=str(folder / "in"), max_workers=1, **places, **{"close_matches": "merge"} | settings
    )
    ScalableFlexPipeline(config).run()
    return pl.read_parquet("out/all.parquet"), pl.read_excel("out/all.xlsx", sheet_name="Duplicates")


ONE_SITE = {
    "a.xlsx": [("1 N Maplewood Ave", "Charlotte", "28202", "06-1")],
    "b.xlsx": [("1 NORTH MAPLEWOOD", "Charlotte", "28202", "06-1"), ("1 N Maplewod Ave", "Charlotte", "28202", None)],
    "c.xlsx": [("1 N Maplewood Avenue", "Charlotte", "28202", "06-2")],
}


def test_every_row_that_is_removed_has_its_evidence(tmp_path):
    master, ledger = run(tmp_path, ONE_SITE)
    assert master.height == 1
    assert ledger.height == 3
    assert "" not in ledger["Evidence"].to_list()
    assert any("suffix missing on one side" in text for text in ledger["Evidence"])


@pytest.mark.parametrize(
    ("settings", "left"), [({"close_matches": "off"}, 3), ({"close_matches": "review"}, 3), ({"duplicate_policy": "parcel"}, 3)]
)
def test_the_settings_keep_rows_apart(tmp_path, settings, left):
    assert run(tmp_path, ONE_SITE, **settings)[0].height == left


def test_a_row_that_is_no_candidate_may_be_what_joins_two(tmp_path):
    rows = [("1 Test St", "Charlotte", "28202", None), ("1 Test St", "Mint Hill", "28227", None)]
    assert run(tmp_path / "without", {"a.xlsx": rows})[0].height == 2
    between = ("1 Test Street", "Charlotte", "28227", None, "Office")
    assert run(tmp_path / "with", {"a.xlsx": [*rows, between]})[0].height == 1


def test_what_is_needed_to_find_duplicates_is_not_shown_among_the_rows_that_were_not_selected(tmp_path):
    run(tmp_path, {"a.xlsx": [("1 Test St", "Charlotte", "28202", None), ("2 Test St", "Charlotte", "28202", None, "Office")]})
    shown = pl.read_excel("out/all.xlsx", sheet_name="Not Selected").columns
    assert [name for name in shown if name.startswith("__") or name in ("Unit", "Latitude")] == []


def test_the_command_line_says_it_too(tmp_path):
    header = (*HEADER, "APN")
    write_workbook(
        tmp_path / "in/a.xlsx", [header, (*candidate(1), "1"), (*candidate(1), "2"), (*candidate(1, Address="1 Test"), "")]
    )
    counts = [
        len(flexscout("run", "in", *options).rows())
        for options in ((), ("--duplicate-policy", "parcel"), ("--close-matches", "merge"))
    ]
    assert counts == [2, 3, 1]


def test_a_policy_that_is_none_is_refused_with_those_that_are(tmp_path):
    outcome = flexscout("run", str(tmp_path), "--duplicate-policy", "lot")
    assert outcome.code == 2
    assert "give one of site, parcel" in outcome.err
