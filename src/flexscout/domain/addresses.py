"""Addresses -> their parts, as columns: house number, directions, street, suffix, unit."""

from collections.abc import Iterable
from functools import cache

import polars as pl

from flexscout.domain.normalization import abbreviate_street, expand_abbreviations, normalize_words
from flexscout.domain.vocabulary import address_terms, state_codes

ADDRESS_PARTS = ("number", "predirectional", "name", "suffix", "postdirectional", "unit")
"""House number with range, letter and fraction; direction before; name of the street; its suffix; direction after; unit."""


def parse_addresses(addresses: pl.Series) -> pl.DataFrame:
    """PARTS of each address, and its name spelled out as `full`, in its order.

    A part that isn't there is empty; all are null without a house number. The name has no spaces beside letters (VAN BUREN is
    VANBUREN) and ordinals are numbers (96TH is 96). A numbered road is called `HWY 19`, whatever its form; whose road it is
    (`US`, `ST`, `CNTY`) stands as its suffix.
    """
    distinct = addresses.unique().drop_nulls().rechunk().alias("text")
    steps = (_cleaned, _numbered, _with_unit, _with_road, _with_bare_unit, _with_directions, _with_suffix, _named)
    table = distinct.to_frame().with_columns(pl.col("text").alias("address"))
    for step in steps:
        table = step(table)
    parts = table.select("address", *_unless_no_number())
    return addresses.alias("address").to_frame().join(parts, on="address", how="left", maintain_order="left").drop("address")


def _unless_no_number() -> list[pl.Expr]:
    there = pl.col("number").is_not_null() & (pl.col("name") != "")
    return [pl.when(there).then(pl.col(part).fill_null("")).alias(part) for part in (*ADDRESS_PARTS, "full")]


def _cleaned(table: pl.DataFrame) -> pl.DataFrame:
    """`text` in plain words, the fraction of a house number aside; what stands before the number moves behind it."""
    text = pl.col("text").str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase().str.strip_chars()
    joined = text.str.replace_all(r"\b(NORTH|SOUTH)-(EAST|WEST)\b", "$1$2").str.replace_all(r"\b([NS])[. ]+([EW])\b\.?", "$1$2 ")
    told = (
        joined.str.replace(r"^ONE\s", "1 ").str.replace(_BEFORE_NUMBER, "$2, $1").str.replace(r"^[^\d,]+,\s*(\d+\S*\s.*)$", "$1")
    )
    # S.Dearborn, 24 th
    parted = told.str.replace_all(r"\b([NSEW])\.([A-Z]{2})", "$1 $2").str.replace_all(r"(\d) TH\b", "${1}TH")
    ranged = parted.str.replace(r"^\(?(\d+)\)?\s*(?:-|\u2013|&|\bAND\b|\bTO\b|\bTHRU\b)\s*(\d+)\)?", "$1-$2").str.replace(
        rf"^(\d+) (\d+)( {_any_direction()}\b)", "$1-$2$3"
    )
    return table.with_columns(ranged.alias("text")).with_columns(
        pl.col("text").str.extract(r"^\d+[ -](\d/\d)\s").alias("fraction"),
        abbreviate_street(normalize_words(pl.col("text").str.replace(r"^(\d+)[ -]\d/\d\s", "$1 "))).alias("text"),
    )


_BEFORE_NUMBER = r"^((?:BLDG|BUILDING|UNIT|SUITE|STE|APT|LOT|#)\.?\s*\w+)\b[^,]*,\s*(\d+\S*\s.*)$"


def _numbered(table: pl.DataFrame) -> pl.DataFrame:
    """`number`, and `text` without it; a number of nothing but zeros is none, as assessors write it."""
    table = _matched(table, r"^0*([1-9]\d*)([A-Z])?(?:-0*(\d+)([A-Z])?)? (\S.*)$")
    found = pl.col("found").struct
    low, high = found.field("1"), found.field("3")
    # 7954-58 is short for 7954-7958.
    shared = low.str.head((low.str.len_chars().cast(pl.Int64) - high.str.len_chars().cast(pl.Int64)).clip(0))
    full = pl.concat_str(shared, high)
    until = pl.when(full != low).then(pl.concat_str(pl.lit("-"), full, found.field("4").fill_null("")))
    number = pl.concat_str(low, found.field("2").fill_null(""), until.fill_null(""))
    grid = pl.col("text").str.extract_groups(r"^([NSEW]\d+) ?([NSEW]\d+)? (\S.*)$").struct
    return table.with_columns(
        pl.when(low.is_not_null())
        .then(pl.concat_str(number, pl.format(" {}", "fraction").fill_null("")))
        .otherwise(pl.concat_str(grid.field("1"), grid.field("2").fill_null("")))
        .alias("number"),
        pl.coalesce(found.field("5"), grid.field("3")).alias("text"),
    )


def _with_unit(table: pl.DataFrame) -> pl.DataFrame:
    """`unit`: what is written after the street, designators of occupants left out; `text` without it."""
    table = _matched(_matched(table, _unit_pattern()), _unit_alone_pattern(), "alone")
    numbered, alone = pl.col("found").struct, pl.col("alone").struct
    written = pl.coalesce(numbered.field("2"), alone.field("2"))
    unit = written.str.replace(r"\b([A-Z]) (\d)", "$1$2").str.replace(r"(\d) ([A-Z])$", "$1$2")
    bare = pl.format(" {} ", unit).str.replace_all(r" (?:UNIT|NO) (?:(?:UNIT|NO) )*", " ").str.replace_all(r" 0+(\d)", " $1")
    floor = bare.str.replace(r" (\d+)(?:ST|ND|RD|TH)? FL ", " FL $1 ")
    return table.with_columns(
        floor.str.strip_chars().alias("unit"), pl.coalesce(numbered.field("1"), alone.field("1"), "text").alias("text")
    )


@cache
def _unit_pattern() -> str:
    """A street of more than a direction, then one or more units with their numbers."""
    numbered = "|".join(term for term in address_terms("units") if term != "UNIT")
    number = r"(?:[A-Z] )?[\dA-Z]*\d[\w-]*(?: [A-Z])?"  # B 2 was B-2
    one = (
        rf"(?: UNIT (?:UNIT |NO )*(?:[A-Z]{{1,3}}|{number})| (?:{numbered}) (?:UNIT |NO )*(?:[A-Z]|{number})"
        r"| \d+(?:ST|ND|RD|TH)? FL| GRND FL)"
    )
    return rf"^((?:{_any_direction()} )?\S.*?)({one}+)$"


@cache
def _unit_alone_pattern() -> str:
    """A whole street, then a unit that has no number: `MAIN ST REAR`."""
    street = rf"(?:\S.*) (?:{'|'.join(address_terms('suffixes'))})(?: {_any_direction()})?"
    return rf"^({street}) ((?:{'|'.join(address_terms('units_alone'))})(?: [A-Z]?\d*)?)$"


def _with_bare_unit(table: pl.DataFrame) -> pl.DataFrame:
    """A number after the suffix is a unit: `MAIN ST 345`; not that of a numbered road, nor a letter that is a direction."""
    pattern = rf"^(\S.* (?:{'|'.join(address_terms('suffixes'))})(?: {_any_direction()})?) (\d+[A-Z]?|[A-DF-MO-RT-VX-Z]\d*)$"
    table = _matched(table, pattern)
    found = pl.col("found").struct
    is_bare = pl.col("unit").is_null() & pl.col("road").is_null() & found.field("2").is_not_null()
    return table.with_columns(
        pl.when(is_bare).then(found.field("2").str.strip_chars_start("0")).otherwise("unit").alias("unit"),
        pl.when(is_bare).then(found.field("1")).otherwise("text").alias("text"),
    )


def _with_road(table: pl.DataFrame) -> pl.DataFrame:
    """`road` and `owner` of a numbered road, whose directions are known too."""
    table = _matched(table, _road_pattern())
    found = pl.col("found").struct
    owner = found.field("2").replace_strict(_road_owners(), default=None)
    return table.with_columns(
        pl.format("HWY {}", found.field("3").str.replace(" ", "", literal=True)).alias("road"),
        owner.alias("owner"),
        found.field("1").alias("road_before"),
        found.field("4").alias("road_after"),
    )


@cache
def _road_owners() -> dict[str, str]:
    """How a numbered road begins -> whose it is; a road with the name of a state is the state's."""
    written = {form: owner for owner, forms in address_terms("highways").items() for form in forms}
    of_states = {f"{name}{kind}": "ST" for name in state_codes() for kind in (" HWY", " RTE", " RD", " STATE HWY", "")}
    return of_states | written


@cache
def _road_pattern() -> str:
    starts = "|".join(sorted(_road_owners(), key=len, reverse=True))
    direction = _any_direction()
    number = r"\d+[A-Z]?|\d+ [A-DF-MO-RT-VX-Z]"  # 12A, 12 A; 12 E goes east
    return rf"^(?:({direction}) )?({starts}) (?:NO |UNIT )?({number})(?: ({direction}))?$"


def _with_directions(table: pl.DataFrame) -> pl.DataFrame:
    """`before` and `after`, and `text` without them; the street keeps a word that is more than a suffix."""
    direction = _any_direction()
    only_suffix = rf"^(?:{'|'.join(address_terms('suffixes'))})(?: {direction})?$"
    first = pl.col("found").struct
    is_before = first.field("1").is_not_null() & ~first.field("2").str.contains(only_suffix)
    parted = _matched(table, rf"^({direction}) (\S.*)$").with_columns(
        _short(pl.coalesce("road_before", pl.when(is_before).then(first.field("1")))).alias("predirectional"),
        pl.when(is_before).then(first.field("2")).otherwise("text").alias("text"),
    )
    last = pl.col("found").struct
    return _matched(parted, rf"^(\S.*) ({direction})$").with_columns(
        _short(pl.coalesce("road_after", last.field("2"))).alias("postdirectional"),
        pl.coalesce(last.field("1"), "text").alias("text"),
    )


def _with_suffix(table: pl.DataFrame) -> pl.DataFrame:
    """`suffix`: the last of several words, if it is one."""
    table = _matched(table, rf"^(\S.*) ({'|'.join(address_terms('suffixes'))})$")
    found = pl.col("found").struct
    is_road = pl.col("road").is_not_null()
    return table.with_columns(
        pl.when(is_road).then("owner").otherwise(found.field("2")).alias("suffix"),
        pl.when(is_road).then("road").otherwise(pl.coalesce(found.field("1"), "text")).alias("text"),
    )


def _named(table: pl.DataFrame) -> pl.DataFrame:
    """`name` in the one spelling that is compared."""
    numbers = pl.col("text").str.replace_all(r"\b0*(\d+)(?:ST|ND|RD|TH)\b", "$1")
    squeezed, full = _squeezed(numbers), _squeezed(expand_abbreviations(numbers))
    is_road = pl.col("road").is_not_null()
    return table.with_columns(
        pl.when(is_road).then("text").otherwise(squeezed).alias("name"),
        pl.when(is_road).then("text").otherwise(full).alias("full"),
    )


def _squeezed(name: pl.Expr) -> pl.Expr:
    """Without the spaces beside letters."""
    return name.str.replace_all(r"([^\d ]) +", "$1").str.replace_all(r" +([^\d ])", "$1")


def _matched(table: pl.DataFrame, pattern: str, name: str = "found") -> pl.DataFrame:
    """The groups of the pattern in `text` as a column of its own, so that each text is matched once."""
    return table.with_columns(pl.col("text").str.extract_groups(pattern).alias(name))


def _short(direction: pl.Expr) -> pl.Expr:
    return direction.replace({form: short for short, forms in address_terms("directions").items() for form in forms})


@cache
def _any_direction() -> str:
    return f"(?:{_either((short, *forms) for short, forms in address_terms('directions').items())})"


def _either(words: Iterable[Iterable[str]]) -> str:
    return "|".join(sorted((word for some in words for word in some), key=len, reverse=True))
