"""By which equal keys rows are joined, and why that makes them one, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flexscout.domain import ADDRESS_COLUMNS, ADDRESS_PARTS, abbreviate_words, normalize_words
from flexscout.matching.distinct_places import DistinctPlaces
from flexscout.matching.keys import address_key, build_duplicate_keys

SAME_FIELDS, SAME_ZIP, SAME_UNIT, SAME_PARCEL = "same fields", "same ZIP code", "same unit", "same parcel"
CLOSE, THROUGH_ANOTHER = "close match", "through another row"
"""Kinds of match, the plainest first."""


_LEAST_APN = 6  # letters and digits of a parcel number that is no mere counter


@dataclass(frozen=True)
class MatchRule:
    """Rows of equal `keys` are one property, null where a row is not joined; `match`: the kind; `told`: why, for each row."""

    keys: pl.Series
    match: str
    told: pl.Expr


def build_match_rules(
    frame: pl.DataFrame, sites: DistinctPlaces, fields: Sequence[str], lacking: pl.Series, *, by_unit: bool
) -> list[MatchRule]:
    """The keys by which rows are one; `lacking`: what each row's sheet lacks; `by_unit`: a unit is one wherever it is written."""
    exact = build_duplicate_keys(frame, fields, lacking, list_normalized_fields(sites))
    joins = [MatchRule(exact, SAME_FIELDS, _same_fields(fields, lacking))]
    if is_place_match(fields):
        joins.append(
            MatchRule(_place_keys(sites.told, "zip"), SAME_ZIP, pl.lit("same Address, State, Zip Code after normalization"))
        )
        joins.append(MatchRule(_parcel_keys(sites.told), SAME_PARCEL, pl.lit(_PARCEL)))
        if by_unit:
            joins += [MatchRule(keys, SAME_UNIT, pl.lit(_UNIT)) for keys in _unit_keys(sites)]
    return joins


_PARCEL = "same address without a house number, same APN, same place"
_UNIT = "same address; its unit is in the column Unit on one side"


def is_place_match(fields: Sequence[str]) -> bool:
    """Whether what counts is one address in one place, so that other ways to write it count too."""
    return {*fields} == {*ADDRESS_COLUMNS}


def list_normalized_fields(sites: DistinctPlaces) -> dict[str, pl.Series]:
    """The fields that are normalized already."""
    names = {"City": "city", "State": "state", "Zip Code": "zip"}
    return {"Address": address_key(sites.told)} | {field: sites.told[name] for field, name in names.items()}


def _same_fields(fields: Sequence[str], lacking: pl.Series) -> pl.Expr:
    """`same Address, City after normalization; its file has no State`."""
    sentences = {text: _sentence(fields, [field for field in fields if f"|{field}|" in text]) for text in lacking.unique()}
    if len(sentences) == 1:
        return pl.lit(next(iter(sentences.values())))
    return pl.lit(lacking).replace_strict(sentences, return_dtype=pl.String)


def _sentence(fields: Sequence[str], without: Sequence[str]) -> str:
    same = f"same {', '.join(field for field in fields if field not in without)} after normalization"
    return f"{same}; their file has no {' and no '.join(without)}" if without else same


def _place_keys(told: pl.DataFrame, place: str) -> pl.Series:
    """A key of address, state and `place` (`city` or `zip`), null where one of them is missing."""
    return told.select(pl.concat_str(*ADDRESS_PARTS, "state", place, separator="|").alias("key")).to_series()


def _parcel_keys(told: pl.DataFrame) -> pl.Series:
    """A key of rows whose address has no house number: it is one property only with one parcel number and place."""
    place = pl.coalesce("city", "zip")
    street = abbreviate_words(normalize_words(pl.col("written")))
    known = told.filter(pl.col("number").is_null() & (pl.col("apn").str.len_chars() >= _LEAST_APN)).select(
        "row", pl.when(street != "").then(pl.concat_str(street, "apn", "state", place, separator="|")).alias("key")
    )
    return told.select("row").join(known, on="row", how="left", maintain_order="left")["key"]


def _unit_keys(sites: DistinctPlaces) -> list[pl.Series]:
    """A unit is one, whether it stands in the address or in the column Unit."""
    written = pl.when(pl.col("unit") != "").then("unit")
    told = sites.told.with_columns(pl.coalesce(written, "told_unit").alias("unit"))
    return [_place_keys(told, place) for place in ("city", "zip")]
