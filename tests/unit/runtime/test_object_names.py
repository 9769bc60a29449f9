"""Names of objects that become files on this computer."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexscout.errors import ConfigurationError, OutputError
from flexscout.runtime import ObjectFolder, find_unusable_names

HOSTILE = (
    *("../a.xlsx", "a/../../b.xlsx", "/etc/passwd", "a//b.xlsx", "./a.xlsx", "..", "", "a/"),
    *("C:a.xlsx", "a\\..\\b.xlsx", "a\n.xlsx", "a\x00.xlsx", 'a".xlsx', "a?.xlsx"),
    *("con.xlsx", "x/NUL", "COM¹.csv", "lpt1", "aux .xlsx", "a. ", "a.", "a/b./c.xlsx"),
    *("a" * 250 + ".xlsx", "a/" * 500 + "b.xlsx"),
)
SAFE = (
    *("a.xlsx", "Q1 2026/CoStar (1).xlsx", "über.xlsx", "東京.csv", "a'b&c.xlsx", "console.xlsx", "..a.xlsx", "com10.xlsx"),
    ".flexscout/all/run-000001.json",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_file_name_everywhere_is_unusable(name):
    assert list(find_unusable_names([name])) == [name]


def test_usual_names_are_usable():
    assert find_unusable_names(SAFE) == {}


@pytest.mark.parametrize(
    "names",
    [("a.xlsx", "A.XLSX"), ("é.xlsx", "e\u0301.xlsx"), ("straße.csv", "STRASSE.csv"), ("a", "a/b.xlsx"), ("A", "a/b.xlsx")],
)
def test_of_names_that_are_one_file_on_some_system_one_is_unusable(names):
    assert len(find_unusable_names(names)) == 1


@given(st.sets(st.text(st.sampled_from("aAé./ e\u0301\\:\x07~ß"), min_size=1, max_size=8), max_size=12))
def test_the_usable_names_are_as_many_files_below_one_folder(names):
    usable = names - find_unusable_names(names).keys()
    with TemporaryDirectory() as folder:
        for name in usable:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        written = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}
    assert written == {name: name for name in usable}


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'flexscout\[storage\]'"):
        ObjectFolder("s3://bucket/exports", OutputError)


@pytest.mark.parametrize("address", ["s3://bucket/a", "gs://bucket/a", "az://container/a"])
def test_a_service_that_can_not_be_reached_is_an_error_without_the_librarys_text(address, monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AZURE_STORAGE_ENDPOINT", "GOOGLE_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing answers there, and TLS is required
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0")
    monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with pytest.raises(OutputError, match="can't be reached, or refused") as refused:
        list(ObjectFolder(address, OutputError).list_objects(recursive=True))
    assert "127.0.0.1" not in str(refused.value)
