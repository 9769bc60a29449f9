"""How many workers the driver of a run keeps up with, and what classifying in the workers would cost instead.

    python benchmarks/driver_capacity.py [--files N] [--rows N]

Reads the exports once in this process, then repeats the driver's part of reading with simulated workers, which return the records
after the time that reading took. All figures are milliseconds of processor time per file.
"""

import argparse
import pickle
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import polars as pl
from generated_exports import write_folder

from flexscout.config import PipelineConfiguration
from flexscout.ingest import FileIngestor, scan_inputs
from flexscout.ingest.worker import ingest_file
from flexscout.models import FileRecord, SourceFile
from flexscout.runtime import NoProgress, TableCache, write_table
from flexscout.scoring import Criteria, score_files
from flexscout.scoring.classify import classify_tables, combine_parts

WORKERS = (4, 16, 64)
GROUPS = (1, 5, 20, 100)


def main() -> None:
    """Write the inputs, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000, help="rows per file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-") as place:
        source = write_folder(Path(place) / "in", files=options.files, rows=options.rows)
        config = PipelineConfiguration(input_folder=str(source))
        cache = TableCache(Path(place) / "cache")
        sources = scan_inputs(config).sources
        ingest_file(sources[0], cache)  # loads what it needs
        records: list[FileRecord] = []
        reading = _measure(lambda: records.extend(ingest_file(one, cache) for one in sources)) / len(sources)
        print(f"{options.files} files of {options.rows:,} rows: reading {reading:.1f} ms a file")
        criteria = Criteria.from_config(config)
        for workers in WORKERS:
            spent = _measure(_Driver(config, cache, criteria, records, workers, reading / 1000).run) / len(sources)
            print(f"{workers:4} workers: driver {spent:.2f} ms; it keeps up with {reading / spent:.0f}")
        for size in (one for one in GROUPS if one <= len(records)):
            _print_group(records, criteria, config, Path(place), size)


def _print_group(
    records: Sequence[FileRecord], criteria: Criteria, config: PipelineConfiguration, folder: Path, size: int
) -> None:
    """Print what it costs to classify so many files at a time, and to hand the rows to the driver as tables."""
    groups = [records[start : start + size] for start in range(0, len(records), size)]
    parts: list[Any] = []
    paths = [folder / f"{number}.parquet" for number in range(2 * len(groups))]

    def write() -> None:
        tables = (table for part in parts for table in (part.candidates, part.rejected))
        for table, path in zip(tables, paths, strict=True):
            write_table(table, path)

    steps: dict[str, Callable[[], object]] = {
        "classify": lambda: parts.extend(classify_tables(group, criteria, config.duplicate_fields) for group in groups),
        "write": write,
        "read again": lambda: [pl.read_parquet(path) for path in paths],
        "combine": lambda: combine_parts(parts),
    }
    costs = ", ".join(f"{name} {_measure(step) / len(records):.2f}" for name, step in steps.items())
    print(f"{size:4} files at a time: {costs}")


def _measure(step: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that a step takes."""
    begun = time.process_time()
    step()
    return 1000 * (time.process_time() - begun)


class _Driver:
    """The driver's part of reading, with workers that sleep. It is an executor, too."""

    memory_gb = 1.0

    def __init__(  # noqa: PLR0913, PLR0917 - what a run needs
        self,
        config: PipelineConfiguration,
        cache: TableCache,
        criteria: Criteria,
        records: Sequence[FileRecord],
        workers: int,
        seconds: float,
    ) -> None:
        self._config, self._cache, self._criteria, self._seconds, self.slots = config, cache, criteria, seconds, workers
        self._results = {record.source.name: pickle.dumps(record) for record in records}
        self._sources = [record.source for record in records]
        self._threads = ThreadPoolExecutor(workers)

    def run(self) -> None:
        ingestor = FileIngestor.for_criteria(self._config, self._criteria.profile.eligibility, executor=self)
        batches = ingestor.ingest(self._sources, self._cache)
        score_files(batches, self._criteria, self._config.duplicate_fields, NoProgress())

    def submit(self, _function: Callable[..., Any], source: SourceFile) -> "Future[Any]":
        return self._threads.submit(self._answer, source)

    def _answer(self, source: SourceFile) -> object:
        time.sleep(self._seconds)
        return pickle.loads(self._results[source.name])  # noqa: S301 - its own

    def check(self) -> None:
        """Do nothing: every call is answered."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
