"""Infer the state of rows that don't have one."""

from functools import cache
from importlib.resources import files

import polars as pl

from flexscout.domain.normalization import blank_to_null, city_key, county_key
from flexscout.domain.vocabulary import map_zip_codes_to_states

INFERRED_FROM = "__state_inferred_from"
"""Working column: what a row's state was inferred from, as a person reads it; null if it was given or is unknown."""


def infer_states(rows: pl.DataFrame) -> pl.DataFrame:
    """Return State and `INFERRED_FROM` of each row.

    A missing state is inferred from the ZIP code, else from a county and city that exist in one state only, else from a county
    whose name exists in one state only.

    Args:
        rows: State, Zip Code, City and County as text.

    """
    given = rows.select(
        blank_to_null(pl.col("State").str.strip_chars()).alias("State"), pl.lit(None, pl.String).alias(INFERRED_FROM)
    )
    open_rows = given["State"].is_null()
    if not open_rows.any():
        return given
    # One chunk: Polars 2.1 panics on texts whose filtered rows leave an empty chunk.
    found = _infer_from_places(rows.filter(open_rows).select("Zip Code", "City", "County").rechunk())
    at = open_rows.arg_true()
    return pl.DataFrame([given[name].scatter(at, found[name]) for name in given.columns])


def _infer_from_places(rows: pl.DataFrame) -> pl.DataFrame:
    prefix = pl.col("Zip Code").str.extract(r"^\s*(\d{3})\d\d")
    by_zip = rows.select(prefix.replace_strict(map_zip_codes_to_states(), default=None, return_dtype=pl.String).alias("State"))[
        "State"
    ]
    names = rows.select(county_key(pl.col("County")).alias("county"), city_key(pl.col("City")).alias("city"))
    if not (by_zip.is_null() & names["county"].is_not_null()).any():
        return pl.DataFrame(
            [by_zip, pl.select(pl.when(by_zip.is_not_null()).then(pl.lit("ZIP code")).alias(INFERRED_FROM)).to_series()]
        )
    counties = _read_counties()
    by_city = names.join(counties.filter(pl.col("city") != ""), on=["county", "city"], how="left", maintain_order="left")["state"]
    by_county = names.join(counties.filter(pl.col("city") == ""), on="county", how="left", maintain_order="left")["state"]
    sources = ("ZIP code", by_zip), ("County and City", by_city), ("County", by_county)
    return pl.select(
        pl.coalesce(pl.lit(states) for _, states in sources).alias("State"),
        pl.coalesce(pl.when(pl.lit(states.is_not_null())).then(pl.lit(source)) for source, states in sources).alias(
            INFERRED_FROM
        ),
    )


@cache
def _read_counties() -> pl.DataFrame:
    """Return `county`, `state` and `city`, which is blank for a county whose name exists in one state only."""
    content = files("flexscout.domain").joinpath("data", "counties.tsv").read_bytes()
    columns = {"county": pl.String, "state": pl.String, "city": pl.String}
    table = pl.read_csv(content, separator="\t", has_header=False, schema=columns, quote_char=None)
    return table.with_columns(pl.col("city").fill_null("").str.split(";")).explode("city", empty_as_null=True)
