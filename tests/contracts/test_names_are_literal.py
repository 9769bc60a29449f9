"""Names that come from files never reach Polars as patterns."""

import ast
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flexscout
from flexscout.domain.column_names import OUTPUT_COLUMNS
from flexscout.domain.columns import list_canonical_columns
from flexscout.domain.escaping import escape_name, escape_names, is_polars_pattern, unescape_name, unescape_names

PACKAGE = Path(flexscout.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

NAMES = st.one_of(
    st.text(max_size=8),
    st.text(st.sampled_from("^$*.\u2060 a"), max_size=6),
    st.text(st.sampled_from("^$*.\u2060 a"), max_size=6).map(lambda text: f"^{text}$"),
)

# Where headers are shown, not used as names of columns in a frame.
DISPLAY = {"outputs/report/column_drift.py", "outputs/report/figures.py", "cli/commands/check.py", "notebook/properties.py"}
# Tables that other parts of flexscout wrote under escaped names.
INTERNAL = {
    "ingest/readers/chunked_cells.py", "runtime/storage.py", "ingest/convert/chunked.py", "scoring/classify.py",
    "notebook/properties.py", "notebook/report_generator.py", "notebook/export_summary.py",
}  # fmt: skip


@given(NAMES)
def test_polars_takes_an_escaped_name_literally(header):
    name = escape_name(header)
    table = pl.DataFrame({"other": [1], name: [2]}) if name != "other" else pl.DataFrame({name: [2]})
    assert table.select(pl.col(name)).to_dict(as_series=False) == {name: [2]}
    assert table.with_columns(pl.col(name) + 1)[name].to_list() == [3]


@given(NAMES)
def test_an_escaped_name_gives_back_its_header(header):
    assert unescape_name(escape_name(header)) == header


@given(st.lists(NAMES, unique=True, max_size=4))
def test_the_headers_of_a_table_come_back(headers):
    table = pl.DataFrame({escape_name(header): [position] for position, header in enumerate(headers)})
    assert unescape_names(table).columns == headers
    assert escape_names(unescape_names(table)).equals(table)


@given(NAMES.filter(lambda name: not name.startswith("\u2060")))
def test_a_name_that_is_no_pattern_is_not_changed(name):
    assert is_polars_pattern(name) or escape_name(name) == unescape_name(name) == name


def test_no_name_of_flexscout_is_a_pattern():
    assert not [
        name for name in (*OUTPUT_COLUMNS, *(column.name for column in list_canonical_columns())) if is_polars_pattern(name)
    ]


@cache
def parse_modules():
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def find_lines(check, ignored):
    """Return module -> lines that a check finds, except in modules that it doesn't concern."""
    found = {name: check(tree) for name, tree in parse_modules().items() if name not in ignored}
    return {name: lines for name, lines in found.items() if lines}


def calls(tree, *names):
    """Every call of a function or method with one of the names."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) in names
    ]


def unescaped_names(tree):
    """Lines where the name of an unmapped column is taken without `escape_name`."""
    lines = []
    for node in ast.walk(tree):
        for loop in getattr(node, "generators", []):
            if not (isinstance(loop.iter, ast.Attribute) and loop.iter.attr == "unmapped" and isinstance(loop.target, ast.Name)):
                continue
            escaped = {id(argument) for call in calls(node, "escape_name") for argument in call.args}
            lines += [
                used.lineno
                for used in ast.walk(node)
                if isinstance(used, ast.Attribute)
                and used.attr == "name"
                and isinstance(used.value, ast.Name)
                and used.value.id == loop.target.id
                and id(used) not in escaped
            ]
    return lines


def test_the_names_of_unmapped_columns_are_escaped():
    assert find_lines(unescaped_names, DISPLAY) == {}


def unescaped_reads(tree):
    """Lines where a whole Parquet file is read whose names nothing escapes or restores."""
    within = {
        id(node)
        for call in calls(tree, "escape_names", "unescape_names")
        for argument in call.args
        for node in ast.walk(argument)
    }
    return [call.lineno for call in calls(tree, "read_parquet") if id(call) not in within and "issues" not in ast.unparse(call)]


def test_the_names_of_a_written_table_are_escaped_when_it_is_read():
    assert find_lines(unescaped_reads, INTERNAL) == {}


def unrestored_writes(tree):
    """Lines where a table is written for the user whose headers are not restored."""
    lines = []
    for scope in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] or [tree]:
        restored = {
            target.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and "unescape_names(" in ast.unparse(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        lines += [
            call.lineno
            for call in calls(scope, "write_parquet", "write_csv")
            if isinstance(call.func, ast.Attribute)
            and "unescape_names(" not in ast.unparse(call.func.value)
            and not any(isinstance(node, ast.Name) and node.id in restored for node in ast.walk(call.func.value))
        ]
    return lines


# Tables that only flexscout reads; names are escaped in them.
INTERNAL_WRITES = {"runtime/storage.py", "ingest/convert/chunked.py"}


def test_a_table_is_written_with_the_headers_of_its_files():
    assert find_lines(unrestored_writes, INTERNAL_WRITES) == {}


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (unescaped_names, "[pl.col('0').alias(entry.name) for entry in header_map.unmapped]"),
        (unescaped_reads, "table = pl.read_parquet(path)"),
        (unrestored_writes, "table.write_csv(path)"),
        (unrestored_writes, "def write(table, path): named = escape_names(table); named.write_csv(path)"),
    ],
)
def test_the_checks_see_what_they_look_for(check, code):
    assert check(ast.parse(code)) == [1]
