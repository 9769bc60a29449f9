"""Seconds by stage, and memory."""

import logging

import pytest

from flexscout.runtime.metrics import MemoryWatch, Stage, Stopwatch, measure_peak_mb


def test_each_stage_has_its_seconds_in_the_order_of_their_start():
    clock = Stopwatch()
    for stage in (Stage.SCAN, Stage.INGEST):
        with clock.stage(stage):
            pass
    assert list(clock.seconds) == ["discovery", "processing"]
    assert all(seconds >= 0 for seconds in clock.seconds.values())


def test_the_times_of_a_repeated_stage_are_added():
    clock = Stopwatch()
    clock.seconds["processing"] = 100.0
    with clock.stage(Stage.INGEST):
        pass
    assert clock.seconds["processing"] > 100


def test_a_stage_that_fails_is_measured_too():
    clock = Stopwatch()
    with pytest.raises(KeyError), clock.stage(Stage.INGEST):
        raise KeyError
    assert list(clock.seconds) == ["processing"]


def test_memory_is_measured_in_megabytes():
    """A Python process with this package uses tens of MB, and less than a million."""
    assert 10 < measure_peak_mb() < 1_000_000


def test_memory_near_the_limit_warns_once(caplog):
    """Every Python process uses more than 1 MB."""
    watch = MemoryWatch(0.001)
    with caplog.at_level(logging.WARNING, "flexscout.memory"):
        watch.check()
        watch.check()
    assert [record.event for record in caplog.records] == ["memory_warning"]
    assert "raise --memory-limit" in caplog.text


def test_memory_far_below_the_limit_does_not_warn(caplog):
    MemoryWatch(4096).check()
    assert not caplog.records


def test_the_peak_includes_the_children():
    with MemoryWatch(4096) as watch:
        watch.check()
    assert watch.peak_mb >= measure_peak_mb() > 10
