"""The clock and the scales."""

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


def test_a_stage_that_is_entered_again_goes_on():
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
    """A Python that has loaded this package takes tens of them, and no million."""
    assert 10 < measure_peak_mb() < 1_000_000


def test_memory_near_the_limit_is_a_warning_and_only_once(caplog):
    """No Python fits into a megabyte."""
    watch = MemoryWatch(0.001)
    with caplog.at_level(logging.WARNING, "flexscout.memory"):
        watch.check()
        watch.check()
    assert [record.event for record in caplog.records] == ["memory_warning"]
    assert "raise --memory-limit" in caplog.text


def test_memory_far_from_the_limit_is_no_warning(caplog):
    MemoryWatch(4096).check()
    assert not caplog.records


def test_the_peak_is_the_most_that_was_held():
    with MemoryWatch(4096) as watch:
        watch.check()
    assert watch.peak_mb >= measure_peak_mb() > 10
