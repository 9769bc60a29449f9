"""Working columns: what the rules look at, one type and one kind of missing, whatever library the frame is of."""

from typing import Any, TypeVar

import narwhals as nw

from flexscout.classification.profile import Profile, kind_of
from flexscout.classification.words import answers
from flexscout.errors import DataFormatError

Frame = TypeVar("Frame", nw.DataFrame[Any], nw.LazyFrame[Any])

_REPEATED = 4  # rows for one distinct text, from which looking at each text once pays


def working(column: str) -> str:
    """The working column of a canonical column: numbers, times, or for a text the answers to the profile's tests."""
    return f"__flexscout {column}"


def names_of(frame: Frame) -> list[str]:
    """The names of a frame's columns, or of a query's."""
    return list(frame.collect_schema().names())


def with_working(frame: Frame, profile: Profile) -> Frame:
    """The frame with a working column for each column of the profile; null in every row where the frame lacks it."""
    names = set(names_of(frame))
    kinds = {name: kind_of(name) for name in profile.columns}
    there = {name: kind for name, kind in kinds.items() if name in names}
    lacking = [_nothing(kind).alias(working(name)) for name, kind in kinds.items() if name not in names]
    numbers = [_number(name) for name, kind in there.items() if kind == "number"]
    dates = [nw.col(name).cast(nw.Datetime("us")).alias(working(name)) for name, kind in there.items() if kind == "date"]
    texts = [_text(frame, name, profile) for name, kind in there.items() if kind == "text"]
    return frame.with_columns(*lacking, *numbers, *dates, *texts)


def check_frame(frame: Frame, profile: Profile) -> None:
    """Raise DataFormatError if the profile knows none, TypeError for texts where numbers are needed."""
    schema = frame.collect_schema()
    if schema and not any(name in schema for name in profile.columns):
        raise DataFormatError.missing_from_frame(profile.columns, list(schema))
    for name in profile.columns:
        # A column without any value may be of any type.
        if schema.get(name) == nw.String and kind_of(name) == "number" and _has_values(frame, name):
            raise TypeError(f"{name} holds texts: give numbers; FlexPropertyClassifier reads texts.")


def _has_values(frame: Frame, name: str) -> bool:
    """Whether a frame's column has any; a query is not asked."""
    return isinstance(frame, nw.DataFrame) and not frame[name].is_null().all()


def without_working(frame: Frame, profile: Profile) -> Frame:
    """The frame as it is handed out."""
    return frame.drop(*(working(name) for name in profile.columns), strict=False)


def _number(name: str) -> nw.Expr:
    number = nw.col(name).cast(nw.Float64())
    # Neither NaN nor infinite: of two infinities come values on which the libraries differ.
    return nw.when(number.is_finite()).then(number).alias(working(name))


def _nothing(kind: str) -> nw.Expr:
    return nw.lit(None, dtype=nw.Datetime("us") if kind == "date" else nw.Float64())


def _text(frame: Frame, name: str, profile: Profile) -> nw.Expr:
    """The answers of each row's text; where texts repeat, each is looked at once."""
    text = nw.col(name).cast(nw.String())
    asked = answers(text, profile.tests[name]).alias(working(name))
    if not isinstance(frame, nw.DataFrame):
        return asked
    distinct = frame.select(text.alias("text")).unique().filter(~nw.col("text").is_null())
    if not len(distinct) or len(distinct) * _REPEATED > len(frame):
        return asked
    found = distinct.select("text", answers(nw.col("text"), profile.tests[name]).alias("answers"))
    known = dict(zip(found["text"].to_list(), found["answers"].to_list(), strict=True))
    return text.replace_strict(known, return_dtype=nw.Float64()).alias(working(name))
