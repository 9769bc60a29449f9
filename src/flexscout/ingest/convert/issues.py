"""The issues of a sheet: all are counted, a fair sample is listed."""

from collections import Counter
from collections.abc import Iterable

import polars as pl

from flexscout.domain import MAX_LISTED_ISSUES
from flexscout.ingest.convert.rows import RowKind
from flexscout.models import Issue, IssueReason

ISSUE_SCHEMA = {
    "Source Sheet": pl.String,
    "Source Row": pl.Int64,
    "Column": pl.String,
    "Value": pl.String,
    "Reason": pl.String,
    "Detail": pl.String,
}
"""Columns of an issues frame. `Source Row` is 0 if the whole column is meant; `Reason` is a code; `Detail` may be empty."""

_SHOWN_CHARACTERS = 200  # of a value; a cell may hold 32,767


class IssueCollector:
    """Collects the issues of one sheet.

    Args:
        sheet: Sheet name.
        limit: Greatest number of issues to list, in all and for each reason in each column. Counts have no limit.

    """

    def __init__(self, sheet: str, limit: int = MAX_LISTED_ISSUES) -> None:
        self._sheet, self._limit = sheet, limit
        self._counts: Counter[str] = Counter()
        self._parts: list[pl.DataFrame] = [pl.DataFrame(schema=ISSUE_SCHEMA)]

    def add_column_issues(self, issues: Iterable[Issue]) -> None:
        """Add issues about whole columns or the whole sheet."""
        rows = [(self._sheet, one.row, one.column, one.value, one.reason.value, one.detail) for one in issues]
        self._counts.update(reason for *_, reason, _ in rows)
        if rows:
            self._parts.append(pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row"))

    def add_value_issues(self, rows: pl.Series, header: str, texts: pl.Series, reasons: pl.Series) -> None:
        """Add an issue for each value of a column that has a reason.

        Args:
            rows: Row numbers as shown in Excel.
            header: Header of the column.
            texts: Texts of the column.
            reasons: Reason codes, null where the value is fine.

        """
        positions = reasons.is_not_null().arg_true()
        if positions.is_empty():
            return
        self._counts.update(dict(reasons.drop_nulls().value_counts().iter_rows()))
        frame = pl.DataFrame({"Source Row": rows.cast(pl.Int64), "Value": texts, "Reason": reasons.cast(pl.String)})[positions]
        self._add(frame.with_columns(pl.lit(header).alias("Column"), pl.lit("").alias("Detail")))

    def add_row_issues(self, body: pl.DataFrame, row_kinds: pl.Series) -> None:
        """Add an issue for each row that is no property, such as a total or a note: these rows are skipped, but listed."""
        is_skipped = (row_kinds != RowKind.PROPERTY.value) & (row_kinds != RowKind.BLANK.value)
        if not is_skipped.any():
            return
        positions = is_skipped.arg_true()
        is_other = pl.col("kind") == RowKind.OTHER_TABLE.value
        reason = pl.when(is_other).then(pl.lit(IssueReason.OTHER_TABLE.value)).otherwise(pl.lit(IssueReason.NOT_DATA.value))
        detail = pl.when(~is_other).then("kind").otherwise(pl.lit(""))
        found = row_kinds.gather(positions).to_frame("kind").select(reason.alias("Reason"), detail.alias("Detail"))
        self._counts.update(dict(found["Reason"].value_counts().iter_rows()))
        listed = positions.head(self._limit)
        self._add(
            body[listed]
            .select(
                pl.col("row").cast(pl.Int64).alias("Source Row"),
                pl.coalesce(pl.exclude("row"), pl.lit("")).alias("Value"),
                pl.lit("").alias("Column"),
            )
            .hstack(found.head(self._limit))
        )

    def extend(self, other: "IssueCollector") -> None:
        """Append the issues of another collector of the same sheet."""
        self._counts.update(other._counts)  # noqa: SLF001 - same class
        self._parts += other._parts  # noqa: SLF001

    def count_by_reason(self) -> tuple[tuple[str, int], ...]:
        """Return the number of issues for each reason code, sorted by code."""
        return tuple(sorted(self._counts.items()))

    def to_frame(self) -> pl.DataFrame:
        """Return the listed issues, with the columns of ISSUE_SCHEMA, sorted by row."""
        return sample_issues(pl.concat(self._parts), self._limit).sort("Source Row", maintain_order=True)

    def _add(self, frame: pl.DataFrame) -> None:
        with_sheet = frame.with_columns(pl.lit(self._sheet).alias("Source Sheet"), pl.col("Value").str.head(_SHOWN_CHARACTERS))
        self._parts.append(sample_issues(with_sheet.select(*ISSUE_SCHEMA), self._limit))


def sample_issues(issues: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Return at most `limit` issues, spread over reasons and columns so that a frequent problem hides no rare one."""
    if issues.height <= limit:
        return issues
    number = pl.int_range(pl.len()).over("Source Sheet", "Column", "Reason")
    # Ordered by their number within a kind: all firsts, all seconds, and so on.
    sampled = issues.with_row_index("__place").with_columns(number.alias("__number")).sort("__number", "__place").head(limit)
    return sampled.sort("__place").drop("__place", "__number")
