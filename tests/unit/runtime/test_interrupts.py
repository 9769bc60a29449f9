"""When Ctrl-C counts."""

import os
import signal
import sys
from threading import Thread

import pytest

from flexscout.runtime import interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a process alone")


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_what_is_held_is_whole_before_the_interrupt_counts():
    done = []

    def work():
        with interrupts.defer_interrupts():
            press()
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]


def test_an_interrupt_that_counted_already_does_not_count_again():
    done = []
    with interrupts.defer_interrupts(reraise=False):
        press()
        done.append("within")
    assert done == ["within"]


def test_an_interrupt_that_is_not_heard_does_nothing():
    done = []
    with interrupts.ignore_interrupts():
        press()
        done.append("within")
    assert done == ["within"]


@pytest.mark.parametrize("context", [interrupts.defer_interrupts, interrupts.ignore_interrupts])
def test_the_answer_of_before_is_back_afterwards(context):
    # Whoever starts the tests in the background may have it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.getsignal(signal.SIGINT)
    with context():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("context", [interrupts.defer_interrupts, interrupts.ignore_interrupts])
def test_another_thread_than_the_main_one_may_work_so_too(context):
    done = []

    def work():
        with context():
            done.append("done")

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["done"]


def ask_to_end(number=signal.SIGTERM):
    os.kill(os.getpid(), number)


@pytest.fixture
def _listening():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    interrupts.raise_on_termination()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_listening")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_request_to_end_goes_the_way_of_an_interrupt(number, code):
    with pytest.raises(interrupts.Terminated) as caught:
        ask_to_end(number)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert caught.value.exit_code == code


@pytest.mark.usefixtures("_listening")
def test_a_request_to_end_waits_for_what_is_held():
    done = []

    def work():
        with interrupts.defer_interrupts():
            ask_to_end()
            done.append("all of it")

    with pytest.raises(interrupts.Terminated):
        work()
    assert done == ["all of it"]
