"""When Ctrl-C counts."""

import os
import signal
import sys
from threading import Thread

import pytest

from flexscout import interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a process alone")


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_what_is_held_is_whole_before_the_interrupt_counts():
    done = []

    def work():
        with interrupts.held():
            press()
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]


def test_an_interrupt_that_counted_already_does_not_count_again():
    done = []
    with interrupts.held(count=False):
        press()
        done.append("within")
    assert done == ["within"]


def test_an_interrupt_that_is_not_heard_does_nothing():
    done = []
    with interrupts.unheard():
        press()
        done.append("within")
    assert done == ["within"]


@pytest.mark.parametrize("context", [interrupts.held, interrupts.unheard])
def test_the_answer_of_before_is_back_afterwards(context):
    before = signal.getsignal(signal.SIGINT)
    with context():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("context", [interrupts.held, interrupts.unheard])
def test_another_thread_than_the_main_one_may_work_so_too(context):
    done = []

    def work():
        with context():
            done.append("done")

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["done"]
