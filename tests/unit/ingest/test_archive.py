"""Zip archives: each member is read as if it were in the folder."""

import zipfile

from flexscout.ingest.readers import archive as reading
from flexscout.ingest.readers.any_file import read_workbook
from format_files import delimited, refusal, write_archive, write_archive_of_a_workbook, write_archive_of_texts
from workbooks import HEADER, candidate

ROWS = [HEADER, candidate()]
TEXT = delimited(ROWS)


def names(book):
    return [sheet.name for sheet in book.sheets]


def test_a_text_member_becomes_a_sheet_with_its_name(tmp_path):
    assert names(read_workbook(write_archive_of_texts(tmp_path / "a.zip", ROWS))) == ["x_properties.csv", "x_contacts.csv"]


def test_a_workbook_member_gives_its_sheets(tmp_path):
    book = read_workbook(write_archive_of_a_workbook(tmp_path / "a.zip", ROWS))
    assert names(book) == ["exports/a.xlsx/Sheet1"]
    assert book.sheets[0].cells.row(0) == HEADER


def test_members_that_cannot_be_read_are_skipped(tmp_path):
    members = {"a.csv": TEXT, "map.pdf": b"%PDF-1.7", "cut.xlsx": b"PK\x03\x04", "none.csv": b"", "b.zip": _zip_of(tmp_path)}
    book = read_workbook(write_archive(tmp_path / "a.zip", members))
    reasons = {sheet.name: sheet.reason for sheet in book.skipped_sheets}
    assert names(book) == ["a.csv"]
    assert reasons["map.pdf"] == "It can't be read: map.pdf can't be read: its content is a PDF document."
    assert "cut.xlsx is damaged" in reasons["cut.xlsx"]
    assert "none.csv is empty" in reasons["none.csv"]
    assert "inside a zip archive" in reasons["b.zip"]


def _zip_of(folder):
    return write_archive(folder / "inner", {"a.csv": TEXT}).read_bytes()


def test_side_files_are_not_members(tmp_path):
    book = read_workbook(write_archive(tmp_path / "a.zip", {"__MACOSX/._a.csv": b"x", "x/.hidden": b"x", "a.csv": TEXT}))
    assert (names(book), book.skipped_sheets) == (["a.csv"], ())


def test_no_file_is_created_under_a_members_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    book = read_workbook(write_archive(tmp_path / "in/a.zip", {"../evil.csv": TEXT, "/evil.csv": TEXT}))
    assert len(book.sheets) == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.zip"]


def test_an_archive_without_a_table_is_reported_with_its_first_member(tmp_path):
    error = refusal(write_archive(tmp_path / "a.zip", {"map.pdf": b"%PDF-1.7"}))
    assert error.code == "archive"
    assert "map.pdf" in error.message


def test_an_encrypted_archive_is_password_protected(tmp_path):
    path = write_archive(tmp_path / "a.zip", {"a.csv": TEXT})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refusal(path).code == "password_protected"


def test_a_damaged_member_is_skipped_alone(tmp_path):
    path = write_archive(tmp_path / "a.zip", {"a.csv": TEXT, "b.csv": TEXT})
    content = bytearray(path.read_bytes())
    content[45] ^= 255
    path.write_bytes(content)
    book = read_workbook(path)
    assert names(book) == ["b.csv"]
    assert "a.csv is damaged" in book.skipped_sheets[0].reason


def test_decompressed_bytes_are_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_INFLATED_BYTES", 2**20)
    path = write_archive(tmp_path / "a.zip", {"a.csv": TEXT, "bomb.csv": bytes(2**21)})
    assert refusal(path).code == "too_large_archive"


def test_the_number_of_members_is_limited(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(reading.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.csv", "")
    assert "1,001 files" in refusal(tmp_path / "a.zip").message
