"""Every figure of speed and memory, as ratios within one run: python benchmarks/run.py [--samples FOLDER] [--quick].

Whole processes, in turn, so that a machine whose speed drifts treats all alike; the median of the pairwise ratios counts.
`--samples`: a folder of Crexi property records to draw from, instead of invented ones.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from inputs import write_folder
from measure import memory, seconds

HERE = Path(__file__).parent
PYTHON = sys.executable
Command = list[str]


def main() -> None:
    """Make the inputs, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--samples", type=Path, help="exports to draw the rows from")
    asked.add_argument("--quick", action="store_true", help="without the peers, which take minutes")
    asked.add_argument("--runs", type=int, default=5, help="how often each is run")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-") as place:
        folder = Path(place)
        os.environ["FLEXSCOUT_LOG_FILE"] = str(folder / "pipeline.log")
        _start_up(options.runs * 4)
        _whole_way(folder, options.samples, options.runs, peers=not options.quick)
        _memory(folder, options.samples)


def _start_up(runs: int) -> None:
    print("## Start: seconds more than `python -c pass`\n")
    commands = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "import flexscout": [PYTHON, "-c", "import flexscout"],
        "flexscout --help": [PYTHON, "-m", "flexscout", "--help"],
    }
    taken = _in_turn(commands, runs)
    least = statistics.median(taken["python -c pass"])
    for name, times in taken.items():
        print(f"{name:20} {statistics.median(times) - least:6.3f} s")


def _whole_way(folder: Path, samples: Path | None, runs: int, *, peers: bool) -> None:
    for title, unique in (("nearly all come out", 1.0), ("few are unique", 0.116)):
        source = write_folder(folder / title.replace(" ", "-"), files=8, rows=5_000, unique=unique, samples=samples)
        print(f"\n## 8 files x 5,000 rows x 68 columns, {title}\n")
        _compare("flexscout / floor", _flexscout(source, folder / "out"), _script("floor.py", source, folder / "floor"), runs)
        if peers:
            for name in ("polars_excel", "pandas_calamine", "pandas_openpyxl"):
                other = _script(f"peers/{name}.py", source, folder / name)
                _compare(f"{name} / flexscout", other, _flexscout(source, folder / "out"), min(runs, 3))


def _memory(folder: Path, samples: Path | None) -> None:
    print("\n## The most memory of the whole process tree\n")
    for files, rows in ((20, 5_000), (8, 5_000), (100, 400), (2_000, 20)):
        source = write_folder(folder / f"{files}-files", files=files, rows=rows, samples=samples)
        found = memory(_flexscout(source, folder / "out"))
        print(f"{files:5,} files of {rows:5,} rows: {found.memory_mb:6,.0f} MB, {found.seconds:5.1f} s")
        shutil.rmtree(source)


def _compare(name: str, command: Command, other: Command, runs: int) -> None:
    taken = _in_turn({"a": command, "b": other}, runs)
    ratios = [a / b for a, b in zip(taken["a"], taken["b"], strict=True)]
    a, b = statistics.median(taken["a"]), statistics.median(taken["b"])
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"{name:28} {statistics.median(ratios):6.2f}   ({spread}; {a:.2f} s, {b:.2f} s)", flush=True)


def _in_turn(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, list[float]]:
    """Seconds of each run; the first of each is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            _forget(command)
            taken[name].append(seconds(command))
    return {name: times[1:] for name, times in taken.items()}


def _forget(command: Sequence[str]) -> None:
    """Remove what an earlier run left: each writes anew, and compares with nothing."""
    if "-o" in command:
        shutil.rmtree(Path(command[command.index("-o") + 1]).parent, ignore_errors=True)


def _flexscout(source: Path, out: Path) -> Command:
    places = ["-o", str(out / "all.xlsx"), "--report-file", str(out / "report.json")]
    return [PYTHON, "-m", "flexscout", "run", str(source), "-q", "--fresh", *places]


def _script(name: str, source: Path, out: Path) -> Command:
    return [PYTHON, str(HERE / name), str(source), str(out)]


if __name__ == "__main__":
    main()
