"""The weekly run: what each scheduler is told, and with a crontab, that it is created, changed and removed."""

import os
import plistlib
import shlex
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from flexscout.app import schedule
from flexscout.app.schedule import Day, Scheduler, WeeklyRun, create_schedule, find_scheduler, is_scheduled, remove_schedule
from flexscout.errors import FlexscoutError
from windows import install_crontab

FOLDER = Path('/home/ann/100% O\'Neil & Co/deals "new"')
TASKS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_state_path", lambda *_, **__: tmp_path / "state")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def weekly(folder=FOLDER, day=Day.FRIDAY, hour=6, minute=5):
    return WeeklyRun(folder, day, hour, minute)


def test_task_scheduler_gets_a_task_with_the_folder():
    plan = weekly().plan(Scheduler.TASK_SCHEDULER)
    ((path, content),) = plan.files.items()
    task = ET.fromstring(content)  # noqa: S314 - of flexscout's own
    found = {name: task.findtext(f".//{TASKS}{name}") for name in ("WorkingDirectory", "StartBoundary", "Command", "Arguments")}
    assert found["WorkingDirectory"] == str(FOLDER)
    assert found["StartBoundary"].endswith("T06:05:00")
    assert task.find(f".//{TASKS}DaysOfWeek/{TASKS}Friday") is not None
    assert found["Arguments"].endswith("run --config pipeline_config.yaml --quiet")
    assert plan.create == (("schtasks", "/Create", "/TN", weekly().name, "/XML", str(path), "/F"),)
    assert plan.remove == (("schtasks", "/Delete", "/TN", weekly().name, "/F"),)


def test_launchd_gets_an_agent():
    plan = weekly(day=Day.SUNDAY).plan(Scheduler.LAUNCHD)
    ((path, content),) = plan.files.items()
    agent = plistlib.loads(content)
    assert agent["WorkingDirectory"] == str(FOLDER)
    assert agent["StartCalendarInterval"] == {"Weekday": 0, "Hour": 6, "Minute": 5}
    assert agent["ProgramArguments"][-4:] == ["run", "--config", "pipeline_config.yaml", "--quiet"]
    assert path.name == f"{agent['Label']}.plist"
    assert plan.create[0][:2] == ("launchctl", "bootstrap")


def test_systemd_gets_a_service_and_a_timer():
    plan = weekly().plan(Scheduler.SYSTEMD)
    units = {}
    for path, content in plan.files.items():
        units[path.suffix] = ConfigParser(interpolation=None)
        units[path.suffix].read_string(content.decode())
    assert units[".timer"]["Timer"] == {"oncalendar": "Fri *-*-* 06:05:00", "persistent": "true"}
    assert units[".service"]["Service"]["workingdirectory"] == str(FOLDER).replace("%", "%%")
    assert units[".service"]["Service"]["execstart"].endswith('"run" "--config" "pipeline_config.yaml" "--quiet"')
    assert plan.create[-1][-1] == f"{weekly().name}.timer"


def test_line_of_a_crontab_runs_in_the_folder(tmp_path):
    folder = tmp_path / FOLDER.name
    folder.mkdir()
    line = weekly(folder).plan(Scheduler.CRON).line
    assert line.startswith("5 6 * * 5 cd ")
    command = line.removeprefix("5 6 * * 5 ").replace(r"\%", "%").partition(" && ")[0]
    done = subprocess.run(["/bin/sh", "-c", f"{command} && pwd"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(folder)
    assert shlex.split(line, comments=True)[-4:] == ["run", "--config", "pipeline_config.yaml", "--quiet"]


@pytest.mark.parametrize(("hour", "minute"), [(24, 0), (0, 60), (-1, 0)])
def test_impossible_times_are_refused(hour, minute):
    with pytest.raises(FlexscoutError, match="time"):
        weekly(hour=hour, minute=minute)


def test_folder_that_would_break_a_line_is_refused():
    with pytest.raises(FlexscoutError, match="folder"):
        weekly(Path("/a\nb"))


@pytest.fixture
def crontab(tmp_path, monkeypatch):
    return install_crontab(tmp_path, monkeypatch)


@pytest.mark.skipif(sys.platform != "linux", reason="cron is for Linux")
def test_crontab_is_changed_and_other_lines_stay(crontab):
    assert find_scheduler() is Scheduler.CRON
    assert not is_scheduled(weekly(), Scheduler.CRON)
    create_schedule(weekly(), Scheduler.CRON)
    first = crontab.read_text()
    crontab.write_text("0 1 * * * backup\n" + first)
    create_schedule(weekly(hour=9), Scheduler.CRON)
    other, line = crontab.read_text().splitlines()
    assert (other, line.split()[:2], is_scheduled(weekly(), Scheduler.CRON)) == ("0 1 * * * backup", ["5", "9"], True)
    remove_schedule(weekly(), Scheduler.CRON)
    assert crontab.read_text() == "0 1 * * * backup\n"


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is for Linux")
def test_refusal_of_a_scheduler_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    assert find_scheduler() is None
    with pytest.raises(FlexscoutError) as told:
        create_schedule(weekly(), Scheduler.SYSTEMD)
    assert "systemctl refused" in told.value.message
    assert "commands" in told.value.next_step
    assert schedule.show_command(("a", "b c"), Scheduler.CRON) == "a 'b c'"
