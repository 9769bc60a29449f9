"""The second run over a folder: python benchmarks/again.py [--files N] [--rows N] [--runs N].

Unchanged, with one new file, and with another profile; the last beside the classifying, linking and writing that it can't do
without (`rejudge.py`). Whole processes, in turn; the median counts.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from inputs import write_folder
from measure import seconds

from flexscout.scoring.profile_files import render_profile_copy

PYTHON = [sys.executable]
HERE = Path(__file__).parent


def main() -> None:
    """Make the inputs, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=100)
    asked.add_argument("--rows", type=int, default=1_000, help="of each file")
    asked.add_argument("--runs", type=int, default=3)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="flexscout-benchmark-") as place:
        folder = Path(place)
        os.environ |= {"FLEXSCOUT_LOG_FILE": str(folder / "pipeline.log"), "FLEXSCOUT_CACHE": str(folder / "cache")}
        source = write_folder(folder / "in", files=options.files + 1, rows=options.rows)
        taken = [_once(source, folder) for _ in range(options.runs)]
    first = statistics.median(times["first run"] for times in taken)
    for name in taken[0]:
        middle = statistics.median(times[name] for times in taken)
        print(f"{name:40} {middle:6.2f} s   {middle / first:5.2f} of the first run")
    ratios = [times["another profile"] / times["classify, link and write alone"] for times in taken]
    print(f"another profile / classify, link and write: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _once(source: Path, folder: Path) -> dict[str, float]:
    """Seconds of each run, in their order."""
    for left in ("out", "plain", "cache"):
        shutil.rmtree(folder / left, ignore_errors=True)
    profile, new = folder / "other.yaml", max(source.iterdir())
    profile.write_text(render_profile_copy("flex-industrial", profile).replace("points: 3", "points: 2.75", 1), encoding="utf-8")
    new.rename(folder / new.name)
    run = [*PYTHON, "-m", "flexscout", "run", str(source), "-q", "-o", str(folder / "out/all.xlsx")]
    run += ["--report-file", str(folder / "out/report.json")]
    taken = {"first run": seconds(run), "unchanged": seconds(run)}
    (folder / new.name).rename(new)
    taken["one new file"] = seconds(run)
    taken["another profile"] = seconds([*run, "--profile", str(profile)])
    taken["classify, link and write alone"] = seconds(
        [*PYTHON, str(HERE / "rejudge.py"), str(source), str(folder / "plain"), str(profile)]
    )
    return taken


if __name__ == "__main__":
    main()
