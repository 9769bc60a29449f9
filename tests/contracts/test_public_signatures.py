"""Public classes have the documented methods, parameters, fields and defaults."""

import dataclasses
import inspect

import pytest

import flexscout

# Class -> method -> parameters; `*` before keyword-only ones, `=` after those with a default.
SIGNATURES = {
    "ScalableFlexPipeline": {
        "__init__": "config= executor= * progress=",
        "run": "* reuse_failures= absent=",
        "retry": "",
        "check": "",
    },
    "FileDiscovery": {
        "__init__": "file_pattern= * recursive=",
        "scan_input_folder": "folder_path",
        "validate_file_format": "file_path",
        "get_file_metadata": "file_path",
    },
    "FileProcessor": {"__init__": "config=", "process_file": "file_path"},
    "BatchProcessor": {
        "__init__": "config= * executor= progress=",
        "process_file": "file_path",
        "process_batch": "file_paths",
        "handle_processing_error": "file_path error",
    },
    "ResultAggregator": {
        "__init__": "config=",
        "combine_results": "results",
        "deduplicate_properties": "df",
        "sort_by_score": "df",
        "find_duplicates": "df",
    },
    "ReportGenerator": {
        "__init__": "config=",
        "calculate_aggregate_statistics": "results master=",
        "generate_score_distribution": "frame",
        "create_top_candidates": "frame n=",
        "export_report": "path results= master=",
        "export_past_report": "path run=",
    },
    "ErrorHandler": {
        "__init__": "retries=",
        "handle_file_error": "file_path error",
        "log_processing_error": "context error",
        "generate_error_report": "errors",
    },
    "FlexPropertyScorer": {
        "__init__": "profile= * as_of=",
        "calculate_flex_score": "record",
        "score": "frame",
        "classify": "frame",
        "explain": "properties",
        "get_flex_classification": "score",
    },
    "FlexPropertyClassifier": {
        "__init__": "frame * min_flex_score= profile= as_of=",
        "classify_flex_properties": "",
        "get_top_candidates": "n=",
        "get_analysis_statistics": "",
        "export_results": "path",
    },
    "PropertyDataAnalyzer": {
        "__init__": "source",
        "analyze_property_types": "",
        "check_data_completeness": "",
        "get_industrial_sample": "n=",
        "find_suspicious_values": "as_of=",
        "generate_summary_report": "",
        "export_results": "path",
    },
}
DEFAULTS = {
    ("FlexPropertyScorer", "__init__", "profile"): "flex-industrial",
    ("FlexPropertyClassifier", "__init__", "min_flex_score"): 4.0,
    ("FlexPropertyClassifier", "__init__", "profile"): "flex-industrial",
    ("FlexPropertyClassifier", "get_top_candidates", "n"): 100,
    ("PropertyDataAnalyzer", "get_industrial_sample", "n"): 10,
    ("ReportGenerator", "create_top_candidates", "n"): 10,
}
SETTINGS = {
    "input_folder": "data/raw",
    "output_file": "data/exports/all_flex_properties.xlsx",
    "batch_size": 10,
    "max_workers": 4,
    "enable_deduplication": True,
    "min_flex_score": 4.0,
    "progress_reporting": True,
    "file_pattern": "*.xlsx",
    "recursive_scan": False,
    "memory_limit_gb": 4,
    "timeout_minutes": 30,
    "report_file": "data/reports/pipeline_summary.json",
    "enable_csv_export": True,
    "duplicate_fields": ("Address", "City", "State"),
    "log_level": "INFO",
    "log_file": "logs/pipeline.log",
    "progress_interval": 100,
}
PROCESSING_RESULT = {
    "file_path": "str",
    "success": "bool",
    "property_count": "int",
    "flex_candidate_count": "int",
    "processing_time": "float",
    "error_message": "str | None",
    "source_file_info": "dict[str, Any]",
}
AGGREGATE_STATISTICS = {
    "total_files_processed": "int",
    "successful_files": "int",
    "failed_files": "int",
    "total_properties": "int",
    "unique_flex_properties": "int",
    "average_flex_score": "float",
    "score_distribution": "dict[str, int]",
    "geographic_coverage": "dict[str, dict[str, int]]",
    "processing_duration": "float",
}
METHODS = [(name, method) for name, methods in SIGNATURES.items() for method in methods]


def parameters_of(name, method):
    return [
        entry
        for entry in inspect.signature(getattr(getattr(flexscout, name), method)).parameters.values()
        if entry.name != "self"
    ]


def format_parameters(parameters):
    """Format parameters as SIGNATURES lists them."""
    words = []
    for entry in parameters:
        if entry.kind is entry.KEYWORD_ONLY and "*" not in words:
            words.append("*")
        words.append(entry.name + ("" if entry.default is entry.empty else "="))
    return " ".join(words)


def field_types(name):
    return {field.name: field.type for field in dataclasses.fields(getattr(flexscout, name))}


@pytest.mark.parametrize("name", SIGNATURES)
def test_class_is_exported_and_documented(name):
    assert name in flexscout.__all__
    assert getattr(flexscout, name).__doc__


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_method_has_the_documented_parameters(name, method):
    assert format_parameters(parameters_of(name, method)) == SIGNATURES[name][method]


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_public_method_is_documented(name):
    public = [method for method in vars(getattr(flexscout, name)) if not method.startswith("_")]
    methods = [method for method in public if callable(getattr(getattr(flexscout, name), method))]
    assert SIGNATURES[name].keys() - {"__init__"} <= set(methods)
    assert [method for method in methods if not getattr(getattr(flexscout, name), method).__doc__] == []


@pytest.mark.parametrize(("place", "value"), DEFAULTS.items(), ids=map(" ".join, DEFAULTS))
def test_default_is_the_documented_one(place, value):
    name, method, parameter = place
    assert next(entry for entry in parameters_of(name, method) if entry.name == parameter).default == value


@pytest.mark.parametrize(("keyword", "value"), SETTINGS.items())
def test_setting_has_the_documented_default(keyword, value):
    default = getattr(flexscout.PipelineConfiguration(), keyword)
    assert default == value
    assert type(default) is type(value) or isinstance(value, int)


def test_processing_result_has_the_documented_fields():
    assert PROCESSING_RESULT.items() <= field_types("ProcessingResult").items()


def test_candidates_of_a_result_are_loaded_lazily():
    assert flexscout.ProcessingResult.flex_properties.func.__annotations__ == {"return": "pd.DataFrame | None"}


def test_statistics_have_the_documented_fields():
    assert field_types("AggregateStatistics") == AGGREGATE_STATISTICS


def test_errors_have_the_documented_categories_and_actions():
    assert set(flexscout.ErrorCategory) == {"file_access", "data_format", "processing", "aggregation"}
    assert issubclass(flexscout.ErrorCode, str)
    assert set(flexscout.ErrorAction) == {"retry", "skip", "abort"}
