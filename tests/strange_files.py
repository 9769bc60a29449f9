"""Real, tiny files of every other kind in which exports come: built from the rows that stand in the test."""

import csv
import io
import zipfile
from html import escape
from pathlib import Path

from workbooks import write_workbook


def delimited(rows, delimiter=",", **options):
    """The rows as text, as spreadsheet programs write them."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, **options).writerows(rows)
    return text.getvalue()


def write_delimited(path, rows, delimiter=",", encoding="utf-8", **options):
    """A delimited text."""
    return write(path, delimited(rows, delimiter, **options).encode(encoding))


def write(path, content):
    """A file of these bytes, its folder included."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def page(*tables):
    """A web page with these tables, as portals send them named .xls."""
    return f"<html><head><style>td {{}}</style></head><body>{''.join(map(table, tables))}</body></html>"


def table(rows):
    """A table whose first row is of header cells."""
    first, *others = rows or [[]]
    lines = [_line("th", first), *(_line("td", row) for row in others)]
    return f"<table border=1>{''.join(lines)}</table>"


def _line(tag, row):
    return "<tr>" + "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in row) + "</tr>\n"


def _text(cell):
    return "" if cell is None else escape(str(cell))


def write_page(path, rows, encoding="utf-8"):
    """A web page with one table."""
    return write(path, page(rows).encode(encoding))


def write_web_archive(path, rows):
    """A web page saved with all its parts."""
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset="utf-8"\n'
    return write(path, f"{head}Content-Transfer-Encoding: 8bit\n\n{page(rows)}\n--b--\n".encode())


def spreadsheetml(rows, name="Listings"):
    """Excel 2003's XML."""
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
    """A spreadsheet of Excel 2003's XML."""
    return write(path, spreadsheetml(rows).encode())


def write_archive(path, members):
    """A zip archive: name -> content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_archive_of_texts(path, rows):
    """Properties and contacts in one archive, as Reonomy sends them."""
    contacts = delimited([["Contact", "Phone"], ["Ann", "555-0100"]])
    return write_archive(path, {"x_properties.csv": delimited(rows), "x_contacts.csv": contacts})


def write_archive_of_a_workbook(path, rows):
    """A workbook in an archive."""
    book = write_workbook(path.with_suffix(".inner"), rows)
    write_archive(path, {"exports/a.xlsx": book.read_bytes()})
    book.unlink()
    return path


def _csv(delimiter=",", encoding="utf-8"):
    return lambda path, rows: write_delimited(path, rows, delimiter, encoding)


KINDS = {
    "workbook": write_workbook,
    "commas": _csv(),
    "semicolons": _csv(";"),
    "tabs": _csv("\t"),
    "bars": _csv("|"),
    "UTF-8 with a mark": _csv(encoding="utf-8-sig"),
    "UTF-16": _csv(encoding="utf-16"),
    "UTF-16 LE without a mark": _csv("\t", "utf-16-le"),
    "UTF-16 BE without a mark": _csv("\t", "utf-16-be"),
    "Windows-1252": _csv(encoding="cp1252"),
    "web page": write_page,
    "web archive": write_web_archive,
    "XML of Excel 2003": write_spreadsheetml,
    "archive of texts": write_archive_of_texts,
    "archive of a workbook": write_archive_of_a_workbook,
}
"""Name -> writer of a file with one property table of these rows."""
