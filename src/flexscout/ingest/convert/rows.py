"""Tell property rows from blank rows, totals, notes, repeated headers and other tables."""

from enum import StrEnum
from functools import lru_cache

import polars as pl

from flexscout.domain import fold_header, is_cell_value, list_cell_units, list_cell_values, map_header_aliases
from flexscout.ingest.cell_queries import CellExpression, find_columns, map_columns
from flexscout.models import HeaderMap


class RowKind(StrEnum):
    """What a row below the header is. Every kind but PROPERTY and BLANK is listed as an issue."""

    PROPERTY = "property"
    BLANK = "blank"
    HEADER = "repeated header"
    TOTAL = "total"
    NOTE = "note or section title"
    OTHER_TABLE = "row of another table"


_LEADING_COLUMNS = 3  # in which a total is labeled
_NOTE_CELLS = 3  # a confidential listing has no address either, but more cells than a page footer
_MIN_HEADERS = 3  # cells of a row that are headers, from which it is one
_NAMED_TOTAL = r"(?i)^(?:grand[ -]?totals?\b|sub[ -]?totals?\b|(?:totals?|averages?)(?: (?:of|for|in)\b| ?[/&,-]))\D*$"
_GROUPING_COLUMNS = ("Property Type", "City", "State", "Zip Code", "County")  # by which reports are subtotaled


def classify_rows(
    body: pl.DataFrame, header_map: HeaderMap, *, may_lack_location: bool | None = None, after: RowKind | None = None
) -> pl.Series:
    """Return the RowKind of each row.

    Args:
        body: Trimmed texts, columns named by position, the derived columns after the others, and `row`.
        header_map: What the columns mean.
        may_lack_location: Whether some row of the sheet may have neither address nor APN. Give it where `body` is only a part
            of the sheet; None to find out from `body`.
        after: Kind of the last row before that isn't blank, if `body` is only a part of the sheet.

    """
    if body.width == 1:
        return pl.Series("kind", [], pl.String)
    if may_lack_location is None:
        # Subtotals and notes have no location; skipping these checks saves a tenth of the time of a small file.
        may_lack_location = all(body[position].null_count() for position in find_location_positions(header_map))
    cells = body[:, _list_cells(body, header_map)]
    if not may_lack_location and _are_all_properties(body, cells, header_map):
        kinds = pl.repeat(RowKind.PROPERTY.value, body.height, dtype=pl.String, eager=True).alias("kind")
        return _correct_unlocated(body, header_map, kinds, after)
    # A column, because each use of the expression would count again.
    counted = body.with_columns(_count_filled(cells))
    filled = pl.col("filled")
    is_note = (filled <= _NOTE_CELLS) & _is_note(body, header_map) if may_lack_location else pl.lit(value=False)
    if (counted["filled"] == 1).any():
        is_note |= (filled == 1) & ~_is_lone_location(header_map)
    kind = (
        pl.when(filled == 0)
        .then(pl.lit(RowKind.BLANK.value))
        .when(_repeats_header(counted, header_map))
        .then(pl.lit(RowKind.HEADER.value))
        .when(_is_total(body, header_map, check_groups=may_lack_location))
        .then(pl.lit(RowKind.TOTAL.value))
        .when(is_note)
        .then(pl.lit(RowKind.NOTE.value))
        .otherwise(pl.lit(RowKind.PROPERTY.value))
    )
    kinds = counted.select(kind.alias("kind")).to_series()
    return _correct_unlocated(body, header_map, kinds, after)


def _are_all_properties(body: pl.DataFrame, cells: pl.DataFrame, header_map: HeaderMap) -> bool:
    """Return whether no row can be anything else, as most sheets show at once. Every row has to have a location."""
    full = sum(not values.null_count() for values in cells)
    return full > _NOTE_CELLS and not _may_repeat_header(body, header_map) and not _find_total_labels(body, header_map)


def _list_cells(body: pl.DataFrame, header_map: HeaderMap) -> list[str]:
    """Return the names of the columns that the sheet has itself."""
    other = {"row", "filled", *(str(made.position) for made in header_map.derived)}
    return [name for name in body.columns if name not in other]


def _correct_unlocated(body: pl.DataFrame, header_map: HeaderMap, kinds: pl.Series, after: RowKind | None) -> pl.Series:
    """Find totals of groups, and headers below the first, among the few rows whose address and parcel number have no digit."""
    unlocated = _find_unlocated(body, header_map)
    if unlocated.is_empty():
        return (
            kinds if after is not RowKind.OTHER_TABLE else _mark_other_table(kinds, unlocated, unlocated.cast(pl.Boolean), after)
        )
    rows, found = body[unlocated], kinds.gather(unlocated)
    rows = rows.with_columns(_count_filled(rows[:, _list_cells(rows, header_map)]))
    is_property = found == RowKind.PROPERTY.value
    kinds = kinds.scatter(unlocated.filter(is_property & _names_units(rows, header_map)), RowKind.NOTE.value)
    is_header, differs = _find_headers(rows, header_map)
    kinds = kinds.scatter(unlocated.filter(is_property & _is_named_total(rows, header_map)), RowKind.TOTAL.value)
    kinds = kinds.scatter(unlocated.filter(is_property & is_header), RowKind.HEADER.value)
    return _mark_other_table(kinds, unlocated.filter(is_property & is_header), differs.filter(is_property & is_header), after)


def _find_unlocated(body: pl.DataFrame, header_map: HeaderMap) -> pl.Series:
    """Return the positions of the rows without a digit in address and APN; none for a table without these columns."""
    left: pl.Series | None = None
    for position in find_location_positions(header_map):
        values = body[position] if left is None else body[position].gather(left)
        has_no_digit = ~pl.col(position).str.contains(r"\d").fill_null(value=False)
        lacking = values.to_frame().select(has_no_digit.arg_true()).to_series()
        left = lacking if left is None else left.gather(lacking)
        if left.is_empty():
            break
    return pl.Series(dtype=pl.UInt32) if left is None else left


def _names_units(rows: pl.DataFrame, header_map: HeaderMap) -> pl.Series:
    """Return whether all cells of rows are units or formats, as under a header: sq ft, acres, mm/dd/yyyy."""
    cells = rows[:, _list_cells(rows, header_map)]
    names = map_columns(cells, dict.fromkeys(cells.columns, _is_unit))
    return names.select(pl.all_horizontal(pl.all()).fill_null(value=True).alias("is_units")).to_series()


def _is_unit(text: pl.Expr) -> pl.Expr:
    units = [unit for name in ("acres", "square_feet", "feet") for unit in list_cell_units(name)]
    return text.str.to_lowercase().str.strip_chars("()[] ").is_in([*units, *list_cell_values("header_units")])


def _is_named_total(rows: pl.DataFrame, header_map: HeaderMap) -> pl.Series:
    """Return whether rows are like "Subtotal Charlotte", with nothing else that a property would have."""
    leading = [name for name in rows.columns if name not in ("row", "filled")][:_LEADING_COLUMNS]
    is_bare = pl.all_horizontal(_cell(header_map, name).is_null() for name in ("City", "Property Type"))
    is_named = pl.any_horizontal(pl.col(name).str.contains(_NAMED_TOTAL) for name in leading)
    return rows.select((is_named & is_bare).fill_null(value=False).alias("is_total")).to_series()


def _mark_other_table(kinds: pl.Series, headers: pl.Series, differs: pl.Series, after: RowKind | None) -> pl.Series:
    """Mark the rows below a header whose columns are others: they would be misread. The next repeated header ends them.

    Args:
        kinds: Kinds of all rows.
        headers: Positions of headers below the first.
        differs: Whether the columns of each are others. If only its words are, it is a repeated header.
        after: Kind of the last row before.

    """
    if not differs.any() and after is not RowKind.OTHER_TABLE:
        return kinds
    state = pl.repeat(None, kinds.len(), dtype=pl.Boolean, eager=True).set(kinds == RowKind.HEADER.value, value=False)
    state = state.scatter(headers, differs)
    is_other = state.fill_null(strategy="forward").fill_null(value=after is RowKind.OTHER_TABLE)
    return kinds.set(is_other & (kinds != RowKind.BLANK.value), RowKind.OTHER_TABLE.value)


def _find_headers(rows: pl.DataFrame, header_map: HeaderMap) -> tuple[pl.Series, pl.Series]:
    """Return for each row whether it is a header, and whether a column that is used has the header of another one in it."""
    cells = rows[:, _list_cells(rows, header_map)]
    own = frozenset(fold_header(header) for header in header_map.source_headers.values() if header)
    folded = map_columns(cells, dict.fromkeys(cells.columns, _fold))
    known = map_columns(folded, dict.fromkeys(cells.columns, _build_header_test(own)))
    counts = known.select(pl.sum_horizontal(pl.all()).alias("known"))["known"]
    is_header = (counts >= _MIN_HEADERS) & (counts * 2 >= rows["filled"])
    differs = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    if not is_header.any():
        return is_header, differs
    names = {header: alias.column for header, alias in map_header_aliases().items()}
    used = {str(column.position): column for column in header_map.canonical if str(column.position) in folded.columns}
    others = [
        (folded[position] != fold_header(column.header))
        & folded[position].replace_strict(names, default=column.name, return_dtype=pl.String).ne_missing(column.name)
        for position, column in used.items()
    ]
    for values in others:
        differs |= values.fill_null(value=False)
    return is_header, differs


def _fold(text: pl.Expr) -> pl.Expr:
    """Return a text as `fold_header` does, if it is of plain letters."""
    return text.str.to_lowercase().str.replace_all(r"[\W_]+", "")


@lru_cache(maxsize=64)
def _build_header_test(own: frozenset[str]) -> CellExpression:
    """Return whether a folded text is a header of the sheet or of the vocabulary."""

    def is_header(text: pl.Expr) -> pl.Expr:
        return text.is_in(sorted(own | map_header_aliases().keys()))

    return is_header


def _count_filled(cells: pl.DataFrame) -> pl.Expr:
    """Return the number of cells with a value in each row. Most columns have one in all rows or in none."""
    counts = {values.name: values.null_count() for values in cells}
    full = sum(not count for count in counts.values())
    partial = [name for name, count in counts.items() if 0 < count < cells.height]
    return pl.sum_horizontal(pl.lit(full, pl.UInt32), pl.col(partial).is_not_null()).alias("filled")


def find_location_positions(header_map: HeaderMap) -> list[str]:
    """Return the positions of the address and APN columns, as column names of the body."""
    return [str(column.position) for column in header_map.canonical if column.name in ("Address", "APN")]


def _may_repeat_header(body: pl.DataFrame, header_map: HeaderMap) -> bool:
    """Return whether some row may repeat the headers, as far as the best filled column shows."""
    headers = [(str(position), header.strip()) for position, header in header_map.source_headers.items() if header]
    if not headers:
        return False
    position, header = min(headers, key=lambda each: body[each[0]].null_count())
    cell = pl.col(position)
    is_possible = cell.is_null() | _equals_header(cell, header, is_part=header_map.spans_two_rows)
    return bool(body.select(is_possible.any()).item())


def _repeats_header(body: pl.DataFrame, header_map: HeaderMap) -> pl.Expr:
    """At least two cells are filled, and each repeats its header."""
    if not _may_repeat_header(body, header_map):
        return pl.lit(value=False)
    headers = tuple((position, header.strip()) for position, header in header_map.source_headers.items() if header)
    filled = pl.col("filled")
    return (filled > 1) & (_count_repeated(headers, is_part=header_map.spans_two_rows) == filled)


@lru_cache(maxsize=64)
def _count_repeated(headers: tuple[tuple[int, str], ...], *, is_part: bool) -> pl.Expr:
    """Count the cells of a row that repeat their headers. Kept, because many files have the same headers."""
    return pl.sum_horizontal(_equals_header(pl.col(str(position)), header, is_part=is_part) for position, header in headers)


def _equals_header(cell: pl.Expr, header: str, *, is_part: bool) -> pl.Expr:
    """The cell equals its header or, if each header is made of two rows, one of its parts."""
    if not is_part:
        return cell == header
    return (cell == header) | pl.lit(header).str.starts_with(cell + " ") | pl.lit(header).str.ends_with(" " + cell)


def _is_total(body: pl.DataFrame, header_map: HeaderMap, *, check_groups: bool) -> pl.Expr:
    """A leading cell is labeled as a total, and the row has neither address nor APN.

    `check_groups`: also look for the subtotals of Excel, such as "Charlotte Total".
    """
    subtotal_label = rf"(?i)\s(?:{'|'.join(list_cell_values('totals_last'))})$"
    groups = [column for column in header_map.canonical if column.name in _GROUPING_COLUMNS] if check_groups else []
    labeled = _find_total_labels(body, header_map)
    if not (labeled or groups):
        return pl.lit(value=False)
    address, apn = _cell(header_map, "Address"), _cell(header_map, "APN")
    is_labeled = pl.any_horizontal(
        *(_is_total_label(pl.col(name)) for name in labeled),
        *(pl.col(str(column.position)).str.contains(subtotal_label) for column in groups),
    )
    has_no_address = is_cell_value(address, "missing") | _is_total_label(address)
    has_no_apn = apn.is_null() | _is_total_label(apn)
    return is_labeled.fill_null(value=False) & has_no_address.fill_null(value=True) & has_no_apn


def _find_total_labels(body: pl.DataFrame, header_map: HeaderMap) -> list[str]:
    """Return the leading columns, and the address, if any of their cells is labeled as a total."""
    leading = [name for name in body.columns if name != "row"][:_LEADING_COLUMNS]
    addresses = [str(column.position) for column in header_map.canonical if column.name == "Address"]
    return find_columns(body[:, list(dict.fromkeys([*leading, *addresses]))], _is_total_label)


def _is_total_label(text: pl.Expr) -> pl.Expr:
    words, nouns = ("|".join(list_cell_values(kind)) for kind in ("totals", "totals_of"))
    return text.str.contains(rf"(?i)^(?:{words})(?:\s+(?:{nouns}))?\s*(?:[:(=].*)?$")


def _is_note(body: pl.DataFrame, header_map: HeaderMap) -> pl.Expr:
    """The first cell starts as notes and page footers do, and the row has neither address nor APN."""
    first = next(name for name in body.columns if name != "row")
    opening = rf"(?i)^(?:{'|'.join(list_cell_values('notes'))})"
    locations = [pl.col(position).is_null() for position in find_location_positions(header_map)]
    return pl.all_horizontal(pl.col(first).str.contains(opening).fill_null(value=False), *locations)


def _is_lone_location(header_map: HeaderMap) -> pl.Expr:
    """A single filled cell is a property only if it is an APN or an address with a house number."""
    address, apn = _cell(header_map, "Address"), _cell(header_map, "APN")
    count = rf"(?i)^[\d,]+ (?:{'|'.join(list_cell_values('totals_of'))})\b"  # "171 properties found"
    is_address = address.str.contains(r"^\d") & ~address.str.contains(count)
    return is_address.fill_null(value=False) | apn.str.contains(r"\d").fill_null(value=False)


def _cell(header_map: HeaderMap, name: str) -> pl.Expr:
    position = next((column.position for column in header_map.canonical if column.name == name), None)
    return pl.lit(None, dtype=pl.String) if position is None else pl.col(str(position))
