"""What the list shows of a place: its state, and one spelling for each city, county and address."""

from string import ascii_lowercase

import polars as pl

from flexscout.domain import (
    INFERRED,
    INFERRED_FROM,
    blank_to_null,
    city_key,
    infer_states,
    select_as_text,
    split_places,
    state_key,
)

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
_KEY, _SPELLING, _COUNT = "key", "spelling", "count"


def fill_states(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records with the states that can be read from their addresses, or inferred from ZIP code, city or county.

    The column Inferred says so; it is missing if no state is filled. A state that stays unknown is left as it is.

    Args:
        records: One row per property.

    """
    texts = split_places(records).with_columns(select_as_text(records, ("County",)))
    inferred = infer_states(texts).with_columns(state_key(pl.col("State")))
    given = select_as_text(records, ("State",))["State"]
    is_filled = inferred["State"].is_not_null() & given.is_null()
    if not is_filled.any():
        return records
    note = pl.format("State from {}", inferred[INFERRED_FROM].fill_null("address"))
    return records.with_columns(
        given.zip_with(~is_filled, inferred["State"]).alias("State"), pl.when(is_filled).then(note).alias(INFERRED)
    )


def unify_spelling(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records with one spelling of City, County and Address.

    A city or county is written as in most records with capital and small letters; one that is only written in one case gets
    title case. Counties lose the word County. An address in one case gets title case.

    Args:
        records: One row per property. Columns it doesn't have are ignored.

    """
    columns = []
    if "City" in records.columns:
        columns.append(_unify_place(records, "City", pl.col("City")))
    if "County" in records.columns:
        columns.append(_unify_place(records, "County", blank_to_null(pl.col("County").str.replace(_COUNTY_WORD, ""))))
    if "Address" in records.columns:
        columns.append(_unify_addresses(records["Address"]))
    return records.with_columns(columns)


def _unify_place(records: pl.DataFrame, column: str, text: pl.Expr) -> pl.Series:
    state = pl.col("State") if "State" in records.columns else pl.lit(None, pl.String)
    trimmed = text.str.strip_chars()
    places = records.select(
        pl.concat_str(city_key(trimmed), state.fill_null(""), separator="|").alias(_KEY), trimmed.alias(_SPELLING)
    )
    counts = (
        places.drop_nulls().group_by(_KEY, _SPELLING).len(_COUNT).with_columns(_is_single_case(pl.col(_SPELLING)).alias("single"))
    )
    best = counts.sort("single", _COUNT, _SPELLING, descending=[False, True, False]).unique(
        _KEY, keep="first", maintain_order=True
    )
    spelling = pl.when("single").then(_title_case(pl.col(_SPELLING))).otherwise(_SPELLING)
    chosen = best.select(_KEY, spelling.alias("chosen"))
    joined = places.join(chosen, on=_KEY, how="left", maintain_order="left")
    return joined.select(pl.coalesce("chosen", _SPELLING).alias(column))[column]


def _unify_addresses(addresses: pl.Series) -> pl.Series:
    text = pl.col("Address").str.replace_all(r"\s+", " ").str.strip_chars()
    spelling = pl.when(_is_single_case(text)).then(_title_case(text)).otherwise(text)
    return addresses.to_frame().select(spelling.alias("Address"))["Address"]


def _is_single_case(text: pl.Expr) -> pl.Expr:
    return ((text == text.str.to_uppercase()) | (text == text.str.to_lowercase())).fill_null(value=False)


def _title_case(text: pl.Expr) -> pl.Expr:
    # Doubled spaces, so that neighboring words don't share one.
    spaced = pl.format(" {} ", text.str.to_titlecase().str.replace_all(" ", "  ", literal=True))
    titled = spaced.str.replace_many(_WORDS).str.replace_many(_MC).str.replace_all("  ", " ", literal=True)
    for pattern, small in _SMALL:
        titled = titled.str.replace_all(pattern, small)
    return titled.str.strip_chars(" ")
