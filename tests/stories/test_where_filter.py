"""Filters of properties (`--where`) in runs: the list, rejection reasons and errors."""

import pytest

from flexscout.config.settings import PipelineConfiguration
from flexscout.pipeline import ScalableFlexPipeline
from program import flexscout, run_program
from workbooks import HEADER, candidate, valid_properties_2, write_workbook

pytestmark = pytest.mark.usefixtures("exports")

FILTER = "State in ('NC', 'GA') and \"Sold Price\" < 5000000"
PRICED = (*HEADER, "Sold Price")
ROWS = [
    (*candidate(1), 1_000_000),
    (*candidate(2, State="GA"), 2_000_000),
    (*candidate(3, State="SC"), 2_000_000),
    (*candidate(4), 9_000_000),
    (*candidate(5), None),
    (*candidate(6, Property_Type="Office"), None),
    (*candidate(7, Building_SqFt=None), 1_000_000),
    (*candidate(1, Year_Built=None), 9_000_000),
]


@pytest.fixture
def exports(tmp_path):
    write_workbook(tmp_path / "in/priced.xlsx", [PRICED, *ROWS])
    return tmp_path


def sheet(outcome, name, column):
    """Return source row -> value in a column of a sheet of the workbook."""
    return {row["Source Row"]: row[column] for row in outcome.sheet(name)}


def test_only_candidates_that_meet_the_filter_are_listed():
    outcome = flexscout("run", "in", "--where", FILTER)
    assert outcome.code == 0
    assert {row["Source Row"] for row in outcome.rows()} == {"2", "3"}


def test_the_filter_can_come_from_a_file_or_the_environment_and_be_unset(exports, monkeypatch):
    (exports / "c.yaml").write_text(f"filtering:\n  where: >\n    {FILTER}\n")
    assert len(flexscout("run", "in", "-c", "c.yaml").rows()) == 2
    assert len(flexscout("run", "in", "-c", "c.yaml", "--where", "").rows()) == 5
    monkeypatch.setenv("FLEXSCOUT_WHERE", "State = 'SC'")
    assert len(flexscout("run", "in").rows()) == 1


def test_each_filtered_property_has_its_reason():
    left_out = f"left out by the filter: {FILTER}"
    undecided = "the filter can't be decided: Sold Price is missing"
    office = "Property Type is none of industrial, warehouse, distribution, flex, manufacturing, storage, logistics"
    assert sheet(flexscout("run", "in", "--where", FILTER), "Not Selected", "Reason") == {
        4: left_out,
        5: left_out,
        6: undecided,
        7: office,
        8: "Building SqFt is missing",
    }


def test_the_row_counts_of_the_file_add_up():
    file = flexscout("run", "in", "--where", FILTER).file("priced.xlsx")
    assert (file["rows_read"], file["candidates"], file["below_score"], file["not_eligible"]) == (8, 3, 0, 5)


def test_a_row_rejected_only_for_missing_values_is_marked_to_verify():
    assert sheet(flexscout("run", "in", "--where", FILTER), "To Verify", "Reason").keys() == {6, 8}


def test_rows_are_merged_before_the_filter_applies():
    assert flexscout("run", "in", "--where", FILTER).report["deduplication"]["removed"] == 1
    outcome = flexscout("run", "in", "--where", '"Sold Price" > 5000000')
    assert [row["Source Row"] for row in outcome.rows()] == ["5"]


def test_the_rows_merged_into_a_filtered_property_have_its_reason():
    reasons = sheet(flexscout("run", "in", "--where", "State = 'sc'"), "Not Selected", "Reason")
    assert reasons[9] == "left out by the filter: State = 'sc'"


def test_texts_are_compared_without_regard_to_case():
    names = [
        sorted(row["Source Row"] for row in flexscout("run", "in", "--where", where).rows())
        for where in (
            "State = 'ga'",
            "upper(State) = 'Ga'",
            "State like 'G%'",
            "starts_with(State, 'g')",
            "State in ('ga', 'zz')",
        )
    ]
    assert names == [["3"]] * 5


def test_report_and_summary_count_the_filtered_properties():
    outcome = flexscout("run", "in", "--where", FILTER)
    assert outcome.report["filter"] == {"where": FILTER, "left_out": 3}
    assert "The filter excluded 3 properties. The sheet Not Selected lists them." in outcome.out
    assert "The filter" not in flexscout("run", "in").out


def test_the_filter_is_undecided_for_a_file_without_the_column(exports):
    valid_properties_2(exports / "in")
    outcome = flexscout("run", "in", "--where", FILTER)
    # One of its five properties is in the other file too, with a price.
    assert outcome.file("valid_properties_2.xlsx")["not_eligible"] == 4
    assert len(outcome.rows()) == 2


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_error_in_the_filter_ends_the_run_before_reading(exports, command):
    outcome = flexscout(command, "in", "--where", "state = 'NC'")
    assert outcome.code == 2
    assert "did you mean State?" in outcome.err
    assert "where: state = 'NC'" in outcome.err
    assert sorted(path.name for path in exports.iterdir()) == ["in"]


def test_the_result_does_not_depend_on_the_number_of_workers(exports):
    valid_properties_2(exports / "in")
    command = ("run", "in", "--where", "State = 'GA'")
    alone = flexscout(*command).csv.read_bytes()
    assert run_program(*command, "--workers", 2, "--fresh").csv.read_bytes() == alone


def test_config_show_and_init_include_the_filter(exports):
    assert "where: \"State = 'NC'\"  # command line: where" in flexscout("config", "show", "--where", "State = 'NC'").out
    flexscout("init")
    assert '  where: ""\n' in (exports / "pipeline_config.yaml").read_text()


def test_the_filter_works_from_python():
    summary = ScalableFlexPipeline(PipelineConfiguration(input_folder="in", where="State = 'SC'")).run()
    assert summary.statistics.unique_flex_properties == 1
