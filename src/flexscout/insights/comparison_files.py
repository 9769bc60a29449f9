"""A comparison as a workbook, a CSV or JSON."""

from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.errors import OutputError
from flexscout.insights.compare import ProfileComparison
from flexscout.outputs import OutputTransaction, Sheet, choose_number_formats, write_csv, write_report, write_workbook

_SUFFIXES = (".xlsx", ".csv", ".json")
_FORMATS = {"Score A": "0.0#", "Score B": "0.0#", "Rank A": "#,##0", "Rank B": "#,##0", "Rank Change": "+#,##0;-#,##0;0"}
_TEXTS = ("Zip Code", "APN", "Address", "Why")


def check_comparison_path(path: Path, config: PipelineConfiguration) -> None:
    """Raise OutputError if a comparison is not to be written there: a format that is none of its, a run's own output."""
    if path.suffix.lower() not in _SUFFIXES:
        raise OutputError(f"{path.name} names no format of a comparison.", "End it in .xlsx, .csv or .json.")
    if path.resolve() in {own.resolve() for own in config.own_files}:
        raise OutputError(f"{path} is where a run writes its own result.", "Give the comparison another place.")


def write_comparison(comparison: ProfileComparison, path: Path) -> Path:
    """Write it in the format that the path's ending names; what stood there is kept as `NAME.bak`.

    A workbook has the sheets Summary, Enter, Leave and Moves; a CSV is one table with a column `Change`. Raises OutputError.
    """
    with OutputTransaction() as outputs:
        beside = outputs.stage(path)
        if path.suffix.lower() == ".xlsx":
            write_workbook(_sheets(comparison), beside)
        elif path.suffix.lower() == ".csv":
            write_csv(_one_table(comparison), beside)
        else:
            write_report(comparison_to_dict(comparison), beside)
        return outputs.commit()[0]


def comparison_to_dict(comparison: ProfileComparison) -> dict[str, Any]:
    """All of it, for programs; a list of properties each for `enter`, `leave` and `moves`."""
    files = [(result.record.source.name, result.record.error) for result in comparison.results]
    return {
        **dict(zip("ab", comparison.names, strict=True)),
        "min_flex_score": comparison.min_flex_score,
        "counts": comparison.changes.counts,
        **{name: table.to_dicts() for name, table in _tables(comparison).items()},
        "files": [
            {"file": name, "status": "failed" if error else "ok", **({"error": error.as_dict()} if error else {})}
            for name, error in files
        ],
        "skipped": [{"file": file.name, "reason": file.reason} for file in comparison.skipped],
    }


def _tables(comparison: ProfileComparison) -> dict[str, pl.DataFrame]:
    found = comparison.changes
    return {"enter": found.enter, "leave": found.leave, "moves": found.moves}


def _one_table(comparison: ProfileComparison) -> pl.DataFrame:
    tables = [table.select(pl.lit(name).alias("Change"), pl.all()) for name, table in _tables(comparison).items()]
    return pl.concat(tables, how="diagonal")


def _sheets(comparison: ProfileComparison) -> list[Sheet]:
    tables = _tables(comparison)
    formats = choose_number_formats(comparison.changes.moves.columns) | _FORMATS
    return [
        Sheet("Summary", _summary(comparison)),
        *(Sheet(name.capitalize(), table, formats, _TEXTS) for name, table in tables.items()),
    ]


def _summary(comparison: ProfileComparison) -> list[dict[str, Any]]:
    counts = comparison.changes.counts
    failed = [result for result in comparison.results if not result.success]
    rows: list[tuple[str, Any]] = [
        ("Profile A", comparison.names[0]),
        ("Profile B", comparison.names[1]),
        ("Least score of a candidate", comparison.min_flex_score),
        ("Files read", len(comparison.results) - len(failed)),
        ("Files that failed", len(failed)),
        ("Properties on the list in A", counts["in_a"]),
        ("Properties on the list in B", counts["in_b"]),
        ("On both lists", counts["in_both"]),
        ("Enter: on the list in B only", counts["enter"]),
        ("Leave: on the list in A only", counts["leave"]),
        ("On both lists with another score", counts["other_score"]),
        ("On both lists with the same score, another rank", counts["only_other_rank"]),
        ("On both lists, unchanged", counts["unchanged"]),
        *((f"Could not be read: {result.record.source.name}", result.error_message) for result in failed),
    ]
    return [{"Figure": figure, "Value": value} for figure, value in rows]
