"""Properties of notes and changes: notes survive a workbook unchanged, and equal lists have no changes."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from flexscout.history.changes import compare_properties
from flexscout.history.notes import KEPT_SHEET, add_notes
from flexscout.outputs.files.xlsx_writer import Sheet, write_workbook
from notes import read_notes
from results import listed, master

# Without characters that XML, and so a workbook, can't hold.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), max_size=60)
NUMBERS = st.one_of(st.none(), st.floats(1, 1e9))


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


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(1, 9), TEXTS, min_size=1), st.sets(st.integers(1, 9)))
def test_notes_survive_unchanged_whether_their_property_is_listed_or_not(notes, on_the_list):
    given_notes = {f"P-{number}": text for number, text in notes.items()}
    expected = {name: pl.Series([text]).str.strip_chars()[0] for name, text in given_notes.items()}
    assert round_trip(given_notes, on_the_list) == {name: text for name, text in expected.items() if text}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8), st.randoms())
def test_the_order_of_a_list_is_not_a_change(sizes, chance):
    rows = [listed(i, Building_SqFt=size, Asking_Price=price) for i, (size, price) in enumerate(sizes)]
    shuffled = chance.sample(rows, len(rows))
    found = compare_properties(master(*rows), master(*shuffled))
    assert (found.table.height, found.counts["unchanged"]) == (0, len(rows))


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_new_in_one_direction_is_gone_in_the_other(before, after):
    old, new = (master(*(listed(number) for number in sorted(numbers))) for numbers in (before, after))
    forward, back = compare_properties(old, new), compare_properties(new, old)
    assert (forward.counts["new"], forward.counts["gone"]) == (back.counts["gone"], back.counts["new"])
    assert forward.counts["new"] + forward.counts["unchanged"] == len(after)
