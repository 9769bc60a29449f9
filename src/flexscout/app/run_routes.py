"""Requests about runs: start, follow, stop, and the files that would be read."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from flexscout.app.input_files import choose_state, leave_out_file, list_input_files, remove_skip_pattern
from flexscout.app.requests import Call, build_route, check_opened
from flexscout.app.security import BadRequestError
from flexscout.jobs import EventKind

if TYPE_CHECKING:
    from flexscout.app.window import Window
    from flexscout.jobs import Job, JobEvent

_POLL_SECONDS = 0.05


def _list_files(call: Call) -> dict[str, object]:
    return list_input_files(call.window.require_workspace(), call.window.keep_workers())


def _leave_out(call: Call) -> dict[str, object]:
    leave_out_file(call.window.require_workspace(), call.read_text("file"))
    return {}


def _take_in(call: Call) -> dict[str, object]:
    remove_skip_pattern(call.window.require_workspace(), call.read_text("pattern"))
    return {}


def _start_run(call: Call) -> dict[str, object]:
    return {"run": call.window.start_run(retry=call.body.get("retry") is True)}


def _stop_run(call: Call) -> dict[str, object]:
    call.window.stop_run()
    return {}


async def _stream_events(request: Request) -> Response:
    check_opened(request)
    window: Window = request.app.state.window
    job = window.job
    if job is None:
        raise BadRequestError("No run was started in this window.", "Start one.", HTTPStatus.NOT_FOUND)
    return StreamingResponse(_format_events(window, job), media_type="application/x-ndjson")


def _describe_event(event: "JobEvent") -> dict[str, object]:
    """Return an event as the pages show it: the state of a file is that of the list of files."""
    described = event.as_dict()
    if event.kind is not EventKind.FILE_DONE:
        return described
    state = "done" if described["success"] else choose_state(described["code"])
    return described | {"state": state, "reason": described.get("message", "")}


async def _format_events(window: "Window", job: "Job") -> AsyncIterator[bytes]:
    """Yield the events of a job from its first one, a line each; the server's end ends the stream."""
    position = 0
    while not window.is_closing:
        events = job.wait_for_events(position, 0)
        for event in events:
            yield json.dumps(_describe_event(event), default=str).encode() + b"\n"
        position += len(events)
        if events and events[-1].is_last:
            if window.job is job and window.workspace:
                window.require_results().warm_up()
            return
        await asyncio.sleep(_POLL_SECONDS)


RUN_ROUTES: tuple[BaseRoute, ...] = (
    build_route("/api/files", get=_list_files),
    build_route("/api/files/skip", post=_leave_out),
    build_route("/api/files/take", post=_take_in),
    build_route("/api/runs", post=(_start_run, HTTPStatus.ACCEPTED)),
    build_route("/api/runs/stop", post=(_stop_run, HTTPStatus.ACCEPTED)),
    Route("/api/runs/events", _stream_events, methods=["GET"]),
)
