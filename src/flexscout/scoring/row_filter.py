"""The user's filters (`filtering.where` and `filtering.where_rows`): parse them, and apply them to classified rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from flexscout.domain import REASON_SEPARATOR, REASONS, STATUS, TO_VERIFY, clean_reason, list_canonical_columns, shorten
from flexscout.errors import ConfigurationError
from flexscout.models import RowStatus
from flexscout.scoring.filter_syntax import find_syntax_error, fold_case, quote_column

_NUMBER, _TEXT, _DATE, _FLAG = pl.Float64(), pl.String(), pl.Date(), pl.Boolean()
_TYPES: dict[str, pl.DataType] = {
    **dict.fromkeys(("text", "state", "zip"), _TEXT),
    **dict.fromkeys(("number", "year", "percent", "latitude", "longitude"), _NUMBER),
    "date": _DATE,
    "flag": _FLAG,
}
# Score columns that every profile produces.
_SCORES = {"Flex Score": _NUMBER, "Flex Classification": _TEXT, "Completeness": _NUMBER, "Score Ceiling": _NUMBER}
SCHEMA = {column.name: _TYPES[column.type] for column in list_canonical_columns()} | _SCORES
"""Columns that a filter can name, with the types it sees; years are numbers like any other."""

_KIND_NAMES = {_NUMBER: "number", _TEXT: "text", _DATE: "date", _FLAG: "flag"}
_KEPT, _MISSING = "__kept", "__missing"
_SHOWN_CHARACTERS = 200  # of the filter, in a row's reason
_EACH_SIDE = "each side of AND and OR must be a condition, such as State = 'NC'"
_POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


class Kind(StrEnum):
    """Kind of value that a part of a filter gives, as messages name it."""

    NUMBER = "a number"
    TEXT = "text"
    DATE = "a date"
    FLAG = "a yes/no value"
    DURATION = "a time span"
    NULL = ""


_KINDS = {_TEXT: Kind.TEXT, _DATE: Kind.DATE, _FLAG: Kind.FLAG, pl.Null(): Kind.NULL}


@dataclass(frozen=True)
class RowFilter:
    """Checked filter.

    `text`: the filter as written, on one line; `expression`: what it says about columns whose texts are in lower case; `columns`:
    those it names, in the order of SCHEMA.
    """

    text: str
    expression: pl.Expr
    columns: tuple[str, ...]


@dataclass(frozen=True)
class FilteredRows:
    """Classified rows after a filter; `filtered_out`: number of rows that don't meet it; `is_left_out`: whether each doesn't."""

    frame: pl.DataFrame
    filtered_out: int
    is_left_out: pl.Series


def parse_filter(text: str) -> RowFilter | None:
    """Parse a filter: a Polars SQL expression over SCHEMA that looks at one row at a time and ignores the case of texts.

    Returns:
        The filter, or None for blank text.

    Raises:
        ConfigurationError: The filter has an error; the message describes the first one and shows the filter.

    """
    line = " ".join(text.split())
    if not line:
        return None
    if error := find_syntax_error(text, list(SCHEMA)):
        raise _build_error(line, error)
    try:
        expression = pl.sql_expr(text)
    except _POLARS_ERRORS:
        raise _build_error(line, "it is incomplete, or has a part too many") from None
    try:
        error = next(_find_type_errors(expression), "")
    except _POLARS_ERRORS as polars_error:
        raise _build_error(line, f"it can't be evaluated: {str(polars_error).strip().partition(chr(10))[0]}") from None
    if error:
        raise _build_error(line, error)
    names = set(expression.meta.root_names())
    return RowFilter(line, pl.sql_expr(fold_case(text)), tuple(name for name in SCHEMA if name in names))


def list_filter_kinds() -> dict[str, str]:
    """Return the kind of each column that a filter can name: `number`, `text`, `date` or `flag`."""
    return {name: _KIND_NAMES[dtype] for name, dtype in SCHEMA.items()}


def apply_filter(frame: pl.DataFrame, where: RowFilter | None) -> FilteredRows:
    """Mark classified rows that don't meet a filter as not eligible, with the reason.

    If a value the filter needs is missing, the row is marked To Verify, unless something else rejects it too. A column
    that the frame doesn't have counts as missing in every row.
    """
    if where is None or STATUS not in frame.columns:
        return FilteredRows(frame, 0, pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True))
    verdicts = _evaluate(frame, where)
    kept = verdicts[_KEPT].fill_null(value=False)
    filtered = frame.with_columns(verdicts).with_columns(_update_outcome(where)).drop(_KEPT, _MISSING)
    return FilteredRows(filtered, int((~kept).sum()), ~kept)


def _evaluate(frame: pl.DataFrame, where: RowFilter) -> pl.DataFrame:
    """Return whether each row meets the filter, null where undecided, and which of the filter's columns are missing."""
    prepared = frame.with_columns(
        _fold_column(name) if name in frame.columns else pl.lit(None, SCHEMA[name]).alias(name) for name in where.columns
    )
    missing = [pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is missing")) for name in where.columns]
    sentence = pl.concat_str(missing, separator=" and ", ignore_nulls=True)
    return prepared.with_columns(where.expression.alias(_KEPT), sentence.alias(_MISSING)).select(_KEPT, _MISSING)


def _fold_column(name: str) -> pl.Expr:
    column = pl.col(name).cast(SCHEMA[name])
    return column.str.to_lowercase() if SCHEMA[name] == _TEXT else column


def _update_outcome(where: RowFilter) -> list[pl.Expr]:
    """Build the expressions for status, reasons and To Verify after the filter."""
    kept, undecided = pl.col(_KEPT).fill_null(value=False), pl.col(_KEPT).is_null()
    rejected = pl.lit(clean_reason(f"left out by the filter: {shorten(where.text, _SHOWN_CHARACTERS)}"))
    # The filter is null only where a value is missing: none of the allowed functions gives null for known values.
    reason = pl.when(undecided).then(pl.format("the filter can't be decided: {}", pl.col(_MISSING))).otherwise(rejected)
    is_first = pl.col(REASONS) == ""
    reasons = pl.when(is_first).then(reason).otherwise(pl.concat_str(REASONS, reason, separator=REASON_SEPARATOR))
    is_otherwise_open = pl.col(TO_VERIFY) | (pl.col(STATUS) == RowStatus.CANDIDATE)
    return [
        pl.when(kept).then(STATUS).otherwise(pl.lit(str(RowStatus.NOT_ELIGIBLE))).alias(STATUS),
        pl.when(kept).then(REASONS).otherwise(reasons).alias(REASONS),
        pl.when(kept).then(TO_VERIFY).otherwise(undecided & is_otherwise_open).alias(TO_VERIFY),
    ]


def _find_type_errors(expression: pl.Expr) -> Iterator[str]:
    """Yield the errors of an expression that Polars can parse."""
    yield from _find_kind_conflicts(expression, set())
    if not expression.meta.root_names():
        yield "it names no column, so it gives the same answer for every row"
    kind = _resolve_kind(expression)
    if kind is not Kind.FLAG:
        yield f"it is {kind or 'NULL'}, not a condition: compare it, as in {_build_example(expression)}"
    # An expression that aggregates changes the number of rows, also of an empty frame.
    frames = [pl.DataFrame(schema=SCHEMA), pl.DataFrame({name: [None, None] for name in SCHEMA}, schema=SCHEMA)]
    if any(frame.select(expression).height != frame.height for frame in frames):
        yield "it looks at many rows; a filter looks at one row at a time"


def _find_kind_conflicts(expression: pl.Expr, seen: set[str]) -> Iterator[str]:
    """Find values of different kinds that are compared or joined, from the inside out.

    `seen`: parts that were checked; BETWEEN contains its value twice.
    """
    if str(expression) in seen:
        return
    seen.add(str(expression))
    operands = expression.meta.pop()[::-1]
    for operand in operands:
        yield from _find_kind_conflicts(operand, seen)
    kinds: dict[Kind, pl.Expr] = {}
    for operand in operands:
        kinds.setdefault(_resolve_kind(operand), operand)
    kinds.pop(Kind.NULL, None)
    if len(kinds) > 1:
        yield _describe_conflict(kinds)
    elif kinds.keys() - {Kind.FLAG}:
        description = _describe(*next(iter(kinds.items())))
        if _is_negation(expression, operands):
            yield f"NOT needs a condition, and {description} is not one"
        elif _is_connector(expression, operands):
            yield f"{description} is not a condition: {_EACH_SIDE}"


def _is_negation(expression: pl.Expr, operands: list[pl.Expr]) -> bool:
    """Whether the expression is NOT; some versions of Polars parse it as a cast, which a filter contains nowhere else."""
    return len(operands) == 1 and any(expression.meta.eq(form) for form in (~operands[0], operands[0].cast(pl.Boolean)))


def _is_connector(expression: pl.Expr, operands: list[pl.Expr]) -> bool:
    """Whether the expression is AND or OR."""
    if len(operands) != 2:  # noqa: PLR2004 - both sides
        return False
    left, right = operands
    return expression.meta.eq(left & right) or expression.meta.eq(left | right)


def _describe_conflict(kinds: dict[Kind, pl.Expr]) -> str:
    both = " and ".join(_describe(kind, operand) for kind, operand in kinds.items())
    if Kind.FLAG in kinds:
        return f"{both} can't be joined or compared: {_EACH_SIDE}; a yes/no value equals TRUE or FALSE"
    if kinds.keys() == {Kind.DATE, Kind.TEXT}:
        return f"{both} can't be compared: write a day as DATE '2024-01-31'"
    return f"{both} can't be compared: text needs single quotes, numbers have none"


def _describe(kind: Kind, expression: pl.Expr) -> str:
    """Describe a value for a message: `Sold Price (a number)`, or `text`."""
    return f"{expression.meta.output_name()} ({kind})" if expression.meta.is_column() else kind


def _resolve_kind(expression: pl.Expr) -> Kind:
    (dtype,) = pl.LazyFrame(schema=SCHEMA).select(expression).collect_schema().dtypes()
    while isinstance(dtype, pl.List | pl.Array):
        dtype = pl.Series(dtype=dtype.inner).dtype
    return Kind.NUMBER if dtype.is_numeric() else _KINDS.get(dtype, Kind.DURATION)


def _build_example(expression: pl.Expr) -> str:
    name = next(iter(expression.meta.root_names()), "State")
    value = {_NUMBER: "< 5000000", _DATE: ">= DATE '2024-01-31'", _FLAG: "= TRUE"}.get(SCHEMA[name], "IN ('A', 'B')")
    return f"{quote_column(name)} {value}"


def _build_error(text: str, error: str) -> ConfigurationError:
    ending = "" if error.endswith("?") else "."
    sentence = f"The filter has an error: {error.rstrip('.')}{ending}\n  where: {shorten(text, _SHOWN_CHARACTERS)}"
    return ConfigurationError(sentence, {"where": error})
