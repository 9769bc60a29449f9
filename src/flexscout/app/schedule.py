"""A weekly run of a workspace by the system's own scheduler: what is written and which commands are called."""

import os
import plistlib
import shlex
import shutil
import subprocess  # nosec B404 # calls the system's scheduler
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 # escapes text, and parses nothing

from flexscout.app.shortcuts import find_program
from flexscout.app.workspaces import CONFIG_NAME, find_instance_file
from flexscout.domain import escape_controls
from flexscout.errors import FlexscoutError

_TIMEOUT_SECONDS = 30
_MINUTES = 60
_HOURS = 24


class Day(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """Its number in cron and launchd: Sunday is 0."""
        return (list(Day).index(self) + 1) % 7


class Scheduler(StrEnum):
    """A scheduler of a system."""

    TASK_SCHEDULER = "task_scheduler"
    LAUNCHD = "launchd"
    SYSTEMD = "systemd"
    CRON = "cron"


Command = tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How a scheduler is told about a weekly run.

    Attributes:
        files: Path -> content of each file that is written.
        create: The commands that create or change it, in order.
        remove: The commands that remove it; the files are deleted after the first one.
        check: The command that succeeds if it exists; for cron, the one that lists the lines.
        line: The line of the crontab; empty for other schedulers.

    """

    files: dict[Path, bytes] = field(default_factory=dict)
    create: tuple[Command, ...] = ()
    remove: tuple[Command, ...] = ()
    check: Command = ()
    line: str = ""


@dataclass(frozen=True)
class WeeklyRun:
    """A weekly run of a workspace.

    Attributes:
        folder: The workspace.
        day: The day.
        hour: The hour, 0-23.
        minute: The minute.

    """

    folder: Path
    day: Day = Day.MONDAY
    hour: int = 7
    minute: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.hour < _HOURS and 0 <= self.minute < _MINUTES):
            raise FlexscoutError("The time isn't valid.", "Give hours and minutes, such as 07:00.")
        if escape_controls(str(self.folder)) != str(self.folder):
            raise FlexscoutError("The name of the folder has characters that a scheduler can't take.", "Rename the folder.")

    @property
    def name(self) -> str:
        """Its name, which no other workspace has."""
        return f"flexscout-{find_instance_file(self.folder).stem}"

    @property
    def command(self) -> list[str]:
        """The command that runs."""
        return [*find_program("flexscout"), "run", "--config", CONFIG_NAME, "--quiet"]

    def plan(self, scheduler: Scheduler) -> Plan:
        """Return how a scheduler is told."""
        plans: dict[Scheduler, Callable[[WeeklyRun], Plan]] = {
            Scheduler.TASK_SCHEDULER: _plan_task,
            Scheduler.LAUNCHD: _plan_agent,
            Scheduler.SYSTEMD: _plan_timer,
            Scheduler.CRON: _plan_line,
        }
        return plans[scheduler](self)


def find_scheduler() -> Scheduler | None:
    """Return the scheduler of this system, or None if it has none that is known."""
    if sys.platform == "win32":
        return Scheduler.TASK_SCHEDULER
    if sys.platform == "darwin":
        return Scheduler.LAUNCHD
    if shutil.which("systemctl") and _call(("systemctl", "--user", "show-environment")).returncode == 0:
        return Scheduler.SYSTEMD
    return Scheduler.CRON if shutil.which("crontab") else None


def create_schedule(weekly: WeeklyRun, scheduler: Scheduler) -> None:
    """Create the weekly run, or change its time. Raises FlexscoutError if the scheduler refuses."""
    plan = weekly.plan(scheduler)
    if plan.line:
        _write_crontab([*_list_other_lines(weekly, plan), plan.line])
        return
    for path, content in plan.files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise FlexscoutError(f"{path} can't be written: {error.strerror or error}.") from None
    if scheduler is Scheduler.LAUNCHD:
        _call(plan.remove[0])  # it would refuse a second time
    for command in plan.create:
        _require(command)


def remove_schedule(weekly: WeeklyRun, scheduler: Scheduler) -> None:
    """Remove the weekly run. Raises FlexscoutError if the scheduler refuses."""
    plan = weekly.plan(scheduler)
    if plan.line:
        _write_crontab(_list_other_lines(weekly, plan))
        return
    first, *others = plan.remove
    _require(first)
    for path in plan.files:
        path.unlink(missing_ok=True)
    for command in others:
        _require(command)


def is_scheduled(weekly: WeeklyRun, scheduler: Scheduler) -> bool:
    """Return whether the scheduler knows the weekly run."""
    done = _call(weekly.plan(scheduler).check)
    return done.returncode == 0 and (scheduler is not Scheduler.CRON or weekly.name in done.stdout)


def show_command(command: Command, scheduler: Scheduler) -> str:
    """Return a command as it is typed in a terminal of the system."""
    return subprocess.list2cmdline(command) if scheduler is Scheduler.TASK_SCHEDULER else shlex.join(command)


_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Weekly run of flexscout in {folder}</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-05T{hour:02}:{minute:02}:00</StartBoundary>
      <ScheduleByWeek><DaysOfWeek><{day} /></DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions>
    <Exec><Command>{program}</Command><Arguments>{arguments}</Arguments><WorkingDirectory>{folder}</WorkingDirectory></Exec>
  </Actions>
</Task>
"""
_SERVICE = """\
[Unit]
Description=Weekly run of flexscout

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command}
SuccessExitStatus=1
"""
_TIMER = """\
[Unit]
Description=Weekly run of flexscout

[Timer]
OnCalendar={day} *-*-* {hour:02}:{minute:02}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def _plan_task(weekly: WeeklyRun) -> Plan:
    program, *arguments = weekly.command
    texts = {"folder": str(weekly.folder), "program": program, "arguments": subprocess.list2cmdline(arguments)}
    safe = {name: escape(text) for name, text in texts.items()}
    content = _TASK.format(**safe, day=weekly.day.capitalize(), hour=weekly.hour, minute=weekly.minute)
    file = find_instance_file(weekly.folder).parent / f"{weekly.name}.xml"
    return Plan(
        {file: content.encode("utf-16")},
        (("schtasks", "/Create", "/TN", weekly.name, "/XML", str(file), "/F"),),
        (("schtasks", "/Delete", "/TN", weekly.name, "/F"),),
        ("schtasks", "/Query", "/TN", weekly.name),
    )


def _plan_agent(weekly: WeeklyRun) -> Plan:
    label = f"com.{weekly.name.replace('-', '.')}"
    file = Path.home() / "Library/LaunchAgents" / f"{label}.plist"
    content = plistlib.dumps(
        {
            "Label": label,
            "ProgramArguments": weekly.command,
            "WorkingDirectory": str(weekly.folder),
            "StartCalendarInterval": {"Weekday": weekly.day.number, "Hour": weekly.hour, "Minute": weekly.minute},
        }
    )
    domain = f"gui/{os.getuid() if sys.platform != 'win32' else 0}"
    target = f"{domain}/{label}"
    create = (("launchctl", "bootstrap", domain, str(file)),)
    return Plan({file: content}, create, (("launchctl", "bootout", target),), ("launchctl", "print", target))


def _plan_timer(weekly: WeeklyRun) -> Plan:
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd/user"
    command = " ".join(map(_quote_unit, weekly.command))
    service = _SERVICE.format(folder=str(weekly.folder).replace("%", "%%"), command=command)
    timer = _TIMER.format(day=weekly.day.capitalize()[:3], hour=weekly.hour, minute=weekly.minute)
    systemctl, unit = ("systemctl", "--user"), f"{weekly.name}.timer"
    reload = (*systemctl, "daemon-reload")
    return Plan(
        {folder / f"{weekly.name}.service": service.encode(), folder / unit: timer.encode()},
        (reload, (*systemctl, "enable", unit), (*systemctl, "restart", unit)),
        ((*systemctl, "disable", "--now", unit), reload),
        (*systemctl, "is-enabled", unit),
    )


def _quote_unit(text: str) -> str:
    """Return a part of a command as a unit of systemd takes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _plan_line(weekly: WeeklyRun) -> Plan:
    command = f"cd {shlex.quote(str(weekly.folder))} && {shlex.join(weekly.command)}"
    escaped = command.replace("%", r"\%")  # cron ends the command at a plain one
    line = f"{weekly.minute} {weekly.hour} * * {weekly.day.number} {escaped} # {weekly.name}"
    return Plan(create=(("crontab", "-"),), remove=(("crontab", "-"),), check=("crontab", "-l"), line=line)


def _list_other_lines(weekly: WeeklyRun, plan: Plan) -> list[str]:
    done = _call(plan.check)
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return [line for line in lines if not line.endswith(f"# {weekly.name}")]


def _write_crontab(lines: Sequence[str]) -> None:
    _require(("crontab", "-"), "".join(f"{line}\n" for line in lines))


def _require(command: Command, text: str = "") -> None:
    """Call a command. Raises FlexscoutError with what it says if it fails."""
    done = _call(command, text)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[:300] or f"exit code {done.returncode}"
        raise FlexscoutError(f"{command[0]} refused: {said}", "Create it yourself with the commands that are shown.")


def _call(command: Command, text: str = "") -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603  # nosec B603 # fixed commands; paths are arguments, without a shell
            command, input=text, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))
