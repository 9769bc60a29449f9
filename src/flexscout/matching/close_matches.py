"""Close matches: places that are written differently and may be the same, with a score and the evidence."""

from dataclasses import dataclass

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from flexscout.domain import expand_abbreviations

COMPARED_COLUMNS = (
    "number",
    "first_number",
    "predirectional",
    "full",
    "suffix",
    "postdirectional",
    "unit",
    "unit_column",
    "city",
    "zip",
    "apns",
    "apn_formats",
    "lat",
    "lon",
    "numbers_on_street",
)
"""Columns of a place that are compared: parts of its address, parcels, coordinates, and house numbers known on its street."""

_WINDOW = 24  # neighbors that a street is compared with on each side, so that no block is quadratic
_KM_PER_DEGREE = 111.2  # of latitude
_FAR_KM, _NEAR_KM = 1.0, 0.075
_MIN_NAME_LENGTH = {1: 5, 2: 9}  # letters apart -> shortest name in which that is a typing error
_MAX_LETTERS = max(_MIN_NAME_LENGTH)
_IN_USE = 2  # a street with more house numbers than this isn't a misspelling of another


@dataclass(frozen=True)
class ScoreBands:
    """Match scores, 0-1.

    Attributes:
        merge_from: Lowest score of a match that is nearly sure; it is merged if the settings say so.
        review_from: Lowest score of a match that is listed for review.

    """

    merge_from: float = 0.92
    review_from: float = 0.82


@dataclass(frozen=True)
class Weights:
    """What each finding takes from a score of 1, or adds to it."""

    one_letter: float = 0.05
    two_letters: float = 0.07
    suffix_missing: float = 0.02
    direction_missing: float = 0.04
    direction_of_numbered_missing: float = 0.1
    direction_moved: float = 0.04
    several_streets_fit: float = 0.12
    both_in_use: float = 0.12
    suffix_differs: float = 0.25
    unit_missing: float = 0.2
    unit_in_column: float = 0.02
    range_on_one_side: float = 0.12
    far_apart: float = 0.12
    same_parcel: float = 0.25
    near: float = 0.05


_W = Weights()


def find_close_pairs(places: pl.DataFrame, bands: ScoreBands) -> pl.DataFrame:
    """Return the pairs of places whose match score reaches the review band.

    Places with another house number, other digits in the street name, another direction, another unit, or only different parcels
    never match.

    Args:
        places: One row per place, with `COMPARED_COLUMNS` and `state`.
        bands: The lowest scores.

    Returns:
        `left` and `right` (positions in `places`), `Score` (0-1), `Evidence`, and `sure` (in the merge band).

    """
    pairs = _with_edit_distance(find_candidate_pairs(places), places)
    pairs = _drop_contradictions(_move_suffix_into_name(_add_sides(pairs, places)))
    scored = _add_score(_add_ambiguity(_drop_unlikely_errors(pairs)))
    return scored.filter(pl.col("Score") >= bands.review_from).select(
        "left",
        "right",
        pl.col("Score").clip(0, 1),
        _evidence().alias("Evidence"),
        (pl.col("Score") >= bands.merge_from).alias("sure"),
    )


def find_candidate_pairs(places: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of places worth comparing (blocking).

    Both have the same first house number, the same state, the same city or ZIP code, the same digits in the street name, and
    names that begin or end with the same letter. In a block of more than 25 streets, only alphabetical neighbors are paired,
    forwards or backwards.

    Args:
        places: One row per place, with `first_number`, `full` (street name), `city`, `state` and `zip`.

    Returns:
        `left` < `right`, positions in `places`.

    """
    streets = places.select(
        pl.int_range(pl.len()).alias("place"),
        "first_number",
        "state",
        "city",
        "zip",
        pl.col("full").alias("name"),
        pl.col("full").str.reverse().alias("reversed_name"),
        pl.col("full").str.extract_all(r"\d+").list.join(" ").alias("digits"),
    )
    passes = [_pair_neighbors(streets, area, name) for area in ("city", "zip") for name in ("name", "reversed_name")]
    # Encode a pair as one integer: finding distinct integers is faster than finding distinct pairs.
    size = max(1, streets.height)
    codes = pl.concat(passes).select(pl.col("left").cast(pl.Int64) * size + pl.col("right")).to_series().unique().sort()
    return pl.select((codes // size).alias("left"), (codes % size).alias("right"))


def _pair_neighbors(streets: pl.DataFrame, area: str, name: str) -> pl.DataFrame:
    block = ["first_number", "state", area, "digits", "letter"]
    lettered = streets.with_columns(pl.col(name).str.head(1).alias("letter")).drop_nulls(block)
    shared = lettered.filter(pl.len().over(block) > 1).sort(*block, name, "place")
    ordered = shared.with_row_index("at").with_columns(pl.col("at").max().over(block).alias("end"))
    neighbors = pl.int_ranges(pl.col("at") + 1, pl.min_horizontal(pl.col("end"), pl.col("at") + _WINDOW) + 1)
    pairs = ordered.select("place", neighbors.alias("other")).explode("other", empty_as_null=False)
    other = ordered["place"].gather(pairs["other"])
    return pairs.select(pl.min_horizontal("place", other).alias("left"), pl.max_horizontal("place", other).alias("right"))


def _with_edit_distance(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Keep pairs whose street names are a few `letters` apart; a suffix that is part of the other name counts as equal."""
    name = places["full"]
    with_suffix = places.select(pl.concat_str("full", expand_abbreviations(pl.col("suffix")))).to_series()
    left, right = name.gather(pairs["left"]), name.gather(pairs["right"])
    includes_suffix = (with_suffix.gather(pairs["left"]) == right) | (with_suffix.gather(pairs["right"]) == left)
    is_same = (left == right) | includes_suffix
    length_difference = left.str.len_bytes().cast(pl.Int32) - right.str.len_bytes().cast(pl.Int32)
    is_near = ~is_same & (length_difference.abs() <= _MAX_LETTERS)
    letters = cpdist(
        left.filter(is_near).to_list(), right.filter(is_near).to_list(), scorer=OSA.distance, score_cutoff=_MAX_LETTERS
    )
    near = pairs.filter(is_near).with_columns(pl.Series("letters", letters, dtype=pl.Int32))
    same = pairs.filter(is_same).with_columns(pl.lit(0, pl.Int32).alias("letters"))
    return pl.concat([same, near.filter(pl.col("letters") <= _MAX_LETTERS)]).sort("left", "right")


def _add_sides(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Add the compared columns of both places, with the endings `_l` and `_r`."""
    sides = [
        places.select(pl.col(name).alias(f"{name}_{end}") for name in COMPARED_COLUMNS)[pairs[side]]
        for end, side in (("l", "left"), ("r", "right"))
    ]
    return pl.concat([pairs, *sides], how="horizontal")


def _move_suffix_into_name(pairs: pl.DataFrame) -> pl.DataFrame:
    """Take the suffix for a part of the name where the other side does: COTTAGE GROVE and COTTAGE GROVE AVE."""
    for own, other in (("l", "r"), ("r", "l")):
        with_suffix = pl.concat_str(f"full_{own}", expand_abbreviations(pl.col(f"suffix_{own}")))
        moves = (with_suffix == pl.col(f"full_{other}")) & (pl.col(f"suffix_{own}") != "")
        pairs = pairs.with_columns(
            pl.when(moves).then(with_suffix).otherwise(f"full_{own}").alias(f"full_{own}"),
            pl.when(moves).then(pl.lit("")).otherwise(f"suffix_{own}").alias(f"suffix_{own}"),
        )
    return pairs


def _drop_contradictions(pairs: pl.DataFrame) -> pl.DataFrame:
    has_same_number = (pl.col("number_l") == pl.col("number_r")) | (
        _is_range("l").xor(_is_range("r"))
        & ((pl.col("number_l") == pl.col("first_number_r")) | (pl.col("number_r") == pl.col("first_number_l")))
    )
    return pairs.filter(
        has_same_number
        & ~_differs("predirectional")
        & ~_differs("postdirectional")
        & ~_differs("unit")
        & ~(_is_moved() & ~_has_same_direction())
        & ~_has_other_parcel()
    )


def _drop_unlikely_errors(pairs: pl.DataFrame) -> pl.DataFrame:
    """Drop pairs whose names are too short for that many typing errors, unless they share a parcel."""
    shorter = pl.min_horizontal(pl.col("full_l").str.len_chars(), pl.col("full_r").str.len_chars())
    return pairs.filter((shorter >= pl.col("letters").replace_strict({0: 0} | _MIN_NAME_LENGTH)) | _has_same_parcel())


def _add_ambiguity(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `ambiguous`: a part is missing on one side, and the streets that would match it disagree on that part."""
    agreeing = pairs.filter(~_differs("suffix"))
    parts = ("predirectional", "suffix", "postdirectional")
    ends = [
        agreeing.select(pl.col(own).alias("place"), *(pl.col(f"{part}_{other}").alias(part) for part in parts))
        for own in ("left", "right")
        for other in "lr"
    ]
    values = pl.concat(ends).group_by("place").agg(pl.col(part).filter(pl.col(part) != "").n_unique() > 1 for part in parts)
    rivals = values.select("place", pl.any_horizontal(parts).alias("has_rival"))
    left, right = (
        pairs.select(pl.col(side).alias("place")).join(rivals, on="place", how="left", maintain_order="left")["has_rival"]
        for side in ("left", "right")
    )
    has_rival = (left | right).fill_null(value=False)
    return pairs.with_columns((pl.any_horizontal(_is_missing(part) for part in parts) & pl.lit(has_rival)).alias("ambiguous"))


def _add_score(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `Score`, 1 minus the weights of the findings, and the findings that the evidence repeats."""
    east_west = (pl.col("lon_l") - pl.col("lon_r")) * pl.col("lat_l").radians().cos()
    kilometers = _KM_PER_DEGREE * ((pl.col("lat_l") - pl.col("lat_r")).pow(2) + east_west.pow(2)).sqrt()
    in_use = (pl.col("letters") > 0) & (pl.min_horizontal("numbers_on_street_l", "numbers_on_street_r") > _IN_USE)
    findings = pairs.with_columns(
        kilometers.alias("kilometers"), in_use.alias("in_use"), _has_same_parcel().fill_null(value=False).alias("same_parcel")
    )
    direction, is_numbered = _is_direction_missing(), pl.col("full_l").str.contains(r"^\d+$")
    weights = [
        (_W.suffix_missing, _is_missing("suffix")),
        (_W.direction_missing, direction & ~is_numbered),
        (_W.direction_of_numbered_missing, direction & is_numbered),  # many towns have both 1st Ave and 1st Ave N
        (_W.direction_moved, _is_moved()),
        (_W.several_streets_fit, pl.col("ambiguous")),
        (_W.suffix_differs, _differs("suffix")),
        (_W.unit_missing, _is_missing("unit") & ~_is_unit_in_column()),
        (_W.unit_in_column, _is_unit_in_column()),
        (_W.both_in_use, pl.col("in_use")),
        (_W.range_on_one_side, pl.col("number_l") != pl.col("number_r")),
        (_W.far_apart, pl.col("kilometers") > _FAR_KM),
        (-_W.same_parcel, pl.col("same_parcel")),
        (-_W.near, pl.col("kilometers") < _NEAR_KM),
    ]
    total = pl.sum_horizontal(weight * applies.fill_null(value=False) for weight, applies in weights)
    typing_errors = pl.col("letters").replace_strict({0: 0.0, 1: _W.one_letter, 2: _W.two_letters}, default=1.0)
    return findings.with_columns((1 - typing_errors - total).round(6).alias("Score"))


def _evidence() -> pl.Expr:
    """`same number and street; suffix missing on one side; APN equal`."""
    sentences = {
        "same number and street": pl.col("letters") == 0,
        "suffix missing on one side": _is_missing("suffix"),
        "suffix differs": _differs("suffix"),
        "direction missing on one side": _is_direction_missing(),
        "direction before the name on one side, after it on the other": _is_moved(),
        "several streets fit": pl.col("ambiguous"),
        "unit in the address on one side, in the column Unit on the other": _is_unit_in_column(),
        "unit on one side only": _is_missing("unit") & ~_is_unit_in_column(),
        "range of numbers on one side": pl.col("number_l") != pl.col("number_r"),
        "both names are in use": pl.col("in_use"),
        "APN equal": pl.col("same_parcel"),
        "city differs, ZIP code equal": _differs("city"),
    }
    plural = pl.when(pl.col("letters") > 1).then(pl.lit("s")).otherwise(pl.lit(""))
    names = pl.format("same number; street names {} letter{} apart ({}, {})", "letters", plural, "full_l", "full_r")
    distance = (
        pl.when(pl.col("kilometers") < 1)
        .then(pl.format("{} m apart", (pl.col("kilometers") * 1000).round(0).cast(pl.Int64)))
        .when(pl.col("kilometers") >= 1)
        .then(pl.format("{} km apart", pl.col("kilometers").round(1)))
    )
    texts = [pl.when(applies).then(pl.lit(sentence)) for sentence, applies in sentences.items()]
    return pl.concat_str([pl.when(pl.col("letters") > 0).then(names), *texts, distance], separator="; ", ignore_nulls=True)


def _is_range(end: str) -> pl.Expr:
    return pl.col(f"number_{end}").str.contains("-", literal=True)


def _differs(part: str) -> pl.Expr:
    left, right = pl.col(f"{part}_l"), pl.col(f"{part}_r")
    return (left != "") & (right != "") & (left != right)


def _is_missing(part: str) -> pl.Expr:
    """Whether exactly one side has the part."""
    return (pl.col(f"{part}_l") == "") != (pl.col(f"{part}_r") == "")


def _is_moved() -> pl.Expr:
    """Whether one side has a direction only before the name, and the other only after it."""
    first, last = (pl.col(f"predirectional_{end}") + "|" + pl.col(f"postdirectional_{end}") for end in "lr")
    only_before, only_after = r"^[A-Z]+\|$", r"^\|[A-Z]+$"
    return (first.str.contains(only_before) & last.str.contains(only_after)) | (
        first.str.contains(only_after) & last.str.contains(only_before)
    )


def _has_same_direction() -> pl.Expr:
    return pl.concat_str("predirectional_l", "postdirectional_l") == pl.concat_str("predirectional_r", "postdirectional_r")


def _is_direction_missing() -> pl.Expr:
    return (_is_missing("predirectional") | _is_missing("postdirectional")) & ~_is_moved()


def _is_unit_in_column() -> pl.Expr:
    """Whether the unit in one address is the column Unit of all rows at the other address, which has none."""
    left, right = pl.col("unit_l"), pl.col("unit_r")
    matches = ((left == "") & (pl.col("unit_column_l") == right)) | ((right == "") & (pl.col("unit_column_r") == left))
    return (_is_missing("unit") & matches).fill_null(value=False)


def _has_same_parcel() -> pl.Expr:
    return pl.col("apns_l").list.set_intersection("apns_r").list.len() > 0


def _has_other_parcel() -> pl.Expr:
    """Whether both sides have APNs of one format, and none in common."""
    return (pl.col("apn_formats_l").list.set_intersection("apn_formats_r").list.len() > 0) & ~_has_same_parcel()
