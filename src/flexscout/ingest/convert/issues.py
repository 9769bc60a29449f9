"""The Issues of a sheet: all are counted, and so many are listed as a person can use."""

from collections import Counter
from collections.abc import Iterable

import polars as pl

from flexscout.domain import MAX_LISTED_ISSUES
from flexscout.ingest.convert.rows import BLANK, PROPERTY
from flexscout.models import Issue

ISSUE_SCHEMA = {
    "Source Sheet": pl.String,
    "Source Row": pl.Int64,
    "Column": pl.String,
    "Value": pl.String,
    "Reason": pl.String,
}
"""Columns of an Issues table; `Source Row` is 0 where a whole column is meant."""

_VALUE_SHOWN = 200  # characters; a cell may hold 32,767


class IssueList:
    """Gathers the Issues of a sheet; holds at most `most` of a reason in a column, whatever their number."""

    def __init__(self, sheet: str, most: int = MAX_LISTED_ISSUES) -> None:
        self._sheet, self._most = sheet, most
        self._counts: Counter[str] = Counter()
        self._parts: list[pl.DataFrame] = [pl.DataFrame(schema=ISSUE_SCHEMA)]

    def of_columns(self, issues: Iterable[Issue]) -> None:
        """What is to say of whole columns."""
        rows = [(self._sheet, issue.row, issue.column, issue.value, issue.reason) for issue in issues]
        self._counts.update(reason_code(reason) for *_, reason in rows)
        if rows:
            self._parts.append(pl.DataFrame(rows, schema=ISSUE_SCHEMA, orient="row"))

    def of_values(self, rows: pl.Series, header: str, texts: pl.Series, reasons: pl.Series) -> None:
        """The values of a column that have a reason; `rows` as Excel numbers them."""
        where = reasons.is_not_null().arg_true()
        if where.is_empty():
            return
        self._count(reasons)
        frame = pl.DataFrame({"Source Row": rows.cast(pl.Int64), "Value": texts, "Reason": reasons.cast(pl.String)})[where]
        self._add(frame.with_columns(pl.lit(header).alias("Column")))

    def of_rows(self, body: pl.DataFrame, kinds: pl.Series) -> None:
        """Totals, footnotes and repeated headers: left out, but named."""
        where = (~kinds.is_in([PROPERTY, BLANK])).arg_true()
        if where.is_empty():
            return
        self._counts["not_data"] += where.len()
        kept = where.head(self._most)
        self._add(
            body[kept].select(
                pl.col("row").cast(pl.Int64).alias("Source Row"),
                pl.coalesce(pl.exclude("row"), pl.lit("")).alias("Value"),
                pl.format("not_data: {}", pl.lit(kinds.gather(kept))).alias("Reason"),
                pl.lit("").alias("Column"),
            )
        )

    def extend(self, other: "IssueList") -> None:
        """Those of another list, behind these."""
        self._counts.update(other._counts)  # noqa: SLF001 - of its own kind
        self._parts += other._parts  # noqa: SLF001

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Reason -> how many there are, by reason."""
        return tuple(sorted(self._counts.items()))

    def listed(self) -> pl.DataFrame:
        """ISSUE_SCHEMA, in the order of the rows."""
        return sample_fairly(pl.concat(self._parts), self._most).sort("Source Row", maintain_order=True)

    def _count(self, reasons: pl.Series) -> None:
        found = reasons.drop_nulls().value_counts()
        self._counts.update(dict(found.iter_rows()))

    def _add(self, frame: pl.DataFrame) -> None:
        named = frame.with_columns(pl.lit(self._sheet).alias("Source Sheet"), pl.col("Value").str.head(_VALUE_SHOWN))
        self._parts.append(sample_fairly(named.select(*ISSUE_SCHEMA), self._most))


def sample_fairly(issues: pl.DataFrame, most: int) -> pl.DataFrame:
    """At most `most` of the Issues, the first of each reason in each column; a frequent reason hides no rare one."""
    if issues.height <= most:
        return issues
    number = pl.int_range(pl.len()).over("Source Sheet", "Column", pl.col("Reason").str.extract("^([^:]*)"))
    # A stable order of all firsts, all seconds and so on gives every kind its share.
    chosen = issues.with_row_index("__place").with_columns(number.alias("__number")).sort("__number", "__place").head(most)
    return chosen.sort("__place").drop("__place", "__number")


def reason_code(reason: str) -> str:
    """The reason without its detail, which follows a colon."""
    return reason.partition(":")[0]
