"""Columns of texts -> typed values, and a reason where a text would not do.

What all columns share is one query over all of them; only what a column has left is done column by column.
"""

from collections.abc import Mapping

import polars as pl

from flexscout.conversion.types import CONVERSIONS, Conversion
from flexscout.vocabulary import Column, cell_values

_UNTIDY = ["  ", "\t", "\r", "\n", "\u00a0"]


def clean(texts: pl.DataFrame, kinds: Mapping[str, Column]) -> pl.DataFrame:
    """Texts with single spaces; placeholders such as `--` and `N/A`, and what the column's type calls nothing, are null."""
    # Looking for what is rare is cheaper than replacing it everywhere.
    untidy = texts.select(pl.all().str.contains_any(_UNTIDY).any())
    missing = list(cell_values("missing"))
    return texts.select(
        _cleaned(name, missing, CONVERSIONS[kind.type].nothing, untidy=untidy[name]) for name, kind in kinds.items()
    )


def _cleaned(name: str, missing: list[str], nothing: str, *, untidy: pl.Series) -> pl.Expr:
    text = pl.col(name)
    if untidy.any():
        text = text.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars()
    is_missing = text.str.to_lowercase().is_in(missing)
    if nothing:
        is_missing |= text.str.contains(nothing)
    return pl.when(~is_missing).then(text).alias(name)


def typed(texts: pl.DataFrame, kinds: Mapping[str, Column]) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """The values of cleaned texts; and by column, where a text would not do, the reasons (null where all is well)."""
    values = _common_forms(texts, kinds)
    done = [_finished(CONVERSIONS[kind.type], kind.unit, texts[name], values[name]) for name, kind in kinds.items()]
    reasons = {column.name: why for column, why in done if why is not None}
    return _bounded(pl.DataFrame([column for column, _ in done]), reasons, kinds)


def _common_forms(texts: pl.DataFrame, kinds: Mapping[str, Column]) -> pl.DataFrame:
    """What the common form of each column gives; and the second one, where the first leaves values open."""
    values = texts.select(CONVERSIONS[kind.type].common(pl.col(name)).alias(name) for name, kind in kinds.items())
    left = {name: CONVERSIONS[kinds[name].type].second for name in kinds if _has_left(texts[name], values[name])}
    second = texts.select(form(pl.col(name)).alias(name) for name, form in left.items() if form)
    return values.with_columns(values[name].fill_null(second[name]) for name in second.columns)


def _finished(how: Conversion, unit: str, texts: pl.Series, values: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """A column with its other forms, and the reasons of what is none of them."""
    if how.rest and _has_left(texts, values):
        rest = (texts.is_not_null() & values.is_null()).arg_true()
        values = values.scatter(rest, how.rest(texts.gather(rest), unit))
    reasons = _reasons(texts.is_not_null() & values.is_null(), how.reason) if _has_left(texts, values) else None
    if how.keeps_text:
        values = values.zip_with(values.is_not_null(), texts)
    return how.settle(texts, values) if how.settle else values, reasons


def _has_left(texts: pl.Series, values: pl.Series) -> bool:
    return values.null_count() > texts.null_count()


def _bounded(
    values: pl.DataFrame, reasons: Mapping[str, pl.Series], kinds: Mapping[str, Column]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Values outside their bounds are missing, with that reason."""
    bounds = {name: CONVERSIONS[kind.type].bounds(kind.unit) for name, kind in kinds.items()}
    outside = values.select(
        ((pl.col(name) < bound[0]) | (pl.col(name) > bound[1])).fill_null(value=False) for name, bound in bounds.items() if bound
    )
    broken = [mask for mask in outside if mask.any()]
    nothing = pl.repeat(None, values.height, dtype=pl.String, eager=True)
    told = {mask.name: reasons.get(mask.name, nothing.clone()).set(mask, "out_of_range") for mask in broken}
    return values.with_columns(pl.when(~mask).then(pl.col(mask.name)).alias(mask.name) for mask in broken), {**reasons, **told}


def _reasons(where: pl.Series, reason: str) -> pl.Series:
    return pl.repeat(None, where.len(), dtype=pl.String, eager=True).set(where, reason)
