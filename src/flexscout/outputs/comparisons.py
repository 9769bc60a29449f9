"""Compare the properties on the list with each other: the price per square foot, and the owner's other properties.

These columns are shown, never scored: they depend on which other properties are on the list.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from flexscout.domain import (
    COMPARISON_COLUMNS,
    county_key,
    list_word_forms,
    map_distinct,
    normalize_words,
    order_columns,
    owner_key,
    zip_key,
)

MIN_COMPARABLES = 5
"""Comparable properties with an asking price, from which their median is shown."""

_PRICE, _COMPARABLES, _MEDIAN, _POSITION, _OWNER, _OWNED = COMPARISON_COLUMNS
_TYPE_GROUPS = (
    ("flex",), ("warehouse", "distribution"), ("light industrial",), ("manufacturing",), ("storage", "logistics"),
    ("industrial",),
)  # fmt: skip
_SIZE_BANDS = (10_000, 20_000, 50_000, 100_000, 200_000)  # square feet
_METRO_DIGITS = 3  # of the ZIP code: the area of a regional post center
_SAME_SHARE = 0.005  # a price this near to the median is at the median
_MIN_SQUARE_FEET = 100
_COMPARED: dict[str, Any] = {
    **dict.fromkeys(("Property Type", "County", "State", "Zip Code", "Owner Name"), pl.String),
    **dict.fromkeys(("Building SqFt", "Asking Price"), pl.Float64),
}
_PRICE_PER_SQUARE_FOOT = pl.when((pl.col("Asking Price") > 0) & (pl.col("Building SqFt") >= _MIN_SQUARE_FEET)).then(
    (pl.col("Asking Price") / pl.col("Building SqFt")).round(2)
)
_TYPE, _BAND, _COUNTY, _METRO, _KEY = "__type", "__band", "__county", "__metro", "__key"  # working columns


def add_comparisons(master: pl.DataFrame, user_columns: Sequence[str] = ()) -> pl.DataFrame:
    """Return the list with COMPARISON_COLUMNS.

    `Asking Price/SqFt` is in USD. Properties are comparable if they have the same kind of type, a size in the same band, and the
    same county, or else the same first three digits of the ZIP code. `Median Asking/SqFt` is the median of the others,
    null with fewer than MIN_COMPARABLES of them. `Owner Properties` counts the owner's properties on the list, itself included.

    Args:
        master: The unique candidates.
        user_columns: The user's own columns, which stay first.

    """
    if not master.width:
        return master
    known = _select_compared(master)
    prices = known.select(_PRICE_PER_SQUARE_FOOT.alias(_PRICE))
    added = pl.concat([prices, _compare_prices(known, prices[_PRICE]), _group_owners(known)], how="horizontal")
    own = [name for name in master.columns if name in user_columns]
    others = master.drop(own, *COMPARISON_COLUMNS, strict=False).hstack(added)
    return pl.DataFrame([*(master[name] for name in own), *others.select(order_columns(others.columns))])


def list_portfolios(master: pl.DataFrame) -> pl.DataFrame:
    """Return the owners with several properties on the list, most properties first.

    Returns:
        `Owner Group`, `Owner Properties`, `Best Rank` (from 1), `Ranks` (list) and `Building SqFt` (sum).

    """
    schema: dict[str, Any] = {
        _OWNER: pl.String,
        _OWNED: pl.Int64,
        "Best Rank": pl.Int64,
        "Ranks": pl.List(pl.Int64),
        "Building SqFt": pl.Float64,
    }
    if _OWNER not in master.columns:
        return pl.DataFrame(schema=schema)
    sizes = _select_compared(master)["Building SqFt"]
    ranked = master.select(_OWNER, sizes, pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("Ranks")).drop_nulls(_OWNER)
    owners = ranked.group_by(_OWNER, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias(_OWNED),
        pl.col("Ranks").first().alias("Best Rank"),
        pl.col("Ranks"),
        pl.col("Building SqFt").sum(),
    )
    return owners.filter(pl.col(_OWNED) > 1).sort(_OWNED, "Best Rank", descending=[True, False]).select(*schema)


def _select_compared(master: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that are compared, each of its type; a missing one is null."""
    missing = [pl.lit(None).alias(name) for name in _COMPARED if name not in master.columns]
    return (
        master.with_columns(missing).select(pl.col(name).cast(dtype, strict=False) for name, dtype in _COMPARED.items()).rechunk()
    )


def _compare_prices(known: pl.DataFrame, prices: pl.Series) -> pl.DataFrame:
    """Return the number of comparable properties, the median of their prices, and the position of the price in words."""
    size = pl.col("Building SqFt")
    groups = known.select(
        pl.lit(map_distinct(known["Property Type"], _group_types)).alias(_TYPE),
        pl.when(size.is_not_null()).then(pl.sum_horizontal(size >= lower for lower in _SIZE_BANDS)).alias(_BAND),
        pl.concat_str(pl.lit(map_distinct(known["County"], county_key)), pl.col("State").fill_null("")).alias(_COUNTY),
        zip_key(pl.col("Zip Code")).str.slice(0, _METRO_DIGITS).alias(_METRO),
        prices,
    )
    county, metro = (_measure_others(groups, area) for area in (_COUNTY, _METRO))
    is_county = county[_MEDIAN].is_not_null()
    area = pl.when(is_county).then(pl.lit("the county")).otherwise(pl.format("ZIP area {}", groups[_METRO]))
    chosen = county.with_columns(
        pl.when(is_county).then(name).otherwise(metro[name]).alias(name) for name in (_COMPARABLES, _MEDIAN)
    )
    ratio = prices / chosen[_MEDIAN] - 1
    return chosen.with_columns(_describe_position(pl.lit(ratio), area).alias(_POSITION))


def _measure_others(groups: pl.DataFrame, area: str) -> pl.DataFrame:
    """Return, for each property, how many others in its group have a price, and their median."""
    keys = [_TYPE, _BAND, area]
    # The prices of all groups in one column, sorted by group, so that a price is looked up by its position there.
    sorted_prices = groups.drop_nulls([*keys, _PRICE]).sort(*keys, _PRICE).with_row_index("first")
    others = sorted_prices.group_by(keys).agg(pl.col("first").min().cast(pl.Int64), pl.len().cast(pl.Int64).alias("all"))
    own = (pl.col(_PRICE).rank("ordinal").over(keys).cast(pl.Int64) - 1).alias("own")
    rows = groups.with_columns(own).join(others, on=keys, how="left", maintain_order="left")
    count = pl.col("all") - pl.col("own").is_not_null().cast(pl.Int64)
    is_enough = count >= MIN_COMPARABLES
    middle = rows.select(
        count.fill_null(0).alias(_COMPARABLES),
        pl.when(is_enough).then(_locate_other((count - 1) // 2)).alias("lower"),
        pl.when(is_enough).then(_locate_other(count // 2)).alias("upper"),
    )
    lower, upper = (sorted_prices[_PRICE].gather(middle[name]) for name in ("lower", "upper"))
    return middle.select(_COMPARABLES, ((lower + upper) / 2).round(2).alias(_MEDIAN))


def _locate_other(index: pl.Expr) -> pl.Expr:
    """Return the position among the sorted prices of the group's price number `index`, not counting the property's own price."""
    return pl.col("first") + index + (pl.col("own").is_not_null() & (index >= pl.col("own"))).cast(pl.Int64)


def _describe_position(ratio: pl.Expr, area: pl.Expr) -> pl.Expr:
    percent = (ratio.abs() * 100).round(0).cast(pl.Int64, strict=False)
    position = (
        pl.when(ratio.abs() < _SAME_SHARE)
        .then(pl.lit("at"))
        .when(ratio < 0)
        .then(pl.format("{}% below", percent))
        .otherwise(pl.format("{}% above", percent))
    )
    text = pl.format("{} the median of {} comparable properties in {}", position, pl.col(_COMPARABLES), area)
    return pl.when(ratio.is_not_null()).then(text)


def _group_types(types: pl.Expr) -> pl.Expr:
    """Return the kind of each property type: the first of _TYPE_GROUPS that it names, else the type itself."""
    words = pl.format(" {} ", normalize_words(types))
    group = words
    for keywords in reversed(_TYPE_GROUPS):
        forms = [f" {form.upper()} " for keyword in keywords for form in list_word_forms(keyword)]
        group = pl.when(words.str.contains_any(forms)).then(pl.lit(keywords[0])).otherwise(group)
    return group


def _group_owners(known: pl.DataFrame) -> pl.DataFrame:
    """Return the owner of each property, spelled as most often if not in capitals, and the number of its properties."""
    names = known["Owner Name"].str.strip_chars().alias(_OWNER)
    owners = pl.DataFrame([names, map_distinct(names, owner_key).alias(_KEY)])
    is_capital = pl.col(_OWNER) == pl.col(_OWNER).str.to_uppercase()
    spellings = owners.drop_nulls().group_by(_KEY, _OWNER).len("count")
    spellings = spellings.sort(is_capital, "count", _OWNER, descending=[False, True, False])
    chosen = spellings.group_by(_KEY).agg(pl.col(_OWNER).first(), pl.col("count").sum().cast(pl.Int64).alias(_OWNED))
    return owners.select(_KEY).join(chosen, on=_KEY, how="left", maintain_order="left").select(_OWNER, _OWNED)
