"""File types by content."""

import zipfile

import pytest

from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType, detect_file_type, is_protected
from flexscout.ingest.readers.any_file import read_workbook
from format_files import write
from workbooks import HEADER, candidate, write_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(path):
    """Return the error of the file, which always has its name and a next step."""
    with pytest.raises(DataFormatError) as caught:
        detect_file_type(path)
    assert path.name in caught.value.message
    assert caught.value.next_step
    return caught.value


def zip_of(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return path


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b'<?xml version="1.0"?><properties/>', "xml", "an XML document"),
        (b"%PDF-1.7\n", "pdf", "a PDF document"),
        (b"\x1f\x8b\x08\x00", "gzip", "a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "image", "a picture"),
        (b"GIF89a", "image", "a picture"),
        (b'{"rows": [1]}', "json", "a JSON document"),
        (b"{\\rtf1 Address", "word", "a rich-text document"),
        (b"PAR1" + bytes(8), "parquet", "a Parquet table"),
        (b" \r\n\r\n", "empty_file", "contains only whitespace"),
        (b"", "empty_file", "is empty (0 bytes)"),
        (b"Rar!\x1a\x07", "archive", "a RAR archive"),
        (b"PK\x05\x06" + bytes(18), "archive", "an empty zip archive"),
        (bytes(4096), "damaged", "nothing but zeros"),
        (bytes(range(256)) * 8, "unknown_content", "not a spreadsheet, CSV or web page"),
    ],
)
def test_a_file_renamed_to_a_workbook_is_identified(tmp_path, content, code, words):
    path = tmp_path / "renamed.xlsx"
    path.write_bytes(content)
    error = refusal(path)
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Address,City\n1 Test Street,Charlotte\n", FileType.DELIMITED),
        ("Address\tCity\n".encode("utf-16"), FileType.DELIMITED),
        ("Address\tCity\n".encode("utf-16-be"), FileType.DELIMITED),
        ("Straße;Größe\n".encode("latin-1"), FileType.DELIMITED),
        (b'Address,Remarks\n1 Test Street,"<table> of 4"\n', FileType.DELIMITED),
        (b"[draft] Address,City\n", FileType.DELIMITED),
        (b"From: the county\nAddress,City\n", FileType.DELIMITED),
        (b"\n <HTML><body><table><tr><td>Address", FileType.HTML),
        (b"\xef\xbb\xbf<!DOCTYPE html>", FileType.HTML),
        ("<html>".encode("utf-16"), FileType.HTML),
        (b"<table><tr><td>Address</td></tr></table>", FileType.HTML),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", FileType.MHTML),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', FileType.SPREADSHEETML),
    ],
)
def test_a_text_is_identified_by_its_first_bytes(tmp_path, content, kind):
    path = tmp_path / "renamed.xlsx"
    path.write_bytes(content)
    assert detect_file_type(path) is kind


def test_a_zip_of_other_files_is_an_archive(tmp_path):
    assert detect_file_type(zip_of(tmp_path / "renamed.xlsx", "export.csv")) is FileType.ARCHIVE


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("word/document.xml", "word", "a Word document"),
        ("ppt/presentation.xml", "powerpoint", "a presentation"),
    ],
)
def test_a_zip_is_identified_by_its_parts(tmp_path, name, code, words):
    error = refusal(zip_of(tmp_path / "renamed.xlsx", name))
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(
    ("part", "suffix"),
    [
        ("xl/workbook.xml", ".xlsx"),
        ("xl\\workbook.xml", ".xlsx"),
        ("XL/Workbook.XML", ".xlsx"),
        ("xl/workbook.bin", ".xlsb"),
        ("content.xml", ".ods"),
    ],
)
def test_the_parts_of_a_zip_decide_the_type_of_workbook(tmp_path, part, suffix):
    assert detect_file_type(zip_of(tmp_path / "a.xlsx", part)) == suffix


@pytest.mark.parametrize(
    ("mark", "code"), [("EncryptedPackage", "password_protected"), ("WordDocument", "word")]
)  # fmt: skip
def test_an_old_office_file_is_identified_by_its_directory(tmp_path, mark, code):
    path = tmp_path / "a.xlsx"
    path.write_bytes(OLE + bytes(1000) + mark.encode("utf-16-le") + bytes(1000))
    assert refusal(path).code == code


@pytest.mark.parametrize("write_protection", [b"", b"\x86\0\0\0"])
def test_an_encrypted_xls_is_recognized_by_its_first_records(tmp_path, write_protection):
    start = b"\x09\x08\x10\0\0\x06\x05\0" + bytes(12) + write_protection
    for record, expected in ((b"\x2f\0\x36\0", True), (b"\xe1\0\x02\0", False)):
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + start + record
        assert is_protected(write(tmp_path / "a.xls", content)) is expected


def test_a_password_protected_workbook_is_reported(tmp_path):
    path = tmp_path / "secret.xlsx"
    path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    error = refusal(path)
    assert (error.message, error.next_step) == (
        "secret.xlsx is password-protected.",
        "Give its password with FLEXSCOUT_PASSWORD or input.password, or save an unprotected copy.",
    )


def test_any_other_old_office_file_is_left_to_the_parser(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(OLE + bytes(1000))
    assert detect_file_type(path) == ".xls"
    with pytest.raises(DataFormatError) as caught:
        read_workbook(path)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("part", [0.05, 0.5, 0.99])
def test_a_workbook_that_was_cut_off_is_damaged(tmp_path, part):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    error = refusal(path)
    assert error.code == "damaged"
    assert error.next_step == "Download or export it again."


def test_a_workbook_whose_sheet_is_broken_is_damaged(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", [HEADER, candidate()])
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if not name.startswith("xl/worksheets/")]
        parts = {name: book.read(name) for name in names}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    with pytest.raises(DataFormatError) as caught:
        read_workbook(path)
    assert caught.value.code == "damaged"
    assert "Export it again" in caught.value.next_step
