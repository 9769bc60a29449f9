"""The policy `parcel`: rows of one place stay apart where their parcels or units differ."""

import polars as pl

from flexscout.linkage.keys import parcel_key
from flexscout.linkage.place import texts
from flexscout.linkage.spelling import unit_key


def parcels(frame: pl.DataFrame, written: pl.Series) -> pl.DataFrame:
    """`apn` and `unit` of each row as they are compared; `written`: the units that stand in the addresses.

    Numbers of two counties are two parcels as well; how a number is written, and its leading zeros, do not count.
    """
    told = texts(frame, ("APN", "Unit")).with_columns(written.alias("written"))
    return told.select(
        parcel_key(pl.col("APN")).str.strip_chars_start("0").alias("apn"),
        pl.coalesce(unit_key(pl.col("Unit")), pl.when(pl.col("written") != "").then("written")).alias("unit"),
    )


def apart(groups: pl.Series, told: pl.DataFrame) -> pl.Series:
    """The groups, divided so that none holds two parcel numbers or two units, as `parcels` tells them.

    A row that names no parcel stays with those of its group if they are one parcel, else with its like; so for units.
    """
    rows = told.with_columns(groups.alias("group"))
    several_parcels = pl.col("apn").drop_nulls().n_unique().over("group") > 1
    parceled = rows.with_columns(pl.when(several_parcels).then(pl.col("apn").fill_null("")).alias("parcel"))
    several_units = pl.col("unit").drop_nulls().n_unique().over("group", "parcel") > 1
    divided = parceled.with_columns(pl.when(several_units).then(pl.col("unit").fill_null("")).alias("part"))
    first = divided.with_row_index("row").select(pl.col("row").min().over("group", "parcel", "part")).to_series()
    return first.cast(pl.Int64)
