"""Properties of notes and changes: notes survive a workbook unchanged, and equal lists have no changes."""

import tempfile
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.history.changes import compare_properties
from flexscout.history.notes import KEPT_SHEET, add_notes
from flexscout.history.notes_store import ENTRY_SCHEMA, NotesStore
from flexscout.outputs.files import Sheet, write_workbook
from notes import read_notes, read_workbook_edits
from results import listed, master

# Without characters that XML, and so a workbook, can't hold.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), max_size=60)
NUMBERS = st.one_of(st.none(), st.floats(1, 1e9))
PRICES = st.integers(1_000, 10**9)  # a lower one is a rent, or a price per square foot


def round_trip(notes_by_id, numbers):
    """Write notes, read them, add them to a list of properties, write and read them again."""
    columns = ("My Notes",)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.xlsx"
        table = pl.DataFrame({"Property ID": list(notes_by_id), "My Notes": list(notes_by_id.values())})
        write_workbook([Sheet("Flex Properties", table, {}, columns)], path)
        again, kept = add_notes(master(*(listed(number) for number in numbers)), read_notes(path, columns))
        write_workbook([Sheet("Flex Properties", again, {}, columns), Sheet(KEPT_SHEET, kept, {}, columns)], path)
        return dict(read_notes(path, columns).placed.select("Property ID", "My Notes").rows())


@examples(20)
@given(st.dictionaries(st.integers(1, 9), TEXTS, min_size=1), st.sets(st.integers(1, 9)))
def test_notes_survive_unchanged_whether_their_property_is_listed_or_not(notes, on_the_list):
    given_notes = {f"P-{number}": text for number, text in notes.items()}
    expected = {name: pl.Series([text]).str.strip_chars()[0] for name, text in given_notes.items()}
    assert round_trip(given_notes, on_the_list) == {name: text for name, text in expected.items() if text}


@examples(20)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8), st.randoms())
def test_the_order_of_a_list_is_not_a_change(sizes, chance):
    rows = [listed(i, Building_SqFt=size, Asking_Price=price) for i, (size, price) in enumerate(sizes)]
    shuffled = chance.sample(rows, len(rows))
    found = compare_properties(master(*rows), master(*shuffled))
    assert (found.table.height, found.counts["unchanged"]) == (0, len(rows))


@examples(20)
@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_new_in_one_direction_is_gone_in_the_other(before, after):
    old, new = (master(*(listed(number) for number in sorted(numbers))) for numbers in (before, after))
    forward, back = compare_properties(old, new), compare_properties(new, old)
    assert (forward.counts["new"], forward.counts["gone"]) == (back.counts["gone"], back.counts["new"])
    assert forward.counts["new"] + forward.counts["unchanged"] == len(after)


FIELDS = st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30))


@examples(50)
@given(st.lists(FIELDS, min_size=1, max_size=5))
def test_any_text_comes_back_from_the_notes_file_as_it_was(texts):
    stripped = pl.Series(texts, dtype=pl.String).str.replace_all("\x00", "", literal=True).str.strip_chars().replace("", None)
    rows = pl.DataFrame({"Kind": "note", "Property ID": "P-1", "Column": "My Notes", "Text": stripped})
    with tempfile.TemporaryDirectory() as folder:
        store = NotesStore(Path(folder) / "notes.csv")
        store.append(pl.concat([pl.DataFrame(schema=ENTRY_SCHEMA), rows], how="diagonal"))
        assert store.read().entries["Text"].to_list() == stripped.to_list()


@examples(25)
@given(st.binary(max_size=300))
def test_no_content_of_the_notes_file_loses_what_is_added_to_it(content):
    with tempfile.TemporaryDirectory() as folder:
        store = NotesStore(Path(folder) / "notes.csv")
        store.path.write_bytes(content)
        before = store.read().entries["Text"].to_list()
        rows = pl.DataFrame({"Kind": "note", "Property ID": "P-1", "Column": "My Notes", "Text": "added"})
        store.append(pl.concat([pl.DataFrame(schema=ENTRY_SCHEMA), rows], how="diagonal"))
        assert store.path.read_bytes().startswith(content)
        assert store.read().entries["Text"].to_list() == [*before, "added"]


CELLS = {
    "Asking_Price": st.one_of(st.none(), st.floats(0, 1e12), st.floats(0, 100), st.integers(0, 10**9).map(float)),
    "Lot_Size_Acres": st.one_of(st.none(), st.floats(0, 1e5)),
    "Latitude": st.one_of(st.none(), st.floats(-90, 90)),
    "Occupancy": st.one_of(st.none(), st.floats(0, 100)),
    "Year_Built": st.one_of(st.none(), st.integers(1800, 2100)),
    "Sale_Date": st.one_of(st.none(), st.dates(date(1800, 1, 1), date(2100, 1, 1))),
    "Near_Highway": st.one_of(st.none(), st.booleans()),
    "Property_Name": st.one_of(st.none(), TEXTS, st.from_regex(r"-?0?\d{1,18}(\.\d{1,3}0?)?", fullmatch=True)),
    "APN": st.one_of(st.none(), st.from_regex(r"[0-9-]{1,14}", fullmatch=True)),
}
TYPES = {
    **dict.fromkeys(("Asking Price", "Lot Size Acres", "Latitude", "Occupancy"), pl.Float64),
    "Year Built": pl.Int32,
    "Sale Date": pl.Date,
    "Near Highway": pl.Boolean,
    "Property Name": pl.String,
    "APN": pl.String,
}


def list_of(rows):
    return master(*(listed(number, **cells) for number, cells in enumerate(rows))).cast(TYPES)


@examples(25)
@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=6))
def test_a_workbook_that_nobody_touched_has_no_corrections(rows):
    table = list_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.xlsx"
        write_workbook([Sheet("Flex Properties", table, {}, ("APN",))], path)
        edits = read_workbook_edits(path, (), table)
    assert (edits.entries.rows(), edits.messages) == ([], ())


@examples(15)
@given(st.lists(st.tuples(PRICES, st.one_of(st.none(), PRICES)), min_size=1, max_size=8))
def test_exactly_the_changed_cells_are_corrections(prices):
    table = list_of({**dict.fromkeys(CELLS), "Asking_Price": float(old)} for old, _ in prices)
    changed = {f"P-{number}": str(new) for number, (old, new) in enumerate(prices) if new not in (None, old)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.xlsx"
        write_workbook([Sheet("Flex Properties", table)], path)
        book = openpyxl.load_workbook(path)
        sheet = book["Flex Properties"]
        column = [cell.value for cell in sheet[1]].index("Asking Price") + 1
        for row, (_, new) in enumerate(prices, 2):
            if new is not None:
                sheet.cell(row, column).value = new
        book.save(path)
        entries = read_workbook_edits(path, (), table).entries
    assert dict(entries.select("Property ID", "Text").rows()) == changed
