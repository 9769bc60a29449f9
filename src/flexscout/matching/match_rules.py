"""Match rules: rows with equal keys are the same property."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, ADDRESS_PARTS, abbreviate_words, normalize_words
from flexscout.matching.distinct_places import DistinctPlaces
from flexscout.matching.keys import address_key, build_duplicate_keys


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

_AREAS = ("city", "zip")


@dataclass(frozen=True)
class MatchRule:
    """Rows with equal keys match.

    Attributes:
        keys: The key of each row, null where the rule doesn't apply.
        kind: The kind of match.
        evidence: A sentence for people: one literal, or an expression with a value per row.

    """

    keys: pl.Series
    kind: MatchKind
    evidence: pl.Expr


def build_match_rules(frame: pl.DataFrame, places: DistinctPlaces, fields: Sequence[str], *, by_unit: bool) -> list[MatchRule]:
    """Return the match rules, the strongest first.

    Args:
        frame: The rows to match.
        places: The distinct places of the frame.
        fields: Columns in which two rows have to agree.
        by_unit: Whether a unit in the address and one in the column Unit are the same.

    """
    missing_fields = places.normalized["missing_fields"]
    exact = build_duplicate_keys(frame, fields, missing_fields, _collect_normalized_fields(places))
    rules = [MatchRule(exact, MatchKind.SAME_FIELDS, _describe_same_fields(fields, missing_fields))]
    if not is_place_match(fields):
        return rules
    rows = places.normalized
    same_zip = pl.lit("same Address, State, Zip Code after normalization")
    same_parcel = pl.lit("same address without a house number, same APN, same place")
    rules.append(MatchRule(_place_keys(rows, "zip"), MatchKind.SAME_ZIP, same_zip))
    rules.append(MatchRule(_parcel_keys(rows), MatchKind.SAME_PARCEL, same_parcel))
    if by_unit:
        same_unit = pl.lit("same address; its unit is in the column Unit on one side")
        in_address = pl.when(pl.col("unit") != "").then("unit")
        with_unit = rows.with_columns(pl.coalesce(in_address, "unit_column").alias("unit"))
        rules += [MatchRule(_place_keys(with_unit, area), MatchKind.SAME_UNIT, same_unit) for area in _AREAS]
    return rules


def is_place_match(fields: Sequence[str]) -> bool:
    """Whether rows match by address, city and state, so that other spellings and close matches count too."""
    return {*fields} == {*ADDRESS_COLUMNS}


def _collect_normalized_fields(places: DistinctPlaces) -> dict[str, pl.Series]:
    columns = {"City": "city", "State": "state", "Zip Code": "zip"}
    return {"Address": address_key(places.normalized)} | {field: places.normalized[name] for field, name in columns.items()}


def _describe_same_fields(fields: Sequence[str], missing_fields: pl.Series) -> pl.Expr:
    """`same Address, City after normalization; their file has no State`."""
    sentences = {}
    for text in missing_fields.unique():
        missing = [field for field in fields if f"|{field}|" in text]
        same = f"same {', '.join(field for field in fields if field not in missing)} after normalization"
        sentences[text] = f"{same}; their file has no {' and no '.join(missing)}" if missing else same
    if len(sentences) == 1:
        return pl.lit(next(iter(sentences.values())))
    return pl.lit(missing_fields).replace_strict(sentences, return_dtype=pl.String)


def _place_keys(rows: pl.DataFrame, area: str) -> pl.Series:
    """Return a key of address, state and `area` (`city` or `zip`), null where one of them is missing."""
    return rows.select(pl.concat_str(*ADDRESS_PARTS, "state", area, separator="|").alias("key")).to_series()


def _parcel_keys(rows: pl.DataFrame) -> pl.Series:
    """Return a key of the rows whose address has no house number: the street, the APN and the place."""
    street = abbreviate_words(normalize_words(pl.col("written")))
    known = rows.filter(pl.col("number").is_null() & (pl.col("apn").str.len_chars() >= MIN_APN_LENGTH)).select(
        "row", pl.when(street != "").then(pl.concat_str(street, "apn", "state", pl.coalesce(_AREAS), separator="|")).alias("key")
    )
    return rows.select("row").join(known, on="row", how="left", maintain_order="left")["key"]
