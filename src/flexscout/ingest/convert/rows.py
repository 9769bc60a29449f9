"""Which rows of a sheet are properties: exports also carry totals, footnotes, section titles and repeated headers."""

import polars as pl

from flexscout.domain import cell_values
from flexscout.models import HeaderMap

BLANK, PROPERTY = "blank", "property"
HEADER, TOTAL, NOTE = "repeated header", "total", "note or section title"

_LOOKED_AT = 3  # leading columns in which a total names itself
_NOTE_CELLS = 3  # a confidential listing has no address either, but more cells than a page footer
_GROUPED_BY = ("Property Type", "City", "State", "Zip Code", "County")  # columns by which tables are subtotaled


def classify_rows(body: pl.DataFrame, header_map: HeaderMap, *, lacks: bool | None = None) -> pl.Series:
    """The kind of each row of `body` (trimmed texts by position, and `row`).

    `lacks`: whether any row of the sheet may have no address and no parcel number, where `body` is a part of it.
    """
    if body.width == 1:
        return pl.Series("kind", [], pl.String)
    lacks = may_lack_places(body, header_map) if lacks is None else lacks
    filled = pl.col("filled")
    kinds = (
        pl.when(filled == 0)
        .then(pl.lit(BLANK))
        .when(_repeats_header(header_map, filled))
        .then(pl.lit(HEADER))
        .when(_is_total(body, header_map, lacks=lacks))
        .then(pl.lit(TOTAL))
        .when(
            ((filled == 1) & ~_names_a_property(header_map)) | ((filled <= _NOTE_CELLS) & _is_note(body, header_map, lacks=lacks))
        )
        .then(pl.lit(NOTE))
        .otherwise(pl.lit(PROPERTY))
    )
    # Counted once: each of the questions above would count anew.
    counted = body.with_columns(pl.sum_horizontal(pl.exclude("row").is_not_null()).alias("filled"))
    return counted.select(kinds.alias("kind")).to_series()


def _repeats_header(header_map: HeaderMap, filled: pl.Expr) -> pl.Expr:
    """At least two cells, and each says what its header says."""
    named = [column for column in (*header_map.columns, *header_map.excluded) if column.header]
    same = [
        _says_again(pl.col(str(column.position)), column.header.strip(), spans_two_rows=header_map.spans_two_rows)
        for column in named
    ]
    return (filled > 1) & (pl.sum_horizontal(same) == filled)


def _says_again(cell: pl.Expr, header: str, *, spans_two_rows: bool) -> pl.Expr:
    """Whether a cell says what its header does; of a header on two rows, each repeats its part."""
    if not spans_two_rows:
        return cell == header
    begins, ends = pl.lit(header).str.starts_with(cell + " "), pl.lit(header).str.ends_with(" " + cell)
    return (cell == header) | begins | ends


def _is_total(body: pl.DataFrame, header_map: HeaderMap, *, lacks: bool) -> pl.Expr:
    """One of the first cells is the word of a total, and no address or parcel number says otherwise."""
    words = "|".join(cell_values("totals"))
    of = "|".join(cell_values("totals_of"))
    pattern = rf"(?i)^(?:{words})(?:\s+(?:{of}))?\s*(?:[:(=].*)?$"
    leading = [name for name in body.columns if name != "row"][:_LOOKED_AT]
    last = rf"(?i)\s(?:{'|'.join(cell_values('totals_last'))})$"  # "Charlotte Total", as Excel's own subtotals say
    address, apn = _cell(header_map, "Address"), _cell(header_map, "APN")
    grouped = [column for column in header_map.canonical if column.name in _GROUPED_BY] if lacks else []
    groups = [pl.col(str(column.position)).str.contains(last) for column in grouped]
    looked_at = [*(pl.col(name).str.contains(pattern) for name in leading), *groups]
    says_total = pl.any_horizontal(*looked_at, address.str.contains(pattern)).fill_null(value=False)
    no_place = address.str.to_lowercase().is_in(list(cell_values("missing"))) | address.str.contains(pattern)
    return says_total & no_place.fill_null(value=True) & (apn.is_null() | apn.str.contains(pattern))


def _is_note(body: pl.DataFrame, header_map: HeaderMap, *, lacks: bool) -> pl.Expr:
    """Its first cell begins as notes and page footers do, and no address or parcel number says otherwise."""
    if not lacks:
        return pl.lit(value=False)
    first = next(name for name in body.columns if name != "row")
    pattern = rf"(?i)^(?:{'|'.join(cell_values('notes'))})"
    places = [pl.col(str(column.position)).is_null() for column in header_map.canonical if column.name in ("Address", "APN")]
    return pl.all_horizontal(pl.col(first).str.contains(pattern).fill_null(value=False), *places)


def may_lack_places(body: pl.DataFrame, header_map: HeaderMap) -> bool:
    """Whether any row may have no address and no parcel number; asking for rare rows costs a tenth of a small file's time."""
    return all(body[place].null_count() for place in place_columns(header_map))


def place_columns(header_map: HeaderMap) -> list[str]:
    """The columns of addresses and parcel numbers, by position."""
    return [str(column.position) for column in header_map.canonical if column.name in ("Address", "APN")]


def _names_a_property(header_map: HeaderMap) -> pl.Expr:
    """A lone cell is a property only as a parcel number or an address with a house number."""
    address, apn = _cell(header_map, "Address"), _cell(header_map, "APN")
    count = rf"(?i)^[\d,]+ (?:{'|'.join(cell_values('totals_of'))})\b"  # "171 properties found"
    is_address = address.str.contains(r"^\d") & ~address.str.contains(count)
    return is_address.fill_null(value=False) | apn.str.contains(r"\d").fill_null(value=False)


def _cell(header_map: HeaderMap, name: str) -> pl.Expr:
    position = next((column.position for column in header_map.canonical if column.name == name), None)
    return pl.lit(None, dtype=pl.String) if position is None else pl.col(str(position))
