"""A filter: a person's own condition on the rows, as an expression over the canonical columns."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from flexscout.domain import REASONS, STATUS, TO_VERIFY, canonical_columns
from flexscout.errors import ConfigurationError
from flexscout.models import RowStatus
from flexscout.scoring.filter_syntax import find_syntax_error, quote_column

_NUMBER, _TEXT, _DATE, _FLAG = pl.Float64(), pl.String(), pl.Date(), pl.Boolean()
_TYPES: dict[str, pl.DataType] = {
    **dict.fromkeys(("text", "state", "zip"), _TEXT),
    **dict.fromkeys(("number", "year", "percent", "latitude", "longitude"), _NUMBER),
    "date": _DATE,
    "flag": _FLAG,
}
# What every profile gives to every row.
_SCORES = {"Flex Score": _NUMBER, "Flex Classification": _TEXT, "Completeness": _NUMBER, "Score Ceiling": _NUMBER}
SCHEMA = {column.name: _TYPES[column.type] for column in canonical_columns()} | _SCORES
"""Column -> what a filter takes its values for; years are numbers like any other."""

_KEPT, _MISSING = "__kept", "__missing"
_SHOWN = 200  # characters of a filter in a row's reason
_KINDS = {"number": "a number", "text": "a text", "date": "a date", "flag": "a yes or no", "span": "a span of time"}
_PANIC = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True)
class RowFilter:
    """A filter that was checked.

    `text`: as it was written, in one line; `columns`: those it names, in their order.
    """

    text: str
    expression: pl.Expr
    columns: tuple[str, ...]


@dataclass(frozen=True)
class FilteredRows:
    """Rows after a filter; `filtered_out`: for how many it does not hold."""

    frame: pl.DataFrame
    filtered_out: int


def parse_filter(text: str) -> RowFilter | None:
    """The filter of a text; None for an empty one. Raises ConfigurationError, in a sentence that shows the text.

    An expression of Polars' SQL over SCHEMA, of which only what judges each row by itself is taken.
    """
    line = " ".join(text.split())
    if not line:
        return None
    if wrong := find_syntax_error(text, list(SCHEMA)):
        raise _refused(line, wrong)
    try:
        expression = pl.sql_expr(text)
        wrong = next(_mistakes(expression), "")
    except _PANIC as error:
        raise _refused(line, _of_polars(error)) from None
    if wrong:
        raise _refused(line, wrong)
    named = set(expression.meta.root_names())
    return RowFilter(line, expression, tuple(name for name in SCHEMA if name in named))


def apply_filter(frame: pl.DataFrame, where: RowFilter | None) -> FilteredRows:
    """The frame of `classify`, in which rows for which the filter does not hold are not eligible, with the reason.

    Where a value that the filter needs is missing, it can't be decided: such a row is on To Verify if nothing else speaks
    against it. A column that the frame lacks is missing in every row.
    """
    if where is None or STATUS not in frame.columns:
        return FilteredRows(frame, 0)
    verdicts = _judged(frame, where)
    kept = verdicts[_KEPT].fill_null(value=False)
    return FilteredRows(frame.with_columns(verdicts).with_columns(_outcome(where)).drop(_KEPT, _MISSING), int((~kept).sum()))


def _judged(frame: pl.DataFrame, where: RowFilter) -> pl.DataFrame:
    """Whether the filter holds for each row, null where it can't be decided; and which of its columns are missing there."""
    asked = frame.with_columns(
        pl.col(name).cast(SCHEMA[name]) if name in frame.columns else pl.lit(None, SCHEMA[name]).alias(name)
        for name in where.columns
    )
    missing = [pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is missing")) for name in where.columns]
    sentence = pl.concat_str(missing, separator=" and ", ignore_nulls=True)
    return asked.with_columns(where.expression.alias(_KEPT), sentence.alias(_MISSING)).select(_KEPT, _MISSING)


def _outcome(where: RowFilter) -> list[pl.Expr]:
    """Status, reasons and To Verify, as the verdicts change them."""
    kept, undecided = pl.col(_KEPT).fill_null(value=False), pl.col(_KEPT).is_null()
    left_out = pl.lit(f"left out by the filter: {_short(where.text)}")
    # Nothing that a filter may hold makes a null of values that are all there.
    why = pl.when(undecided).then(pl.format("the filter can't be decided: {}", pl.col(_MISSING))).otherwise(left_out)
    reasons = pl.when(pl.col(REASONS) == "").then(why).otherwise(pl.format("{}; {}", pl.col(REASONS), why))
    nothing_else = pl.col(TO_VERIFY) | (pl.col(STATUS) == RowStatus.CANDIDATE)
    return [
        pl.when(kept).then(STATUS).otherwise(pl.lit(str(RowStatus.NOT_ELIGIBLE))).alias(STATUS),
        pl.when(kept).then(REASONS).otherwise(reasons).alias(REASONS),
        pl.when(kept).then(TO_VERIFY).otherwise(undecided & nothing_else).alias(TO_VERIFY),
    ]


def _mistakes(expression: pl.Expr) -> Iterator[str]:
    """What is wrong with an expression that can be parsed."""
    yield from _unlike(expression, set())
    if not expression.meta.root_names():
        yield "it names no column, and would say the same of every row"
    frames = [pl.DataFrame(schema=SCHEMA), pl.DataFrame({name: [None, None] for name in SCHEMA}, schema=SCHEMA)]
    if _kind(expression) != "flag":
        yield f"it gives {_KINDS.get(_kind(expression), 'nothing')}, no yes or no: compare it, as in {_example(expression)}"
    if any(frame.select(expression).height != frame.height for frame in frames):
        yield "it looks at many rows, and a filter at each row by itself"


def _unlike(expression: pl.Expr, seen: set[str]) -> Iterator[str]:
    """From the inside out: values of two kinds that are to be compared or joined."""
    if str(expression) in seen:
        return
    seen.add(str(expression))
    parts = expression.meta.pop()
    for part in parts:
        yield from _unlike(part, seen)
    kinds = {kind: part for part in reversed(parts) if (kind := _kind(part))}
    if len(kinds) > 1:
        yield _side_by_side(kinds)
    # The one cast that a filter can hold is that of NOT, which some versions of Polars put before it.
    elif str(expression).endswith(("cast(Boolean)", ".not()")) and kinds.keys() - {"flag"}:
        yield f"NOT stands before a condition, and {_spoken(*next(iter(kinds.items())))} is none"


def _side_by_side(kinds: dict[str, pl.Expr]) -> str:
    both = " and ".join(_spoken(kind, part) for kind, part in kinds.items())
    if "flag" in kinds:
        sides = "each side of AND and OR is a condition, such as State = 'NC'"
        return f"{both} stand side by side: {sides}; a yes or no equals TRUE or FALSE"
    if kinds.keys() == {"date", "text"}:
        return f"{both} can't be compared: a day is written DATE '2024-01-31'"
    return f"{both} can't be compared: texts stand in single quotes, numbers in none"


def _spoken(kind: str, part: pl.Expr) -> str:
    """`Sold Price (a number)`, or `a text`."""
    return f"{part.meta.output_name()} ({_KINDS[kind]})" if part.meta.is_column() else _KINDS[kind]


def _kind(expression: pl.Expr) -> str:
    """What an expression gives: one of _KINDS; empty for NULL."""
    (kind,) = pl.LazyFrame(schema=SCHEMA).select(expression).collect_schema().dtypes()
    while isinstance(kind, pl.List | pl.Array):
        kind = pl.Series(dtype=kind.inner).dtype
    if kind.is_numeric():
        return "number"
    return {_TEXT: "text", _DATE: "date", _FLAG: "flag", pl.Null(): ""}.get(kind, "span")


def _example(expression: pl.Expr) -> str:
    name = next(iter(expression.meta.root_names()), "State")
    value = {_NUMBER: "< 5000000", _DATE: ">= DATE '2024-01-31'", _FLAG: "= TRUE"}.get(SCHEMA[name], "IN ('A', 'B')")
    return f"{quote_column(name)} {value}"


def _of_polars(error: BaseException) -> str:
    """An error of the frame library, as far as it helps."""
    words = str(error).strip().partition("\n")[0]
    if "bitand" in words or "bitor" in words:
        return "each side of AND and OR is a condition, such as State = 'NC'"
    if words.startswith(("unable to parse", "sql parser error")):
        return "something is missing in it, or too much"
    return f"it makes no sense: {words}"


def _refused(text: str, wrong: str) -> ConfigurationError:
    sentence = f"The filter won't do: {wrong.rstrip('.')}{'' if wrong.endswith('?') else '.'}\n  where: {_short(text)}"
    return ConfigurationError(sentence, {"where": wrong})


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
