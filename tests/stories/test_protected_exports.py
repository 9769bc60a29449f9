"""Password-protected exports, from the prompt to the outputs."""

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from program import PROGRAM, flexscout
from protected import SECRET, protect
from workbooks import HEADER, candidate, write_workbook

WRONG = "Quagga-on-the-road"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Two protected exports and an ordinary one; to protect one takes as long as to read it."""
    folder = tmp_path_factory.mktemp("protected")
    for number in (1, 2):
        protect(write_workbook(folder / f"protected_{number}.xlsx", [HEADER, candidate(number)]))
    write_workbook(folder / "plain.xlsx", [HEADER, candidate(3)])
    return folder


@pytest.fixture(autouse=True)
def exports(written, tmp_path):
    shutil.copytree(written, tmp_path / "in")


def files_with(text):
    """The files below the current folder that hold a text, packed or not."""
    found = []
    for path in Path().rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        forms = {text.encode(), text.encode("utf-16-le")}
        if path.suffix == ".xlsx" and content.startswith(b"PK"):
            content += subprocess.run(["unzip", "-p", path], capture_output=True, check=False).stdout  # noqa: S607
        if any(form in content for form in forms):
            found.append(path)
    return found


def in_terminal(arguments, typed):
    """Run the program with a terminal as its input; type an answer to each prompt. Return its exit code and all it prints."""
    controller, terminal = pty.openpty()
    command = [*PROGRAM, *arguments]
    pipes = {"stdin": terminal, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    printed = b""
    # Without a session of its own, the program would ask in the terminal of whoever runs the tests.
    with subprocess.Popen(command, **pipes, start_new_session=True) as program:
        os.close(terminal)
        while chunk := program.stdout.read1():
            printed += chunk
            if typed and printed.endswith(b"without): "):
                os.write(controller, f"{typed.pop(0)}\n".encode())
    os.close(controller)
    return program.returncode, printed.decode()


def test_the_password_of_the_environment_opens_all_files_and_is_written_nowhere(monkeypatch):
    monkeypatch.setenv("FLEXSCOUT_PASSWORD", SECRET)
    outcome = flexscout("run", "in", "-v")
    assert (outcome.code, len(outcome.rows())) == (0, 3)
    assert SECRET not in outcome.out + outcome.err
    assert files_with(SECRET) == []
    assert len(files_with("2 Test Street")) > 3


def test_the_password_of_the_configuration_is_written_nowhere_else():
    Path("flexscout.yaml").write_text(f"input:\n  password: '{SECRET}'\n")
    assert flexscout("run", "in", "-c", "flexscout.yaml").code == 0
    for arguments in (["text"], ["json"]):
        shown = flexscout("config", "show", "-c", "flexscout.yaml", "--format", *arguments)
        assert (shown.code, SECRET in shown.out, "***" in shown.out) == (0, False, True)
    assert files_with(SECRET) == [Path("flexscout.yaml")]


def test_the_prompt_asks_once_for_all_files():
    code, printed = in_terminal(["run", "in"], [SECRET])
    assert (code, printed.count("Password for 2 files to read")) == (0, 1)
    assert SECRET not in printed
    assert files_with(SECRET) == []


def test_the_other_files_are_read_without_a_password():
    code, printed = in_terminal(["run", "in"], [""])
    assert code == 1
    assert printed.count("is password-protected. Give its password") == 2


def test_a_wrong_password_fails_its_files_and_the_right_one_is_used_next_time(monkeypatch):
    monkeypatch.setenv("FLEXSCOUT_PASSWORD", WRONG)
    first = flexscout("run", "in")
    assert (first.code, first.report["errors"]["by_code"]) == (1, {"wrong_password": 2})
    assert files_with(WRONG) == []
    monkeypatch.setenv("FLEXSCOUT_PASSWORD", SECRET)
    assert (flexscout("run", "in").code, len(first.rows())) == (0, 3)
    assert "Nothing changed" in flexscout("run", "in").out


def test_retry_uses_the_password_of_now(monkeypatch):
    assert flexscout("run", "in").code == 1
    monkeypatch.setenv("FLEXSCOUT_PASSWORD", SECRET)
    assert flexscout("retry").code == 0


@pytest.mark.parametrize(
    "arguments", [("check", "in"), ("inspect", "in/protected_1.xlsx"), ("map", "in/protected_1.xlsx")], ids=lambda a: a[0]
)
def test_other_commands_open_protected_files_too(arguments, monkeypatch):
    code, printed = in_terminal([*arguments], [SECRET])
    assert (code, SECRET in printed) == (0, False)
    monkeypatch.setenv("FLEXSCOUT_PASSWORD", SECRET)
    assert flexscout(*arguments).code == 0
    monkeypatch.delenv("FLEXSCOUT_PASSWORD")
    Path("flexscout.yaml").write_text(f"input:\n  password: '{SECRET}'\n")
    assert flexscout(*arguments, "-c", "flexscout.yaml").code == 0
