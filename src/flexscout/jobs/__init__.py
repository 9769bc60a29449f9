"""Run the pipeline in a process of its own: follow its events, stop it at any moment; wait for new inputs."""

from typing import TYPE_CHECKING

from flexscout._lazy import lazy_exports

if TYPE_CHECKING:
    from flexscout.jobs.event_writer import EventWriter, run_with_events
    from flexscout.jobs.events import EventKind, JobEvent
    from flexscout.jobs.folder_watch import FolderWatch
    from flexscout.jobs.job import Job, start_job

__all__ = ["EventKind", "EventWriter", "FolderWatch", "Job", "JobEvent", "run_with_events", "start_job"]

__getattr__ = lazy_exports(
    __name__,
    {
        "event_writer": ("EventWriter", "run_with_events"),
        "events": ("EventKind", "JobEvent"),
        "folder_watch": ("FolderWatch",),
        "job": ("Job", "start_job"),
    },
)
