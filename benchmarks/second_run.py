"""Measure second runs over a folder: python benchmarks/second_run.py [--files N] [--rows N] [--runs N].

Nothing changed, one new file, and another profile; the last is compared with `rescore.py`, the least that such a run has to do.
Whole processes, in turn; the median counts.
"""

import shutil
import statistics
import sys
from pathlib import Path

from generated_exports import create_run_folder, parse_sizes, write_folder
from process_metrics import Timing, time_command

from flexscout.scoring.profile_files import render_profile_copy

PYTHON = [sys.executable]
HERE = Path(__file__).parent


def main() -> None:
    """Write the inputs, measure and print."""
    options = parse_sizes(__doc__, files=100, rows=1_000, runs=3)
    with create_run_folder() as folder:
        source = write_folder(folder / "in", files=options.files + 1, rows=options.rows)
        taken = [_time_runs(source, folder) for _ in range(options.runs)]
    first = statistics.median(times["first run"].seconds for times in taken)
    for name in taken[0]:
        middle = statistics.median(times[name].seconds for times in taken)
        busy = statistics.median(times[name].cpu_seconds for times in taken)
        print(f"{name:40} {middle:6.2f} s   {middle / first:5.2f} of the first run   {busy:6.2f} s of processor time")
    ratios = [times["another profile"].seconds / times["score, match and write only"].seconds for times in taken]
    print(f"another profile / score, match and write: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _time_runs(source: Path, folder: Path) -> dict[str, Timing]:
    """Return the times of each run, in order."""
    for name in ("out", "plain", "cache"):
        shutil.rmtree(folder / name, ignore_errors=True)
    profile, new = folder / "other.yaml", max(source.iterdir())
    profile.write_text(render_profile_copy("flex-industrial", profile).replace("points: 3", "points: 2.75", 1), encoding="utf-8")
    new.rename(folder / new.name)
    run = [*PYTHON, "-m", "flexscout", "run", str(source), "-q", "-o", str(folder / "out/all.xlsx")]
    run += ["--report-file", str(folder / "out/report.json")]
    taken = {"first run": time_command(run), "unchanged": time_command(run)}
    (folder / new.name).rename(new)
    taken["one new file"] = time_command(run)
    taken["another profile"] = time_command([*run, "--profile", str(profile)])
    taken["score, match and write only"] = time_command(
        [*PYTHON, str(HERE / "rescore.py"), str(source), str(folder / "plain"), str(profile)]
    )
    return taken


if __name__ == "__main__":
    main()
