"""Close matches: places that are written differently and may be one, with a score and the evidence in words."""

from dataclasses import dataclass

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from flexscout.domain import expand_abbreviations

_WINDOW = 24  # neighbors, by alphabet, that a street is compared with on each side, so that no block is quadratic


def find_candidate_pairs(sites: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`left` < `right`) of positions in `sites` that may be one place.

    `sites`: `low` (first house number), `full` (name), `city`, `state`, `zip`. Digits in names have to agree. All pairs of a
    block of up to 25 streets, and of a larger one those that are near by alphabet, forwards or backwards.
    """
    known = sites.select(
        pl.int_range(pl.len()).alias("site"),
        "low", "state", "city", "zip", pl.col("full").alias("name"),
        pl.col("full").str.reverse().alias("eman"),
        pl.col("full").str.extract_all(r"\d+").list.join(" ").alias("digits"),
    )  # fmt: skip
    passes = [_neighbors(known, place, spelled) for place in ("city", "zip") for spelled in ("name", "eman")]
    # A pair as one number: a set of numbers is made faster than one of pairs.
    numbers = pl.concat(passes).select(pl.col("left").cast(pl.Int64) * known.height + pl.col("right")).to_series().unique().sort()
    return pl.select((numbers // max(1, known.height)).alias("left"), (numbers % max(1, known.height)).alias("right"))


def _neighbors(known: pl.DataFrame, place: str, spelled: str) -> pl.DataFrame:
    block = ["low", "state", place, "digits", "letter"]
    lettered = known.with_columns(pl.col(spelled).str.head(1).alias("letter")).drop_nulls(block)
    shared = lettered.filter(pl.len().over(block) > 1).sort(*block, spelled, "site")
    placed = shared.with_row_index("at").with_columns(pl.col("at").max().over(block).alias("end"))
    partners = pl.int_ranges(pl.col("at") + 1, pl.min_horizontal(pl.col("end"), pl.col("at") + _WINDOW) + 1)
    pairs = placed.select("site", partners.alias("other")).explode("other", empty_as_null=False)
    other = placed["site"].gather(pairs["other"])
    return pairs.select(pl.min_horizontal("site", other).alias("left"), pl.max_horizontal("site", other).alias("right"))


SIDES = (
    "number",
    "low",
    "predirectional",
    "full",
    "suffix",
    "postdirectional",
    "unit",
    "told_unit",
    "city",
    "zip",
    "apns",
    "formats",
    "lat",
    "lon",
    "uses",
)
"""What is known of a place: parts of its address, its parcels, its coordinates, and how many numbers its street has there."""

_KILOMETERS = 111.2  # of a degree of latitude


@dataclass(frozen=True)
class ScoreBands:
    """Scores, 0-1, from which a close match is merged, and from which it is listed for a person to decide."""

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
_LETTERS = {1: 5, 2: 9}  # letters apart -> how long a name must be for that to be a slip
_MOST_LETTERS = max(_LETTERS)
_IN_USE = 2  # house numbers from which a street is one of its own and no slip of the pen
_FAR_KM, _NEAR_KM = 1.0, 0.075


def find_close_pairs(sites: pl.DataFrame, bands: ScoreBands) -> pl.DataFrame:
    """`left`, `right` (positions in `sites`), `Score`, `Evidence`, `sure`: pairs whose score reaches the review band.

    `sites`: SIDES and `state`. Never with another house number, other digits in the name, another direction, another unit, or
    only different parcels.
    """
    alike = _alike(find_candidate_pairs(sites), sites)
    pairs = _compatible(_as_named(_beside(alike, sites)))
    judged = _judged(_with_rivals(_plausible(pairs)))
    kept = judged.filter(pl.col("Score") >= bands.review_from)
    return kept.select(
        "left",
        "right",
        pl.col("Score").clip(0, 1),
        _evidence().alias("Evidence"),
        (pl.col("Score") >= bands.merge_from).alias("sure"),
    )


def _alike(pairs: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose names are at most a few `letters` apart, or of which one goes on where the other ends in its suffix."""
    name, whole = sites["full"], sites.select(pl.concat_str("full", expand_abbreviations(pl.col("suffix")))).to_series()
    left, right = name.gather(pairs["left"]), name.gather(pairs["right"])
    goes_on = (whole.gather(pairs["left"]) == right) | (whole.gather(pairs["right"]) == left)
    is_same = (left == right) | goes_on
    lengths = left.str.len_bytes().cast(pl.Int32) - right.str.len_bytes().cast(pl.Int32)
    near = ~is_same & (lengths.abs() <= _MOST_LETTERS)
    apart = cpdist(left.filter(near).to_list(), right.filter(near).to_list(), scorer=OSA.distance, score_cutoff=_MOST_LETTERS)
    slips = (
        pairs.filter(near).with_columns(pl.Series("letters", apart, dtype=pl.Int32)).filter(pl.col("letters") <= _MOST_LETTERS)
    )
    return pl.concat([pairs.filter(is_same).with_columns(pl.lit(0, pl.Int32).alias("letters")), slips]).sort("left", "right")


def _beside(pairs: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    sides = [
        sites.select(pl.col(name).alias(f"{name}_{end}") for name in SIDES)[pairs[side]]
        for end, side in (("l", "left"), ("r", "right"))
    ]
    return pl.concat([pairs, *sides], how="horizontal")


def _as_named(pairs: pl.DataFrame) -> pl.DataFrame:
    """What one side takes for a suffix is part of the name where the other goes on: COTTAGE GROVE, COTTAGE GROVE AVE."""
    for own, other in (("l", "r"), ("r", "l")):
        whole = pl.concat_str(f"full_{own}", expand_abbreviations(pl.col(f"suffix_{own}")))
        goes_on = (whole == pl.col(f"full_{other}")) & (pl.col(f"suffix_{own}") != "")
        pairs = pairs.with_columns(
            pl.when(goes_on).then(whole).otherwise(f"full_{own}").alias(f"full_{own}"),
            pl.when(goes_on).then(pl.lit("")).otherwise(f"suffix_{own}").alias(f"suffix_{own}"),
        )
    return pairs


def _compatible(pairs: pl.DataFrame) -> pl.DataFrame:
    """Without those that contradict each other."""
    same_number = (pl.col("number_l") == pl.col("number_r")) | (
        _is_range("l").xor(_is_range("r")) & ((pl.col("number_l") == pl.col("low_r")) | (pl.col("number_r") == pl.col("low_l")))
    )
    agreeing = (
        ~_differ("predirectional")
        & ~_differ("postdirectional")
        & ~_differ("unit")
        & ~(_moved() & ~_same_direction())
        & ~_other_parcel()
    )
    return pairs.filter(same_number & agreeing)


def _is_range(end: str) -> pl.Expr:
    return pl.col(f"number_{end}").str.contains("-", literal=True)


def _differ(part: str) -> pl.Expr:
    left, right = pl.col(f"{part}_l"), pl.col(f"{part}_r")
    return (left != "") & (right != "") & (left != right)


def _missing(part: str) -> pl.Expr:
    return (pl.col(f"{part}_l") == "") != (pl.col(f"{part}_r") == "")


def _moved() -> pl.Expr:
    """One side has a direction before the name alone, the other after it alone."""
    first, last = (pl.col(f"predirectional_{own}") + "|" + pl.col(f"postdirectional_{own}") for own in "lr")
    only_before, only_after = r"^[A-Z]+\|$", r"^\|[A-Z]+$"
    return (first.str.contains(only_before) & last.str.contains(only_after)) | (
        first.str.contains(only_after) & last.str.contains(only_before)
    )


def _same_direction() -> pl.Expr:
    return pl.concat_str("predirectional_l", "postdirectional_l") == pl.concat_str("predirectional_r", "postdirectional_r")


def _direction_missing() -> pl.Expr:
    return (_missing("predirectional") | _missing("postdirectional")) & ~_moved()


def _unit_in_column() -> pl.Expr:
    """The unit that one address has stands in the column Unit of all rows at the other, which has none."""
    left, right = pl.col("unit_l"), pl.col("unit_r")
    told = ((left == "") & (pl.col("told_unit_l") == right)) | ((right == "") & (pl.col("told_unit_r") == left))
    return (_missing("unit") & told).fill_null(value=False)


def _same_parcel() -> pl.Expr:
    return pl.col("apns_l").list.set_intersection("apns_r").list.len() > 0


def _other_parcel() -> pl.Expr:
    """Both name parcels, in one way of writing them, and none in common."""
    return (pl.col("formats_l").list.set_intersection("formats_r").list.len() > 0) & ~_same_parcel()


def _plausible(pairs: pl.DataFrame) -> pl.DataFrame:
    """Without pairs whose names are further apart than a slip explains: the longer a name, the more; a parcel explains more."""
    shorter = pl.min_horizontal(pl.col("full_l").str.len_chars(), pl.col("full_r").str.len_chars())
    needed = pl.col("letters").replace_strict({0: 0} | _LETTERS)
    return pairs.filter((shorter >= needed) | _same_parcel())


def _with_rivals(pairs: pl.DataFrame) -> pl.DataFrame:
    """`ambiguous`: a part is missing on one side, and streets that fit it disagree on that part."""
    agreeing = pairs.filter(~_differ("suffix"))
    parts = ("predirectional", "suffix", "postdirectional")
    ends = [
        agreeing.select(pl.col(own).alias("site"), *(pl.col(f"{part}_{other}").alias(part) for part in parts))
        for own, others in (("left", "lr"), ("right", "lr"))
        for other in others
    ]
    values = pl.concat(ends).group_by("site").agg(pl.col(part).filter(pl.col(part) != "").n_unique() > 1 for part in parts)
    rival = values.select("site", pl.any_horizontal(parts).alias("rival"))
    sides = [
        pairs.select(pl.col(side).alias("site")).join(rival, on="site", how="left", maintain_order="left")["rival"]
        for side in ("left", "right")
    ]
    has_rival = (sides[0] | sides[1]).fill_null(value=False)
    return pairs.with_columns((pl.any_horizontal(_missing(part) for part in parts) & pl.lit(has_rival)).alias("ambiguous"))


def _judged(pairs: pl.DataFrame) -> pl.DataFrame:
    """`Score`: 1 less what each finding takes."""
    west_east = (pl.col("lon_l") - pl.col("lon_r")) * pl.col("lat_l").radians().cos()
    apart = _KILOMETERS * ((pl.col("lat_l") - pl.col("lat_r")).pow(2) + west_east.pow(2)).sqrt()
    slip = pl.col("letters").replace_strict({0: 0.0, 1: _W.one_letter, 2: _W.two_letters}, default=1.0)
    both_in_use = (pl.col("letters") > 0) & (pl.min_horizontal("uses_l", "uses_r") > _IN_USE)
    found = pairs.with_columns(
        apart.alias("kilometers"), both_in_use.alias("in_use"), _same_parcel().fill_null(value=False).alias("parcel")
    )
    direction = _direction_missing()
    numbered = pl.col("full_l").str.contains(r"^\d+$")
    costs = [
        (_W.suffix_missing, _missing("suffix")),
        (_W.direction_missing, direction & ~numbered),
        (_W.direction_of_numbered_missing, direction & numbered),  # 1st Ave and 1st Ave N are two in many a town
        (_W.direction_moved, _moved()),
        (_W.several_streets_fit, pl.col("ambiguous")),
        (_W.suffix_differs, _differ("suffix")),
        (_W.unit_missing, _missing("unit") & ~_unit_in_column()),
        (_W.unit_in_column, _unit_in_column()),
        (_W.both_in_use, pl.col("in_use")),
        (_W.range_on_one_side, pl.col("number_l") != pl.col("number_r")),
        (_W.far_apart, pl.col("kilometers") > _FAR_KM),
        (-_W.same_parcel, pl.col("parcel")),
        (-_W.near, pl.col("kilometers") < _NEAR_KM),
    ]
    total = pl.sum_horizontal(cost * which.fill_null(value=False) for cost, which in costs)
    return found.with_columns((1 - slip - total).round(6).alias("Score"))


def _evidence() -> pl.Expr:
    """`same number and street; suffix missing on one side; APN equal`."""
    said = {
        "same number and street": pl.col("letters") == 0,
        "suffix missing on one side": _missing("suffix"),
        "suffix differs": _differ("suffix"),
        "direction missing on one side": _direction_missing(),
        "direction before the name on one side, after it on the other": _moved(),
        "several streets fit": pl.col("ambiguous"),
        "unit in the address on one side, in the column Unit on the other": _unit_in_column(),
        "unit on one side only": _missing("unit") & ~_unit_in_column(),
        "range of numbers on one side": pl.col("number_l") != pl.col("number_r"),
        "both names are in use": pl.col("in_use"),
        "APN equal": pl.col("parcel"),
        "city differs, ZIP code equal": _differ("city"),
    }
    slips = pl.when(pl.col("letters") > 0).then(
        pl.format(
            "same number; street names {} letter{} apart ({}, {})",
            "letters",
            pl.when(pl.col("letters") > 1).then(pl.lit("s")).otherwise(pl.lit("")),
            "full_l",
            "full_r",
        )
    )
    distance = (
        pl.when(pl.col("kilometers") < 1)
        .then(pl.format("{} m apart", (pl.col("kilometers") * 1000).round(0).cast(pl.Int64)))
        .when(pl.col("kilometers") >= 1)
        .then(pl.format("{} km apart", pl.col("kilometers").round(1)))
    )
    words = [pl.when(which).then(pl.lit(sentence)) for sentence, which in said.items()]
    return pl.concat_str([slips, *words, distance], separator="; ", ignore_nulls=True)
