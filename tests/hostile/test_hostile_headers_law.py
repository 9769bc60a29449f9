"""Law: no headers or numbers of one file change the rows of another."""

import csv
import math
import shutil
import tempfile
from functools import cache
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from examples import examples
from flexscout.config.settings import PipelineConfiguration
from flexscout.domain.column_names import OUTPUT_COLUMNS, REASONS, STATUS, TO_VERIFY, WORKBOOK_LINKS
from flexscout.domain.columns import list_canonical_columns
from in_process import run_in_process
from workbooks import HEADER, candidate, write_workbook

# Names that a frame library, a template or Excel might interpret.
SYNTAX = [
    "*",
    "**",
    "^.*$",
    "^Addr.*$",
    "^$",
    "^*$",
    "^(",
    "^[$",
    "^(?P<a>.)$",
    "\u2060*",
    "\u2060^.*$",
    "{}",
    "{0}",
    "a{b}",
    "$1",
    "%s",
    "<script>alert(1)</script>",
    "&amp;",
    "]]>",
    "=1+1",
    "@x",
    "+x",
    "-x",
    "'=x",
    "_x0041_",
    "\x1b[31m",
    "\u202e",
    "\ufeffa",
]
# Names that flexscout uses for working columns.
WORKING = [
    "__position",
    "__row",
    "__at",
    "__group",
    "__rank",
    "__best",
    "__order",
    "__modified",
    "__lacking",
    "__key",
    "__",
    "__a",
    "_status",
    "row",
    "filled",
    "kind",
    "name",
    "text",
    "value",
    "literal",
    "len",
    "index",
    "key",
    "group",
    "place",
    "count",
    "state",
    "number",
    "donor",
    "cell",
    "Rank",
    "Why",
    "Status",
    "Reason",
    "Change",
    "Column",
]
OWN = [*OUTPUT_COLUMNS, *WORKBOOK_LINKS, STATUS, REASONS, TO_VERIFY, "Building Size Points", " Points", "To Verify", "Kept File"]
HEADERS = st.one_of(
    st.sampled_from([*SYNTAX, *WORKING, *OWN, "My Status", "My Notes", "__kept Address", "a\0b"]),
    st.sampled_from([column.name for column in list_canonical_columns()]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.text(st.sampled_from("^$*.[](){}|\\ _\"'"), max_size=6).map(lambda text: f"^{text}$"),
)
LIMITS = [1e308, 1.7976931348623157e308, 5e-324, 1e-300, 2**53 + 1, 2**63, 2**64, 1e18, 1e12, 1e9, 0.0]
NUMBERS = st.one_of(
    st.sampled_from([*LIMITS, *(-limit for limit in LIMITS)]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**40), 10**40),
)
CELLS = st.one_of(NUMBERS.map(str), st.sampled_from(["", "x", "$1e308", "1e308m", f"({'9' * 400})", "<b>", "{}", "^x$"]))
OPTIONAL = [column.name for column in list_canonical_columns() if column.name not in HEADER]
KEPT = ("Address", "City", "State", "Flex Score", "Building SqFt", "Source File", "Source Row")


@st.composite
def tables(draw):
    """Draw a table: candidates with extreme numbers, and extra columns with hostile headers."""
    extra = draw(st.lists(HEADERS, max_size=5))
    numeric = draw(st.lists(st.sampled_from(OPTIONAL), max_size=4, unique=True))
    names = [*HEADER, *numeric, *extra]
    rows = []
    for number in range(draw(st.integers(1, 3))):
        cells = list(candidate(900 + number))
        for position in draw(st.sets(st.integers(4, 7), max_size=3)):
            cells[position] = draw(CELLS)
        rows.append([*("" if cell is None else str(cell) for cell in cells), *(draw(CELLS) for _ in (*numeric, *extra))])
    return [names, *rows]


def run(folder):
    """Run in this process over `in`, with outputs in `out`."""
    places = {"input_folder": "in", "output_file": "out/list.xlsx", "report_file": "out/report.json", "log_file": "out/run.log"}
    config = PipelineConfiguration(
        file_pattern="auto", cache=str(folder / "cache"), **{key: str(folder / place) for key, place in places.items()}
    )
    return run_in_process(config)


def good_rows(folder):
    """Return the listed rows of the good file."""
    table = pl.read_parquet(folder / "out/list.parquet")
    rows = table.filter(pl.col("Source File") == "good.xlsx")
    return [[row[table.columns.index(name)] for name in KEPT] for row in rows.iter_rows()]


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@cache
def good_alone():
    """Return the listed rows of a run over only the good file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workbook(folder / "in/good.xlsx", [HEADER, *map(candidate, (1, 2, 3))])
        assert run(folder).exit_code == 0
        return good_rows(folder)


def to_excel_cell(cell):
    """Return the cell as a workbook holds it: a number if possible, without characters that XML forbids."""
    try:
        return float(cell) if math.isfinite(float(cell)) else cell
    except (ValueError, OverflowError):
        return ILLEGAL_CHARACTERS_RE.sub("?", cell)


def test_hostile_file_never_changes_the_rows_of_a_good_one(tmp_path):
    @examples(12, suppress_health_check=list(HealthCheck))
    @given(tables(), st.sampled_from(["csv", "xlsx"]))
    def check(rows, kind):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        write_workbook(folder / "in/good.xlsx", [HEADER, *map(candidate, (1, 2, 3))])
        if kind == "csv":
            write_csv(folder / "in/hostile.csv", rows)
        else:
            write_workbook(folder / "in/hostile.xlsx", [list(map(to_excel_cell, row)) for row in rows])
        assert run(folder).exit_code in {0, 1}
        assert good_rows(folder) == good_alone()
        shutil.rmtree(folder)

    check()
