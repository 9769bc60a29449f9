"""Match normalized rows partition by partition.

Three passes: equal keys and distinct places within each partition; then close matches, for which a partition also gets the ranges
of house numbers that reach into it, and how many numbers each street has in all; then shared parcels, partitioned by APN. The
result is the same whatever the number of partitions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any, NamedTuple

import polars as pl

from flexscout.matching.candidate_pairs import list_covered_numbers
from flexscout.matching.close_matches import ScoreBands, combine_pairs, compare_places, score_pairs
from flexscout.matching.distinct_places import IDENTITY, add_counts, count_numbers, find_distinct_places, join_counts
from flexscout.matching.match_rules import MatchRule, build_local_keys, find_first_rows, is_place_match, list_local_rules
from flexscout.matching.normalized_rows import spread
from flexscout.matching.parcels import (
    PARCEL_RULES,
    build_parcel_keys,
    combine_shared,
    find_shared_parcels,
    pair_shared_parcels,
    select_with_apn,
)
from flexscout.runtime import PartitionedTable

RunTasks = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterable[Any]]
"""Calls a function with each tuple of arguments, here or elsewhere, and returns the results in order, as `starmap` does."""

_NO_PAIRS = pl.DataFrame(
    schema={"left": pl.Int64, "right": pl.Int64, "Score": pl.Float64, "Evidence": pl.String, "sure": pl.Boolean}
)
_NO_KEYS = pl.DataFrame(schema={"row": pl.Int64, "rule": pl.Int64, "key": pl.String, "first": pl.Int64})
_PLACE, _TARGET = "place_row", "__target"


@dataclass(frozen=True)
class RowMatches:
    """What connects rows.

    Attributes:
        rules: The match rules, the strongest first.
        close_pairs: Close matches: `left` and `right` (the first rows of two places), `Score`, `Evidence`, `sure`.
        shared_pairs: Rows that only share a parcel: the same columns.
        place_rows: For each row, the first row at its place, null if it has none.
        parcel_keys: The keys of shared parcels, see `build_parcel_keys`.

    """

    rules: list[MatchRule]
    close_pairs: pl.DataFrame
    shared_pairs: pl.DataFrame
    place_rows: pl.Series
    parcel_keys: pl.DataFrame


def match_partitions(
    rows: PartitionedTable, fields: Sequence[str], bands: ScoreBands | None, *, by_unit: bool, run: RunTasks = starmap
) -> RowMatches:
    """Return what connects rows.

    Args:
        rows: The normalized rows.
        fields: Columns in which two rows have to agree.
        bands: The scores of close matches; None to look for none.
        by_unit: Whether a unit in the address and one in the column Unit are the same.
        run: What runs the tasks, one per partition.

    """
    numbers = rows.numbers
    places, with_apn = PartitionedTable(rows.count), PartitionedTable(rows.count)
    firsts = []
    found_keys = run(_match_equal_keys, ((rows.load(number), fields, by_unit) for number in numbers))
    for number, found in zip(numbers, found_keys, strict=True):
        firsts.append(found.firsts)
        places.add(found.places, pl.repeat(number, found.places.height, dtype=pl.Int64, eager=True))
        with_apn.add(found.with_apn, found.with_apn["parcel_apn"].hash() % rows.count)
    matched = pl.concat(firsts)
    matched = matched if rows.count == 1 else matched.sort("row")
    rules = [MatchRule(matched[f"rule {at}"], *rule) for at, rule in enumerate(list_local_rules(fields, by_unit=by_unit))]
    if not is_place_match(fields):
        return RowMatches(rules, _NO_PAIRS, _NO_PAIRS, matched[_PLACE], _NO_KEYS)
    shared = list(run(_match_parcels, ((with_apn.load(number),) for number in with_apn.numbers)))
    keys = pl.concat([part.keys for part in shared])
    rules += [MatchRule(_spread_keys(keys, at, rows.height), *rule) for at, rule in enumerate(PARCEL_RULES)]
    close = score_pairs(combine_pairs(list(_compare_partitions(places, run))), bands) if bands else _NO_PAIRS
    return RowMatches(rules, close, combine_shared([part.pairs for part in shared]), matched[_PLACE], keys)


class _EqualKeys(NamedTuple):
    """The rows of a partition with equal keys: `firsts`, its `places`, and its rows `with_apn`."""

    firsts: pl.DataFrame
    places: pl.DataFrame
    with_apn: pl.DataFrame


class _SharedParcels(NamedTuple):
    """See `build_parcel_keys` and `pair_shared_parcels`."""

    keys: pl.DataFrame
    pairs: pl.DataFrame


def _match_equal_keys(part: pl.DataFrame, fields: Sequence[str], by_unit: bool) -> _EqualKeys:  # noqa: FBT001 - a task
    """Return for each row the first row with each of its keys as `rule 0`, `rule 1`..., and the first row at its place."""
    found = find_distinct_places(part)
    keys = build_local_keys(part, fields, by_unit=by_unit)
    firsts = [find_first_rows(part["row"], key).alias(f"rule {at}") for at, key in enumerate(keys)]
    table = pl.DataFrame([part["row"], *firsts, found.place_rows.alias(_PLACE)])
    return _EqualKeys(table.cast(pl.get_index_type()), found.places, select_with_apn(part, found.place_rows))


def _match_parcels(with_apn: pl.DataFrame) -> _SharedParcels:
    shared = find_shared_parcels(with_apn.sort("row"))
    return _SharedParcels(build_parcel_keys(shared), pair_shared_parcels(shared))


def _compare_partitions(places: PartitionedTable, run: RunTasks) -> Iterable[pl.DataFrame]:
    """Yield the pairs of places in each partition that may be the same, see `compare_places`."""
    numbers = places.numbers
    counts = add_counts([count_numbers(places.load(number)) for number in numbers])
    reaching = pl.concat([_list_reaching(places.load(number), number, places.count) for number in numbers])

    def join_reaching(number: int) -> pl.DataFrame:
        others = reaching.filter(pl.col(_TARGET) == number).drop(_TARGET)
        near = pl.concat([places.load(number), others]).sort(IDENTITY) if others.height else places.load(number)
        return join_counts(near, counts)

    return run(compare_places, ((join_reaching(number), (number, places.count)) for number in numbers))


def _list_reaching(places: pl.DataFrame, number: int, count: int) -> pl.DataFrame:
    """Return the places with a range of house numbers once for each other partition with a number in it."""
    targets = list_covered_numbers(places).select("row", spread(pl.col("low"), count).alias(_TARGET)).unique()
    return places.join(targets.filter(pl.col(_TARGET) != number), on="row")


def _spread_keys(keys: pl.DataFrame, rule: int, height: int) -> pl.Series:
    """Return the keys of a parcel rule for each row."""
    own = keys.filter(pl.col("rule") == rule)
    return pl.repeat(None, height, dtype=pl.get_index_type(), eager=True).scatter(own["row"], own["first"]).alias("key")
