"""The law of reranking: a list by other criteria is the list of a run with these criteria."""

import csv
import tempfile
from pathlib import Path

import polars as pl
import yaml
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import examples
from flexscout.config import PipelineConfiguration
from flexscout.history import RunHistory, save_corrections
from flexscout.insights import replay, rerank
from flexscout.insights.reranking import RERANKED_COLUMNS
from flexscout.scoring import read_profile_text
from in_process import run_in_process

HEADER = ("Property Type", "Address", "City", "County", "State", "Zip Code", "Building SqFt", "Lot Size Acres", "Year Built",
          "Occupancy", "Asking Price", "Building Status")  # fmt: skip
OPTIONAL = ("County", "Lot Size Acres", "Building Status", "Occupancy", "State")
rows = st.tuples(
    st.sampled_from(("Flex", "Warehouse", "Light Industrial", "Office", None)),
    st.sampled_from(("1 Main St", "1 MAIN STREET", "2 Oak Ave", "3 elm st", "4 Pine Rd", None)),
    st.sampled_from(("Charlotte", "CHARLOTTE", "charlotte", "Mt. Holly", "Mount Holly")),
    st.sampled_from(("Mecklenburg", "Mecklenburg County", None)),
    st.sampled_from(("NC", None)),
    st.sampled_from(("28206", None)),
    st.sampled_from((15_000, 30_000, 30_100, 60_000, None)),
    st.sampled_from((0.4, 2.0, 15.0, None)),
    st.sampled_from((1975, 1995, None)),
    st.sampled_from((60, 100, None)),
    st.sampled_from((1_000_000, 2_000_000, None)),
    st.sampled_from(("Existing", "Proposed", None)),
)
tables = st.tuples(st.sets(st.sampled_from(OPTIONAL), max_size=2), st.lists(rows, min_size=1, max_size=10))
files = st.fixed_dictionaries({}, optional=dict.fromkeys(("a 2026-01-05.csv", "a 2026-01-12.csv", "b.csv"), tables))
options = st.fixed_dictionaries(
    {},
    optional={
        "enable_deduplication": st.booleans(),
        "merge_record": st.sampled_from(("merged", "survivor")),
        "snapshots": st.sampled_from(("newest", "all")),
        "drop_withdrawn": st.sampled_from(("never", "any", "all")),
        "where_rows": st.sampled_from(("", '"Building SqFt" > 20000 and "Flex Score" > 2')),
        "where": st.sampled_from(("", "City = 'Charlotte'")),
    },
)  # fmt: skip
profile_changes = st.fixed_dictionaries(
    {},
    optional={
        "Age": st.sampled_from((None, {"column": "Year Built", "rules": [{"from": 1970, "to": 2000, "points": [2, 0]}]})),
        "Building Size": st.fixed_dictionaries({"cap": st.floats(0, 3), "base": st.sampled_from((0, 1))}),
        "Price": st.just({"column": "Asking Price", "rules": [{"below": 1_500_000, "points": 1.25}]}),
        "Place": st.just({"column": "City", "rules": [{"words": ["holly"], "points": 2}, {"is": ["Charlotte"], "points": 1}]}),
    },
)
criteria = st.fixed_dictionaries(
    {},
    optional={
        "factors": profile_changes,
        "eligibility": st.sampled_from(
            ({"Lot Size Acres": None}, {"Year Built": {"from": 1980}}, {"Building SqFt": {"to": 3e4}})
        ),
        "exclusions": st.sampled_from(({"Occupancy": {"from": 100}}, {"City": {"is": ["Mt Holly", "Charlotte"]}})),
        "min_flex_score": st.sampled_from((0.0, 3.0, 4.5, 7.0)),
        "where": st.sampled_from(
            ("", '"Asking Price" < 1500000', "City = 'Mount Holly' or \"Score Ceiling\" > 8", "State = 'NC'")
        ),
    },
)  # fmt: skip


def write_files(folder, given_files):
    """Write the exports; each lacks some columns."""
    folder.mkdir()
    for name, (without, table) in given_files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column for column in HEADER if column not in without], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(dict(zip(HEADER, row, strict=True)) for row in table)


def write_profile(path, change):
    """Write the built-in profile with changed factors, eligibility and exclusions."""
    content = yaml.safe_load(read_profile_text("flex-industrial"))
    for key in ("factors", "eligibility", "exclusions"):
        for name, value in change.get(key, {}).items():
            merged = content[key].get(name, {}) | value if isinstance(value, dict) else None
            content[key][name] = value if isinstance(value, dict) and value.keys() & {"column", "is"} else merged
        content[key] = {name: value for name, value in content[key].items() if value is not None}
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return str(path)


def list_properties(frame):
    """Return IDs, scores and what is shown of properties in their order."""
    return frame.select(name for name in ("Property ID", "Flex Score", *RERANKED_COLUMNS) if name in frame.columns).to_dicts()


@examples(4, suppress_health_check=[HealthCheck.too_slow])
@given(files, options, st.lists(criteria, min_size=2, max_size=3), st.booleans())
def test_list_by_other_criteria_is_the_list_of_a_run_with_them(given_files, settings, changes, is_corrected):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(
            folder / "in",
            given_files
            | {"c.csv": (set(), [("Flex", "9 End St", "Charlotte", None, "NC", "28206", 30_000, 2.0, 1995, 60, None, None)])},
        )
        config = PipelineConfiguration(
            input_folder=str(folder / "in"),
            file_pattern="*.csv",
            output_file=str(folder / "out/list.xlsx"),
            report_file=str(folder / "out/report.json"),
            log_file=str(folder / "log"),
            cache=str(folder / "cache"),
            as_of="2026-01-31",
            **settings,
        )
        run_in_process(config)
        if is_corrected:
            first = pl.read_parquet(config.parquet_file).row(0, named=True)
            save_corrections(config, first, {"Building SqFt": "41000", "City": "Gastonia"})
            run_in_process(config)
        history = RunHistory(Path(config.output_file))
        others = [
            {key: change[key] for key in ("min_flex_score", "where") if key in change}
            | {"profile": write_profile(folder / f"profile{number}.yaml", change)}
            for number, change in enumerate(changes)
        ]
        with replay(history, history.find_last()) as past:
            reranked = [
                rerank(past, profile=other["profile"], min_score=other.get("min_flex_score"), where=other.get("where"))
                for other in others
            ]
        for other, found in zip(others, reranked, strict=True):
            run_in_process(config.model_copy(update=other))
            assert list_properties(found.listed) == list_properties(pl.read_parquet(config.parquet_file))
