"""The window answers its own pages, and nothing else."""

import json
import stat
import sys

import pytest

from flexscout.app import instances, server
from flexscout.app.workspaces import clean_path, find_instance_file
from flexscout.errors import FlexscoutError
from windows import open_window


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with open_window(tmp_path_factory.mktemp("exports")) as tab:
        yield tab


WEB_SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
HOSTILE = {
    "another host, as after DNS rebinding": ("GET", "/api/state", {"Host": "evil.example"}, 421),
    "the name of this computer": ("GET", "/", {"Host": "localhost:{port}"}, 421),
    "a host without the port": ("GET", "/", {"Host": "127.0.0.1"}, 421),
    "a page of another origin": ("POST", "/api/runs", {"Origin": "https://evil.example"}, 403),
    "a page without an origin, as of a file": ("POST", "/api/runs", {"Origin": "null"}, 403),
    "another port of this computer": ("GET", "/api/state", {"Origin": "http://127.0.0.1:1"}, 403),
    "a link on another page": ("GET", "/", {"Sec-Fetch-Site": "cross-site"}, 403),
    "an image on a page of another port": ("GET", "/api/list", {"Sec-Fetch-Site": "same-site"}, 403),
    "the address bar, for data": ("GET", "/api/state", {"Sec-Fetch-Site": "none"}, 403),
    "a stream for another origin": ("GET", "/api/runs/events", {"Origin": "https://evil.example"}, 403),
    "a web socket of another origin": ("GET", "/api/runs/events", WEB_SOCKET | {"Origin": "https://evil.example"}, 403),
    "a web socket without a token": ("GET", "/api/runs/events", WEB_SOCKET | {"X-Flexscout-Token": ""}, 401),
    "no token": ("GET", "/api/state", {"X-Flexscout-Token": ""}, 401),
    "an unknown token": ("GET", "/api/state", {"X-Flexscout-Token": "guess"}, 401),
    "a token with characters outside ASCII": ("GET", "/api/state", {"X-Flexscout-Token": "\xe9"}, 401),
    "no token, for a path that doesn't exist": ("GET", "/api/none", {"X-Flexscout-Token": ""}, 401),
    "a code without its key": ("POST", "/api/codes", {}, 401),
    "a body that says it is too large": ("POST", "/api/workspaces", {"Content-Length": "1000001"}, 413),
    "an upload that says it is too large": ("POST", "/api/uploads?name=a.xlsx", {"Content-Length": str(2**40)}, 413),
    "a length that is no number": ("POST", "/api/workspaces", {"Content-Length": "-1"}, (400, 413)),
    "a path above the pages": ("GET", "/../server.py", {}, 404),
    "an encoded path above the pages": ("GET", "/..%2fserver.py", {}, 404),
    "a doubly encoded path above the pages": ("GET", "/%252e%252e/server.py", {}, 404),
    "an absolute path among the pages": ("GET", "//etc/passwd", {}, 404),
    "a method that nothing has": ("DELETE", "/api/state", {}, 405),
}


@pytest.mark.parametrize(("method", "path", "headers", "status"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_request_is_refused(tab, method, path, headers, status):
    filled = {name: value.format(port=tab.window.port) for name, value in headers.items()}
    answer = tab.request(method, path, **({"X-Flexscout-Token": tab.token} | filled))
    assert answer.status in (status if isinstance(status, tuple) else (status,))
    assert b"passwd" not in answer.content
    assert b"import" not in answer.content


def test_body_without_a_length_is_cut_off(tab):
    chunks = (b"x" * 300_000 for _ in range(4))
    assert tab.request("POST", "/api/workspaces", chunks, X_Flexscout_Token=tab.token).status == 413


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"text"', b"{}", b'{"folder": 1}', b'{"folder": ""}', b'{"folder": "exports"}'])
def test_body_that_makes_no_sense_is_an_error_in_a_sentence(tab, body):
    answer = tab.send("POST", "/api/workspaces", body)
    assert answer.status == 400
    assert answer.json["error"].endswith(".")


def test_every_answer_has_the_security_headers(tab):
    for path in ("/", "/api/state", "/api/none", "/none"):
        headers = tab.send("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


def test_code_can_be_used_once(tab):
    code = json.dumps({"code": tab.window.access.create_code()})
    assert tab.request("POST", "/api/session", code).status == 200
    assert tab.request("POST", "/api/session", code).status == 401


def test_address_carries_the_code_where_no_server_sees_it(tab):
    assert tab.window.create_address().startswith(f"http://127.0.0.1:{tab.window.port}/#code=")


def test_folder_browser_lists_names_only(tab):
    browsed = tab.folder / "browsed"
    (browsed / "sub").mkdir(parents=True)
    (browsed / "a.csv").write_text("secret")
    (browsed / "notes.docx").write_text("secret")
    listing = tab.get("/api/folders", path=str(browsed))
    assert (listing["folders"], listing["files"]) == (["sub"], ["a.csv"])
    assert "secret" not in json.dumps(listing)


@pytest.mark.parametrize("path", ["relative", "/none/at/all", "\0", "a.csv"])
def test_folder_browser_lists_folders_only(tab, path):
    assert tab.send("GET", "/api/folders", path=path).status == 400


@pytest.mark.parametrize(
    ("name", "stored"),
    [("a.xlsx", "a.xlsx"), ("exports/Jan 5/a.xlsx", "exports/Jan 5/a.xlsx"), ("C:\\Temp\\a.xlsx", "C_/Temp/a.xlsx")],
)
def test_dropped_file_is_in_the_inbox_below_the_folders_it_was_dropped_with(tab, name, stored):
    answer = tab.send("POST", "/api/uploads", b"content", name=name)
    assert (answer.status, answer.json["name"]) == (200, stored)
    path = tab.folder / "inbox" / stored
    assert path.read_bytes() == b"content"
    assert [other.name for other in path.parent.iterdir() if other.is_file()] == [path.name]
    path.unlink()


@pytest.mark.parametrize(
    "name", ["../../a.xlsx", "..\\a.xlsx", "a/../../../b.xlsx", "/etc/a.xlsx", "a//b.xlsx", "a/" * 9 + "b.xlsx"]
)
def test_dropped_file_that_leads_elsewhere_is_refused(tab, name):
    assert tab.send("POST", "/api/uploads", b"content", name=name).status == 400
    assert not list(tab.folder.rglob("b.xlsx"))


def test_dropped_file_does_not_follow_a_link_out_of_the_inbox(tab, tmp_path):
    link = tab.folder / "inbox/elsewhere"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path, target_is_directory=True)
    assert tab.send("POST", "/api/uploads", b"content", name="elsewhere/a.xlsx").status == 400
    assert not list(tmp_path.glob("*.xlsx"))
    link.unlink()


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/", "..."])
def test_dropped_file_needs_a_name(tab, name):
    assert tab.send("POST", "/api/uploads", b"content", name=name).status == 400


def test_names_that_windows_forbids_are_changed():
    assert clean_path("nul/a:b?.xlsx") == ["_nul", "a_b_.xlsx"]
    assert clean_path(".git/.hidden.xlsx") == ["git", "hidden.xlsx"]
    assert [len(part) <= 200 for part in clean_path("x" * 500 + "/" + "x" * 500 + ".xlsx")] == [True, True]
    with pytest.raises(FlexscoutError):
        clean_path("..")


def test_window_has_its_usual_port_unless_it_is_taken(monkeypatch):
    with server._listen(0) as free:  # noqa: SLF001 - what a start of the window does first
        usual = free.getsockname()[1]
    monkeypatch.setattr(server, "_USUAL_PORT", usual)
    with server._listen_at_usual_port() as first, server._listen_at_usual_port() as second:  # noqa: SLF001 - as above
        assert first.getsockname() == ("127.0.0.1", usual)
        assert second.getsockname()[1] != usual


def test_second_start_gets_another_tab_of_the_running_window(tab, monkeypatch):
    assert instances.find_running(tab.folder) is None  # it is this process
    monkeypatch.setattr("os.getpid", lambda: 1)
    found = instances.find_running(tab.folder)
    assert found.port == tab.window.port
    assert tab.request("POST", "/api/session", json.dumps({"code": found.code})).status == 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder private instead")
def test_only_the_user_can_read_the_key(tab):
    assert stat.S_IMODE(find_instance_file(tab.folder).stat().st_mode) == 0o600
