"""Running windows: where each says that it runs, so that a second start opens it instead of another one."""

import http.client
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flexscout.app.security import CODE_PATH, KEY_HEADER
from flexscout.app.workspaces import find_instance_file

_TIMEOUT_SECONDS = 2.0
_MAX_BYTES = 10_000


@dataclass(frozen=True)
class Instance:
    """A running window.

    Attributes:
        port: Its port.
        code: A code for another tab.

    """

    port: int
    code: str

    @property
    def address(self) -> str:
        """The address of another tab."""
        return f"http://127.0.0.1:{self.port}/#code={self.code}"


def find_running(folder: Path | None) -> Instance | None:
    """Return the running window of a workspace, or without a workspace the last one opened. None if it isn't running."""
    if folder:
        return _read_instance(find_instance_file(folder))
    files = sorted(find_instance_file(None).parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return next(filter(None, map(_read_instance, files)), None)


def _read_instance(path: Path) -> Instance | None:
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        port, key, process = int(entry["port"]), str(entry["key"]), int(entry["process"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    if process == os.getpid():
        return None
    code = _request_code(port, key)
    return Instance(port, code) if code else None


def write_instance(folder: Path | None, port: int, key: str) -> None:
    """Say that this process has a workspace open, or none yet. Best effort: without, a second start opens another window."""
    path = find_instance_file(folder)
    content = json.dumps({"port": port, "key": key, "process": os.getpid()}).encode()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # only the user can read it
            file.write(content)


def forget_instance(folder: Path | None) -> None:
    """Remove what `write_instance` wrote, unless another process has written since."""
    path = find_instance_file(folder)
    with suppress(OSError, ValueError, LookupError):
        if json.loads(path.read_text(encoding="utf-8"))["process"] == os.getpid():
            path.unlink()


def _request_code(port: int, key: str) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", CODE_PATH, headers={KEY_HEADER: key})
        answer = connection.getresponse()
        content = answer.read(_MAX_BYTES)
        return str(json.loads(content)["code"]) if answer.status == HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return None
    finally:
        connection.close()
