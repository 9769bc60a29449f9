"""Ctrl-C and termination signals."""

import os
import signal
import sys
from threading import Thread

import pytest

from flexscout.runtime import interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a process alone")


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_a_deferred_interrupt_is_raised_after_the_block():
    done = []

    def work():
        with interrupts.defer_interrupts():
            press()
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]


def test_an_interrupt_can_be_dropped():
    done = []
    with interrupts.defer_interrupts(reraise=False):
        press()
        done.append("within")
    assert done == ["within"]


def test_an_ignored_interrupt_does_nothing():
    done = []
    with interrupts.ignore_interrupts():
        press()
        done.append("within")
    assert done == ["within"]


@pytest.mark.parametrize("context", [interrupts.defer_interrupts, interrupts.ignore_interrupts])
def test_the_previous_handler_is_restored(context):
    # It may be ignored when the tests run in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.getsignal(signal.SIGINT)
    with context():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("context", [interrupts.defer_interrupts, interrupts.ignore_interrupts])
def test_it_works_outside_the_main_thread(context):
    done = []

    def work():
        with context():
            done.append("done")

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["done"]


def terminate(number=signal.SIGTERM):
    os.kill(os.getpid(), number)


@pytest.fixture
def _termination_handled():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    interrupts.raise_on_termination()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_termination_handled")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_termination_signal_raises_terminated(number, code):
    with pytest.raises(interrupts.Terminated) as caught:
        terminate(number)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert caught.value.exit_code == code


@pytest.mark.usefixtures("_termination_handled")
def test_a_termination_signal_is_deferred():
    done = []

    def work():
        with interrupts.defer_interrupts():
            terminate()
            done.append("all of it")

    with pytest.raises(interrupts.Terminated):
        work()
    assert done == ["all of it"]
