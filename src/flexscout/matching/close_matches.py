"""Close matches: places that are written differently and may be the same, with a score and the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from flexscout.domain import map_address_terms
from flexscout.matching import place_comparison as compare
from flexscout.matching.candidate_pairs import find_candidate_pairs
from flexscout.matching.distinct_places import IDENTITY
from flexscout.matching.spelling import MAX_LETTERS, SIDES, drop_distant_cities, find_similar_names, move_words_into_name

COMPARED_COLUMNS = (
    *("number", "first_number", "low", "high", "predirectional", "name", "full", "suffix", "postdirectional"),
    *("unit", "unit_column", "state", "city", "zip", "apns", "apn_formats", "lat", "lon"),
    *("numbers_on_name", "numbers_on_street"),
)
"""Columns of a place that are compared: parts of its address, parcels, coordinates, and house numbers known on its street."""

_FAR_KM, _NEAR_KM = 1.0, 0.075
_FOOT_IN_KILOMETERS, _MILE_IN_FEET = 0.000_304_8, 5_280
_LIKELY_ERRORS = {0: 0, 1: 8, 2: 9, MAX_LETTERS: 0}  # letters apart -> shortest name in which that is likely a typing error
_MIN_WITH_MISSING_LETTER = 6  # the same, for a letter that one side lacks
_NAME_ENDINGS = ("SON", "SEN", "STON")  # of names that differ by a letter: Johnson, Johnston
_MIN_LAST_WORD = 4  # letters
_FIRST_CHARACTER = "\x01"  # sorts before those of all values
_IN_USE = 2  # a street with more house numbers than this isn't a misspelling of another


@dataclass(frozen=True)
class ScoreBands:
    """Match scores, 0-1.

    Attributes:
        merge_from: Lowest score of a match that is nearly sure; it is merged if the settings say so.
        review_from: Lowest score of a match that is listed for review.

    """

    merge_from: float = 0.92
    review_from: float = 0.70


@dataclass(frozen=True)
class Finding:
    """What a comparison of two places may find.

    Attributes:
        cost: What it takes from a score of 1; less than 0 if it adds.
        applies: Whether it applies to a pair, as an expression.
        sentence: What the evidence says; empty if it says it in other words.

    """

    cost: float
    applies: pl.Expr
    sentence: str = ""


def compare_places(places: pl.DataFrame, partition: tuple[int, int] = (0, 1)) -> pl.DataFrame:
    """Return the pairs of places that may be the same.

    Places with another house number, other digits in the street name, another direction, another unit, or only different parcels
    never match.

    Args:
        places: One row per place, with `COMPARED_COLUMNS` and `row`, as `find_candidate_pairs` expects them.
        partition: As `find_candidate_pairs` expects it.

    Returns:
        `left` and `right`, the first rows of the two places in the order of their addresses; `order_l` and `order_r`, by which
        places are sorted; the compared columns of both sides, and what was found about their names.

    """
    pairs = find_similar_names(find_candidate_pairs(places, partition), places)
    compared = _drop_contradictions(_add_sides(pairs, places))
    return drop_distant_cities(move_words_into_name(compared)).with_columns(
        pl.col("row_l").alias("left"), pl.col("row_r").alias("right")
    )


def combine_pairs(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the pairs of several partitions, which may have a pair twice, in the order of their places."""
    if len(parts) == 1:
        return parts[0]
    return pl.concat(parts).unique(["left", "right"]).sort("order_l", "order_r")


def score_pairs(pairs: pl.DataFrame, bands: ScoreBands) -> pl.DataFrame:
    """Return the pairs whose match score reaches the review band.

    Args:
        pairs: All pairs, as `compare_places` returns them.
        bands: The lowest scores.

    Returns:
        `left` and `right` (rows), `Score` (0-1), `Evidence`, and `sure` (in the merge band).

    """
    scored = _add_score(_add_rivals(pairs))
    return scored.filter(pl.col("Score") >= bands.review_from).select(
        "left",
        "right",
        pl.col("Score").clip(0, 1),
        _evidence().alias("Evidence"),
        (pl.col("Score") >= bands.merge_from).alias("sure"),
    )


def _add_sides(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Add the compared columns of both places, with the endings `_l` and `_r`."""
    order = pl.concat_str((pl.col(name).fill_null("") for name in IDENTITY), separator=_FIRST_CHARACTER).alias("order")
    sides = [
        places[pairs[side]].select(*COMPARED_COLUMNS, "row", order).select(pl.all().name.suffix(f"_{end}")) for side, end in SIDES
    ]
    return pl.concat([pairs, *sides], how="horizontal")


def _drop_contradictions(pairs: pl.DataFrame) -> pl.DataFrame:
    has_same_number = (
        (pl.col("number_l") == pl.col("number_r"))
        | compare.is_first_of_range()
        | compare.is_within_range()
        | compare.is_unit_in_number()
        | compare.is_number_letter_missing()
    )
    return pairs.filter(
        has_same_number
        & ~compare.differs("predirectional")
        & ~compare.differs("postdirectional")
        & ~compare.differs("unit")
        & ~compare.has_opposite_name()
        & ~(compare.is_moved() & ~compare.has_same_direction())
        & ~compare.has_other_parcel()
    )


def _add_rivals(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add what makes a pair ambiguous, because one of its places fits several others.

    `ambiguous`: a part is missing on one side, and the streets that would match it disagree on that part. `several_units`,
    `several_numbers`, `several_parcels`: the whole building, the range or the place without an APN fits several of them.
    """
    parts = ("predirectional", "suffix", "postdirectional")
    agreeing = pairs.filter(~compare.has_other_suffix())
    ends = [
        agreeing.select(
            pl.col(own).alias("place"),
            *(pl.col(f"{part}_{other}").alias(part) for part in (*parts, "unit", "number", "apns")),
            *(pl.col(f"{part}_{end}").alias(f"own_{part}") for part in (*parts, "unit", "apns")),
            compare.is_range(end).alias("own_range"),
            compare.is_range(other).alias("is_range"),
        )
        for own, end, other in (("left", "l", "r"), ("right", "r", "l"))
    ]
    rivals = _find_rivals(pl.concat(ends), parts)
    left, right = (
        pairs.select(pl.col(side).alias("place")).join(rivals, on="place", how="left", maintain_order="left")
        for side in ("left", "right")
    )
    either = {name: left[name].fill_null(value=False) | right[name].fill_null(value=False) for name in left.columns[1:]}
    is_part_missing = pl.any_horizontal(compare.is_missing(part) for part in parts) | compare.has_ambiguous_suffix()
    is_parcel_missing = (pl.col("apns_l").list.len() == 0) != (pl.col("apns_r").list.len() == 0)
    return pairs.with_columns(
        (is_part_missing & pl.lit(either["has_rival"])).alias("ambiguous"),
        (compare.is_missing("unit") & pl.lit(either["has_units"])).alias("several_units"),
        ((compare.is_range("l") != compare.is_range("r")) & pl.lit(either["has_numbers"])).alias("several_numbers"),
        (is_parcel_missing & pl.lit(either["has_parcels"])).alias("several_parcels"),
    )


def _find_rivals(others: pl.DataFrame, parts: Sequence[str]) -> pl.DataFrame:
    """Return which places fit several others that disagree.

    Args:
        others: A row for each place and each other place that it fits.
        parts: Parts of an address that may be missing.

    """
    short = pl.col("suffix", "own_suffix").replace(dict.fromkeys(map_address_terms("ambiguous_suffixes"), ""))
    is_open = (pl.col("own_apns").list.len() == 0) & (pl.col("apns").list.len() > 0)
    parcels = (
        others.filter(is_open).select("place", "apns", pl.len().over("place").alias("places")).explode("apns", empty_as_null=True)
    )
    shared = (
        parcels.group_by("place", "places", "apns")
        .len()
        .group_by("place")
        .agg((pl.col("len") < pl.col("places")).all().alias("has_parcels"))
    )
    rivals = others.with_columns(short).group_by("place").agg(
        pl.any_horizontal(
            pl.col(part).filter((pl.col(part) != "") & (pl.col(f"own_{part}") == "")).n_unique() > 1 for part in parts
        ).alias("has_rival"),
        (pl.col("unit").filter((pl.col("unit") != "") & (pl.col("own_unit") == "")).n_unique() > 1).alias("has_units"),
        (pl.col("number").filter(pl.col("own_range") & ~pl.col("is_range")).n_unique() > 1).alias("has_numbers"),
    )  # fmt: skip
    return rivals.join(shared, on="place", how="left")


def _add_score(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `Score`, 1 minus the costs of the findings, and each finding as a column."""
    measured = pairs.with_columns(compare.measure_kilometers().alias("kilometers"))
    found = measured.with_columns(
        finding.applies.fill_null(value=False).alias(_column(number)) for number, finding in enumerate(_list_findings())
    )
    total = pl.sum_horizontal(finding.cost * pl.col(_column(number)) for number, finding in enumerate(_list_findings()))
    return found.with_columns((1 - total).round(6).alias("Score"))


@cache
def _list_findings() -> tuple[Finding, ...]:
    """Return all findings, in the order of the evidence."""
    return (
        Finding(0.05, pl.col("letters") == 1),
        Finding(0.07, pl.col("letters") == MAX_LETTERS - 1),
        Finding(0.20, pl.col("letters") == MAX_LETTERS),
        Finding(0.05, _has_other_end()),
        Finding(0.12, ~_is_likely_error(), "too many letters for a typing error"),
        Finding(0.12, _has_other_word(), "the last words are different words"),
        Finding(0.26, pl.col("is_part"), "one name is part of the other"),
        Finding(0.02, compare.is_missing("suffix"), "suffix missing on one side"),
        Finding(0.02, compare.has_ambiguous_suffix(), "suffix abbreviated on one side, with several meanings"),
        Finding(0.27, compare.has_other_suffix(), "suffix differs"),
        Finding(0.04, compare.is_direction_missing() & ~_is_numbered(), "direction missing on one side"),
        # Many towns have both 1st Ave and 1st Ave N.
        Finding(0.10, compare.is_direction_missing() & _is_numbered(), "direction missing on one side"),
        Finding(0.04, compare.is_moved(), "direction before the name on one side, after it on the other"),
        Finding(0.10, compare.is_letter_or_direction(), "a letter on one side, a direction on the other"),
        Finding(0.12, pl.col("letter_moved"), "a direction on one side, the first letter of the name on the other"),
        Finding(0.12, pl.col("ambiguous"), "several streets fit"),
        Finding(0.12, pl.col("several_parcels"), "several parcels fit"),
        Finding(0.20, compare.is_missing("unit") & ~_has_unit_elsewhere(), "unit on one side only"),
        Finding(0.07, pl.col("several_units"), "several units there"),
        Finding(0.02, compare.is_unit_in_column(), "unit in the address on one side, in the column Unit on the other"),
        Finding(0.02, compare.is_unit_in_number(), "unit after the house number on one side"),
        Finding(0.20, compare.is_number_letter_missing(), "letter after the house number on one side only"),
        Finding(0.04, compare.is_first_of_range(), "range of numbers on one side"),
        Finding(0.16, compare.is_within_range(), "number within a range on the other side"),
        Finding(0.12, pl.col("several_numbers"), "several numbers in the range"),
        Finding(0.12, _are_in_use("letters", "numbers_on_name"), "both names are in use"),
        Finding(0.12, compare.has_other_suffix() & _are_in_use("", "numbers_on_street")),
        Finding(0.05, compare.differs("zip"), "ZIP code differs"),
        Finding(0.00, compare.has_other_city() & compare.has_same_zip(), "city differs, ZIP code equal"),
        Finding(0.12, compare.has_other_city() & ~compare.has_same_zip(), "city spelled differently"),
        Finding(0.16, compare.is_city_unknown() & ~compare.has_same_zip(), "city missing on one side"),
        Finding(0.12, compare.is_state_unknown(), "State missing on one side"),
        Finding(0.12, pl.col("kilometers") > _FAR_KM),
        Finding(-0.25, compare.has_same_parcel(), "APN equal"),
        Finding(-0.05, pl.col("kilometers") < _NEAR_KM),
    )


def _column(number: int) -> str:
    return f"finding {number}"


def _evidence() -> pl.Expr:
    """`same number and street; suffix missing on one side; APN equal`."""
    is_same = (pl.col("letters") == 0) & ~pl.col("is_part")
    plural = pl.when(pl.col("letters") > 1).then(pl.lit("s")).otherwise(pl.lit(""))
    names = (
        pl.when(is_same)
        .then(pl.lit("same number and street"))
        .when("is_part")
        .then(pl.format("same number; street names {} and {}", "full_l", "full_r"))
        .otherwise(pl.format("same number; street names {} letter{} apart ({}, {})", "letters", plural, "full_l", "full_r"))
    )
    feet = (pl.col("kilometers") / _FOOT_IN_KILOMETERS).round(0).cast(pl.Int64)
    distance = (
        pl.when(feet < _MILE_IN_FEET / 5)
        .then(pl.format("{} ft apart", feet))
        .when(feet.is_not_null())
        .then(pl.format("{} mi apart", (feet / _MILE_IN_FEET).round(1)))
    )
    texts = [
        pl.when(_column(number)).then(pl.lit(finding.sentence))
        for number, finding in enumerate(_list_findings())
        if finding.sentence
    ]
    return pl.concat_str([names, *texts, distance], separator="; ", ignore_nulls=True)


def _is_likely_error() -> pl.Expr:
    """Whether the names are long enough that so few letters are likely a typing error."""
    lacks_letter = (pl.col("letters") == 1) & (pl.col("full_l").str.len_chars() != pl.col("full_r").str.len_chars())
    least = pl.when(lacks_letter).then(_MIN_WITH_MISSING_LETTER).otherwise(pl.col("letters").replace_strict(_LIKELY_ERRORS))
    return pl.min_horizontal(pl.col("full_l").str.len_chars(), pl.col("full_r").str.len_chars()) >= least


def _has_other_end() -> pl.Expr:
    """Whether names of one length differ in their first or last letter, which is rarely a typing error: AVENUE A, AVENUE B."""
    left, right = pl.col("full_l"), pl.col("full_r")
    has_other_end = (left.str.head(1) != right.str.head(1)) | (left.str.tail(1) != right.str.tail(1))
    return (pl.col("letters") > 0) & (left.str.len_bytes() == right.str.len_bytes()) & has_other_end


def _has_other_word() -> pl.Expr:
    """Whether the names are equal but for different last words, such as RIDGE and BRIDGE, so that a letter is not an error."""
    pattern = _build_last_word_pattern()
    left, right = (pl.col(f"full_{end}").str.extract(pattern) for end in "lr")
    first_left, first_right = (pl.col(f"full_{end}").str.replace(pattern, "") for end in "lr")
    is_plural = (left + "S" == right) | (left == right + "S")
    return (pl.col("letters") > 0) & (first_left == first_right) & (left != right) & ~is_plural


@cache
def _build_last_word_pattern() -> str:
    words = {
        word for short, forms in map_address_terms("suffixes").items() for word in (short, *forms) if len(word) >= _MIN_LAST_WORD
    }
    words |= {*_NAME_ENDINGS}
    return f"({'|'.join(sorted(words, key=lambda word: (-len(word), word)))})$"


def _is_numbered() -> pl.Expr:
    return pl.col("full_l").str.contains(r"^\d+$")


def _are_in_use(letters: str, numbers: str) -> pl.Expr:
    """Whether both streets have several house numbers; only for names that differ, if `letters` is given."""
    in_use = pl.min_horizontal(f"{numbers}_l", f"{numbers}_r") > _IN_USE
    return in_use & (pl.col(letters) > 0) if letters else in_use


def _has_unit_elsewhere() -> pl.Expr:
    return compare.is_unit_in_column() | compare.is_unit_in_number()
