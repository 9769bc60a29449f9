"""Measure the accuracy and speed of matching.

`--pairs FILE`: labelled pairs (left, right, is_same, set) -> precision, recall and F1, compared with other libraries, on the half
that was held out from tuning. `--rows N`: speed on N generated rows, and on one block of up to 50,000 equal house numbers.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import psutil

from flexscout.domain.addresses import parse_addresses
from flexscout.matching.clusters import MatchSettings, find_clusters
from flexscout.matching.property_ids import assign_property_ids
from flexscout.merging.survivors import deduplicate
from flexscout.runtime.storage import ROWS_PER_PART
from flexscout.scoring import MODIFIED

_SEED = 7
_PLACE = ("Address", "City", "State", "Zip Code")


@dataclass(frozen=True)
class Method:
    """A matching method: `same(left, right)` is a Boolean per pair, null where the method can't decide."""

    name: str
    same: Callable[[pl.DataFrame, pl.DataFrame], pl.Series]


def main() -> None:
    """Print the requested figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=Path)
    arguments.add_argument("--half", choices=("tuned", "held out", "all"), default="held out")
    arguments.add_argument("--mistakes", action="store_true", help="print the pairs that the last method gets wrong")
    arguments.add_argument("--rows", type=int)
    arguments.add_argument("--partitions", type=int, default=0, help="of the rows; by default as many as their number needs")
    options = arguments.parse_args()
    if options.pairs:
        _accuracy(_half(pl.read_csv(options.pairs, infer_schema_length=0), options.half), mistakes=options.mistakes)
    if options.rows:
        _speed(options.rows, options.partitions)


def _half(pairs: pl.DataFrame, which: str) -> pl.DataFrame:
    """Return one half of the pairs, chosen by their texts."""
    # Stable across versions of Polars, unlike its hash.
    number = (
        pl.col("left").str.len_bytes() * 31
        + pl.col("right").str.len_bytes() * 17
        + pl.col("left").str.extract(r"(\d+)").cast(pl.Int64).fill_null(0)
    )
    return pairs if which == "all" else pairs.filter(number % 2 == (0 if which == "tuned" else 1))


def _accuracy(pairs: pl.DataFrame, *, mistakes: bool) -> None:
    left, right = (_rows(pairs[side]) for side in ("left", "right"))
    is_same = pairs["is_same"] == "1"
    print(f"{'set':18} {'pairs':>6}  {'method':34} {'P':>6} {'R':>6} {'F1':>6}")
    for method in _methods():
        predicted = method.same(left, right).fill_null(value=False)
        for name in pairs["set"].unique().sort():
            own = pairs["set"] == name
            print(f"{name:18} {own.sum():6}  {method.name:34} {_figures(predicted.filter(own), is_same.filter(own))}")
    if mistakes:
        wrong = pairs.with_columns(predicted.alias("predicted")).filter(pl.col("predicted") != is_same).sort("set", "predicted")
        for row in wrong.select("set", "predicted", "left", "right").iter_rows():
            print(row)


def _figures(predicted: pl.Series, is_same: pl.Series) -> str:
    right = int((predicted & is_same).sum())
    precision, recall = right / max(1, predicted.sum()), right / max(1, is_same.sum())
    return f"{precision:6.3f} {recall:6.3f} {2 * precision * recall / max(1e-9, precision + recall):6.3f}"


def _rows(texts: pl.Series) -> pl.DataFrame:
    """`address | [unit |] city | state | zip` as columns; a text without bars is an address."""
    parts = texts.str.split(" | ")
    count = parts.list.len()
    is_place = count >= 3
    unit = pl.when(count == 5).then(parts.list.get(1, null_on_oob=True))
    start = pl.when(count == 5).then(2).otherwise(1)
    return pl.select(
        pl.when(unit.is_null()).then(parts.list.get(0)).otherwise(pl.format("{} # {}", parts.list.get(0), unit)).alias("Address"),
        *(
            pl.when(is_place).then(pl.lit(parts).list.get(start + offset, null_on_oob=True)).alias(name)
            for offset, name in enumerate(_PLACE[1:])
        ),
    )


def _methods() -> Iterator[Method]:
    yield Method("equal in lower case", lambda left, right: _join_place(left) == _join_place(right))
    yield from _peers()
    yield Method("flexscout: keys", lambda left, right: _match(left, right, "off"))
    yield Method("flexscout: keys and close matches", lambda left, right: _match(left, right, "merge"))


def _join_place(rows: pl.DataFrame) -> pl.Series:
    return rows.select(pl.concat_str(_PLACE, separator="|", ignore_nulls=True).str.to_lowercase()).to_series()


def _match(left: pl.DataFrame, right: pl.DataFrame, close: str) -> pl.Series:
    """Match all rows in one table, so that ambiguous streets are recognized."""
    settings = replace(MatchSettings(), close_matches=close)  # type: ignore[arg-type]
    numbers = find_clusters(pl.concat([left, right]), settings).cluster_ids
    return numbers.head(left.height) == numbers.tail(right.height)


def _peers() -> Iterator[Method]:
    """Other libraries, if they are installed (extra `benchmarks`), on address, city and state."""
    try:
        import scourgify  # noqa: PLC0415 - only here
        import usaddress  # noqa: PLC0415 - only here
    except ImportError:
        print("usaddress and usaddress-scourgify are not installed: pip install 'flexscout[benchmarks]'")
        return

    def tagged(text: str) -> str | None:
        try:
            parts, _ = usaddress.tag(text)
        except usaddress.RepeatedLabelError:
            return None
        street = {label: value for label, value in parts.items() if label != "ZipCode"}
        return "|".join(f"{label}={value.strip('.,').lower()}" for label, value in sorted(street.items()))

    def scourged(text: str) -> str | None:
        try:
            parts = scourgify.normalize_address_record(text)
        except Exception:  # noqa: BLE001 - it raises many kinds
            return None
        return "|".join(str(value) for label, value in parts.items() if label != "postal_code")

    def by(key: Callable[[str], str | None]) -> Callable[[pl.DataFrame, pl.DataFrame], pl.Series]:
        def keys(rows: pl.DataFrame) -> pl.Series:
            texts = rows.select(pl.concat_str(_PLACE[:3], separator=", ", ignore_nulls=True)).to_series()
            return pl.Series([key(text) for text in texts], dtype=pl.String)

        return lambda left, right: keys(left) == keys(right)

    yield Method("usaddress", by(tagged))
    yield Method("usaddress-scourgify", by(scourged))


def _speed(rows: int, partitions: int) -> None:
    settings = MatchSettings(close_matches="merge", partitions=partitions)
    with TemporaryDirectory() as folder:
        generate_rows(rows).write_parquet(f"{folder}/rows.parquet")
        print(f"memory of the process: {psutil.Process().memory_info().rss / 2**20:,.0f} MB")
        _timed(f"clusters of {rows:,} rows", rows, lambda: find_clusters(_StoredRows(Path(folder) / "rows.parquet"), settings))
        print(f"peak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
        frame = pl.read_parquet(f"{folder}/rows.parquet")
    _timed(f"keys of {rows:,} rows", rows, lambda: parse_addresses(frame["Address"]))
    _timed(f"clusters, IDs and merge log of {rows:,} rows", rows, lambda: match_and_merge(frame))
    block = generate_block(min(rows, 50_000))
    _timed(
        f"one block of {block.height:,} equal house numbers",
        block.height,
        lambda: find_clusters(block, MatchSettings(close_matches="merge")),
    )


@dataclass(frozen=True)
class _StoredRows:
    """Rows in a file, in parts that are loaded one at a time."""

    path: Path

    def __iter__(self) -> Iterator[pl.DataFrame]:
        rows = pl.scan_parquet(self.path)
        for start in range(0, rows.select(pl.len()).collect().item(), ROWS_PER_PART):
            yield rows.slice(start, ROWS_PER_PART).collect()


def match_and_merge(frame: pl.DataFrame) -> pl.DataFrame:
    """Cluster the rows, merge each cluster, assign IDs, and return the merge log."""
    at = pl.int_range(frame.height, eager=True)
    known = frame.with_columns(
        at.alias("at"), (at % 60 / 10 + 4).alias("Flex Score"), pl.format("{}.xlsx", at % 8).alias("Source File"),
        pl.lit("S").alias("Source Sheet"), at.alias("Source Row"),
    )  # fmt: skip
    clusters = find_clusters(known)
    clustered = known.with_columns(clusters.cluster_ids.alias("cluster"), pl.lit(0).alias(MODIFIED))
    merged = deduplicate(clustered, "cluster", lambda kept, removed: clusters.describe_matches(kept["at"], removed["at"]))
    assign_property_ids(clusters.identify(merged.survivors["at"]), merged.survivors)
    return merged.merge_log


def _timed(what: str, rows: int, work: Callable[[], object]) -> None:
    started, busy = time.perf_counter(), time.process_time()
    work()
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    clock, processors = (f"{spent:7.2f} s {rows / spent:9,.0f} rows/s" for spent in (seconds, busy))
    print(f"{what:46} on the clock {clock}, of processors {processors}")


def generate_rows(rows: int) -> pl.DataFrame:
    """Return rows in 40 cities with 4,000 streets; a third of the properties have two spellings."""
    draw = np.random.default_rng(_SEED)
    syllables = np.array(
        [
            "ash",
            "bel",
            "cor",
            "dun",
            "el",
            "far",
            "glen",
            "hart",
            "ing",
            "ken",
            "lan",
            "mor",
            "nor",
            "oak",
            "pen",
            "ros",
            "ston",
            "ton",
            "ver",
            "wood",
        ]
    )
    streets = pl.Series(["".join(draw.choice(syllables, 3)) for _ in range(4_000)])
    long, short = (
        pl.Series(texts) for texts in (["Street", "Avenue", "Road", "Drive", "Boulevard"], ["ST", "AVE", "RD", "DR", "BLVD"])
    )
    base = pl.DataFrame(
        {
            "number": draw.integers(1, 9_999, rows), "street": streets.gather(draw.integers(0, len(streets), rows)),
            "suffix": draw.integers(0, len(long), rows), "city": draw.integers(0, 40, rows),
            "way": draw.integers(0, 3, rows), "APN": draw.integers(0, 3 * rows, rows),
        }
    )  # fmt: skip
    again = base.head(rows // 3).with_columns(way=(pl.col("way") + 1) % 3)
    table = pl.concat([base.head(rows - again.height), again])
    ways = (
        pl.when(pl.col("way") == 0)
        .then(pl.format("{} {} {}", "number", "street", long.gather(table["suffix"])))
        .otherwise(pl.format("{} {} {}", "number", pl.col("street").str.to_uppercase(), short.gather(table["suffix"])))
    )
    return table.select(
        ways.alias("Address"), pl.format("City {}", "city").alias("City"), pl.lit("NC").alias("State"),
        pl.format("28{}", pl.col("city").cast(pl.String).str.zfill(3)).alias("Zip Code"), pl.format("09-{}", "APN").alias("APN"),
    )  # fmt: skip


def generate_block(rows: int) -> pl.DataFrame:
    """Return rows on different streets of one city, all with house number 100."""
    draw = np.random.default_rng(_SEED)
    names = pl.Series(["".join(letters) for letters in draw.choice(list("abcdefghilmnoprstu"), (rows, 7))])
    return pl.select(
        pl.format("100 {} Street", pl.lit(names)).alias("Address"),
        pl.lit("X").alias("City"),
        pl.lit("NC").alias("State"),
        pl.lit("28001").alias("Zip Code"),
    )


if __name__ == "__main__":
    main()
