"""Settings: defaults, sources and validation errors."""

import json
import os
import re
from pathlib import Path

import pydantic
import pytest
import yaml

from flexscout.config.settings import PipelineConfiguration, list_declared_settings, list_settings_affecting
from flexscout.config.sources import Affects, group_by_section
from flexscout.config.template import render_settings, render_template
from flexscout.errors import ConfigurationError
from flexscout.ingest.batch import count_workers

SECTIONS = group_by_section(list_declared_settings())

DESIGN = """
input:
  folder: "data/raw"
  file_pattern: "*.xlsx"
  recursive_scan: false

processing:
  batch_size: 10
  max_workers: 4
  memory_limit_gb: 4
  timeout_minutes: 30

output:
  master_file: "data/exports/all_flex_properties.xlsx"
  report_file: "data/reports/pipeline_summary.json"
  enable_csv_export: true

filtering:
  min_flex_score: 4.0
  enable_deduplication: true
  duplicate_fields: ["Address", "City", "State"]

logging:
  level: "INFO"
  file: "logs/pipeline.log"
  progress_interval: 100
"""


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a configuration file and returns its path."""

    def write(text, name="c.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def error_of(*arguments, **settings):
    """Return the error of settings, or of a file if one is given."""
    make = PipelineConfiguration.from_file if arguments else PipelineConfiguration
    with pytest.raises(ConfigurationError) as caught:
        make(*arguments, **settings)
    return caught.value


def test_the_defaults_are_the_documented_ones(written):
    assert PipelineConfiguration.from_file(written(DESIGN)) == PipelineConfiguration()


def test_further_defaults():
    config = PipelineConfiguration()
    assert (config.profile, config.output_columns, config.progress_reporting) == ("flex-industrial", "all", True)


def test_copies_of_the_workbook_are_in_its_folder():
    config = PipelineConfiguration(output_file="out/Best of 2024.xlsx")
    assert (config.csv_file, config.parquet_file) == (Path("out/Best of 2024.csv"), Path("out/Best of 2024.parquet"))
    assert config.issues_file == Path("out/Best of 2024_issues.csv")


def test_settings_are_frozen():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        PipelineConfiguration().max_workers = 8


def test_every_setting_has_a_place_in_the_file_and_a_description():
    placed = [name for keys in SECTIONS.values() for name in keys.values()]
    assert sorted(placed) == sorted(PipelineConfiguration.model_fields)
    assert all(field.description for field in PipelineConfiguration.model_fields.values())


def test_settings_declare_what_they_affect():
    assert list_settings_affecting(Affects.EXECUTION) == {
        "batch_size", "max_workers", "memory_limit_gb", "timeout_minutes", "reuse", "cache", "cache_limit_gb",
        "log_level", "log_file", "progress_interval", "progress_reporting", "password", "scheduler", "wait_seconds",
        "partitions",
    }  # fmt: skip
    assert list_settings_affecting(Affects.LOCATION) == {"input_folder", "more_inputs", "output_file", "report_file"}


def test_a_yaml_file_has_sections(written):
    config = PipelineConfiguration.from_file(written("input:\n  folder: in\nlogging: {level: DEBUG}\nfiltering:\n"))
    assert config == PipelineConfiguration(input_folder="in", log_level="DEBUG")


def test_a_json_file_has_the_same_sections(written):
    text = json.dumps({"input": {"folder": "in"}, "filtering": {"duplicate_fields": ["APN"], "min_flex_score": 5}}, indent="\t")
    config = PipelineConfiguration.from_file(written(text, "c.json"))
    assert config == PipelineConfiguration(input_folder="in", duplicate_fields=("APN",), min_flex_score=5)


@pytest.mark.parametrize(("text", "name"), [("", "c.yaml"), ("# nothing\n", "c.yaml"), ("", "c.json"), ("{}", "c.json")])
def test_an_empty_file_leaves_the_defaults(written, text, name):
    assert PipelineConfiguration.from_file(written(text, name)) == PipelineConfiguration()


@pytest.mark.parametrize("name", ["c.yaml", "c.json"])
def test_a_file_with_a_byte_order_mark_is_read(written, name):
    assert PipelineConfiguration.from_file(written('\ufeff{"input": {"folder": "in"}}', name)).input_folder == "in"


def test_overrides_win_over_the_file_and_the_file_over_defaults(written):
    path = written("processing: {max_workers: 2, batch_size: 3}\n")
    config = PipelineConfiguration.from_file(path, {"max_workers": 8})
    assert (config.max_workers, config.batch_size, config.min_flex_score) == (8, 3, 4.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0), ("batch_size", 10_001), ("batch_size", 2.5), ("batch_size", "10"),
        ("max_workers", 0), ("max_workers", 257), ("max_workers", True),
        ("memory_limit_gb", 0.24), ("memory_limit_gb", "4"),
        ("timeout_minutes", 0), ("timeout_minutes", -1),
        ("min_flex_score", -0.1), ("min_flex_score", 10.1), ("min_flex_score", float("nan")), ("min_flex_score", None),
        ("input_folder", ""), ("input_folder", 3), ("file_pattern", ""),
        ("output_file", "all.csv"), ("output_file", "all"),
        ("output_columns", "some"), ("profile", ""), ("as_of", "today"), ("log_level", "LOUD"),
        ("recursive_scan", "yes"), ("enable_csv_export", 1),
        ("duplicate_fields", []), ("duplicate_fields", "Address"), ("duplicate_fields", ["Street"]), ("progress_interval", 0),
    ],
)  # fmt: skip
def test_an_invalid_value_is_an_error_of_its_setting(name, value):
    assert list(error_of(**{name: value}).validation_errors) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 1), ("batch_size", 10_000), ("max_workers", 1), ("max_workers", 256), ("memory_limit_gb", 0.25),
        ("timeout_minutes", 0.001), ("min_flex_score", 0), ("min_flex_score", 10), ("output_file", "all.XLSX"),
    ],
)  # fmt: skip
def test_bounds_are_included(name, value):
    assert getattr(PipelineConfiguration(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("batch_size", 0, "give a whole number from 1 to 10,000"),
        ("timeout_minutes", 0, "give a number above 0 to 10,000"),
        ("min_flex_score", "high", "give a number from 0 to 10"),
        ("log_level", "LOUD", "give one of DEBUG, INFO, WARNING, ERROR"),
        ("recursive_scan", "maybe", "give true or false"),
        ("partitions", "many", "give auto, or a whole number from 1 to 9,999"),
        ("partitions", 0, "give auto, or a whole number from 1 to 9,999"),
    ],
)
def test_an_error_names_the_value_and_what_is_allowed(name, value, allowed):
    assert error_of(**{name: value}).validation_errors == {name: f"{value!r} is not valid: {allowed}"}


@pytest.mark.parametrize(
    "settings",
    [
        {"report_file": "out/best.csv"},
        {"log_file": "out/best.parquet"},
        {"report_file": "out/best_issues.csv"},
        {"report_file": "out/best_duplicates.csv"},
        {"log_file": "out/best_duplicates.parquet"},
        {"report_file": "out/best_notes.csv"},
        {"log_file": "other/../out/best.csv"},
        {"report_file": "out/r.json", "log_file": "out/r.json"},
        {"report_file": "out/r.json", "log_file": "out/r.html"},
    ],
)
def test_two_outputs_never_share_a_file(settings):
    assert "another output is written to that file" in str(error_of(output_file="out/best.xlsx", **settings))


def test_the_environment_wins_over_the_file_and_loses_to_the_command_line(written, monkeypatch):
    path = written("processing: {max_workers: 2, batch_size: 3}\nfiltering: {min_flex_score: 5}\n")
    monkeypatch.setenv("FLEXSCOUT_MAX_WORKERS", "3")
    monkeypatch.setenv("FLEXSCOUT_BATCH_SIZE", "4")
    settings, origins = PipelineConfiguration.resolve(path, {"max_workers": 8})
    assert (settings.max_workers, settings.batch_size, settings.min_flex_score, settings.timeout_minutes) == (8, 4, 5, 30)
    assert (origins["max_workers"], origins["batch_size"]) == ("command line: max_workers", "environment: FLEXSCOUT_BATCH_SIZE")
    assert (origins["min_flex_score"], origins["timeout_minutes"]) == (f"{path}, line 2: filtering.min_flex_score", "default")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("RECURSIVE_SCAN", "yes", True), ("ENABLE_CSV_EXPORT", "0", False), ("MEMORY_LIMIT_GB", "1.5", 1.5),
        ("BATCH_SIZE", "7", 7),
        ("DUPLICATE_FIELDS", "apn, County", ("APN", "County")), ("INPUT_FOLDER", " in ", "in"), ("OUTPUT_FILE", "", None),
    ],
)  # fmt: skip
def test_a_variable_is_converted_to_the_type_of_its_setting(name, text, value, monkeypatch):
    monkeypatch.setenv(f"FLEXSCOUT_{name}", text)
    default = PipelineConfiguration.model_fields[name.lower()].default
    assert getattr(PipelineConfiguration.resolve(None)[0], name.lower()) == (default if value is None else value)


def test_errors_of_all_sources_are_reported_at_once(written, monkeypatch):
    path = written("processing: {max_workers: none}\n")
    monkeypatch.setenv("FLEXSCOUT_BATCH_SIZE", "many")
    monkeypatch.setenv("FLEXSCOUT_INPUT_FOLDR", "in")
    with pytest.raises(ConfigurationError) as caught:
        PipelineConfiguration.resolve(path, {"min_flex_score": 11})
    assert str(caught.value).splitlines() == [
        "The settings have 4 errors:",
        "  environment: FLEXSCOUT_INPUT_FOLDR: FLEXSCOUT_INPUT_FOLDR is not known; did you mean FLEXSCOUT_INPUT_FOLDER?",
        "  environment: FLEXSCOUT_BATCH_SIZE: 'many' is not valid: give a whole number from 1 to 10,000",
        f"  {path}, line 1: processing.max_workers: 'none' is not valid: give a whole number from 1 to 256",
        "  command line: min_flex_score: 11 is not valid: give a number from 0 to 10",
    ]


def test_rendered_settings_are_a_file_with_the_same_settings(written):
    settings, origins = PipelineConfiguration.resolve(None, {"input_folder": "caf\u00e9", "duplicate_fields": ["APN"]})
    assert PipelineConfiguration.from_file(written(render_settings(settings, origins))) == settings


def test_duplicate_fields_are_columns_in_any_case():
    assert PipelineConfiguration(duplicate_fields=["apn", "ZIP CODE"]).duplicate_fields == ("APN", "Zip Code")


def test_all_errors_are_reported_at_once():
    error = error_of(max_workers=0, min_flex_score=11, input_foldr="in", duplicate_fields=["Adress", "City", "Stat"])
    assert set(error.validation_errors) == {"max_workers", "min_flex_score", "input_foldr", "duplicate_fields"}
    assert len(error.message.splitlines()) == 4


@pytest.mark.parametrize(
    ("settings", "suggestion"),
    [
        ({"input_foldr": "in"}, "did you mean input_folder?"),
        ({"duplicate_fields": ["Adress"]}, "did you mean Address?"),
        ({"xyzzy": 1}, "known names: input_folder"),
    ],
)
def test_a_wrong_name_gets_a_suggestion(settings, suggestion):
    assert suggestion in str(error_of(**settings))


def test_each_error_of_a_file_has_its_line_and_place(written):
    path = written("inptu:\n  folder: in\nfiltering:\n  min_flex_scor: 5\n  enable_deduplication: maybe\nlogging: loud\n")
    assert str(error_of(path)).splitlines() == [
        "The settings have 4 errors:",
        f"  {path}, line 1: inptu: inptu is not known; did you mean input?",
        f"  {path}, line 4: filtering.min_flex_scor: min_flex_scor is not known; did you mean min_flex_score?",
        f"  {path}, line 6: logging: should hold settings, one per line, not 'loud'",
        f"  {path}, line 5: filtering.enable_deduplication: 'maybe' is not valid: give true or false",
    ]


def test_errors_of_a_json_file_have_lines_too(written):
    path = written('{\n\t"processing": {\n\t\t"max_workers": "four"\n\t}\n}\n', "c.json")
    assert "line 3: processing.max_workers: 'four' is not valid" in str(error_of(path))


def test_an_error_in_an_override_names_no_line_of_the_file(written):
    message = str(error_of(written("filtering:\n  min_flex_score: 5\n"), overrides={"min_flex_score": 11}))
    assert "min_flex_score: 11" in message
    assert "line 2" not in message


def test_the_error_of_a_missing_file_names_the_command_that_writes_one(tmp_path):
    error = error_of(tmp_path / "c.yaml")
    assert "does not exist" in str(error)
    assert "flexscout init" in str(error)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("input:\n  folder: [\n", "c.yaml", "line 3: not valid YAML"),
        ("input:\n\tfolder: in\n", "c.yaml", "line 2: not valid YAML"),
        ("input: {folder: \x00}\n", "c.yaml", "not valid YAML"),
        ('{"input":\n  {"folder": }}', "c.json", "line 2: not valid JSON"),
        ("- input\n- output\n", "c.yaml", "should hold sections such as input: and output:, not list"),
        ("input\n", "c.yaml", "should hold sections such as input: and output:, not str"),
    ],
)
def test_the_error_of_an_invalid_file_names_the_line(written, text, name, words):
    assert words in str(error_of(written(text, name)))


def test_a_file_that_is_not_text_is_an_error(tmp_path):
    (tmp_path / "c.yaml").write_bytes(b"input:\n  folder: caf\xe9\n")
    assert "can't be read" in str(error_of(tmp_path / "c.yaml"))


def test_a_folder_is_not_a_configuration_file(tmp_path):
    assert "can't be read" in str(error_of(tmp_path))


def test_the_template_has_the_defaults(written):
    assert PipelineConfiguration.from_file(written(render_template())) == PipelineConfiguration()


@pytest.mark.parametrize("section", SECTIONS)
def test_the_template_has_every_key_with_its_default(section):
    """A line that is commented out has its default too."""
    lines = [line.strip(" #") for line in render_template().splitlines()]
    defaults = {key: PipelineConfiguration.model_fields[keyword].default for key, keyword in SECTIONS[section].items()}
    found = {key: yaml.safe_load(next(line for line in lines if line.startswith(f"{key}: ")))[key] for key in defaults}
    assert f"{section}:" in lines
    defaults |= {"password": ""} if "password" in defaults else {}
    assert found == {key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()}


def test_the_template_describes_each_key():
    text = render_template()
    assert all(f"# {field.description}" in text for field in PipelineConfiguration.model_fields.values())


def test_a_run_with_the_template_uses_as_many_workers_as_one_without(written, monkeypatch):
    """The default number of workers is lowered to the number of cores."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    config = PipelineConfiguration.from_file(written(render_template()))
    assert count_workers(config, 100) == count_workers(PipelineConfiguration(), 100)


def test_a_file_can_have_settings_without_sections(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("min_flex_score: 6\nprocessing: {max_workers: 2}\n")
    settings, places = PipelineConfiguration.resolve(path)
    assert (settings.min_flex_score, settings.max_workers) == (6, 2)
    assert places["min_flex_score"] == f"{path}, line 1: min_flex_score"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_workers: 3\nprocessing: {max_workers: 2}\n", "is set twice, here and as max_workers"),
        ("max_workrs: 3\n", "did you mean max_workers?"),
        ("processing: {min_flex_score: 6}\n", "put it under filtering:"),
    ],
)
def test_a_setting_in_the_wrong_place_gets_the_right_one(tmp_path, text, words):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        PipelineConfiguration.from_file(tmp_path / "c.yaml")


def test_user_columns_are_trimmed_and_can_be_empty():
    assert PipelineConfiguration(user_columns=[" Broker "]).user_columns == ("Broker",)
    assert PipelineConfiguration(user_columns=[]).user_columns == ()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("My Notes", "give a list of strings, such as [My Status, My Notes]"),
        (["My Notes", " "], "give a list of strings"),
        ([5], "give a list of strings"),
        (["apn"], "flexscout writes apn itself"),
        (["Property ID"], "flexscout writes Property ID itself"),
        (["Rank", "why"], "flexscout writes Rank and why itself"),
        (["My Points"], "flexscout writes My Points itself"),
        (["Broker", "broker"], "two columns have the same name"),
    ],
)
def test_an_invalid_user_column_is_explained(names, words):
    assert words in str(error_of(user_columns=names))


def test_rejected_statuses_are_a_list():
    assert PipelineConfiguration(rejected_statuses=("no",)).rejected_statuses == ("no",)
    assert "give a list of strings, such as [passed, rejected]" in str(error_of(rejected_statuses="no"))


@pytest.mark.parametrize(
    ("given", "files"),
    [("", ()), ("m.yaml", ("m.yaml",)), (["m.yaml"], ("m.yaml",)), (["a", "b.yaml"], ("a", "b.yaml")), ([], ())],
)
def test_mappings_are_one_path_or_several(given, files):
    assert PipelineConfiguration(mapping=given).mapping_files == files


@pytest.mark.parametrize("given", [5, [5], [""], None])
def test_another_mapping_is_explained(given):
    with pytest.raises(ConfigurationError, match="give a file, a folder, or a list of them"):
        PipelineConfiguration(mapping=given)


def test_the_folders_beside_the_file_are_the_defaults_of_their_settings(tmp_path):
    (tmp_path / "c.yaml").write_text('input: {mapping: ""}', encoding="utf-8")
    for name in ("mappings", "code_tables"):
        (tmp_path / name).mkdir()
    settings, origins = PipelineConfiguration.resolve(tmp_path / "c.yaml")
    assert settings.mapping_files == (str(tmp_path / "mappings"),)
    assert settings.code_tables == str(tmp_path / "code_tables")
    assert origins["mapping"] == f"folder beside {tmp_path / 'c.yaml'}"
    named, _ = PipelineConfiguration.resolve(tmp_path / "c.yaml", {"mapping": "m.yaml"})
    assert named.mapping_files == ("m.yaml",)
