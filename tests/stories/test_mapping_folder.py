"""Every strange source is taught once: mapping files in a folder are used for the files whose headers fit."""

import json

import pytest

from program import flexscout
from workbooks import HEADER, candidate, write_workbook

COUNTY = ("PARCEL", "NUM", "DIR", "STREET", "TYPE", "CL", "FLOOR", "ACRES")
COUNTY_MAPPING = """\
columns: {PARCEL: APN, FLOOR: Building SqFt, ACRES: Lot Size Acres, CL: Property Type}
join: {Address: [NUM, DIR, STREET, TYPE]}
constants: {City: Springfield, County: Greene, State: MO}
codes: {301: Light industrial, 201: Office}
"""
BROKER = ("Kind", "Where", "Footage", "Land")
BROKER_MAPPING = """\
columns: {Kind: Property Type, Footage: Building SqFt, Land: Lot Size Acres}
split: {Where: [Address, City, State, Zip Code]}
"""


@pytest.fixture
def sources(tmp_path):
    """Write two strange exports and a plain one, and a mapping for each of the strange ones."""
    write_workbook(
        tmp_path / "in/county.xlsx",
        [COUNTY, ("1-1", 100, "N", "Main", "St", 301, 40_000, 3), ("1-2", 102, "N", "Main", "St", 201, 40_000, 3)],
    )
    write_workbook(tmp_path / "in/broker.xlsx", [BROKER, ("Flex", "7 Oak Ave, Durham, NC 27701", 40_000, 3)])
    write_workbook(tmp_path / "in/plain.xlsx", [HEADER, candidate(1)])
    (tmp_path / "in/mappings").mkdir()
    (tmp_path / "in/mappings/county.yaml").write_text(COUNTY_MAPPING, encoding="utf-8")
    (tmp_path / "in/mappings/broker.yaml").write_text(BROKER_MAPPING, encoding="utf-8")
    return tmp_path


def used_mappings(outcome):
    return {sheet["file"]: sheet["mapping"] for sheet in outcome.report["schema"]}


def count_reused(outcome):
    return outcome.report["performance"]["files_reused"]


@pytest.mark.usefixtures("sources")
def test_each_file_is_read_with_the_mapping_that_fits():
    outcome = flexscout("run", "in", "--recursive")
    rows = {row["Source File"]: row for row in outcome.rows()}
    county, broker = rows["county.xlsx"], rows["broker.xlsx"]
    assert (county["Address"], county["City"], county["State"]) == ("100 N Main St", "Springfield", "MO")
    assert county["Property Type"] == "301 Light industrial"
    assert (broker["Address"].title(), broker["State"], broker["Zip Code"]) == ("7 Oak Ave", "NC", "27701")
    assert used_mappings(outcome) == {"broker.xlsx": "broker.yaml", "county.xlsx": "county.yaml", "plain.xlsx": ""}


@pytest.mark.usefixtures("sources")
def test_check_names_the_mapping_of_each_file():
    found = json.loads(flexscout("check", "in", "--format", "json").out)
    assert [file["sheets"][0]["mapping"] for file in found["files"]] == ["broker.yaml", "county.yaml", ""]
    assert "set by the mapping file county.yaml" in flexscout("check", "in").out


def test_only_files_whose_mapping_changed_are_read_again(sources):
    flexscout("run", "in")
    (sources / "in/mappings/broker.yaml").write_text(BROKER_MAPPING + "constants: {County: Durham}\n", encoding="utf-8")
    outcome = flexscout("run", "in")
    assert count_reused(outcome) == 2
    assert {row["County"] for row in outcome.rows() if row["Source File"] == "broker.xlsx"} == {"Durham"}


def test_a_new_mapping_rereads_only_its_file(sources):
    (sources / "in/mappings/county.yaml").unlink()
    assert used_mappings(flexscout("run", "in"))["county.xlsx"] == ""
    (sources / "in/mappings/county.yaml").write_text(COUNTY_MAPPING, encoding="utf-8")
    outcome = flexscout("run", "in")
    assert count_reused(outcome) == 2
    assert used_mappings(outcome)["county.xlsx"] == "county.yaml"


def test_the_mapping_with_more_headers_of_a_file_is_used(sources):
    (sources / "in/mappings/aaa.yaml").write_text("columns: {NUM: pass, ACRES: pass}", encoding="utf-8")
    assert used_mappings(flexscout("run", "in"))["county.xlsx"] == "county.yaml"


def test_a_mapping_with_few_headers_of_a_file_is_not_used(sources):
    (sources / "in/mappings/broker.yaml").write_text("columns: {Address: pass, B1: pass, C1: pass}", encoding="utf-8")
    assert used_mappings(flexscout("run", "in"))["plain.xlsx"] == ""


def test_a_named_file_is_the_only_mapping(sources):
    (sources / "one.yaml").write_text(BROKER_MAPPING, encoding="utf-8")
    outcome = flexscout("run", "in", "--mapping", "one.yaml")
    assert set(used_mappings(outcome).values()) == {"one.yaml"}


def test_several_mappings_can_be_named(sources):
    for name in ("county", "broker"):
        (sources / f"in/mappings/{name}.yaml").rename(sources / f"{name}.yaml")
    outcome = flexscout("run", "in", "-m", "county.yaml", "-m", "broker.yaml")
    assert used_mappings(outcome)["county.xlsx"] == "county.yaml"
    assert outcome.report["mapping"]["file"] == "county.yaml, broker.yaml"


def test_the_folders_beside_the_configuration_are_used(sources):
    (sources / "in/mappings").rename(sources / "mappings")
    (sources / "code_tables").mkdir()
    (sources / "code_tables/kinds.yaml").write_text("headers: [Kind]\ncodes: {X: Flex, O: Office}", encoding="utf-8")
    write_workbook(
        sources / "in/codes.xlsx", [BROKER, *[("X", f"{i} Oak Ave, Durham, NC 27701", 40_000, 3) for i in range(8, 12)]]
    )
    (sources / "c.yaml").write_text('input:\n  folder: in\n  mapping: ""\n', encoding="utf-8")
    outcome = flexscout("run", "--config", "c.yaml")
    assert used_mappings(outcome)["county.xlsx"] == "county.yaml"
    assert {row["Property Type"] for row in outcome.rows() if row["Source File"] == "codes.xlsx"} == {"X Flex"}


def test_a_changed_code_table_rereads_the_files(sources):
    folder = sources / "code_tables"
    folder.mkdir()
    (folder / "kinds.yaml").write_text("headers: [Kind]\ncodes: {F: Flex}", encoding="utf-8")
    (sources / "c.yaml").write_text("input: {folder: in}", encoding="utf-8")
    flexscout("run", "-c", "c.yaml")
    (folder / "kinds.yaml").write_text("headers: [Kind]\ncodes: {F: Office}", encoding="utf-8")
    assert count_reused(flexscout("run", "-c", "c.yaml")) == 0


def test_entries_that_match_nothing_are_reported_with_their_file(sources):
    (sources / "in/mappings/broker.yaml").write_text(BROKER_MAPPING.replace("Land:", "Zoning: pass, Land:"), encoding="utf-8")
    assert "Mapping files have entries that match no header of any file: broker.yaml: Zoning." in flexscout("check", "in").out


def test_an_error_in_any_mapping_ends_the_run(sources):
    (sources / "in/mappings/new.yaml").write_text("columns: {A1: Adress}", encoding="utf-8")
    outcome = flexscout("run", "in")
    assert outcome.code == 2
    assert "new.yaml" in outcome.err


def test_map_writes_into_the_folder_beside_the_export(sources):
    (sources / "in/mappings/county.yaml").unlink()
    outcome = flexscout("map", "in/county.xlsx")
    assert outcome.out.replace("\\", "/").endswith("then run: flexscout check in\n")
    assert "Address: [NUM, DIR, STREET" in (sources / "in/mappings/county.yaml").read_text(encoding="utf-8")
    assert flexscout("map", "in/county.xlsx").code == 2


def test_map_writes_into_the_folder_beside_the_configuration(sources):
    (sources / "conf/mappings").mkdir(parents=True)
    (sources / "conf/c.yaml").write_text("input: {folder: in}", encoding="utf-8")
    assert flexscout("map", "in/plain.xlsx", "--config", "conf/c.yaml").code == 0
    assert (sources / "conf/mappings/plain.yaml").exists()


def test_map_writes_into_a_given_folder(sources):
    (sources / "taught").mkdir()
    assert flexscout("map", "in/plain.xlsx", "-o", "taught").out.strip().endswith("plain.yaml")
    assert (sources / "taught/plain.yaml").exists()


@pytest.mark.usefixtures("sources")
def test_inspect_and_the_page_name_the_mapping():
    assert "Read with the mapping file county.yaml" in flexscout("inspect", "in/county.xlsx").out
    page = flexscout("run", "in").folder.joinpath("data/reports/pipeline_summary.html").read_text(encoding="utf-8")
    assert "Mapping files" in page
    assert "join.Address" in page


def test_a_past_run_is_explained_with_its_mappings(sources):
    for name in ("county", "broker"):
        (sources / f"in/mappings/{name}.yaml").rename(sources / f"{name}.yaml")
    flexscout("run", "in", "-m", "county.yaml", "-m", "broker.yaml")
    (sources / "in/county.xlsx").unlink()
    outcome = flexscout("explain", "100 N Main St")
    assert outcome.code == 0
    assert "301 Light industrial" in outcome.out


def test_mapping_files_are_not_exports(sources):
    outcome = flexscout("run", "in", "--recursive", "--file-pattern", "*")
    assert {file["file"] for file in outcome.report["files"]} == {"broker.xlsx", "county.xlsx", "plain.xlsx"}
    assert (sources / "in/mappings/county.yaml").exists()
