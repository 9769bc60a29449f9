"""A real window for tests: its server in a thread of this process, and requests over sockets."""

import contextlib
import http.client
import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn

from flexscout.app import server
from flexscout.app.window import Window
from in_process import run_in_process


@dataclass(frozen=True)
class Answer:
    """The answer to a request."""

    status: int
    content: bytes
    headers: dict

    @property
    def json(self):
        return json.loads(self.content)


@dataclass
class Tab:
    """A tab of a window."""

    window: Window
    token: str = ""
    folder: Path = field(default_factory=Path)

    def request(self, method, path, body=None, **headers):
        """Send a request with exactly these headers, and a Host and Content-Length if there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.window.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()})

    def send(self, method, path, body=None, /, **query):
        """Send a request as the pages do."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        return self.request(method, target, content, X_Flexscout_Token=self.token)

    def get(self, path, /, **query):
        """Return the JSON of a successful answer."""
        answer = self.send("GET", path, **query)
        assert answer.status == 200, answer.content
        return answer.json

    def events(self):
        """Return the events of the current run, once it has ended."""
        lines = self.send("GET", "/api/runs/events").content.splitlines()
        return [json.loads(line) for line in lines]

    def finish_run(self):
        """Run as the window does, but in this process, which takes half the time; there are no events."""
        return run_in_process(self.window.workspace.load_settings())

    def run(self):
        """Run, wait for the end, and return the events."""
        assert self.send("POST", "/api/runs", {}).status == 202
        return self.events()


@contextlib.contextmanager
def open_window(folder, write_samples=lambda _: None):
    """Serve a window with a workspace; its settings and records stay in `folder`."""
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(contextlib.chdir(folder))
        for name in ("user_config_path", "user_state_path"):
            patch.setattr(f"platformdirs.{name}", lambda *_, **__: folder / ".own")
        patch.setenv("FLEXSCOUT_CACHE", str(folder / ".cache"))
        listener = stack.enter_context(server._listen(0))  # noqa: SLF001 - what serve_window does, in a thread
        window = Window(listener.getsockname()[1], write_samples)
        window.open(folder)
        config = uvicorn.Config(server.build_app(window), http="h11", ws="none", log_config=None, timeout_graceful_shutdown=2)
        serving = server._Server(window, config)  # noqa: SLF001 - as above
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not serving.started:
            time.sleep(0.01)
        try:
            tab = Tab(window, folder=Path(os.path.realpath(folder)))
            code = window.access.create_code()
            tab.token = tab.request("POST", "/api/session", json.dumps({"code": code})).json["token"]
            yield tab
        finally:
            serving.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


def install_crontab(folder, monkeypatch):
    """Make this system one with `crontab` alone, which keeps its lines in a file as cron does; return the file."""
    lines, program = folder / "lines", folder / "bin/crontab"
    program.parent.mkdir()
    script = f'#!/bin/sh\nif [ "$1" = -l ]; then /bin/cat {lines} 2>/dev/null || exit 1; else /bin/cat > {lines}; fi\n'
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return lines
