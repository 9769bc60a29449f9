"""Requests for sharing: an e-mail draft with attachments, and the firm's name and logo."""

import base64
import binascii
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.responses import Response

from flexscout.app.output_routes import attach, read_output, read_sheet
from flexscout.app.requests import Call, build_route
from flexscout.app.security import BadRequestError
from flexscout.domain import RECORDS_FOLDER
from flexscout.errors import ConfigurationError, NothingToReadError, OutputError
from flexscout.outputs import Attachment, Branding, load_branding, render_mail
from flexscout.runtime import write_atomically

_MAIL_NAME = "flexscout list.eml"
_ATTACHED = ("page", "memo", "workbook")  # outputs that can be attached
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}


def _make_mail(call: Call) -> Response:
    workspace = call.window.require_workspace()
    record = workspace.find_last_run()
    if record is None:
        raise NothingToReadError("There is no list yet.", "Run first.")
    names, sheet = call.body.get("attach", []), call.body.get("sheet", "")
    if not isinstance(names, list) or not {*map(str, names)} <= {*_ATTACHED} or not isinstance(sheet, str):
        raise BadRequestError(f"Only these can be attached: {', '.join(_ATTACHED)}.")
    files = [read_output(call, name) for name in _ATTACHED if name in names]
    files += [read_sheet(call, sheet)] if sheet else []
    branding = load_branding(workspace.load_settings().model_dump())
    attachments = [Attachment(*file) for file in files]
    return attach(render_mail(record.report, branding, attachments, call.read_text("to")), _MAIL_NAME)


def _describe_branding(call: Call) -> dict[str, Any]:
    settings, problem = call.window.require_workspace().load_settings(), ""
    try:
        branding = load_branding(settings.model_dump())
    except ConfigurationError as error:
        branding, problem = Branding(settings.branding), error.message
    logo = f"data:{branding.media_type};base64,{base64.b64encode(branding.logo).decode()}" if branding.logo else None
    return {"name": branding.name, "logo": logo, "path": settings.branding_logo, "problem": problem}


def _save_logo(call: Call) -> dict[str, str]:
    """Store a logo in the workspace, under a name made from its content, and return its path for the settings."""
    try:
        content = base64.b64decode(call.read_text("content"), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequestError("The image can't be read.", "Choose another file.") from None
    folder = call.window.require_workspace().folder / RECORDS_FOLDER
    path = folder / f"logo-{sha256(content).hexdigest()[:12]}"
    try:
        folder.mkdir(exist_ok=True)
        write_atomically(path, content)
        try:
            media_type = load_branding({"branding_logo": str(path)}).media_type
            named = path.replace(path.with_suffix(_SUFFIXES[media_type]))
        finally:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"The logo can't be saved: {error.strerror or error}.", "Check the folder.") from None
    return {"path": Path(RECORDS_FOLDER, named.name).as_posix()}


SHARE_ROUTES = (
    build_route("/api/mail", post=_make_mail),
    build_route("/api/branding", get=_describe_branding),
    build_route("/api/branding/logo", post=_save_logo),
)
