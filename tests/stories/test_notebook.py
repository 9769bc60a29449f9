"""Each notebook class alone, and all of them together."""

import json
import logging

import pandas as pd
import polars as pl
import pytest

from flexscout.cli.sample_exports import write_samples
from flexscout.config.settings import PipelineConfiguration
from flexscout.domain.column_names import COMPARISON_COLUMNS, LINK_COLUMNS, RECORD_COLUMNS, SEEN_COLUMNS
from flexscout.ingest.scan import FileDiscovery
from flexscout.notebook.aggregator import ResultAggregator
from flexscout.notebook.analyzer import PropertyDataAnalyzer
from flexscout.notebook.classifier import FlexPropertyClassifier
from flexscout.notebook.processors import BatchProcessor, FileProcessor
from flexscout.notebook.report_generator import ReportGenerator
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime.error_handler import ErrorAction, ErrorHandler
from flexscout.scoring.scorer import FlexPropertyScorer
from frames import LIBRARIES, column_of, rows_of
from workbooks import corrupted_file, valid_properties_1, valid_properties_2

READERS = pytest.mark.parametrize("read", [pd.read_excel, pl.read_excel], ids=["pandas", "polars"])


def as_kind(library, frame):
    return pl.from_pandas(frame) if library is pl else frame


def test_discovery(tmp_path):
    path = valid_properties_1(tmp_path)
    discovery = FileDiscovery()
    assert discovery.scan_input_folder(tmp_path) == [path]
    assert discovery.validate_file_format(path)
    assert discovery.get_file_metadata(path)["name"] == "valid_properties_1.xlsx"


def test_the_file_processor(tmp_path):
    result = FileProcessor().process_file(valid_properties_1(tmp_path))
    assert (result.success, result.property_count, result.flex_candidate_count) == (True, 7, 5)
    assert list(result.flex_properties["Flex Score"]) == [9.0] * 5


def test_a_batch_in_which_one_file_fails(tmp_path):
    results = BatchProcessor().process_batch([valid_properties_1(tmp_path), corrupted_file(tmp_path)])
    assert [result.success for result in results] == [True, False]
    assert results[1].flex_properties is None


@READERS
def test_the_scorer(read, tmp_path):
    frame = read(valid_properties_1(tmp_path))
    scorer = FlexPropertyScorer()
    assert column_of(scorer.score(frame), "Flex Score")[:2] == [9.0, 9.0]
    assert scorer.calculate_flex_score(rows_of(frame)[0])[0] == 9.0


@READERS
def test_the_classifier(read, tmp_path):
    classifier = FlexPropertyClassifier(read(valid_properties_1(tmp_path)), min_flex_score=5)
    assert len(classifier.classify_flex_properties()) == classifier.get_analysis_statistics()["candidates"] == 5
    assert len(pd.read_excel(classifier.export_results(tmp_path / "best.xlsx"))) == 5


@READERS
def test_the_analyzer(read, tmp_path):
    analyzer = PropertyDataAnalyzer(read(valid_properties_1(tmp_path)))
    assert analyzer.analyze_property_types()["Flex"]["count"] == 6
    assert len(analyzer.get_industrial_sample(3)) == 3


@LIBRARIES
def test_the_aggregator(library, tmp_path):
    files = [FileProcessor().process_file(make(tmp_path)) for make in (valid_properties_1, valid_properties_2)]
    faces = ResultAggregator()
    combined = faces.combine_results([as_kind(library, file.flex_properties) for file in files])
    unique = faces.sort_by_score(faces.deduplicate_properties(combined))
    assert isinstance(unique, library.DataFrame)
    assert column_of(unique, "Flex Score") == [9.0] * 5 + [8.5] * 3
    assert len(faces.find_duplicates(combined)) == 2


@LIBRARIES
def test_the_report(library, tmp_path):
    results = [FileProcessor().process_file(valid_properties_2(tmp_path))]
    master = as_kind(library, results[0].flex_properties)
    reports = ReportGenerator()
    assert reports.generate_score_distribution(master) == {"8-10": 5, "6-8": 0, "4-6": 0}
    assert len(reports.create_top_candidates(master, 2)) == 2
    report = json.loads(reports.export_report(tmp_path / "report.json", results, master).read_text(encoding="utf-8"))
    assert report["statistics"]["unique_flex_properties"] == 5


def test_the_error_handler(tmp_path, caplog):
    error = FileProcessor().process_file(corrupted_file(tmp_path)).record.error
    handler = ErrorHandler()
    assert handler.handle_file_error(tmp_path / "corrupted_file.xlsx", error) is ErrorAction.SKIP
    with caplog.at_level(logging.ERROR, "flexscout"):
        handler.log_processing_error({"file": "corrupted_file.xlsx"}, error)
    assert "damaged" in caplog.text
    assert handler.generate_error_report([error])["by_code"] == {"damaged": 1}


@LIBRARIES
def test_all_classes_together_give_the_result_of_a_run(library, tmp_path):
    write_samples(tmp_path / "data/raw")
    corrupted_file(tmp_path / "data/raw")
    config = PipelineConfiguration(snapshots="all", merge_record="survivor")  # frames have no sources to combine
    run = ScalableFlexPipeline(config).run()

    results = BatchProcessor(config).process_batch(FileDiscovery().scan_input_folder("data/raw"))
    faces, reports = ResultAggregator(config), ReportGenerator(config)
    frames = [None if result.flex_properties is None else as_kind(library, result.flex_properties) for result in results]
    master = faces.sort_by_score(faces.deduplicate_properties(faces.combine_results(frames)))

    expected = pl.read_parquet(config.parquet_file).drop(
        *LINK_COLUMNS, *SEEN_COLUMNS, *RECORD_COLUMNS, *COMPARISON_COLUMNS, *config.user_columns
    )
    found = master if library is pl else pl.from_pandas(master.reset_index(drop=True))
    assert found.columns == expected.columns
    assert found.cast(dict(expected.schema)).equals(expected)
    report = json.loads(reports.export_report("report.json", results, master).read_text(encoding="utf-8"))
    for entry in run.report["top_candidates"]:
        del entry["Property ID"], entry["Source Count"], entry["Also In"]
    for section in ("averages", "deduplication", "quality", "schema", "settings", "top_candidates"):
        assert report[section] == json.loads(json.dumps(run.report[section], default=str)), section
