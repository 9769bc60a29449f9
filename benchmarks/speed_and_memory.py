"""Measure speed and memory of whole runs: python benchmarks/speed_and_memory.py [--samples FOLDER] [--quick].

Whole processes, in turn, so that a drifting machine affects all alike; the median of the pairwise ratios counts. With
`--samples`, rows are sampled from a folder of Crexi property records instead of invented ones.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from generated_exports import write_folder
from process_metrics import measure_memory, time_command

HERE = Path(__file__).parent
PYTHON = sys.executable
Command = list[str]


def main() -> None:
    """Write the inputs, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, help="exports to sample rows from")
    parser.add_argument("--quick", action="store_true", help="skip the alternatives, which take minutes")
    parser.add_argument("--runs", type=int, default=5, help="number of measurements")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-") as place:
        folder = Path(place)
        os.environ["FLEXSCOUT_LOG_FILE"] = str(folder / "pipeline.log")
        _measure_start(options.runs * 4)
        _measure_runs(folder, options.samples, options.runs, alternatives=not options.quick)
        _measure_memory(folder, options.samples)


def _measure_start(runs: int) -> None:
    print("## Start: seconds beyond `python -c pass`\n")
    commands = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "import flexscout": [PYTHON, "-c", "import flexscout"],
        "flexscout --help": [PYTHON, "-m", "flexscout", "--help"],
    }
    taken = _time_in_turn(commands, runs)
    base = statistics.median(taken["python -c pass"])
    for name, times in taken.items():
        print(f"{name:20} {statistics.median(times) - base:6.3f} s")


def _measure_runs(folder: Path, samples: Path | None, runs: int, *, alternatives: bool) -> None:
    for title, unique in (("nearly all are unique", 1.0), ("few are unique", 0.116)):
        source = write_folder(folder / title.replace(" ", "-"), files=8, rows=5_000, unique=unique, samples=samples)
        print(f"\n## 8 files x 5,000 rows x 68 columns, {title}\n")
        _compare(
            "flexscout / baseline",
            _build_flexscout_command(source, folder / "out"),
            _build_script_command("baseline.py", source, folder / "baseline"),
            runs,
        )
        if alternatives:
            for name in ("polars_excel", "pandas_calamine", "pandas_openpyxl"):
                other = _build_script_command(f"alternatives/{name}.py", source, folder / name)
                _compare(f"{name} / flexscout", other, _build_flexscout_command(source, folder / "out"), min(runs, 3))


def _measure_memory(folder: Path, samples: Path | None) -> None:
    print("\n## Peak memory of all processes\n")
    for files, rows in ((20, 5_000), (8, 5_000), (100, 400), (2_000, 20)):
        source = write_folder(folder / f"{files}-files", files=files, rows=rows, samples=samples)
        measured = measure_memory(_build_flexscout_command(source, folder / "out"))
        print(f"{files:5,} files of {rows:5,} rows: {measured.memory_mb:6,.0f} MB, {measured.seconds:5.1f} s")
        shutil.rmtree(source)


def _compare(name: str, command: Command, other: Command, runs: int) -> None:
    taken = _time_in_turn({"a": command, "b": other}, runs)
    ratios = [a / b for a, b in zip(taken["a"], taken["b"], strict=True)]
    a, b = statistics.median(taken["a"]), statistics.median(taken["b"])
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"{name:28} {statistics.median(ratios):6.2f}   ({spread}; {a:.2f} s, {b:.2f} s)", flush=True)


def _time_in_turn(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[float]]:
    """Return the seconds of each run, without the first of each."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            _remove_outputs(command)
            taken[name].append(time_command(command).seconds)
    return {name: times[1:] for name, times in taken.items()}


def _remove_outputs(command: Sequence[str]) -> None:
    """Remove the outputs of the previous run, so that each run writes all of them and compares with none."""
    if "-o" in command:
        shutil.rmtree(Path(command[command.index("-o") + 1]).parent, ignore_errors=True)


def _build_flexscout_command(source: Path, out: Path) -> Command:
    places = ["-o", str(out / "all.xlsx"), "--report-file", str(out / "report.json")]
    return [PYTHON, "-m", "flexscout", "run", str(source), "-q", "--fresh", *places]


def _build_script_command(name: str, source: Path, out: Path) -> Command:
    return [PYTHON, str(HERE / name), str(source), str(out)]


if __name__ == "__main__":
    main()
