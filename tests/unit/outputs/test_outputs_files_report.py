"""The report as a JSON file."""

import json
from datetime import date

from flexscout.outputs.files.table_files import write_report


def test_the_report_reads_back_equal(tmp_path):
    report = {"statistics": {"count": 3, "average": 8.5, "nothing": None}, "files": [{"file": "a.xlsx"}]}
    write_report(report, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == report


def test_dates_are_iso_and_letters_are_not_escaped(tmp_path):
    write_report({"Sale Date": date(2024, 3, 1), "City": "Cañon City"}, tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert '"Sale Date": "2024-03-01"' in text
    assert "Cañon City" in text


def test_the_report_is_indented(tmp_path):
    write_report({"a": {"b": 1}}, tmp_path / "r.json")
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == '{\n  "a": {\n    "b": 1\n  }\n}\n'
