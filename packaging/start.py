"""The program that PyInstaller freezes: the command line, the window, workers and jobs, by how it is called."""

import multiprocessing
import runpy
import sys
from pathlib import Path

JOB_MODULE = "flexscout.jobs.process"  # see flexscout.jobs.start_job

if __name__ == "__main__":
    multiprocessing.freeze_support()  # runs a worker instead, if this is one
    if sys.argv[1:] == ["-m", JOB_MODULE]:
        runpy.run_module(JOB_MODULE, run_name="__main__")
    else:
        from flexscout.cli import main, open_window

        (open_window if Path(sys.executable).stem == "flexscout-window" else main)()
