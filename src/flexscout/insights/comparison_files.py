"""Write a comparison of two profiles as a workbook, CSV or JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.errors import OutputError
from flexscout.insights.compare import ProfileComparison
from flexscout.outputs import Sheet, check_suffix, choose_number_formats, write_by_suffix, write_csv, write_report, write_workbook

_SUFFIXES = (".xlsx", ".csv", ".json")
_FORMATS = {"Score A": "0.0#", "Score B": "0.0#", "Rank A": "#,##0", "Rank B": "#,##0", "Rank Change": "+#,##0;-#,##0;0"}
_TEXTS = ("Zip Code", "APN", "Address", "Why")


def check_comparison_path(path: Path, config: PipelineConfiguration) -> None:
    """Raise OutputError if the format is not supported, or the path is an output of a run."""
    check_suffix(path, _SUFFIXES)
    if path.resolve() in {own.resolve() for own in config.own_files}:
        raise OutputError(f"{path} is an output of runs.", "Choose another path for the comparison.")


def write_comparison(comparison: ProfileComparison, path: Path) -> Path:
    """Write a comparison in the format of the path's suffix; an existing file is kept as `NAME.bak`.

    A workbook has the sheets Summary, Enter, Leave and Moves; a CSV is one table with a column `Change`.

    Raises:
        OutputError: The file can't be written.

    """
    writers: dict[str, Callable[[Path], object]] = {
        ".xlsx": lambda staged: write_workbook(_build_sheets(comparison), staged),
        ".csv": lambda staged: write_csv(_build_table(comparison), staged),
        ".json": lambda staged: write_report(comparison_to_dict(comparison), staged),
    }
    return write_by_suffix(path, writers)


def comparison_to_dict(comparison: ProfileComparison) -> dict[str, Any]:
    """Convert a comparison to JSON values; `enter`, `leave` and `moves` are lists of properties."""
    files = [(result.record.source.name, result.record.error) for result in comparison.results]
    return {
        **dict(zip("ab", comparison.names, strict=True)),
        "min_flex_score": comparison.min_flex_score,
        "counts": comparison.changes.counts,
        **{name: table.to_dicts() for name, table in _build_tables(comparison).items()},
        "files": [
            {"file": name, "status": "failed" if error else "ok", **({"error": error.as_dict()} if error else {})}
            for name, error in files
        ],
        "skipped": [{"file": file.name, "reason": file.reason} for file in comparison.skipped],
    }


def _build_tables(comparison: ProfileComparison) -> dict[str, pl.DataFrame]:
    changes = comparison.changes
    return {"enter": changes.enter, "leave": changes.leave, "moves": changes.moves}


def _build_table(comparison: ProfileComparison) -> pl.DataFrame:
    tables = [table.select(pl.lit(name).alias("Change"), pl.all()) for name, table in _build_tables(comparison).items()]
    return pl.concat(tables, how="diagonal")


def _build_sheets(comparison: ProfileComparison) -> list[Sheet]:
    tables = _build_tables(comparison)
    formats = choose_number_formats(comparison.changes.moves.columns) | _FORMATS
    return [
        Sheet("Summary", _build_summary(comparison)),
        *(Sheet(name.capitalize(), table, formats, _TEXTS) for name, table in tables.items()),
    ]


def _build_summary(comparison: ProfileComparison) -> list[dict[str, Any]]:
    counts = comparison.changes.counts
    failed = [result for result in comparison.results if not result.success]
    rows: list[tuple[str, Any]] = [
        ("Profile A", comparison.names[0]),
        ("Profile B", comparison.names[1]),
        ("Minimum score of a candidate", comparison.min_flex_score),
        ("Files read", len(comparison.results) - len(failed)),
        ("Files that failed", len(failed)),
        ("Properties on the list in A", counts["in_a"]),
        ("Properties on the list in B", counts["in_b"]),
        ("On both lists", counts["in_both"]),
        ("Enter: on the list in B only", counts["enter"]),
        ("Leave: on the list in A only", counts["leave"]),
        ("On both lists, different score", counts["other_score"]),
        ("On both lists, same score, different rank", counts["only_other_rank"]),
        ("On both lists, unchanged", counts["unchanged"]),
        *((f"Couldn't be read: {result.record.source.name}", result.error_message) for result in failed),
    ]
    return [{"Figure": figure, "Value": value} for figure, value in rows]
