"""The report as a JSON file."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from flexscout.domain import escape_json
from flexscout.outputs.files.table_files import render_report, write_report


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


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()


@given(
    st.recursive(
        _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | st.tuples(inner)
    )
)
def test_the_report_is_indented_as_the_standard_library_does(value):
    report = {"a": value, "b": [value, {}, []]}
    assert render_report(report) == escape_json(json.dumps(report, indent=2, ensure_ascii=False, default=str))
