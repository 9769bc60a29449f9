"""Compare the spellings of street and city names."""

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from flexscout.domain import expand_abbreviations
from flexscout.matching.place_comparison import has_same_zip, is_city_unknown

SIDES = (("left", "l"), ("right", "r"))
"""Columns with the places of a pair, and how the columns of each place end."""

MAX_LETTERS = 3
"""Most differing letters in the names of one street."""

_POSSIBLE_ERRORS = {0: 0, 1: 3, 2: 5, 3: 12}  # letters apart -> shortest name in which that may be a typing error
_NUMBERED_ROAD = r"HWY \d"  # HWY 29 and HWY 29A are two roads
_MAX_CITY_LETTERS, _MIN_CITY_LENGTH = 2, 5
_MIN_SHARED_NAME = 4  # letters of a name that is the beginning or end of another


def find_similar_names(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Keep pairs whose street names are a few `letters` apart, or where one `is_part` of the other.

    A suffix or direction that is part of the other name counts as equal.
    """
    involved = pl.concat([pairs["left"], pairs["right"]]).unique().sort()
    names = _encode_names(places[involved])
    at = pl.zeros(places.height, pl.UInt32, eager=True).scatter(involved, pl.int_range(involved.len(), eager=True))
    sides = [names[at.gather(pairs[side])].select(pl.all().name.suffix(f"_{end}")) for side, end in SIDES]
    coded = pl.concat([pairs, *sides], how="horizontal")
    is_same = pl.any_horizontal(
        pl.col(f"{text}_{own}") == pl.col(f"full_{other}")
        for text in ("full", "with_suffix", "with_direction", "with_letter")
        for own, other in ("lr", "rl")
    )
    longer = pl.col("length_l") - pl.col("length_r")
    has_same_end = (pl.col("head_l") == pl.col("head_r")) | (pl.col("tail_l") == pl.col("tail_r"))
    may_be_part = has_same_end & (longer.abs() > 1) & (pl.col("is_other_age_l") == pl.col("is_other_age_r"))
    chosen = coded.select(
        "left", "right", is_same.alias("same"), may_be_part.alias("part"), (longer.abs() <= MAX_LETTERS).alias("near")
    ).filter(pl.any_horizontal("same", "part", "near"))
    same = chosen.filter("same").select(
        "left", "right", pl.lit(0, pl.Int32).alias("letters"), pl.lit(value=False).alias("is_part")
    )
    return pl.concat([same, _measure_names(chosen.filter(~pl.col("same")), places["full"])]).sort("left", "right")


def _encode_names(places: pl.DataFrame) -> pl.DataFrame:
    """Return hashes of names, longer forms, beginnings and ends, which compare faster than texts."""
    name = pl.col("full")
    is_long = name.str.len_bytes() >= _MIN_SHARED_NAME
    hashes: pl.DataFrame = places.select(
        name.hash(),
        pl.concat_str(name, expand_abbreviations(pl.col("suffix"))).hash().alias("with_suffix"),
        pl.concat_str(expand_abbreviations(pl.col("predirectional")), name).hash().alias("with_direction"),
        pl.concat_str("predirectional", name).hash().alias("with_letter"),
        pl.when(is_long).then(name.str.head(_MIN_SHARED_NAME).hash()).alias("head"),
        pl.when(is_long).then(name.str.tail(_MIN_SHARED_NAME).hash()).alias("tail"),
        name.str.len_bytes().cast(pl.Int32).alias("length"),
        name.str.contains("^(?:OLD|NEW)").alias("is_other_age"),
    )
    return hashes


def _measure_names(pairs: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Return the pairs with few differing `letters`, or with a name that is the beginning or end of the other."""
    part = pairs.filter("part")
    sides = part.select(names.gather(part["left"]).alias("l"), names.gather(part["right"]).alias("r"))
    is_part = pl.any_horizontal(
        pl.col(a).str.starts_with(pl.col(b)) | pl.col(a).str.ends_with(pl.col(b)) for a, b in ("lr", "rl")
    )
    part = part.filter(sides.select(is_part).to_series())
    near = pairs.filter("near").join(part, on=["left", "right"], how="anti", maintain_order="left")
    texts = names.to_numpy()  # of Python strings, so that each is made once
    left, right = (texts[near[side].to_numpy()] for side in ("left", "right"))
    letters = cpdist(left, right, scorer=OSA.distance, score_cutoff=MAX_LETTERS)
    is_road = names.str.contains(_NUMBERED_ROAD)
    may_differ = ~(is_road.gather(near["left"]) | is_road.gather(near["right"]))
    measured = near.with_columns(pl.Series("letters", letters, dtype=pl.Int32)).filter(
        (pl.col("letters") <= MAX_LETTERS) & pl.lit(may_differ)
    )
    lengths = names.str.len_bytes()
    shorter = pl.min_horizontal(lengths.gather(measured["left"]), lengths.gather(measured["right"]))
    possible = measured.filter(shorter >= pl.col("letters").replace_strict(_POSSIBLE_ERRORS))
    return pl.concat(
        [
            possible.select("left", "right", "letters", pl.lit(value=False).alias("is_part")),
            part.select("left", "right", pl.lit(0, pl.Int32).alias("letters"), pl.lit(value=True).alias("is_part")),
        ]
    )


def move_words_into_name(pairs: pl.DataFrame) -> pl.DataFrame:
    """Take a suffix or direction for a part of the name where the other side does: COTTAGE GROVE AVE, NORTHPOINT DR.

    Add `letter_moved`: the direction is a single letter of the other name, such as in N ASH ST and NASH ST.
    """
    letter_moved = pl.lit(value=False)
    for own, other in ("lr", "rl"):
        suffix, direction, name = (pl.col(f"{part}_{own}") for part in ("suffix", "predirectional", "full"))
        other_name = pl.col(f"full_{other}")
        takes_suffix = (pl.concat_str(name, expand_abbreviations(suffix)) == other_name) & (suffix != "")
        takes_letter = (pl.concat_str(direction, name) == other_name) & (direction != "")
        takes_direction = (pl.concat_str(expand_abbreviations(direction), name) == other_name) & (direction != "") | takes_letter
        letter_moved |= pl.col(f"letter_{own}")
        pairs = pairs.with_columns(
            pl.when(takes_suffix | takes_direction).then(other_name).otherwise(name).alias(f"full_{own}"),
            pl.when(takes_suffix | takes_direction).then(f"name_{other}").otherwise(f"name_{own}").alias(f"name_{own}"),
            pl.when(takes_suffix).then(pl.lit("")).otherwise(suffix).alias(f"suffix_{own}"),
            pl.when(takes_direction).then(pl.lit("")).otherwise(direction).alias(f"predirectional_{own}"),
            takes_letter.alias(f"letter_{own}"),
        )
    return pairs.with_columns(letter_moved.alias("letter_moved"))


def drop_distant_cities(pairs: pl.DataFrame) -> pl.DataFrame:
    """Drop pairs in different cities, unless their ZIP codes agree, or one is missing and the city may be misspelled."""
    is_near = (pl.col("city_l") == pl.col("city_r")).fill_null(value=False) | has_same_zip()
    near, other = pairs.filter(is_near), pairs.filter(~is_near)
    cities = other.select(pl.col("city_l", "city_r").fill_null(""))
    letters = cpdist(cities["city_l"].to_list(), cities["city_r"].to_list(), scorer=OSA.distance)
    is_error = (pl.Series("apart", letters, dtype=pl.Int32) <= _MAX_CITY_LETTERS) & (
        cities.select(pl.min_horizontal(pl.all().str.len_bytes())).to_series() >= _MIN_CITY_LENGTH
    )
    has_zip = pl.col("zip_l").is_not_null() & pl.col("zip_r").is_not_null()
    return pl.concat([near, other.filter((pl.lit(is_error) & ~has_zip) | (is_city_unknown() & ~has_zip))]).sort("left", "right")
