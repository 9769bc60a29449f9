"""What was merged, by what evidence and between which files; what may be one and was not."""

from typing import Any

import polars as pl

from flexscout.model import FILL_COLUMNS

_LISTED = 100  # possible duplicates, and pairs of files, in the report; the workbook has all of the former
_MERGES = 50  # of the ledger's rows; the sheet Duplicates has all
_FILES_OF_A_GROUP = 10  # so that a property that is in a thousand files is not half a million pairs


def merges(ledger: pl.DataFrame) -> dict[str, Any]:
    """Groups, merges by kind of match, of different parcels and the first ones; the `properties` that two files both have."""
    pairs = _overlaps(ledger)
    by_match = ledger.group_by("Match").len().sort("len", "Match", descending=[True, False])
    return {
        "groups": ledger["Duplicate Group"].n_unique(),
        "different_apn": int(ledger["Different APN"].sum()),
        "by_match": dict(by_match.iter_rows()),
        "overlaps": pairs.head(_LISTED).to_dicts(),
        "overlapping_files": pairs.height,
        "merges": ledger.head(_MERGES).to_dicts(),
    }


def possibles(possible: pl.DataFrame) -> dict[str, Any]:
    """How many pairs of properties may be one, how many of them nearly surely, and the surest."""
    nearly_sure = int(possible["Nearly Sure"].sum())
    return {"pairs": possible.height, "nearly_sure": nearly_sure, "surest": possible.head(_LISTED).to_dicts()}


def fills(master: pl.DataFrame) -> dict[str, int]:
    """How many properties have blanks filled from their duplicates, and how many scores that changed."""
    counts = [master[name].count() if name in master.columns else 0 for name in FILL_COLUMNS]
    return dict(zip(("properties", "scores_changed"), counts, strict=True))


def _overlaps(ledger: pl.DataFrame) -> pl.DataFrame:
    """`file`, `other_file`, `properties`, the most first; a file that has a property twice overlaps with itself."""
    kept = ledger.select("Duplicate Group", pl.col("Kept File").alias("file")).unique()
    removed = ledger.select("Duplicate Group", pl.col("Removed File").alias("file"))
    rows = pl.concat([kept, removed]).group_by("Duplicate Group", "file").len().sort("Duplicate Group", "file")
    few = rows.filter(pl.int_range(pl.len()).over("Duplicate Group") < _FILES_OF_A_GROUP)
    pairs = few.join(few.rename({"file": "other_file", "len": "others"}), on="Duplicate Group")
    met = pairs.filter((pl.col("file") < pl.col("other_file")) | ((pl.col("file") == pl.col("other_file")) & (pl.col("len") > 1)))
    counted = met.group_by("file", "other_file").len("properties")
    return counted.sort("properties", "file", "other_file", descending=[True, False, False])
