"""The JSON Schema of the report."""

from jsonschema import Draft202012Validator
from test_outputs_report import facts_of, write

from flexscout.outputs.report.build import REPORT_FORMAT, build_report, load_report_schema
from workbooks import candidate


def test_the_schema_is_valid():
    Draft202012Validator.check_schema(load_report_schema())


def test_the_schema_has_the_reports_version():
    schema = load_report_schema()
    assert schema["properties"]["format"]["const"] == REPORT_FORMAT
    assert schema["$id"].endswith(f":{REPORT_FORMAT}")


def test_the_schema_requires_every_part_of_the_report(tmp_path):
    write(tmp_path, a=[candidate(1)])
    report = build_report(facts_of(tmp_path))
    assert report.keys() == set(load_report_schema()["required"])


def test_an_unknown_part_is_rejected(tmp_path):
    write(tmp_path, a=[candidate(1)])
    report = build_report(facts_of(tmp_path)) | {"weather": "fine"}
    assert [error.message for error in Draft202012Validator(load_report_schema()).iter_errors(report)] != []
