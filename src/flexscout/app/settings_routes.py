"""Requests of the screen Settings: what each setting accepts and is, changes of the file, and the schedule of runs."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from flexscout.app.requests import Call, build_route
from flexscout.app.security import BadRequestError, BusyError
from flexscout.app.workspaces import CONFIG_NAME
from flexscout.config import (
    PipelineConfiguration,
    change_settings,
    declared_settings,
    describe_settings,
    read_file_values,
    read_settings_text,
)
from flexscout.domain import canonical_columns
from flexscout.errors import ConfigurationError, OutputError
from flexscout.outputs import load_branding, require_pdf_library
from flexscout.pipeline import ScalableFlexPipeline
from flexscout.runtime import write_atomically
from flexscout.scoring import list_profiles

_PATH = Path(CONFIG_NAME)
_SECRET = "password"  # noqa: S105  # nosec B105 # the name of a setting


def _read_settings(call: Call) -> dict[str, Any]:
    call.window.require_workspace()
    text = read_settings_text(_PATH)
    described = {"fields": describe_settings(), "version": _hash(text), "profiles": list_profiles()}
    described["columns"] = [column.name for column in canonical_columns()]
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
    call.window.require_workspace()
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
    has_crlf = b"\r\n" in _PATH.read_bytes()
    try:
        write_atomically(_PATH, (changed.replace("\n", "\r\n") if has_crlf else changed).encode())
    except OSError as error:
        raise OutputError(f"{CONFIG_NAME} can't be written: {error.strerror or error}.", "Check the folder.") from None
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
    """Return the setting of an error by its place, such as `pipeline_config.yaml, line 3: input.folder`; empty if it is none."""
    place = origin.rpartition(": ")[2]
    names = {setting.place: name for name, setting in declared_settings().items()}
    return names.get(place, place if place in names.values() else "")


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


SETTINGS_ROUTES = (build_route("/api/settings", get=_read_settings, put=_save_settings),)
