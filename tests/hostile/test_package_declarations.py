"""A workbook whose small parts declare entities is refused, whatever their encoding."""

import pytest

from flexscout.ingest.readers.streaming.row_splitter import UnknownDialect
from flexscout.ingest.readers.streaming.xlsx_package import XlsxPackage
from hostile_files import with_parts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_list_of_sheets_that_declares_an_entity_is_refused(tmp_path, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    path = with_parts(tmp_path / "a.xlsx", {"xl/workbook.xml": text.encode(encoding)})
    with pytest.raises(UnknownDialect, match="its list of sheets is unusual"):
        XlsxPackage(path)
