"""The program `flexscout app` as a whole: it says its address, and ends with its runs and streams."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from program import PROGRAM, flexscout
from workbooks import HEADER, candidate, write_workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C can't be sent to another process")


@contextlib.contextmanager
def open_request(port, method, path, token="", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, path, json.dumps(body), {"X-Flexscout-Token": token})
        with connection.getresponse() as answer:
            yield answer


def request(port, method, path, token="", body=None):
    """Return the status and the JSON of an answer."""
    with open_request(port, method, path, token, body) as answer:
        return answer.status, json.load(answer)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Start the program in a folder with exports; return the process, its port and a token."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / ".own"))
    write_workbook(tmp_path / "in/many.xlsx", [HEADER, *(candidate(number) for number in range(3_000))])
    command = [*PROGRAM, "app", "in", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        port, code = re.search(r"127\.0\.0\.1:(\d+)/#code=(\S+)", process.stdout.readline()).groups()
        token = request(int(port), "POST", "/api/session", body={"code": code})[1]["token"]
        yield process, int(port), token
        process.kill()


def test_ctrl_c_ends_the_window_its_run_and_its_open_stream(program):
    process, port, token = program
    assert request(port, "POST", "/api/runs", token, {})[0] == 202
    with open_request(port, "GET", "/api/runs/events", token) as stream:
        assert json.loads(stream.readline())["event"] == "stage"
        below = psutil.Process(process.pid).children(recursive=True)
        assert below
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 0
    assert process.stdout.read().splitlines()[-1] == "Ended."
    assert not [one for one in psutil.wait_procs(below, timeout=20)[1] if one.is_running()]


def test_the_list_is_there_after_a_run(program):
    _, port, token = program
    assert request(port, "POST", "/api/runs", token, {})[0] == 202
    with open_request(port, "GET", "/api/runs/events", token) as stream:
        assert json.loads(stream.read().splitlines()[-1])["event"] == "finished"
    status, listed = request(port, "GET", "/api/list?count=5", token)
    assert (status, len(listed["rows"])) == (200, 5)
    for path in ("/", "/main.js"):
        with open_request(port, "GET", path) as answer:
            assert answer.status == 200


def test_killed_window_takes_its_run_with_it(program):
    process, port, token = program
    assert request(port, "POST", "/api/runs", token, {})[0] == 202
    below = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert not [one for one in psutil.wait_procs(below, timeout=20)[1] if one.is_running()]


def test_second_start_prints_an_address_of_the_first(program):
    _, port, _ = program
    for folder in (["in"], []):  # also from the icon, which gives no folder
        again = subprocess.run([*PROGRAM, "app", *folder, "--no-browser"], capture_output=True, text=True, check=True)
        assert f"http://127.0.0.1:{port}/#code=" in again.stdout
        code = re.search(r"#code=(\S+)", again.stdout)[1]
        assert request(port, "POST", "/api/session", body={"code": code})[0] == 200


def test_folder_of_another_window_is_opened_in_a_tab_of_that_window(program, tmp_path):
    _, port, token = program
    (tmp_path / "second").mkdir()
    command = [*PROGRAM, "app", "second", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second:
        other, code = re.search(r"127\.0\.0\.1:(\d+)/#code=(\S+)", second.stdout.readline()).groups()
        other_token = request(int(other), "POST", "/api/session", body={"code": code})[1]["token"]
        second.stdout.readline()
        status, told = request(int(other), "POST", "/api/workspaces", other_token, {"folder": str(tmp_path / "in")})
        assert status == 400
        assert "window of its own" in told["error"]
        address = second.stdout.readline()  # without --no-browser, it is opened
        assert f"http://127.0.0.1:{port}/#code=" in address
        code = re.search(r"#code=(\S+)", address)[1]
        assert request(port, "POST", "/api/session", body={"code": code})[0] == 200
        for at, secret, name in ((int(other), other_token, "second"), (port, token, "in")):
            assert request(at, "GET", "/api/state", secret)[1]["workspace"]["name"] == name
        second.kill()


def test_folder_that_does_not_exist_is_an_error():
    outcome = flexscout("app", "none", "--no-browser")
    assert outcome.code == 2
    assert "There is no folder none" in outcome.err


def test_missing_packages_are_told_with_the_line_to_install_them():
    # In a process of its own: modules that are imported again here would be others than those that tests replace.
    code = "import sys; sys.modules['starlette'] = None; from flexscout.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "app", "--no-browser"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'flexscout[app]'" in done.stderr
