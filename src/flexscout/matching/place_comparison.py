"""Expressions over a pair of places, whose columns end with `_l` and `_r`."""

import polars as pl

from flexscout.domain import map_address_terms
from flexscout.matching.keys import is_known_area

_KM_PER_DEGREE = 111.2  # of latitude


def differs(part: str) -> pl.Expr:
    """Whether both sides have the part, and it differs."""
    left, right = pl.col(f"{part}_l"), pl.col(f"{part}_r")
    return (left != "") & (right != "") & (left != right)


def is_missing(part: str) -> pl.Expr:
    """Whether exactly one side has the part."""
    return (pl.col(f"{part}_l") == "") != (pl.col(f"{part}_r") == "")


def has_ambiguous_suffix() -> pl.Expr:
    """Whether one side's suffix is an abbreviation that may mean the other's: TR and TER."""
    meanings = [(short, list(forms)) for short, forms in map_address_terms("ambiguous_suffixes").items()]
    return pl.any_horizontal(
        (pl.col(f"suffix_{own}") == short) & pl.col(f"suffix_{other}").is_in(forms)
        for short, forms in meanings
        for own, other in ("lr", "rl")
    )


def has_other_suffix() -> pl.Expr:
    """Whether the suffixes of both sides have different meanings."""
    return differs("suffix") & ~has_ambiguous_suffix()


def is_moved() -> pl.Expr:
    """Whether one side has a direction only before the name, and the other only after it."""
    first, last = (pl.col(f"predirectional_{end}") + "|" + pl.col(f"postdirectional_{end}") for end in "lr")
    only_before, only_after = r"^[A-Z]+\|$", r"^\|[A-Z]+$"
    return (first.str.contains(only_before) & last.str.contains(only_after)) | (
        first.str.contains(only_after) & last.str.contains(only_before)
    )


def has_same_direction() -> pl.Expr:
    """Whether the directions agree, wherever they are written."""
    return pl.concat_str("predirectional_l", "postdirectional_l") == pl.concat_str("predirectional_r", "postdirectional_r")


def is_direction_missing() -> pl.Expr:
    """Whether only one side has a direction."""
    return (is_missing("predirectional") | is_missing("postdirectional")) & ~is_moved()


def has_opposite_name() -> pl.Expr:
    """Whether the names begin or end with different directions: NORTHGATE and SOUTHGATE."""
    directions = "(NORTH|SOUTH|EAST|WEST)"
    ends = [[pl.col(f"full_{end}").str.extract(pattern) for end in "lr"] for pattern in (f"^{directions}", f"{directions}$")]
    return pl.any_horizontal((left != right).fill_null(value=False) for left, right in ends)


def is_letter_or_direction() -> pl.Expr:
    """Whether one side's street is a letter, and the other's a direction with that letter: E ST and EAST ST."""
    return (pl.col("name_l") != pl.col("name_r")) & pl.min_horizontal(
        pl.col("name_l").str.len_bytes(), pl.col("name_r").str.len_bytes()
    ).eq(1)


def is_unit_in_column() -> pl.Expr:
    """Whether the unit in one address is the column Unit of all rows at the other address, which has none."""
    left, right = pl.col("unit_l"), pl.col("unit_r")
    matches = ((left == "") & (pl.col("unit_column_l") == right)) | ((right == "") & (pl.col("unit_column_r") == left))
    return (is_missing("unit") & matches).fill_null(value=False)


def is_unit_in_number() -> pl.Expr:
    """Whether the letter of one house number is the unit of the other address: 100A and 100 # A."""
    matches = [
        (pl.col(f"number_{own}") == pl.col(f"first_number_{other}") + pl.col(f"unit_{other}"))
        & (pl.col(f"unit_{own}") == "")
        & (pl.col(f"number_{other}") == pl.col(f"first_number_{other}"))
        & (pl.col(f"number_{own}") != pl.col(f"number_{other}"))
        for own, other in ("lr", "rl")
    ]
    return pl.any_horizontal(matches)


def is_number_letter_missing() -> pl.Expr:
    """Whether only one side's house number has a letter: 100A and 100."""
    is_longer = [
        pl.col(f"number_{own}").str.contains(r"^\d+[A-Z]$") & (pl.col(f"number_{other}") == pl.col(f"first_number_{own}"))
        for own, other in ("lr", "rl")
    ]
    return pl.any_horizontal(is_longer) & ~is_unit_in_number()


def is_range(end: str) -> pl.Expr:
    """Whether one side has a range of house numbers."""
    return (pl.col(f"high_{end}") > pl.col(f"low_{end}")).fill_null(value=False)


def is_first_of_range() -> pl.Expr:
    """Whether one side has a range, and the other its first number."""
    return (is_range("l") != is_range("r")) & (pl.col("low_l") == pl.col("low_r")).fill_null(value=False)


def is_within_range() -> pl.Expr:
    """Whether the numbers of one side are in the range of the other, on the same side of the street, or two ranges overlap."""
    low_l, low_r = pl.col("low_l"), pl.col("low_r")
    high_l, high_r = (pl.when(is_range(end)).then(pl.col(f"high_{end}")).otherwise(pl.col(f"low_{end}")) for end in "lr")
    overlaps = (low_l <= high_r) & (low_r <= high_l) & ((low_l - low_r) % 2 == 0)
    is_any_range = is_range("l") | is_range("r")
    return (is_any_range & overlaps).fill_null(value=False) & ~is_first_of_range() & (pl.col("number_l") != pl.col("number_r"))


def is_state_unknown() -> pl.Expr:
    """Whether only one side has a known state."""
    return is_known_area(pl.col("state_l")) != is_known_area(pl.col("state_r"))


def is_city_unknown() -> pl.Expr:
    """Whether the cities differ because one is missing."""
    left, right = (pl.col(f"city_{end}") for end in "lr")
    return left.ne_missing(right) & ~(is_known_area(left) & is_known_area(right))


def has_other_city() -> pl.Expr:
    """Whether both sides have a city, and it differs."""
    return differs("city") & ~is_city_unknown()


def has_same_zip() -> pl.Expr:
    """Whether both sides have the same ZIP code."""
    return (pl.col("zip_l") == pl.col("zip_r")).fill_null(value=False)


def has_same_parcel() -> pl.Expr:
    """Whether the sides have an APN in common."""
    return pl.col("apns_l").list.set_intersection("apns_r").list.len() > 0


def has_other_parcel() -> pl.Expr:
    """Whether both sides have APNs of one format, and none in common."""
    return (pl.col("apn_formats_l").list.set_intersection("apn_formats_r").list.len() > 0) & ~has_same_parcel()


def measure_kilometers() -> pl.Expr:
    """Return the distance of the sides; null where one has no coordinates."""
    east_west = (pl.col("lon_l") - pl.col("lon_r")) * pl.col("lat_l").radians().cos()
    return _KM_PER_DEGREE * ((pl.col("lat_l") - pl.col("lat_r")).pow(2) + east_west.pow(2)).sqrt()
