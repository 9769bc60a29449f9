"""Findings in words."""

import pytest

from flexscout.findings import Finding, FindingCode, describe_findings


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_a_sentence_and_survives_the_report(code):
    finding = Finding(code, 300, ("Property Type",), "use {code}", ("301", "201"), "Data")
    assert finding.sentence.startswith('0 of 300 rows are candidates. Sheet "Data": ')
    assert finding.sentence.endswith(".")
    assert Finding.from_dict(finding.as_dict()) == finding


def test_a_file_is_described_with_its_command():
    finding = Finding(FindingCode.CODES_UNKNOWN, 300, ("Property Type",), "use_code", ("301", "201"))
    file = {"findings": [finding.as_dict()], "command": "flexscout map in/county.csv"}
    assert describe_findings(file) == (
        "0 of 300 rows are candidates. Property Type (use_code) holds codes such as 301, 201 whose meaning isn't known. "
        "To map its columns: flexscout map in/county.csv"
    )


def test_a_file_without_findings_has_no_description():
    assert describe_findings({"findings": []}) == describe_findings({}) == ""
