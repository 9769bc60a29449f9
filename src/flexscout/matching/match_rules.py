"""Match rules: rows with equal keys are the same property."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, ADDRESS_PARTS, abbreviate_words, normalize_words
from flexscout.matching.normalized_rows import KEY


class MatchKind(StrEnum):
    """Kinds of match, as the column `Match` of the merge log shows them; the strongest first."""

    DECISION = "your decision"
    SAME_FIELDS = "same fields"
    SAME_ZIP = "same ZIP code"
    SAME_PARCEL = "same parcel"
    SAME_UNIT = "same unit"
    CLOSE = "close match"
    THROUGH_ANOTHER_ROW = "through another row"


MIN_APN_LENGTH = 6
"""Letters and digits of an APN that identifies a parcel; a shorter one may be a mere counter."""

KEY_COLUMNS = (*ADDRESS_PARTS, "state", "city", "zip", "apn", "unit_column", "written", KEY)
"""Columns of normalized rows that keys are made of."""

_AREAS = ("city", "zip")
_EVIDENCE = {
    MatchKind.SAME_ZIP: "same Address, State, Zip Code after normalization",
    MatchKind.SAME_PARCEL: "same address without a house number, same APN, same place",
    MatchKind.SAME_UNIT: "same address; its unit is in the column Unit on one side",
}


@dataclass(frozen=True)
class MatchRule:
    """Rows with equal keys match.

    Attributes:
        keys: The key of each row, null where the rule doesn't apply: the position of the first row with the key.
        kind: The kind of match.
        evidence: A sentence for people.

    """

    keys: pl.Series
    kind: MatchKind
    evidence: str = ""


def list_local_rules(fields: Sequence[str], *, by_unit: bool) -> tuple[tuple[MatchKind, str], ...]:
    """Return the kind and the evidence of the rules whose keys `build_local_keys` returns, the strongest first."""
    if not is_place_match(fields):
        return ((MatchKind.SAME_FIELDS, ""),)
    units = (MatchKind.SAME_UNIT,) * len(_AREAS) if by_unit else ()
    kinds = (MatchKind.SAME_FIELDS, MatchKind.SAME_ZIP, MatchKind.SAME_PARCEL, *units)
    return tuple((kind, _EVIDENCE.get(kind, "")) for kind in kinds)


def build_local_keys(rows: pl.DataFrame, fields: Sequence[str], *, by_unit: bool) -> list[pl.Series]:
    """Return the keys of the match rules that only compare rows of one partition, as texts, the strongest first.

    Args:
        rows: KEY_COLUMNS of normalized rows.
        fields: Columns in which two rows have to agree.
        by_unit: Whether a unit in the address and one in the column Unit are the same.

    """
    if not is_place_match(fields):
        return [rows[KEY]]
    keys = [rows[KEY], _build_place_keys(rows, "zip"), _build_parcel_keys(rows)]
    if by_unit:
        in_address = pl.when(pl.col("unit") != "").then("unit")
        with_unit = rows.with_columns(pl.coalesce(in_address, "unit_column").alias("unit"))
        keys += [_build_place_keys(with_unit, area) for area in _AREAS]
    return keys


def find_first_rows(rows: pl.Series, keys: pl.Series) -> pl.Series:
    """Return, for each row, the first row with its key, null without a key."""
    table = pl.DataFrame([rows.alias("row"), keys.alias("key")])
    first = pl.when(pl.col("key").is_not_null()).then(pl.col("row").min().over("key"))
    return table.select(first.alias("first")).to_series()


def is_place_match(fields: Sequence[str]) -> bool:
    """Whether rows match by address, city and state, so that other spellings and close matches count too."""
    return {*fields} == {*ADDRESS_COLUMNS}


def describe_same_fields(fields: Sequence[str], missing_fields: pl.Series) -> pl.Series:
    """`same Address, City after normalization; their file has no State`."""
    sentences = {}
    for text in missing_fields.unique():
        missing = [field for field in fields if f"|{field}|" in text]
        same = f"same {', '.join(field for field in fields if field not in missing)} after normalization"
        sentences[text] = f"{same}; their file has no {' and no '.join(missing)}" if missing else same
    return missing_fields.replace_strict(sentences, return_dtype=pl.String)


def _build_place_keys(rows: pl.DataFrame, area: str) -> pl.Series:
    """Return a key of address, state and `area` (`city` or `zip`), null where one of them is missing."""
    return rows.select(pl.concat_str(*ADDRESS_PARTS, "state", area, separator="|").alias("key")).to_series()


def _build_parcel_keys(rows: pl.DataFrame) -> pl.Series:
    """Return a key of the rows whose address has no house number: the street, the APN and the place."""
    street = abbreviate_words(normalize_words(pl.col("written")))
    at = pl.int_range(pl.len(), dtype=pl.get_index_type()).alias("at")
    known = (
        rows.with_columns(at)
        .filter(pl.col("number").is_null() & (pl.col("apn").str.len_chars() >= MIN_APN_LENGTH))
        .select(
            "at",
            pl.when(street != "").then(pl.concat_str(street, "apn", "state", pl.coalesce(_AREAS), separator="|")).alias("key"),
        )
    )
    return rows.select(at).join(known, on="at", how="left", maintain_order="left")["key"]
