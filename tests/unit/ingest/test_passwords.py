"""Password-protected workbooks are opened with a password, within limits, and leave no trace of it."""

import sys
import time

import pytest

import hostile_files as hostile
from flexscout.config import PipelineConfiguration, render_settings
from flexscout.errors import ConfigurationError, DataFormatError, LimitError
from flexscout.ingest.file_types import is_protected
from flexscout.ingest.readers import passwords, use_password
from flexscout.ingest.readers.any_file import peek_workbook, read_workbook
from format_files import write_archive
from protected import SECRET, protect
from workbooks import HEADER, candidate, write_workbook

ROWS = [HEADER, candidate()]


def protected_workbook(path, password=SECRET):
    return protect(write_workbook(path, ROWS), password)


def refusal(path, password, memory=2**31):
    with pytest.raises((DataFormatError, LimitError)) as caught, use_password(password):
        read_workbook(path, memory)
    assert path.name in caught.value.message
    assert password not in str(caught.value)
    assert caught.value.next_step
    return caught.value


@pytest.mark.parametrize("read", [read_workbook, lambda path: peek_workbook(path, 10)], ids=["read", "peeked"])
def test_a_protected_workbook_is_read_with_its_password(tmp_path, read):
    with use_password(SECRET):
        (sheet,) = read(protected_workbook(tmp_path / "a.xlsx")).sheets
    assert sheet.cells.rows()[0] == HEADER


def test_a_protected_workbook_is_recognized(tmp_path):
    assert is_protected(protected_workbook(tmp_path / "a.xlsx"))
    assert not is_protected(write_workbook(tmp_path / "b.xlsx", ROWS))


def test_the_password_of_the_environment_is_used_where_no_other_is_given(tmp_path, monkeypatch):
    path = protected_workbook(tmp_path / "a.xlsx")
    monkeypatch.setenv("FLEXSCOUT_PASSWORD", SECRET)
    assert read_workbook(path).sheets
    assert refusal(path, "another").code == "wrong_password"


def test_the_password_that_excel_uses_without_asking_needs_no_other(tmp_path):
    assert read_workbook(protected_workbook(tmp_path / "a.xlsx", "VelvetSweatshop")).sheets


def test_a_wrong_password_is_reported_without_quoting_it(tmp_path):
    error = refusal(protected_workbook(tmp_path / "a.xlsx"), "Quagga")
    assert error.message == "a.xlsx is password-protected, and the given password doesn't open it."


def test_a_missing_password_is_asked_for(tmp_path):
    path = protected_workbook(tmp_path / "a.xlsx")
    with pytest.raises(DataFormatError, match=r"FLEXSCOUT_PASSWORD or input\.password"):
        read_workbook(path)


def test_a_missing_library_is_reported_with_the_pip_line(tmp_path, monkeypatch):
    path = protected_workbook(tmp_path / "a.xlsx")
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    error = refusal(path, SECRET)
    assert error.code == "password_protected"
    assert 'python -m pip install "flexscout[passwords]"' in error.next_step


def test_a_missing_library_is_reported_before_a_missing_password(tmp_path, monkeypatch):
    path = protected_workbook(tmp_path / "a.xlsx")
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    with pytest.raises(DataFormatError, match=r"the library that opens such files isn't installed.*FLEXSCOUT_PASSWORD"):
        read_workbook(path)


def test_the_decrypted_copy_is_removed(tmp_path):
    folder = tmp_path / "scratch"
    with use_password(SECRET):
        read_workbook(protected_workbook(tmp_path / "a.xlsx"), folder=folder)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_decrypted_copy_is_removed_after_an_error(tmp_path):
    path = protect(write_workbook(tmp_path / "a.xlsx", []))
    with use_password(SECRET), pytest.raises(DataFormatError, match="every sheet is empty"):
        read_workbook(path, folder=tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_too_many_rounds_of_hashing_are_refused_at_once(tmp_path):
    path = protected_workbook(tmp_path / "a.xlsx")
    content = path.read_bytes()
    assert b'spinCount="100000"' in content
    path.write_bytes(content.replace(b'spinCount="100000" ', b'spinCount="9999999"'))
    started = time.process_time()
    error = refusal(path, SECRET)
    assert time.process_time() - started < 1
    assert "asks for 9,999,999 rounds of hashing, more than 1,000,000" in error.message


def test_a_document_type_in_the_parameters_is_refused(tmp_path):
    path = protected_workbook(tmp_path / "a.xlsx")
    content = path.read_bytes()
    start = content.index(b"<?xml")
    path.write_bytes(content[:start] + b"<!DOCTYPE x []>" + content[start + 15 :])
    assert "unusual parameters" in refusal(path, SECRET).message


def test_the_memory_to_decrypt_is_checked_first(tmp_path, monkeypatch):
    path = protected_workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr(passwords, "_try_key", lambda *_: pytest.fail("it was decrypted"))
    assert "decrypting it needs about" in refusal(path, SECRET, memory=10_000).message


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_damaged_protected_workbook_is_refused(tmp_path, share):
    path = protected_workbook(tmp_path / "a.xlsx")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with use_password(SECRET), pytest.raises(DataFormatError):
        read_workbook(path)


def test_a_protected_member_of_an_archive_is_read(tmp_path):
    inner = protected_workbook(tmp_path / "inner.xlsx")
    path = write_archive(tmp_path / "a.zip", {"exports/b.xlsx": inner.read_bytes()})
    with use_password(SECRET):
        (sheet,) = read_workbook(path).sheets
    assert (sheet.name, sheet.cells.row(0)) == ("exports/b.xlsx/Sheet1", HEADER)


def test_a_protected_spreadsheet_of_libreoffice_is_named_as_such(tmp_path):
    path = hostile.ods_repeats(tmp_path, 1, 1)
    parts = {"content.xml": b"\x01\x02", "META-INF/manifest.xml": b"<m><manifest:encryption-data/></m>"}
    write_archive(path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", **parts})
    assert refusal(path, SECRET).code == "password_protected"


def test_the_password_is_masked_wherever_settings_are_shown():
    settings = PipelineConfiguration(password=SECRET)
    origins = dict.fromkeys(PipelineConfiguration.model_fields, "")
    for shown in (repr(settings), str(settings.model_dump()), settings.model_dump_json(), render_settings(settings, origins)):
        assert SECRET not in shown


def test_a_password_that_is_no_text_is_refused_without_quoting_it():
    with pytest.raises(ConfigurationError) as caught:
        PipelineConfiguration(password=8_675_309)
    assert "8675309" not in str(caught.value)
    assert "give a text in quotes" in str(caught.value)
