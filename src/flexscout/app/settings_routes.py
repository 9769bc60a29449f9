"""Requests of the screen Settings: what each setting accepts and is, changes of the file, and the schedule of runs."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from hashlib import sha256
from pathlib import Path
from typing import Any

from flexscout.app.requests import Call, build_route
from flexscout.app.schedule import (
    Day,
    Scheduler,
    WeeklyRun,
    create_schedule,
    find_scheduler,
    is_scheduled,
    remove_schedule,
    show_command,
)
from flexscout.app.security import BadRequestError, BusyError
from flexscout.app.workspaces import CONFIG_NAME
from flexscout.config import (
    PipelineConfiguration,
    change_settings,
    describe_settings,
    list_declared_settings,
    read_file_values,
    read_settings_text,
)
from flexscout.domain import list_canonical_columns
from flexscout.errors import ConfigurationError
from flexscout.outputs import load_branding, require_pdf_library
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.scoring import list_profiles

_PATH, _TIME = Path(CONFIG_NAME), "07:00"
_SECRET = "password"  # noqa: S105  # nosec B105 # the name of a setting


def _read_settings(call: Call) -> dict[str, Any]:
    call.window.require_workspace()
    text = read_settings_text(_PATH)
    described = {"fields": describe_settings(), "version": _hash(text), "profiles": list_profiles()}
    described["columns"] = [column.name for column in list_canonical_columns()]
    values = read_file_values(_PATH)
    is_protected = bool(values.pop(_SECRET, ""))
    try:
        settings, origins = PipelineConfiguration.resolve(CONFIG_NAME, text=text)
        used: dict[str, Any] = settings.model_dump()
        problems = _check(settings)
    except ConfigurationError as error:
        used, origins, problems = {}, {}, _describe_errors(error)
    from_environment = [name for name, origin in origins.items() if origin.startswith("environment")]
    return {
        **described, "values": values, "used": used, "has_password": is_protected, "problems": problems,
        "from_environment": from_environment,
    }  # fmt: skip


def _save_settings(call: Call) -> dict[str, Any]:
    workspace = call.window.require_workspace()
    changes, text = call.body.get("changes"), read_settings_text(_PATH)
    if not isinstance(changes, dict):
        raise BadRequestError("The request lacks the changes.")
    if call.read_text("version") != _hash(text):
        raise BusyError("The settings were changed elsewhere meanwhile.", "Reload the page; your changes have to be made again.")
    try:
        changed = change_settings(_PATH, changes)
        settings, _ = PipelineConfiguration.resolve(CONFIG_NAME, text=changed)
    except ConfigurationError as error:
        return {"problems": _describe_errors(error)}
    if problems := _check(settings):
        return {"problems": problems}
    workspace.write_settings(changed)
    call.window.release_workers()  # the next ones have the new limits
    if call.window.is_watching:
        call.window.watch_inputs(is_on=True)  # the new inputs
    return _read_settings(call)


def _check(settings: PipelineConfiguration) -> list[dict[str, str]]:
    """Return what a run would refuse: the profile, the filters, the mapping files or the logo that the settings name."""
    try:
        ScalableFlexPipeline(settings)
        load_branding(settings.model_dump())
        if settings.memo:
            require_pdf_library()
    except ConfigurationError as error:
        return [{"name": "", "message": error.message}]
    return []


def _describe_errors(error: ConfigurationError) -> list[dict[str, str]]:
    """Return the errors of settings, each with the setting."""
    if not error.validation_errors:
        return [{"name": "", "message": error.message}]
    return [{"name": _find_name(place), "message": message} for place, message in error.validation_errors.items()]


def _find_name(origin: str) -> str:
    """Return the setting of an error by its place, such as `pipeline_config.yaml, line 3: input.folder`, or an empty text."""
    place = origin.rpartition(": ")[2]
    names = {setting.place: name for name, setting in list_declared_settings().items()}
    return names.get(place, place if place in names.values() else "")


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _show_schedule(call: Call) -> dict[str, Any]:
    """Return whether a weekly run is scheduled, and what would be written and called to create it."""
    scheduler = find_scheduler()
    if scheduler is None:
        return {"scheduler": None}
    weekly = _read_weekly(call, call.get_query("day", Day.MONDAY), call.get_query("time", _TIME))
    plan = weekly.plan(scheduler)
    return {
        "scheduler": scheduler,
        "is_set": is_scheduled(weekly, scheduler),
        "days": list(Day),
        "create": [show_command(command, scheduler) for command in plan.create],
        "remove": [show_command(command, scheduler) for command in plan.remove],
        "files": [{"path": str(path), "text": _decode(content)} for path, content in plan.files.items()],
        "line": plan.line,
    }


def _create_schedule(call: Call) -> dict[str, Any]:
    create_schedule(_read_weekly(call, call.read_text("day"), call.read_text("time")), _require_scheduler())
    return {}


def _remove_schedule(call: Call) -> dict[str, Any]:
    remove_schedule(_read_weekly(call, Day.MONDAY, _TIME), _require_scheduler())
    return {}


def _watch_inputs(call: Call) -> dict[str, Any]:
    is_on = call.body.get("is_on")
    if not isinstance(is_on, bool):
        raise BadRequestError("The request lacks whether to watch.")
    call.window.watch_inputs(is_on=is_on)
    return {}


def _require_scheduler() -> Scheduler:
    scheduler = find_scheduler()
    if scheduler is None:
        raise BadRequestError("This system has no scheduler that flexscout knows.", "Use the one that you have.")
    return scheduler


def _read_weekly(call: Call, day: str, time: str) -> WeeklyRun:
    hour, _, minute = time.partition(":")
    if day not in list(Day) or not (hour.isdecimal() and minute.isdecimal() and len(time) <= len(_TIME)):
        raise BadRequestError("The day or the time isn't valid.", "Give a day such as monday, and a time such as 07:00.")
    return WeeklyRun(call.window.require_workspace().folder, Day(day), int(hour), int(minute))


def _decode(content: bytes) -> str:
    return content.decode("utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8")


SETTINGS_ROUTES = (
    build_route("/api/settings", get=_read_settings, put=_save_settings),
    build_route("/api/schedule", get=_show_schedule, post=_create_schedule),
    build_route("/api/schedule/remove", post=_remove_schedule),
    build_route("/api/watch", post=_watch_inputs),
)
