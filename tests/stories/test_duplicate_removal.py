"""A run merges duplicates over all files and reports the merges."""

import openpyxl
import polars as pl
import pytest

from flexscout.config.settings import PipelineConfiguration
from in_process import run_in_process
from program import flexscout
from result_sheets import rows_of
from workbooks import HEADER, candidate, write_workbook

COLUMNS = (*HEADER, "Zip Code", "APN")


def run(folder, files, **settings):
    """The result and the merge log of a run over files of rows: address, city, ZIP code, APN, and the type if it is not flex."""
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
    run_in_process(config)
    return pl.read_parquet("out/all.parquet"), read_sheet("Duplicates")


def read_sheet(name):
    return pl.DataFrame(rows_of(openpyxl.load_workbook("out/all.xlsx")[name]))


ONE_SITE = {
    "a.xlsx": [("1 N Maplewood Ave", "Charlotte", "28202", "06-1")],
    "b.xlsx": [("1 NORTH MAPLEWOOD", "Charlotte", "28202", "06-1"), ("1 N Maplewod Ave", "Charlotte", "28202", None)],
    "c.xlsx": [("1 N Maplewood Avenue", "Charlotte", "28202", "06-2")],
}


def test_every_removed_row_has_evidence(tmp_path):
    master, merge_log = run(tmp_path, ONE_SITE)
    assert master.height == 1
    assert merge_log.height == 3
    assert "" not in merge_log["Evidence"].to_list()
    assert any("suffix missing on one side" in text for text in merge_log["Evidence"])


@pytest.mark.parametrize(
    ("settings", "left"), [({"close_matches": "off"}, 3), ({"close_matches": "review"}, 3), ({"duplicate_policy": "parcel"}, 3)]
)
def test_the_settings_keep_rows_apart(tmp_path, settings, left):
    assert run(tmp_path, ONE_SITE, **settings)[0].height == left


def test_a_county_file_without_a_state_matches_an_export(tmp_path):
    header = (*HEADER, "County", "APN")
    without_state = [name for name in header if name != "State"]
    rolls = [
        dict(zip(header, (*candidate(1, Address=address, City=city), "MECKLENBURG", apn), strict=True))
        for address, city, apn in (("1 NORTH ELM BV", "CHARLOTTE", ""), ("2 STATE ROAD 7", "UNINCORPORATED", "078-012-34"))
    ]
    write_workbook(tmp_path / "in/county.xlsx", [without_state, *([row[name] for name in without_state] for row in rolls)])
    exported = [("1 N Elm Blvd", ""), ("2 Foundry Rd", "07801234")]
    export = [(*candidate(1, Address=address, City="Charlotte"), "Mecklenburg", apn) for address, apn in exported]
    write_workbook(tmp_path / "in/export.xlsx", [header, *export])
    assert len(flexscout("run", "in").rows()) == 2
    evidence = pl.read_csv("data/exports/all_flex_properties_duplicates.csv")["Evidence"]
    assert sorted(evidence) == [
        "same APN and house number in one county",
        "same Address, City, State after normalization; State inferred from County and City",
    ]


def test_two_candidates_can_match_through_a_rejected_row(tmp_path):
    rows = [("1 Test St", "Charlotte", "28202", None), ("1 Test St", "Mint Hill", "28227", None)]
    assert run(tmp_path / "without", {"a.xlsx": rows})[0].height == 2
    between = ("1 Test Street", "Charlotte", "28227", None, "Office")
    assert run(tmp_path / "with", {"a.xlsx": [*rows, between]})[0].height == 1


def test_rejected_rows_are_listed_without_matching_columns(tmp_path):
    run(tmp_path, {"a.xlsx": [("1 Test St", "Charlotte", "28202", None), ("2 Test St", "Charlotte", "28202", None, "Office")]})
    shown = read_sheet("Not Selected").columns
    assert [name for name in shown if name.startswith("__") or name in ("Unit", "Latitude")] == []


def test_options_of_the_command_line_control_matching(tmp_path):
    header = (*HEADER, "APN")
    write_workbook(
        tmp_path / "in/a.xlsx", [header, (*candidate(1), "1"), (*candidate(1), "2"), (*candidate(1, Address="1 Test"), "")]
    )
    counts = [
        len(flexscout("run", "in", *options).rows())
        for options in ((), ("--duplicate-policy", "parcel"), ("--close-matches", "merge"))
    ]
    assert counts == [2, 3, 1]


def test_an_unknown_policy_is_an_error_that_names_the_policies(tmp_path):
    outcome = flexscout("run", str(tmp_path), "--duplicate-policy", "lot")
    assert outcome.code == 2
    assert "give one of site, parcel" in outcome.err


TWO_OFFICES = {"a.xlsx": [("1 N Maplewood Ave", "Charlotte", "28202", "1"), ("9 Oak St", "Charlotte", "28202", "2")]}
TWO_WAYS = TWO_OFFICES | {"b.xlsx": [("1 Maplewood Ave", "Charlotte", "28202", None), ("9 Oak", "Charlotte", "28202", None)]}


def test_possible_duplicates_are_listed_in_pairs(tmp_path):
    run(tmp_path, TWO_WAYS, close_matches="review")
    pairs = read_sheet("Possible Duplicates")
    told = pairs.select("Address", "Other Address", "Nearly Sure", "Evidence").rows()
    assert told == [
        ("9 Oak", "9 Oak St", "yes", "same number and street; suffix missing on one side"),
        ("1 Maplewood Ave", "1 N Maplewood Ave", "yes", "same number and street; direction missing on one side"),
    ]
    master = pl.read_parquet("out/all.parquet")
    assert {*pairs["Property ID"], *pairs["Other Property ID"]} == {*master["Property ID"]}


def test_the_report_counts_possible_duplicates_and_a_message_names_the_next_step(tmp_path):
    run(tmp_path, TWO_WAYS, close_matches="review")
    outcome = flexscout("run", "in")
    possible = outcome.report["deduplication"]["possible"]
    assert (possible["pairs"], possible["nearly_sure"], len(possible["surest"])) == (2, 2, 2)
    assert "2 possible duplicates to review: the sheet Possible Duplicates lists them" in outcome.out
    assert "--close-matches merge merges the 2 that are nearly sure." in outcome.out


def test_merged_rows_are_not_possible_duplicates(tmp_path):
    run(tmp_path, TWO_WAYS)
    assert read_sheet("Possible Duplicates").is_empty()
    assert pl.read_parquet("out/all.parquet")["Source Count"].to_list() == [2, 2]


def test_the_report_counts_merges_by_kind_and_overlapping_files(tmp_path):
    run(tmp_path, ONE_SITE)
    merged = flexscout("run", "in", "--close-matches", "merge").report["deduplication"]
    assert merged["by_match"] == {"close match": 2, "same fields": 1}
    pairs = {(pair["file"], pair["other_file"]): pair["properties"] for pair in merged["overlaps"]}
    assert pairs == dict.fromkeys([("a.xlsx", "b.xlsx"), ("a.xlsx", "c.xlsx"), ("b.xlsx", "b.xlsx"), ("b.xlsx", "c.xlsx")], 1)


def test_the_merge_log_file_is_not_read_as_an_export(tmp_path):
    run(tmp_path, ONE_SITE)
    again = [flexscout("run", "in", "-o", "in/out.xlsx", "--file-pattern", "*.*") for _ in range(2)]
    merge_log, twin = pl.read_csv("in/out_duplicates.csv"), pl.read_parquet("in/out_duplicates.parquet")
    assert merge_log["Evidence"].to_list() == twin["Evidence"].to_list() != []
    assert (again[1].code, again[1].file("out_duplicates.csv")["status"]) == (0, "skipped")
    assert again[1].report["deduplication"] == again[0].report["deduplication"]


def test_a_moved_merge_log_file_is_not_read_as_an_export(tmp_path):
    run(tmp_path, ONE_SITE)
    (tmp_path / "out/all_duplicates.csv").rename(tmp_path / "in/merges.csv")
    outcome = flexscout("run", "in", "--file-pattern", "*.*")
    assert outcome.file("merges.csv")["reason"].startswith("An output of flexscout, never used as input.")
