"""The clock and the scales."""

import pytest

from flexscout.journal import Stopwatch, peak_memory_mb


def test_each_stage_has_its_seconds_in_the_order_of_their_start():
    clock = Stopwatch()
    for name in ("discovery", "processing"):
        with clock.stage(name):
            pass
    assert list(clock.seconds) == ["discovery", "processing"]
    assert all(seconds >= 0 for seconds in clock.seconds.values())


def test_a_stage_that_is_entered_again_goes_on():
    clock = Stopwatch()
    clock.seconds["processing"] = 100.0
    with clock.stage("processing"):
        pass
    assert clock.seconds["processing"] > 100


def test_a_stage_that_fails_is_measured_too():
    clock = Stopwatch()
    with pytest.raises(KeyError), clock.stage("processing"):
        raise KeyError
    assert list(clock.seconds) == ["processing"]


def test_memory_is_measured_in_megabytes():
    """A Python that has loaded this package takes tens of them, and no million."""
    assert 10 < peak_memory_mb() < 1_000_000
