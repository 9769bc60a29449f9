"""What the list shows of a place: its state, and one spelling for each city, county and address."""

from collections.abc import Iterator
from string import ascii_lowercase

import polars as pl

from flexscout.domain import (
    INFERRED,
    INFERRED_FROM,
    POSTAL_COLUMNS,
    blank_to_null,
    city_key,
    infer_states,
    map_distinct,
    select_as_text,
    split_places,
    state_key,
)
from flexscout.runtime import ROWS_PER_PART, replace_columns

_COUNTY_WORD = r"(?i)\s+(county|co\.?)\s*$"
# What title case gets wrong: directions, highways and numerals stay in capitals, McDonald has two, and 5th and Bob's none inside.
_CAPITALS = ("NE", "NW", "SE", "SW", "US", "NC", "SC", "II", "III", "IV", "PO", "FM", "CR", "SR")
_WORDS = {f" {word.title()} ": f" {word} " for word in _CAPITALS}
_MC = {f" Mc{letter}": f" Mc{letter.upper()}" for letter in ascii_lowercase}
_SMALL = (
    (r"(\d)St\b", "${1}st"),
    (r"(\d)Nd\b", "${1}nd"),
    (r"(\d)Rd\b", "${1}rd"),
    (r"(\d)Th\b", "${1}th"),
    (r"(\w)'S\b", "${1}'s"),
)
KEY, SPELLING, COUNT = "key", "spelling", "count"
"""Columns of spellings of places."""


def fill_states(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records with the states that can be read from their addresses, or inferred from ZIP code, city or county.

    The column Inferred says so; it is missing if no state is filled. A state that stays unknown is left as it is.

    Args:
        records: One row per property.

    """
    given = select_as_text(records, ("State",))["State"]
    at = given.is_null().arg_true()
    if at.is_empty():
        return records
    open_rows = select_as_text(records, (*POSTAL_COLUMNS, "County"))[at]
    inferred = infer_states(split_places(open_rows).with_columns(open_rows["County"])).with_columns(state_key(pl.col("State")))
    note = pl.format("State from {}", pl.col(INFERRED_FROM).fill_null("address"))
    found = inferred.select("State", note.alias(INFERRED), at.alias("at")).drop_nulls("State")
    if found.is_empty():
        return records
    notes = pl.repeat(None, records.height, dtype=pl.String, eager=True)
    return records.with_columns(
        given.scatter(found["at"], found["State"]), notes.scatter(found["at"], found[INFERRED]).alias(INFERRED)
    )


def unify_spelling(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records with one spelling of City, County and Address.

    Args:
        records: One row per property. Columns it doesn't have are ignored.

    """
    columns = (
        apply_spellings(places, choose_spellings(places.drop_nulls().group_by(KEY, SPELLING).len(COUNT))).alias(name)
        for name, places in list_spellings(records)
    )
    return unify_addresses(replace_columns(records, columns))


def list_spellings(records: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield City and County, if the records have them: KEY, equal for all spellings of a place, and SPELLING of each record.

    Counties lose the word County.
    """
    texts = {"City": pl.col("City"), "County": blank_to_null(pl.col("County").str.replace(_COUNTY_WORD, ""))}
    state = pl.col("State") if "State" in records.columns else pl.lit(None, pl.String)
    for name, text in texts.items():
        if name in records.columns:
            spellings = records.select(text.str.strip_chars().alias(SPELLING))[SPELLING]
            keys = pl.lit(map_distinct(spellings, city_key))
            yield name, records.select(pl.concat_str(keys, state.fill_null(""), separator="|").alias(KEY)).hstack([spellings])


def choose_spellings(counts: pl.DataFrame) -> pl.DataFrame:
    """Return KEY and the `chosen` spelling of each place.

    That is the one of most records with capital and small letters. A place that is only written in one case gets title case.

    Args:
        counts: Distinct KEY and SPELLING, and the COUNT of their records.

    """
    marked = counts.with_columns(_is_single_case(pl.col(SPELLING)).alias("single"))
    ordered = marked.sort("single", COUNT, SPELLING, descending=[False, True, False])
    best = ordered.unique(KEY, keep="first", maintain_order=True)
    return best.select(KEY, pl.when("single").then(_title_case(pl.col(SPELLING))).otherwise(SPELLING).alias("chosen"))


def apply_spellings(places: pl.DataFrame, chosen: pl.DataFrame) -> pl.Series:
    """Return the chosen spelling of each of the places (KEY, SPELLING)."""
    joined = places.join(chosen, on=KEY, how="left", maintain_order="left")
    return joined.select(pl.coalesce("chosen", SPELLING).alias(SPELLING))[SPELLING]


def unify_addresses(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records with single spaces in their addresses, and title case where an address is in one case."""
    if "Address" not in records.columns:
        return records
    parts = records.select("Address").iter_slices(ROWS_PER_PART)  # the texts on the way take several times the memory
    return replace_columns(records, [pl.concat(map(_unify_part, parts))["Address"]]) if records.height else records


def _unify_part(addresses: pl.DataFrame) -> pl.DataFrame:
    # A pattern that matches no single space leaves most addresses as they are.
    spaced = addresses.select(pl.col("Address").str.replace_all(r"\s{2,}|[^\S ]", " ").str.strip_chars())
    single = spaced.select(pl.when(_is_single_case(pl.col("Address"))).then("Address"))["Address"]
    return spaced.select(pl.coalesce(pl.lit(_title_addresses(single)), "Address").alias("Address"))


def _title_addresses(addresses: pl.Series) -> pl.Series:
    """Return addresses with single spaces in title case. Many share a street, so what follows the house number is done once."""
    parts = addresses.str.splitn(" ", 2).struct.rename_fields(["number", "street"]).struct.unnest()
    is_numbered = (parts["number"].str.contains(r"^\d+$") & parts["street"].is_not_null()).fill_null(value=False)
    titled = map_distinct(parts["street"].zip_with(is_numbered, addresses), _title_case)
    numbered = pl.concat_str("number", pl.lit(titled), separator=" ")
    return parts.select(pl.when(is_numbered).then(numbered).otherwise(pl.lit(titled)).alias("Address"))["Address"]


def _is_single_case(text: pl.Expr) -> pl.Expr:
    return ((text == text.str.to_uppercase()) | (text == text.str.to_lowercase())).fill_null(value=False)


def _title_case(text: pl.Expr) -> pl.Expr:
    # Doubled spaces, so that neighboring words don't share one.
    spaced = pl.format(" {} ", text.str.to_titlecase().str.replace_all(" ", "  ", literal=True))
    titled = spaced.str.replace_many(_WORDS).str.replace_many(_MC).str.replace_all("  ", " ", literal=True)
    for pattern, small in _SMALL:
        titled = titled.str.replace_all(pattern, small)
    return titled.str.strip_chars(" ")
