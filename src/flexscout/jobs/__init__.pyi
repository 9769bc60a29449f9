from .event_writer import EventWriter as EventWriter
from .event_writer import run_with_events as run_with_events
from .events import EventKind as EventKind
from .events import JobEvent as JobEvent
from .folder_watch import FolderWatch as FolderWatch
from .job import Job as Job
from .job import start_job as start_job
