"""The run report and its messages, built from real files."""

from dataclasses import replace

import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.domain.column_names import MAX_POSSIBLE_DUPLICATES
from flexscout.ingest.batch import FileIngestor
from flexscout.ingest.scan import scan_folder
from flexscout.merging import count_removed_rows, match_properties, merge_properties
from flexscout.outputs.report.build import add_run_times, build_report, compute_statistics
from flexscout.outputs.report.messages import build_messages
from flexscout.outputs.results import ResultTables, RunFacts
from flexscout.runtime.cache import TableCache
from flexscout.runtime.executors import SerialExecutor
from flexscout.runtime.progress import NoProgress
from flexscout.runtime.storage import TableFolder
from flexscout.scoring.classify import score_files
from flexscout.scoring.criteria import Criteria
from flexscout.skipped import FileSkipCode, SkippedFile
from workbooks import HEADER, candidate, corrupted_file, write_sheets, write_workbook

OFFICE = candidate(90, Property_Type="Office")


def write(folder, **files):
    """Write a workbook per name, with its rows below HEADER."""
    for name, rows in files.items():
        write_workbook(folder / f"{name}.xlsx", [HEADER, *rows])


def facts_of(exports, *, skipped=(), **settings):
    """Return the facts of a run over the workbooks of a folder."""
    config = PipelineConfiguration(**settings)
    criteria = Criteria.from_config(config)
    with TableFolder() as folder:
        batches = FileIngestor(config, executor=SerialExecutor()).ingest(scan_folder(exports).sources, TableCache(folder))
        files = score_files(batches, criteria, config.duplicate_fields, NoProgress())
        merged = merge_properties(files, match_properties(files, config), config, criteria)
    return RunFacts(
        tables=ResultTables(merged.master, merged.merge_log, merged.possible_duplicates),
        results=count_removed_rows(files.results, merged.merge_log),
        skipped=skipped,
        settings=config.model_dump(),
        seconds={"processing": 1.5, "export": 0.5},
        workers=2,
        version="1.2.3",
    )


@pytest.fixture
def facts(tmp_path):
    """Two files that share a candidate, one of them with an office, and one that can't be read."""
    write(tmp_path, a=[candidate(1), candidate(2), OFFICE, ()], b=[candidate(2, Year_Built=1985), candidate(3, City="Durham")])
    corrupted_file(tmp_path)
    return facts_of(tmp_path, skipped=[SkippedFile("b (1).xlsx", FileSkipCode.SAME_CONTENT, ("b.xlsx",))])


def file_of(facts, name):
    return next(entry for entry in build_report(facts)["files"] if entry["file"] == name)


def test_the_statistics_count_files_properties_and_unique_candidates(facts):
    figures = compute_statistics(facts)
    assert (figures.total_files_processed, figures.successful_files, figures.failed_files) == (3, 2, 1)
    assert (figures.total_properties, figures.unique_flex_properties) == (5, 3)
    assert (figures.average_flex_score, figures.processing_duration) == (9.0, 2.0)


def test_the_statistics_count_candidates_by_score_and_place(facts):
    figures = compute_statistics(facts)
    assert figures.score_distribution == {"8-10": 3, "6-8": 0, "4-6": 0}
    assert figures.geographic_coverage == {
        "states": {"NC": 3},
        "counties": {},
        "cities": {"Charlotte, NC": 2, "Durham, NC": 1},
    }


def test_the_report_has_an_entry_per_file_sorted_by_name(facts):
    entries = build_report(facts)["files"]
    assert [(entry["file"], entry["status"]) for entry in entries] == [
        ("a.xlsx", "ok"),
        ("b (1).xlsx", "skipped"),
        ("b.xlsx", "ok"),
        ("corrupted_file.xlsx", "failed"),
    ]


def test_the_account_of_each_file_balances(facts):
    for entry in build_report(facts)["files"]:
        parts = ("candidates", "below_score", "not_eligible", "superseded", "blank", "not_data")
        assert entry["rows_read"] == sum(entry[part] for part in parts)
    assert file_of(facts, "a.xlsx")["rows_read"] == 3


def test_a_removed_duplicate_counts_for_its_own_file(facts):
    assert file_of(facts, "a.xlsx")["duplicates_removed"] == 0
    assert file_of(facts, "b.xlsx")["duplicates_removed"] == 1


def test_candidates_minus_duplicates_are_the_unique_candidates(facts):
    report = build_report(facts)
    left = sum(entry["candidates"] - entry["duplicates_removed"] for entry in report["files"])
    assert report["deduplication"].items() >= {"before": 4, "removed": 1, "after": left, "groups": 1, "different_apn": 0}.items()


def test_a_failed_file_has_its_error_and_no_rows(facts):
    entry = file_of(facts, "corrupted_file.xlsx")
    assert entry["rows_read"] == 0
    assert (entry["error"]["category"], entry["error"]["code"]) == ("data_format", "damaged")
    assert "error" not in file_of(facts, "a.xlsx")


def test_a_skipped_file_has_its_reason_and_no_rows(facts):
    entry = file_of(facts, "b (1).xlsx")
    assert (entry["rows_read"], entry["reason"]) == (0, "Same content as b.xlsx.")


def test_averages_are_over_the_unique_candidates(tmp_path):
    sizes = (20_000, 40_000, 40_000)
    rows = [candidate(number, Building_SqFt=size, Lot_Size_Acres=number) for number, size in enumerate(sizes, start=1)]
    write(tmp_path, a=[*rows, candidate(1, Building_SqFt=20_000, Lot_Size_Acres=1), OFFICE])
    found = build_report(facts_of(tmp_path))["averages"]
    assert found == {"building_sqft": 33_333.33, "lot_size_acres": 2.0, "flex_score": 9.0}


def test_a_column_without_values_has_no_average(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [("Property Type", "Address", "Building SqFt"), ("Flex", "1 Main St", 30_000)])
    found = build_report(facts_of(tmp_path))["averages"]
    assert found == {"building_sqft": 30_000.0, "lot_size_acres": None, "flex_score": 6.0}


def test_the_top_candidates_are_the_first_ten_with_their_rank(tmp_path):
    years = {number: 1995 if number > 5 else 1985 for number in range(1, 16)}
    write(tmp_path, a=[candidate(number, Year_Built=year) for number, year in years.items()])
    top = build_report(facts_of(tmp_path))["top_candidates"]
    assert [entry["rank"] for entry in top] == list(range(1, 11))
    assert {entry["Flex Score"] for entry in top} == {9.0}
    assert top[0] | {"Address": "10 Test Street", "Source File": "a.xlsx", "Source Row": 11} == top[0]


def test_the_report_has_issue_counts_and_completeness(tmp_path):
    write(tmp_path, a=[candidate(1, Year_Built="1980s"), candidate(2)])
    quality = build_report(facts_of(tmp_path))["quality"]
    assert quality["issues"] == {"not_a_year": 1}
    assert (quality["completeness"]["Year Built"], quality["completeness"]["Address"]) == (0.5, 1.0)


def test_performance_has_seconds_rates_and_megabytes(facts):
    performance = add_run_times(build_report(facts), facts, 123.456)["performance"]
    assert performance.pop("properties_per_minute_per_file") > 150
    assert performance == {
        "files_reused": 0,
        "seconds": {"processing": 1.5, "export": 0.5},
        "rows_per_second": 2,
        "properties_per_minute": 150,
        "workers": 2,
        "peak_memory_mb": 123.5,
        "memory_limit_mb": 4096.0,
    }


@pytest.mark.parametrize(("peak", "count"), [(3_600.0, 0), (3_700.0, 1)])
def test_memory_near_its_limit_gives_a_message(facts, peak, count):
    found = [message for message in build_messages(facts, peak) if "Raise --memory-limit" in message]
    assert len(found) == count


def test_the_report_has_version_and_settings(facts):
    report = build_report(facts)
    assert (report["format"], report["flexscout"]) == ("1.4", "1.2.3")
    assert report["settings"]["min_flex_score"] == 4.0


@pytest.mark.parametrize("rows", [[OFFICE], [candidate(1, Building_SqFt=250_000, Lot_Size_Acres=15, Property_Type="Storage")]])
def test_a_run_without_candidates_has_a_report(tmp_path, rows):
    write(tmp_path, a=rows)
    report = build_report(facts_of(tmp_path))
    assert report["statistics"]["unique_flex_properties"] == 0
    assert report["statistics"]["average_flex_score"] == 0
    assert report["top_candidates"] == []


def test_a_run_in_which_every_file_failed_has_a_report(tmp_path):
    corrupted_file(tmp_path)
    report = build_report(facts_of(tmp_path))
    assert (report["statistics"]["failed_files"], report["statistics"]["successful_files"]) == (1, 0)
    assert report["deduplication"].items() >= {"before": 0, "removed": 0, "after": 0, "groups": 0, "different_apn": 0}.items()


def test_a_normal_run_has_no_messages(tmp_path):
    write(tmp_path, a=[candidate(1)])
    assert build_messages(facts_of(tmp_path)) == []


def test_a_run_without_candidates_names_the_sheet_to_look_at(tmp_path):
    write(tmp_path, a=[OFFICE])
    (message,) = build_messages(facts_of(tmp_path, min_flex_score=4.5))
    assert message.startswith("No candidates: 1 property read, none eligible with a score of 4.5 or more.")
    assert "Not Selected" in message


def test_a_run_in_which_every_file_failed_has_no_message_about_candidates(tmp_path):
    corrupted_file(tmp_path)
    assert build_messages(facts_of(tmp_path)) == []


def test_merges_across_apns_give_a_message_with_the_setting(tmp_path):
    rows = [(*candidate(1), "1-1"), (*candidate(1), "1-2"), (*candidate(2), "2"), (*candidate(2), "2")]
    write_workbook(tmp_path / "a.xlsx", [(*HEADER, "APN"), *rows])
    (message,) = build_messages(facts_of(tmp_path))
    assert message.startswith("1 of 2 merges joined rows with different APNs")
    assert "filtering.duplicate_policy: parcel" in message


@pytest.mark.parametrize(("merging", "count"), [(True, 1), (False, 0)])
def test_a_missing_duplicate_field_gives_a_message_if_deduplication_is_on(tmp_path, merging, count):
    header, row = zip(*(pair for pair in zip(HEADER, candidate(1), strict=True) if pair[0] != "City"), strict=True)
    write_workbook(tmp_path / "a.xlsx", [header, row])
    found = build_messages(facts_of(tmp_path, enable_deduplication=merging))
    assert found == ["a.xlsx has no City: its rows are not checked for duplicates against other files."][:count]


@pytest.mark.parametrize(
    ("absent", "message"),
    [
        ("City", "its rows are matched by ZIP code instead; rows without one are not checked against other files"),
        (
            "State",
            "its rows get their state from Zip Code, else from County and City; the others are compared within the file only",
        ),
    ],
)
def test_a_zip_code_replaces_a_missing_place(tmp_path, absent, message):
    cells = dict(zip((*HEADER, "Zip Code"), (*candidate(1), "28202"), strict=True))
    del cells[absent]
    write_workbook(tmp_path / "a.xlsx", [list(cells), list(cells.values())])
    assert build_messages(facts_of(tmp_path)) == [f"a.xlsx has no {absent}: {message}."]


def test_a_sheet_that_lacks_a_field_its_file_has_is_named(tmp_path):
    without = [name for name in HEADER if name != "City"]
    cells = dict(zip(HEADER, candidate(1), strict=True))
    write_sheets(tmp_path / "a.xlsx", {"All": [HEADER, candidate(2)], "Some": [without, [cells[name] for name in without]]})
    (message,) = build_messages(facts_of(tmp_path))
    assert message == "a.xlsx, sheet Some, has no City: its rows are not checked for duplicates against other files."


def test_possible_duplicates_give_a_message_with_the_option_to_merge_them(tmp_path):
    write(tmp_path, a=[candidate(1, Address="1 Main St"), candidate(1, Address="1 Main")])
    (message,) = build_messages(facts_of(tmp_path))
    assert message.startswith("1 possible duplicate to review: the sheet Possible Duplicates lists them")
    assert "--close-matches merge merges the 1 that is nearly sure." in message
    assert build_messages(facts_of(tmp_path, close_matches="off")) == []


def test_only_the_likeliest_of_very_many_possible_duplicates_are_listed(tmp_path):
    write(tmp_path, a=[candidate(1, Address="1 Main St"), candidate(1, Address="1 Main")])
    few = facts_of(tmp_path)
    (message,) = build_messages(
        replace(
            few,
            tables=replace(few.tables, possible_duplicates=few.tables.possible_duplicates[[0] * (MAX_POSSIBLE_DUPLICATES + 1)]),
        )
    )
    assert message.startswith("10,001 possible duplicates to review")
    assert "the sheet Possible Duplicates lists the 10,000 likeliest" in message


def test_shared_properties_are_counted_per_pair_of_files(tmp_path):
    write(tmp_path, a=[candidate(1), candidate(2)], b=[candidate(2), candidate(1)], c=[candidate(2), candidate(2)])
    merged = build_report(facts_of(tmp_path))["deduplication"]
    pairs = [(pair["file"], pair["other_file"], pair["properties"]) for pair in merged["overlaps"]]
    assert pairs == [("a.xlsx", "b.xlsx", 2), ("a.xlsx", "c.xlsx", 1), ("b.xlsx", "c.xlsx", 1), ("c.xlsx", "c.xlsx", 1)]
    assert (merged["by_match"], merged["overlapping_files"]) == ({"same fields": 4}, 4)


def test_a_file_without_addresses_is_not_checked_for_duplicates(tmp_path):
    """Its rows have no key, so none is a duplicate."""
    write_workbook(tmp_path / "a.xlsx", [("Property Type", "APN", "City", "State"), ("Flex", "1", "Charlotte", "NC")])
    (message,) = build_messages(facts_of(tmp_path, min_flex_score=0))
    assert "a.xlsx has no Address" in message
    assert "against other files" not in message
