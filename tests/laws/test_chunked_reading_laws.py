"""However a sheet is written: read in blocks it is what it is when read as a whole."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import examples
from flexscout.ingest.readers.excel_parser import load_sheet, open_book
from flexscout.ingest.readers.raw_workbook import collect_cells
from flexscout.ingest.readers.streaming import cell_writer, large_workbook
from flexscout.ingest.readers.streaming.large_workbook import LargeWorkbook
from sheets_as_xml import sheet_xml, write_book

TEXTS = (
    "<t>Flex</t>",
    "<t/>",
    "<t> x </t>",
    '<t xml:space="preserve"> x_x000D_ </t>',
    "<r><t>a</t></r><r><t>&lt;/row&gt;</t></r>",
)
INLINE = (
    "<is><t>1 Main &amp; Co</t></is>",
    '<is><t xml:space="preserve"> _x000D_ </t></is>',
    "<is><t>&lt;/row></t></is>",
    "<is><t/></is>",
)
LETTERS = ("A", "B", "C", "D", "AA", "CV")

cells = st.one_of(
    st.sampled_from(["", "<v></v>", "<v/>"]).map(lambda content: ("", content)),
    st.floats(-1e7, 1e7).map(lambda number: ("", f"<v>{number}</v>")),
    st.tuples(st.sampled_from([' s="1"', ' s="2"', ' s="3"']), st.integers(0, 60_000).map(lambda day: f"<v>{day}.25</v>")),
    st.sampled_from(INLINE).map(lambda content: (' t="inlineStr"', content)),
    st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]).map(lambda error: (' t="e"', f"<v>{error}</v>")),
    st.tuples(
        st.sampled_from([' t="s"', ' s="1" t="s"', ' t="s" s="1"']),
        st.integers(0, len(TEXTS) - 1).map(lambda number: f"<v>{number}</v>"),
    ),
    st.sampled_from([(' t="b"', "<v>1</v>"), (' t="str"', "<f>A1</f><v>1_x000D_</v>"), (' t="str"', "<v/>")]),
)


@st.composite
def rows(draw, *, unusual):
    """XML of rows, some empty, with gaps and cells in any columns; `unusual`: also what is never cut."""
    number, found = draw(st.sampled_from([1, 1, 2, 700])), []
    numbered = draw(st.booleans())
    for _ in range(draw(st.integers(0, 12))):
        columns = sorted(draw(st.sets(st.sampled_from(LETTERS), max_size=4)), key=lambda letters: (len(letters), letters))
        placed = draw(st.booleans()) if numbered or unusual else False
        content = "".join(_cell(f' r="{letters}{number}"' if placed else "", *draw(cells)) for letters in columns)
        attributes = f' r="{number}"' if numbered else ""
        found.append(f"<row{attributes}>{content}</row>" if content or draw(st.booleans()) else f"<row{attributes}/>")
        number += draw(st.sampled_from([1, 1, 1, 2, 90])) if numbered else 1
    if unusual:
        found.insert(draw(st.integers(0, len(found))), draw(st.sampled_from(UNUSUAL)))
    return found


UNUSUAL = (
    '<row r="5"><c r="A5" t="inlineStr"><is><t><![CDATA[</row>]]></t></is></c></row>',
    '<row r="60"><c r="A60" t="inlineStr"><is><t><![CDATA[ t="s"><v>1]]></t></is></c></row>',
    "<!-- </row> -->",
    '<row r="40"><c r="B39"><v>1</v></c></row>',
    "<row><c><v>5</v></c></row>",
    '<row r="3"><c r="A900"><v>1</v></c></row>',
    '<row><c t="s"><v></v></c></row>',
    '<row r="2"><c r="A2"><v>1</v></c></row>',
    '<row r="90"><c r="B90"><v>1</v></c><c r="B90"><v>2</v></c></row>',
)


def _cell(place, attributes, content):
    return f"<c{place}{attributes}>{content}</c>" if content else f"<c{place}{attributes}/>"


def both_ways(path, size, folder):
    """Each sheet, read as a whole and in blocks."""
    whole, in_blocks = open_book(path), LargeWorkbook(path, 2**32, folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(large_workbook, "BLOCK_BYTES", size)
        assert in_blocks.sheet_names == whole.sheet_names
        return [(load_sheet(whole, name), in_blocks.load(name)) for name in whole.sheet_names]


@pytest.mark.parametrize("unusual", [False, True], ids=["usual", "unusual"])
def test_a_sheet_in_blocks_equals_the_whole(monkeypatch, unusual):
    monkeypatch.setattr(cell_writer, "HELD_BYTES", 2_000)

    @examples(80, suppress_health_check=list(HealthCheck))
    @given(rows(unusual=unusual), rows(unusual=False), st.integers(1, 3_000), st.booleans())
    def check(first, second, size, from_1904):
        with tempfile.TemporaryDirectory() as name:
            sheets = {"A": sheet_xml(first, head='<dimension ref="A1:B2"/>'), "B &amp; C": sheet_xml(second)}
            texts = [f"<si>{text}</si>" for text in TEXTS]
            path = write_book(Path(name) / "a.xlsx", sheets, texts, hidden=["A"], from_1904=from_1904)
            for whole, in_blocks in both_ways(path, size, Path(name)):
                assert collect_cells(in_blocks.cells).equals(whole.cells)
                assert collect_cells(in_blocks.cells).columns == whole.cells.columns
                assert in_blocks.hidden == whole.hidden
                assert unusual or not in_blocks.notes

    check()
