"""Settings that name places in object storage."""

import pytest

from flexscout.config import PipelineConfiguration
from flexscout.errors import ConfigurationError
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.staging import name_copies


@pytest.mark.parametrize(
    "address", ["s3://bucket/exports", "gs://my.bucket-1/a b/2026", "az://container/exports/", "s3://bucket"]
)
def test_an_address_may_be_the_input_folder(address):
    assert PipelineConfiguration(input_folder=address).addresses == {"input_folder": address.rstrip("/")}


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://bucket/exports", "s3://", "s3:///exports", "s3://bucket//exports", "s3://bucket/../other", "file:///etc"),
        *("s3://key:hunter2@bucket/exports", "az://container/exports?sig=hunter2", "s3://bucket/exports#hunter2"),
    ],
)
def test_another_address_is_refused_and_not_repeated(address):
    with pytest.raises(ConfigurationError, match="give an address such as") as refused:
        PipelineConfiguration(input_folder=address)
    assert "hunter2" not in str(refused.value)


def test_the_log_is_on_this_computer():
    with pytest.raises(ConfigurationError, match="give a place on this computer"):
        PipelineConfiguration(log_file="s3://bucket/place")


def test_a_cache_in_a_bucket_has_a_folder_on_this_computer_too(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("FLEXSCOUT_CACHE", raising=False)
    usual = PipelineConfiguration().cache_folder
    named = PipelineConfiguration(cache="s3://bucket/cache/")
    monkeypatch.setenv("FLEXSCOUT_CACHE", "s3://bucket/cache")
    for settings in (named, PipelineConfiguration()):
        assert (settings.cache_folder, settings.cache_address, settings.addresses) == (usual, "s3://bucket/cache", {})
    with pytest.raises(ConfigurationError, match="give an address such as"):
        PipelineConfiguration(cache="s3://key:hunter2@bucket/cache")


def test_the_report_is_in_the_folder_of_the_workbook_or_on_this_computer():
    workbook = "s3://bucket/results/all.xlsx"
    PipelineConfiguration(output_file=workbook, report_file="s3://bucket/results/summary.json")
    PipelineConfiguration(output_file=workbook, report_file="reports/summary.json")
    with pytest.raises(ConfigurationError, match="in the folder of the workbook"):
        PipelineConfiguration(output_file=workbook, report_file="s3://bucket/reports/summary.json")


def test_settings_for_copies_are_described_by_the_addresses():
    settings = PipelineConfiguration(input_folder="s3://bucket/exports", output_file="s3://bucket/results/all.xlsx")
    copies = name_copies(settings)
    assert copies.addresses == {}
    assert copies.describe() == settings.describe()
    assert copies.with_password("secret").describe(exclude=["output_file"])["input_folder"] == "s3://bucket/exports"


def test_runs_that_read_different_files_of_an_address_have_copies_of_their_own():
    choices = [{}, {"recursive_scan": True}, {"file_pattern": "*.csv"}]
    copies = {name_copies(PipelineConfiguration(input_folder="s3://bucket/a", **choice)).input_folder for choice in choices}
    assert len(copies) == len(choices)


def test_the_pipeline_itself_refuses_addresses():
    with pytest.raises(ConfigurationError, match=r"s3://bucket/exports is in object storage"):
        ScalableFlexPipeline(PipelineConfiguration(input_folder="s3://bucket/exports"))
