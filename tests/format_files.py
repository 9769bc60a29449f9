"""Builders of small export files in every supported format, from the rows of a test."""

import csv
import io
import zipfile
from html import escape
from pathlib import Path

import pytest

from flexscout.errors import DataFormatError
from flexscout.ingest.readers.any_file import read_workbook
from workbooks import write_workbook


def refusal(path):
    """Return the error of a file that can't be read, which names it and a next step."""
    with pytest.raises(DataFormatError) as caught:
        read_workbook(path)
    assert path.name in caught.value.message
    assert caught.value.next_step
    return caught.value


def delimited(rows, delimiter=",", **options):
    """Return the rows as delimited text."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, **options).writerows(rows)
    return text.getvalue()


def write_delimited(path, rows, delimiter=",", encoding="utf-8", **options):
    """Write the rows as delimited text."""
    return write(path, delimited(rows, delimiter, **options).encode(encoding))


def write(path, content):
    """Write bytes to a file; its folder is created."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def page(*tables):
    """Return a web page with these tables, as portals send them with the suffix .xls."""
    return f"<html><head><style>td {{}}</style></head><body>{''.join(map(table, tables))}</body></html>"


def table(rows):
    """Return an HTML table; the cells of its first row are headers."""
    first, *others = rows or [[]]
    lines = [_line("th", first), *(_line("td", row) for row in others)]
    return f"<table border=1>{''.join(lines)}</table>"


def _line(tag, row):
    return "<tr>" + "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in row) + "</tr>\n"


def _text(cell):
    return "" if cell is None else escape(str(cell))


def write_page(path, rows, encoding="utf-8"):
    """Write a web page with one table."""
    return write(path, page(rows).encode(encoding))


def write_web_archive(path, rows):
    """Write a web page as an archive (MHTML)."""
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset="utf-8"\n'
    return write(path, f"{head}Content-Transfer-Encoding: 8bit\n\n{page(rows)}\n--b--\n".encode())


def spreadsheetml(rows, name="Listings"):
    """Return SpreadsheetML."""
    lines = "".join("<Row>" + "".join(map(_xml_cell, row)) + "</Row>" for row in rows)
    return (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="{name}"><Table>{lines}</Table></Worksheet>'
        "</Workbook>"
    )


def _xml_cell(cell):
    if cell is None:
        return "<Cell/>"
    kind = "String" if isinstance(cell, str) else "Number"
    return f'<Cell><Data ss:Type="{kind}">{escape(str(cell))}</Data></Cell>'


def write_spreadsheetml(path, rows):
    """Write SpreadsheetML."""
    return write(path, spreadsheetml(rows).encode())


def write_archive(path, members):
    """Write a zip archive: name -> content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_archive_of_texts(path, rows):
    """Write an archive of a property table and a contact table, as Reonomy sends it."""
    contacts = delimited([["Contact", "Phone"], ["Ann", "555-0100"]])
    return write_archive(path, {"x_properties.csv": delimited(rows), "x_contacts.csv": contacts})


def write_archive_of_a_workbook(path, rows):
    """Write an archive with a workbook in it."""
    book = write_workbook(path.with_suffix(".inner"), rows)
    write_archive(path, {"exports/a.xlsx": book.read_bytes()})
    book.unlink()
    return path


def _csv(delimiter=",", encoding="utf-8"):
    return lambda path, rows: write_delimited(path, rows, delimiter, encoding)


FORMATS = {
    "workbook": write_workbook,
    "commas": _csv(),
    "semicolons": _csv(";"),
    "tabs": _csv("\t"),
    "bars": _csv("|"),
    "UTF-8 with BOM": _csv(encoding="utf-8-sig"),
    "UTF-16": _csv(encoding="utf-16"),
    "UTF-16 LE without BOM": _csv("\t", "utf-16-le"),
    "UTF-16 BE without BOM": _csv("\t", "utf-16-be"),
    "Windows-1252": _csv(encoding="cp1252"),
    "web page": write_page,
    "web archive": write_web_archive,
    "SpreadsheetML": write_spreadsheetml,
    "archive of texts": write_archive_of_texts,
    "archive of a workbook": write_archive_of_a_workbook,
}
"""Name -> function that writes a file with one property table."""
