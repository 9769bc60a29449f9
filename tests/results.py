"""Master tables for tests, with as few columns as possible."""

import polars as pl

SCHEMA = {
    "Address": pl.String,
    "City": pl.String,
    "State": pl.String,
    "Building SqFt": pl.Float64,
    "Flex Score": pl.Float64,
    "Building Size Points": pl.Float64,
    "Source File": pl.String,
    "Source Sheet": pl.String,
    "Source Row": pl.Int64,
    "Property ID": pl.String,
}


def listed(number=1, **values):
    """Return a row of a master table: 30,000 sq ft at `NUMBER Test Street`, score 9, ID `P-NUMBER`; `values` replace cells."""
    row = {
        "Address": f"{number} Test Street",
        "City": "Charlotte",
        "State": "NC",
        "Building_SqFt": 30_000.0,
        "Flex_Score": 9.0,
        "Building_Size_Points": 3.0,
        "Source_File": "a.xlsx",
        "Source_Sheet": "Sheet1",
        "Source_Row": number + 1,
        "Property_ID": f"P-{number}",
    }
    return {name.replace("_", " "): value for name, value in (row | values).items()}


def master(*rows):
    """Return the rows as a master table, in their order; the types of further columns are inferred."""
    return pl.DataFrame(list(rows), schema_overrides=SCHEMA, infer_schema_length=None) if rows else pl.DataFrame(schema=SCHEMA)
