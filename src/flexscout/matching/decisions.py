"""The user's decisions about pairs of properties, and the rows that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from flexscout.domain import (
    ADDRESS_PARTS,
    abbreviate_words,
    blank_to_null,
    format_date,
    join_address,
    normalize_words,
)
from flexscout.matching.keys import is_known_area
from flexscout.matching.match_rules import MIN_APN_LENGTH
from flexscout.matching.normalized_rows import DETAILS, normalize_details, normalize_rows

SIDE_COLUMNS: tuple[str, ...] = ("Address", "Unit", "City", "State", "Zip Code", "APN", "Property Name", "Building SqFt")
"""What a decision stores of each side."""

Side = tuple[str, ...]
"""The values of `SIDE_COLUMNS` as written, empty where missing."""

_DETAIL = "__detail"  # working column: one of DETAILS if both sides are at one address, else null


class DecisionKind(StrEnum):
    """Whether two properties are the same."""

    SAME = "same"
    DIFFERENT = "different"
    LATER = "later"


@dataclass(frozen=True)
class Decision:
    """What the user decided about a pair of properties.

    Attributes:
        kind: What the user decided.
        sides: The two properties as they were written when the user decided.
        decided: The day of the decision, None if unknown.
        number: Its number in the list of decisions, from 1.

    """

    kind: DecisionKind
    sides: tuple[Side, Side]
    decided: date | None = None
    number: int = 0

    @property
    def author(self) -> str:
        """Who decided, and when: `you, Jan 19, 2026`."""
        return f"you, {format_date(self.decided)}" if self.decided else "you"

    @property
    def age(self) -> tuple[date, int]:
        """Sort key, oldest first."""
        return self.decided or date.min, self.number

    def __str__(self) -> str:
        """Return the decision for people."""
        left, right = map(describe_side, self.sides)
        texts = {
            DecisionKind.SAME: f"{left} and {right} are the same",
            DecisionKind.DIFFERENT: f"{left} and {right} are different",
            DecisionKind.LATER: f"{left} and {right} will be decided later",
        }
        return f"{texts[self.kind]} ({self.author})"


def build_side(row: Mapping[str, Any], prefix: str = "") -> Side:
    """Return a side of a decision from a row; `prefix` begins the names of its columns."""
    return tuple(_to_text(row.get(f"{prefix}{name}")) for name in SIDE_COLUMNS)


def describe_side(side: Side) -> str:
    """Return a side for people: `12 Main St # 4, Charlotte, NC`, else its name and APN."""
    row = dict(zip(SIDE_COLUMNS, side, strict=True))
    if row["Address"]:
        return join_address(row | {"Address": row["Address"] + (f" # {row['Unit']}" if row["Unit"] else "")})
    return ", ".join(filter(None, (row["Property Name"], row["APN"] and f"APN {row['APN']}", join_address(row))))


def list_pair_keys(decisions: Sequence[Decision]) -> list[frozenset[str]]:
    """Return a key per decision: equal if two are about the same pair, in either order and whatever the spelling."""
    keys = _normalize_sides(side for decision in decisions for side in decision.sides)["side_key"].to_list()
    return [frozenset(keys[i : i + 2]) for i in range(0, len(keys), 2)]


def find_decided_rows(decisions: Sequence[Decision], parts: Iterable[pl.DataFrame], *, prefer_exact: bool = True) -> pl.DataFrame:
    """Return the rows that each decision is about.

    A side means all rows at its address, whatever their spelling, unless their parcel or unit contradicts. If both sides are at
    one address, the first detail in which they differ tells them apart.

    Args:
        decisions: The decisions.
        parts: The normalized rows, with DETAILS.
        prefer_exact: Whether rows that agree exactly in parcel and unit stand for the others at the same address.

    Returns:
        `decision` (position), `side` (0 or 1), `row` (position), and `detail`, which tells the row from the other side at its
        address.

    """
    if not decisions:
        return pl.DataFrame(schema={"decision": pl.Int64, "side": pl.Int64, "row": pl.Int64, "detail": pl.String})
    sides = _normalize_sides(side for decision in decisions for side in decision.sides)
    pairs = pl.concat([_join_rows(sides, part) for part in parts])
    own, other = (pl.coalesce(pl.when(pl.col(_DETAIL) == name).then(f"{name}{end}") for name in DETAILS) for end in ("", "_row"))
    pairs = pairs.filter(_is_same_area() & ~_has_other_parcel() & ~_has_other_unit() & own.eq_missing(other))
    # The match rules connect the other rows to those that agree exactly, unless the policy keeps them apart.
    is_exact = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_row")) for name in ("apn", "unit_column"))
    is_best = is_exact | ~is_exact.any().over("side") | pl.col(_DETAIL).is_not_null()
    rows = pairs.filter(is_best | (not prefer_exact)).select(
        (pl.col("side") // 2).alias("decision"),
        (pl.col("side") % 2).alias("side"),
        "row",
        pl.format("{} {}", _DETAIL, own.fill_null("")).alias("detail"),
    )
    # Rows that are on both sides can't be told apart.
    told_apart = [i for i, one in enumerate(decisions) if one.kind is DecisionKind.DIFFERENT]
    is_clear = ~pl.col("decision").is_in(told_apart) | (pl.len().over("decision", "row") == 1)
    return rows.unique(["decision", "side", "row"]).filter(is_clear).sort("decision", "side", "row")


def find_decisions_about(decisions: Sequence[Decision], pairs: Sequence[tuple[Side, Side]]) -> list[list[int]]:
    """Return, for each pair, the positions of the decisions about it, also if parcel, unit, name or size were unknown then."""
    frame = _build_frame(side for pair in pairs for side in pair)
    rows = find_decided_rows(decisions, [_normalize_frame(frame)], prefer_exact=False)
    is_straight = (pl.col("row") % 2 == pl.col("side")).alias("is_straight")
    sides = rows.group_by("decision", pl.col("row").alias("pair") // 2, is_straight).agg(pl.col("row").n_unique())
    found = sides.filter(pl.col("row") > 1).select("pair", "decision").unique().sort("pair", "decision")
    by_pair = dict(found.group_by("pair", maintain_order=True).agg("decision").iter_rows())
    return [by_pair.get(i, []) for i in range(len(pairs))]


def _to_text(value: Any) -> str:
    """Return a cell as one line of text; whole numbers have no decimals."""
    if isinstance(value, float):
        value = f"{value:.12g}"
    return "" if value is None else " ".join(str(value).split())


def _normalize_sides(sides: Iterable[Side]) -> pl.DataFrame:
    """Return the sides of decisions, two after two, as rows are compared, with `side` (position), _DETAIL and `side_key`."""
    texts = _build_frame(sides)
    parts = [*ADDRESS_PARTS, "street", "state", "city", *DETAILS]
    named = _normalize_frame(texts).rename({"row": "side"}).with_columns(_street().alias("street"))
    key = pl.concat_str((pl.col(part).fill_null("") for part in parts), separator="|")
    keyed = named.with_columns(key.alias("side_key"))
    left, right = (keyed.filter(pl.col("side") % 2 == side) for side in (0, 1))
    pairs = pl.concat([left, right.rename(lambda name: f"{name}_row")], how="horizontal")
    details = pairs.select(pl.col("side") // 2, pl.when(_is_same_address() & _is_same_area()).then(_find_detail()).alias(_DETAIL))
    return keyed.with_columns(details[_DETAIL].gather(keyed["side"] // 2))


def _build_frame(sides: Iterable[Side]) -> pl.DataFrame:
    texts = pl.DataFrame(list(sides), schema=dict.fromkeys(SIDE_COLUMNS, pl.String), orient="row")
    return texts.with_columns(blank_to_null(pl.all().str.strip_chars()))


def _normalize_frame(texts: pl.DataFrame) -> pl.DataFrame:
    missing_fields = pl.repeat("", texts.height, dtype=pl.String, eager=True)
    return normalize_rows(texts, missing_fields).with_columns(normalize_details(texts))


def _is_same_address() -> pl.Expr:
    is_same = pl.all_horizontal(pl.col(part).eq_missing(pl.col(f"{part}_row")) for part in (*ADDRESS_PARTS, "street"))
    return is_same.fill_null(value=False)


def _find_detail() -> pl.Expr:
    """Return the first of `DETAILS` that both sides have and in which they differ, else the first that only one side has."""
    differs = [pl.when(pl.col(name) != pl.col(f"{name}_row")).then(pl.lit(name)) for name in DETAILS]
    is_missing = [pl.when(pl.col(name).ne_missing(pl.col(f"{name}_row"))).then(pl.lit(name)) for name in DETAILS]
    return pl.coalesce(*differs, *is_missing)


def _join_rows(sides: pl.DataFrame, normalized: pl.DataFrame) -> pl.DataFrame:
    """Pair each side with the rows at its address; without a house number by street, or by parcel."""
    numbered, others = (sides.filter(is_numbered) for is_numbered in (pl.col("number").is_not_null(), pl.col("number").is_null()))
    rows = normalized.filter(pl.col("number").is_in(numbered["number"].unique().implode()))
    joined = [numbered.join(_add_suffix(rows), left_on=ADDRESS_PARTS, right_on=[f"{part}_row" for part in ADDRESS_PARTS])]
    if others.height:
        unnumbered = _add_suffix(normalized.filter(pl.col("number").is_null())).with_columns(_street("_row").alias("street_row"))
        by_parcel = others.filter(pl.col("apn").str.len_chars() >= MIN_APN_LENGTH)
        joined.append(others.join(unnumbered, left_on="street", right_on="street_row"))
        joined.append(by_parcel.join(unnumbered, left_on="apn", right_on="apn_row").with_columns(pl.col("apn").alias("apn_row")))
    compared = [f"{name}_row" for name in ("state", "city", "zip", *DETAILS)]
    return pl.concat([part.select(*sides.columns, *compared, "row") for part in joined])


def _add_suffix(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.rename(lambda name: name if name == "row" else f"{name}_row")


def _street(end: str = "") -> pl.Expr:
    """Return the address without a house number as it is compared."""
    text = pl.when(pl.col(f"number{end}").is_null()).then(f"written{end}")
    return blank_to_null(abbreviate_words(normalize_words(text)))


def _is_same_area() -> pl.Expr:
    """Whether city, ZIP code or the parcel of land without a house number agree, and the state doesn't contradict."""
    has_state, has_city = (is_known_area(pl.col(name)) & is_known_area(pl.col(f"{name}_row")) for name in ("state", "city"))
    state, city, zip_code, apn = (pl.col(name) == pl.col(f"{name}_row") for name in ("state", "city", "zip", "apn"))
    has_no_area = pl.all_horizontal(~is_known_area(pl.col(f"city{end}")) & pl.col(f"zip{end}").is_null() for end in ("", "_row"))
    is_near = pl.any_horizontal(has_city & city, zip_code, pl.col("number").is_null() & apn, has_no_area)
    return is_near.fill_null(value=False) & (~has_state | state)


def _has_other_parcel() -> pl.Expr:
    """Whether both sides have an APN in the same format, and the APNs differ: other formats are not comparable."""
    apns = [pl.col(name).str.strip_chars_start("0") for name in ("apn", "apn_row")]
    formats = [apn.str.replace_all(r"\d", "9").str.replace_all(r"[A-Z]", "A") for apn in apns]
    return ((formats[0] == formats[1]) & (apns[0] != apns[1])).fill_null(value=False)


def _has_other_unit() -> pl.Expr:
    return (pl.col("unit_column") != pl.col("unit_column_row")).fill_null(value=False)
