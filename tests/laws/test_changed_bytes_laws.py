"""Whatever bytes of a workbook are changed, it ends as a result or as one error in words, and costs no other file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.config.settings import PipelineConfiguration
from flexscout.notebook.processors import BatchProcessor
from hostile_files import SHEET, ods, plain_workbook, with_parts
from workbooks import HEADER, candidate, write_workbook

CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8)
CELL = '<table:table-cell office:value-type="string"><text:p>Address</text:p></table:table-cell>'
ROW = f"<table:table-row>{CELL}</table:table-row>"


def changed(content, changes):
    spoiled = bytearray(content)
    for place, value in changes:
        spoiled[int(place * len(spoiled))] = value
    return bytes(spoiled)


def spoiled_files(folder, damages):
    """A workbook for each of the damages: its bytes, those of an .ods, or those of a sheet inside."""
    for number, changes in enumerate(damages):
        path = plain_workbook(folder / f"{number}.xlsx")
        if number % 3 == 0:
            path.write_bytes(changed(path.read_bytes(), changes))
        elif number % 3 == 1:
            path = ods(folder / f"{number}.ods", ROW)
            path.write_bytes(changed(path.read_bytes(), changes))
        else:
            sheet = '<worksheet><sheetData><row r="1"><c r="B2"><v>1</v></c></row></sheetData></worksheet>'
            with_parts(path, {SHEET: changed(sheet.encode(), changes)})
        yield path


@examples(4)
@given(st.lists(CHANGES, min_size=6, max_size=6))
def test_damage_costs_only_the_damaged(damages):
    with TemporaryDirectory() as folder:
        good = write_workbook(Path(folder, "good.xlsx"), [HEADER, candidate()])
        paths = [*spoiled_files(Path(folder), damages), good]
        config = PipelineConfiguration(max_workers=2, memory_limit_gb=1, timeout_minutes=1)
        *others, last = BatchProcessor(config).process_batch(paths)
    assert last.flex_candidate_count == 1
    assert all(result.success or result.record.error.next_step for result in others)
