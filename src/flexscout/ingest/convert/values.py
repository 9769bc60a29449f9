"""Columns of texts -> typed values, and a reason where a text would not do.

What all columns share is one query over all of them; only what a column has left is done column by column.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from flexscout.domain import CanonicalColumn, cell_values
from flexscout.ingest.convert import decimal_marks as locale
from flexscout.ingest.convert.types import Conversion, find_conversion

_TOO_NARROW = r"^#{3,}$"  # what Excel shows, and exports as CSV, where a number is wider than its column
_UNTIDY = ["  ", "\t", "\r", "\n", "\u00a0"]


def clean_texts(texts: pl.DataFrame, kinds: Mapping[str, CanonicalColumn]) -> pl.DataFrame:
    """Texts with single spaces; placeholders such as `--` and `N/A`, and what the column's type calls nothing, are null."""
    # Looking for what is rare is cheaper than replacing it everywhere.
    untidy = texts.select(pl.all().str.contains_any(_UNTIDY).any())
    missing = list(cell_values("missing"))
    return texts.select(
        _cleaned(name, missing, find_conversion(kind).nothing, untidy=untidy[name]) for name, kind in kinds.items()
    )


def _cleaned(name: str, missing: list[str], nothing: str, *, untidy: pl.Series) -> pl.Expr:
    text = pl.col(name)
    if untidy.any():
        text = text.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars()
    is_missing = text.str.to_lowercase().is_in(missing)
    if nothing:
        is_missing |= text.str.contains(nothing)
    return pl.when(~is_missing).then(text).alias(name)


@dataclass(frozen=True)
class TypedColumns:
    """Converted columns.

    `values`: typed; `reasons`: by column, why a text would not do, null where all is well; columns without any have none;
    `notes`: by column, what is to say of it as a whole.
    """

    values: pl.DataFrame
    reasons: dict[str, pl.Series]
    notes: dict[str, str]


def convert_texts(texts: pl.DataFrame, kinds: Mapping[str, CanonicalColumn]) -> TypedColumns:
    """The values of cleaned texts, and what is wrong with them."""
    values = convert_common_forms(texts, kinds)
    return finish_conversion(texts, values, kinds, _decimal_notes(texts, values, select_decimal_columns(kinds)))


def select_decimal_columns(kinds: Mapping[str, CanonicalColumn]) -> list[str]:
    """The columns whose texts may have decimal commas."""
    return [name for name, kind in kinds.items() if find_conversion(kind).in_decimals]


def convert_common_forms(texts: pl.DataFrame, kinds: Mapping[str, CanonicalColumn]) -> pl.DataFrame:
    """The values of cleaned texts that are written as nearly all of their column are; null where they are not."""
    return _common_forms(texts, {name: find_conversion(kind) for name, kind in kinds.items()})


def finish_conversion(
    texts: pl.DataFrame, values: pl.DataFrame, kinds: Mapping[str, CanonicalColumn], decimals: Mapping[str, str]
) -> TypedColumns:
    """All values, from those of the common forms. `decimals`: the verdicts on decimal commas, by column."""
    forms = {name: find_conversion(kind) for name, kind in kinds.items()}
    notes = {**_own_notes(texts, forms), **decimals}
    commas = [name for name, note in decimals.items() if note in (locale.READ, locale.BY_NEIGHBORS)]
    if commas:
        texts = texts.with_columns(locale.with_points(texts[name]) for name in commas)
        values = values.with_columns(_common_forms(texts.select(commas), {name: forms[name] for name in commas}))
    done = [_finished(forms[name], kind.unit, texts[name], values[name]) for name, kind in kinds.items()]
    reasons = {column.name: why for column, why in done if why is not None}
    bounded, reasons = _bounded(pl.DataFrame([column for column, _ in done]), reasons, kinds)
    return TypedColumns(*_without_errors(texts, bounded, reasons), notes)


def _common_forms(texts: pl.DataFrame, forms: Mapping[str, Conversion]) -> pl.DataFrame:
    """What the common form of each column gives; and the second one, where the first leaves values open."""
    values = texts.select(form.common(pl.col(name)).alias(name) for name, form in forms.items())
    left = {name: form.second for name, form in forms.items() if _has_left(texts[name], values[name])}
    second = texts.select(form(pl.col(name)).alias(name) for name, form in left.items() if form)
    return values.with_columns(values[name].fill_null(second[name]) for name in second.columns)


def _own_notes(texts: pl.DataFrame, forms: Mapping[str, Conversion]) -> dict[str, str]:
    """By column, what is to say of how it is written, whatever the others are."""
    own = {name: form.note(texts[name]) for name, form in forms.items() if form.note}
    return {name: note for name, note in own.items() if note}


def _decimal_notes(texts: pl.DataFrame, values: pl.DataFrame, names: list[str]) -> dict[str, str]:
    """The verdicts on decimal commas. What can only be one is never a common form, so most sheets need no look at all texts."""
    left = (select_unconverted(texts[name], values[name]) for name in names if _has_left(texts[name], values[name]))
    if any(map(locale.says_comma, left)) or locale.is_unclear(select_fractions(texts[name], values[name]) for name in names):
        return locale.verdicts({name: locale.signs(texts[name]) for name in names})
    return {}


def select_unconverted(texts: pl.Series, values: pl.Series) -> pl.Series:
    """The texts of a column that have no value yet, also the missing ones."""
    return texts.filter(values.is_null())


def select_fractions(texts: pl.Series, values: pl.Series) -> pl.Series:
    """The texts of a column whose values are no whole numbers."""
    return texts.filter((values % 1 != 0).fill_null(value=False))


def _finished(how: Conversion, unit: str, texts: pl.Series, values: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """A column with its other forms, and the reasons of what is none of them."""
    if how.rest and _has_left(texts, values):
        rest = (texts.is_not_null() & values.is_null()).arg_true()
        values = values.scatter(rest, how.rest(texts.gather(rest), unit))
    reasons = _reasons(texts.is_not_null() & values.is_null(), how.reason) if _has_left(texts, values) else None
    if how.keeps_text:
        values = values.zip_with(values.is_not_null(), texts)
    return how.settle(texts, values) if how.settle else values, reasons


def _without_errors(
    texts: pl.DataFrame, values: pl.DataFrame, reasons: Mapping[str, pl.Series]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """What Excel shows for an error is no value, of any type, and has that reason."""
    some = texts.select(pl.all().str.starts_with("#").any())
    with_sign = [name for name in some.columns if some[name].item()]
    if not with_sign:
        return values, dict(reasons)
    error = pl.all().str.to_lowercase().is_in(list(cell_values("errors"))) | pl.all().str.contains(_TOO_NARROW)
    masks = texts.select(with_sign).select(error.fill_null(value=False))
    return _told(values, reasons, [mask for mask in masks if mask.any()], "error_cell")


def _has_left(texts: pl.Series, values: pl.Series) -> bool:
    return values.null_count() > texts.null_count()


def _bounded(
    values: pl.DataFrame, reasons: Mapping[str, pl.Series], kinds: Mapping[str, CanonicalColumn]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Values outside their bounds are missing, with that reason."""
    bounds = {name: find_conversion(kind).bounds(kind) for name, kind in kinds.items()}
    outside = values.select(
        ((pl.col(name) < bound[0]) | (pl.col(name) > bound[1])).fill_null(value=False) for name, bound in bounds.items() if bound
    )
    return _told(values, reasons, [mask for mask in outside if mask.any()], "out_of_range")


def _told(
    values: pl.DataFrame, reasons: Mapping[str, pl.Series], masks: list[pl.Series], reason: str
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Values under the masks, by their columns, are missing for that reason."""
    nothing = pl.repeat(None, values.height, dtype=pl.String, eager=True)
    told = {mask.name: reasons.get(mask.name, nothing.clone()).set(mask, reason) for mask in masks}
    return values.with_columns(pl.when(~mask).then(pl.col(mask.name)).alias(mask.name) for mask in masks), {**reasons, **told}


def _reasons(where: pl.Series, reason: str) -> pl.Series:
    return pl.repeat(None, where.len(), dtype=pl.String, eager=True).set(where, reason)
