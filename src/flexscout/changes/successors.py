"""Properties that have another identity now, found again by what they say of themselves.

An ID comes from the plainest of all the ways in which a property's rows write its address: a new row that writes it more plainly
gives it another one.
"""

from collections.abc import Sequence

import polars as pl

from flexscout.changes.identity import ID, KEY, NUMBER, ranked
from flexscout.changes.spelling import spelled

_KEYS = (KEY, NUMBER)
_NEW = "__new "
_APN, _LEAST_APN = "__apn", 6  # a working column; letters and digits of a parcel number that is no mere counter
_BETWEEN = "\x1f"


def successors(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """`Old ID` and `New ID` of properties on both lists that have another one now; none where a list has no IDs."""
    nothing = pl.DataFrame(schema={"Old ID": pl.String, "New ID": pl.String})
    if ID not in old.columns or ID not in new.columns:
        return nothing
    found = _pairs(*_alone(ranked(old, (ID,)), ranked(new, (ID,))))
    return found.select(pl.col(KEY).alias("Old ID"), pl.col(f"{_NEW}{KEY}").alias("New ID")).sort("Old ID")


def with_new_keys(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows of `before`, in their order, under the KEY and NUMBER that their property has in `after`."""
    followed = before.join(_pairs(*_alone(before, after)), on=_KEYS, how="left", maintain_order="left")
    return followed.with_columns(pl.coalesce(f"{_NEW}{key}", key).alias(key) for key in _KEYS).select(before.columns)


def _alone(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of each the rows that the other does not have, by their keys."""
    return before.join(after, on=_KEYS, how="anti"), after.join(before, on=_KEYS, how="anti")


def _pairs(left: pl.DataFrame, arrived: pl.DataFrame) -> pl.DataFrame:
    """KEY and NUMBER of a row that is gone, and of the one that came for it: the only ones on both sides that say the same."""
    gone, come = _told(left), _told(arrived).rename(lambda name: f"{_NEW}{name}")
    found = gone.select(*_KEYS, *(pl.lit(None, come.schema[f"{_NEW}{key}"]).alias(f"{_NEW}{key}") for key in _KEYS)).clear()
    for name in ("zip", "city", "parcel"):
        pairs = _only(gone, name).join(_only(come, f"{_NEW}{name}"), left_on=name, right_on=f"{_NEW}{name}")
        agreed = pairs.filter((pl.col(_APN) == pl.col(f"{_NEW}{_APN}")).fill_null(value=True)).select(found.columns)
        found = pl.concat([found, agreed])
        gone = gone.join(found, on=_KEYS, how="anti")
        come = come.join(found, on=[f"{_NEW}{key}" for key in _KEYS], how="anti")
    return found


def _only(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The rows that alone have their value."""
    return rows.filter(pl.col(name).is_not_null() & pl.col(name).is_unique())


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each row its keys, and what names its place: by ZIP code, by city, by parcel; null where it does not say."""
    address, unit, city, state, county = (
        _text(rows, name, spelled_out=True) for name in ("Address", "Unit", "City", "State", "County")
    )
    zip_code = _text(rows, "Zip Code").str.slice(0, 5)
    apn = _text(rows, "APN").str.replace_all(r"[\W_]+", "").str.to_uppercase()
    known = rows.select(
        *_KEYS,
        _joined([address, zip_code, state], unit).alias("zip"),
        _joined([address, city, state], unit).alias("city"),
        _joined([apn, county, state], unit).alias("parcel"),
        pl.when(apn.str.len_chars() >= _LEAST_APN).then(apn).alias(_APN),
    )
    return known.with_columns(pl.when(pl.col(_APN).is_not_null()).then("parcel"))


def _joined(parts: Sequence[pl.Expr], unit: pl.Expr) -> pl.Expr:
    return pl.concat_str(*parts, unit.fill_null(""), separator=_BETWEEN)


def _text(rows: pl.DataFrame, name: str, *, spelled_out: bool = False) -> pl.Expr:
    text = pl.col(name).cast(pl.String) if name in rows.columns else pl.lit(None, pl.String)
    return spelled(text) if spelled_out else text
