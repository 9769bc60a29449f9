"""The report as JSON."""

import json
from datetime import date

from flexscout.outputs.files.table_files import write_report


def test_what_is_written_reads_the_same(tmp_path):
    report = {"statistics": {"count": 3, "average": 8.5, "nothing": None}, "files": [{"file": "a.xlsx"}]}
    write_report(report, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == report


def test_dates_are_written_year_first_and_letters_as_they_are(tmp_path):
    write_report({"Sale Date": date(2024, 3, 1), "City": "Cañon City"}, tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert '"Sale Date": "2024-03-01"' in text
    assert "Cañon City" in text


def test_it_is_made_for_people_too(tmp_path):
    write_report({"a": {"b": 1}}, tmp_path / "r.json")
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == '{\n  "a": {\n    "b": 1\n  }\n}\n'
