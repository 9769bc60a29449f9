"""A run that reuses what earlier runs read writes the same bytes as one that reads every file again."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from examples import examples
from flexscout.config import PipelineConfiguration
from in_process import run_in_process
from workbooks import HEADER, candidate, write_workbook

NAMES = ("costar 01.05.26.xlsx", "costar 01.12.26.xlsx", "crexi.xlsx", "loopnet.xlsx")
ROWS = st.builds(
    candidate,
    st.integers(1, 4),
    Address=st.sampled_from(["1 Test Street", "1 Test St", "2 Main Rd", "2-4 Main Road", "7 Oak Ave", None]),
    Building_SqFt=st.sampled_from([30_000, 31_000, 4_000, None]),
    Occupancy=st.sampled_from([None, 80]),
)
FOLDERS = st.dictionaries(st.sampled_from(NAMES), st.lists(ROWS, min_size=1, max_size=3), min_size=1)
OUTPUTS = ("all.xlsx", "all.csv", "all.parquet", "all_duplicates.csv", "all_issues.csv")


def run(folder, name, *, reuse):
    """Run over the exports into a folder of its own, and return the content of each output."""
    place = folder / name
    paths = {"output_file": place / "all.xlsx", "report_file": place / "report.json", "log_file": place / "log"}
    settings = {key: str(path) for key, path in paths.items()} | {"cache": str(place / "cache"), "reuse": reuse}
    run_in_process(PipelineConfiguration(input_folder=str(folder / "in"), max_workers=1, **settings))
    return {output: (place / output).read_bytes() for output in OUTPUTS if (place / output).exists()}


def change(exports, old, new):
    """Remove, write again and add exports, so that the folder has the new ones instead of the old ones."""
    for name in old.keys() - new.keys():
        (exports / name).unlink()
    for name, rows in new.items():
        if old.get(name) != rows:
            write_workbook(exports / name, [HEADER, *rows])


@examples(4)
@given(st.lists(FOLDERS, min_size=2, max_size=3))
def test_reusing_files_changes_no_output_in_any_history_of_a_folder(weeks):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "in").mkdir()
        for old, new in zip([{}, *weeks], weeks, strict=False):
            change(folder / "in", old, new)
            assert run(folder, "reused", reuse=True) == run(folder, "fresh", reuse=False)
