"""Requests of the first screen: connecting a tab, the state, folders, workspaces and dropped files."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from flexscout.app.folders import list_folder, make_folder
from flexscout.app.requests import Call, build_route, check_opened, to_json
from flexscout.app.security import CODE_PATH, SESSION_PATH, UPLOAD_PATH, BadRequestError

if TYPE_CHECKING:
    from flexscout.app.window import Window


def _exchange_code(call: Call) -> dict[str, str]:
    token = call.window.access.exchange_code(call.read_text("code"))
    if token is None:
        step = "Close this tab, and open flexscout again."
        raise BadRequestError("This address was used before.", step, HTTPStatus.UNAUTHORIZED)
    return {"token": token}


def _create_code(call: Call) -> dict[str, str]:
    return {"code": call.window.access.create_code()}


def _ping(_call: Call) -> dict[str, str]:
    return {}


def _describe_state(call: Call) -> dict[str, object]:
    return call.window.describe()


def _list_folder(call: Call) -> dict[str, object]:
    return list_folder(call.get_query("path"))


def _open_workspace(call: Call) -> dict[str, object]:
    if call.body.get("samples") is True:
        call.window.open_samples()
    else:
        call.window.open(make_folder(call.read_text("folder")))
    return call.window.describe()


async def _save_upload(request: Request) -> Response:
    check_opened(request)
    window: Window = request.app.state.window
    workspace = window.require_workspace()
    return to_json(await workspace.save_upload(request.query_params.get("name", ""), request.stream()))


START_ROUTES: tuple[BaseRoute, ...] = (
    build_route(SESSION_PATH, post=_exchange_code),
    build_route(CODE_PATH, post=_create_code),
    build_route("/api/ping", get=_ping),
    build_route("/api/state", get=_describe_state),
    build_route("/api/folders", get=_list_folder),
    build_route("/api/workspaces", post=_open_workspace),
    Route(UPLOAD_PATH, _save_upload, methods=["POST"]),
)
