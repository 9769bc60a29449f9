"""Workbooks for tests whose sheets are written as XML, in all the ways that programs do."""

import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = f"""<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="9"/></cellXfs></styleSheet>"""


def sheet_xml(rows, prefix="", head=""):
    """A sheet of rows that are XML themselves, whose elements have the prefix too."""
    colon = f"{prefix}:" if prefix else ""
    space = f"xmlns:{prefix}" if prefix else "xmlns"
    data = f"<{colon}sheetData>{''.join(rows)}</{colon}sheetData>"
    return f'<?xml version="1.0" encoding="UTF-8"?><{colon}worksheet {space}="{_MAIN}">{head}{data}</{colon}worksheet>'


def write_book(path, sheets, texts=(), *, hidden=(), from_1904=False):
    """A workbook of sheets, name -> XML, in parts whose names say nothing; `texts`: XML of the shared ones."""
    names = list(sheets)
    states = {name: ' state="hidden"' if name in hidden else "" for name in names}
    listed = [f'<sheet name="{name}" sheetId="{i}" r:id="x{i}"{states[name]}/>' for i, name in enumerate(names, 1)]
    # The parts stand in another order than the sheets.
    parts = {name: f"worksheets/part{len(names) - i}.xml" for i, name in enumerate(names)}
    related = [
        f'<Relationship Id="x{i}" Type="{_RELATION}/worksheet" Target="{parts[name]}"/>' for i, name in enumerate(names, 1)
    ]
    settings = f'<workbookPr date1904="{int(from_1904)}"/><sheets>{"".join(listed)}</sheets>'
    kinds = {"workbook": "sheet.main", "sharedStrings": "sharedStrings"}
    types = [f'<Override PartName="/xl/{name}.xml" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in kinds.items()]
    content = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">{"".join(types)}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="a" Type="{_RELATION}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}">{settings}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{"".join(related)}</Relationships>',
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" count="9" uniqueCount="{len(texts)}">{"".join(texts)}</sst>',
    }
    content |= {f"xl/{parts[name]}": xml for name, xml in sheets.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path
