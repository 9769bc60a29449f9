"""The examples for Dagster and Airflow run, where these are installed."""

import ast
import runpy
from pathlib import Path

import pytest

from workbooks import HEADER, candidate, write_workbook

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


@pytest.fixture(autouse=True)
def exports(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLEXSCOUT_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    write_workbook(tmp_path / "exports/a.xlsx", [HEADER, candidate(1), candidate(2)])
    return tmp_path


def test_the_dagster_asset_is_materialized(exports):
    dagster = pytest.importorskip("dagster")
    asset = runpy.run_path(str(EXAMPLES / "dagster_asset.py"))["flex_properties"]
    result = dagster.materialize([asset])
    assert result.success
    (event,) = result.asset_materializations_for_node("flex_properties")
    assert event.metadata["candidates"].value == 2
    assert (exports / "results/all.xlsx").exists()


def test_the_airflow_task_returns_the_number_of_candidates(exports):
    pytest.importorskip("airflow")
    graph = runpy.run_path(str(EXAMPLES / "airflow_dag.py"))["graph"]
    assert graph.get_task("run_flexscout").python_callable() == 2
    assert (exports / "results/all.xlsx").exists()


@pytest.mark.parametrize(("file", "name"), [("airflow_dag.py", "rank_flex_properties"), ("dagster_asset.py", "flex_properties")])
def test_each_example_defines_its_function(file, name):
    tree = ast.parse((EXAMPLES / file).read_text(encoding="utf-8"))
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == [name]
