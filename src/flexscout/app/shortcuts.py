"""A shortcut to the window on the desktop and in the start menu."""

import os
import subprocess  # nosec B404 # as below
import sys
from pathlib import Path

import platformdirs

from flexscout.errors import OutputError

_NAME = "flexscout"
_PROGRAM = "flexscout-window"  # of the entry points: it has no console on Windows
_ICON = Path(__file__).parent / "pages/favicon.svg"
_POWERSHELL = """\
$shell = New-Object -ComObject WScript.Shell
foreach ($folder in 'Desktop', 'Programs') {
  $link = $shell.CreateShortcut((Join-Path ([Environment]::GetFolderPath($folder)) 'flexscout.lnk'))
  $link.TargetPath = $env:FLEXSCOUT_TARGET
  $link.Arguments = $env:FLEXSCOUT_ARGUMENTS
  $link.Description = 'Rank flex-industrial properties'
  $link.Save()
  $link.FullName
}
"""
_DESKTOP_ENTRY = """\
[Desktop Entry]
Type=Application
Name=flexscout
Comment=Rank flex-industrial properties
Exec={command}
Icon={icon}
Terminal=false
Categories=Office;
"""


def write_shortcuts() -> list[Path]:
    """Write a shortcut to the desktop and, where there is one, the start menu; return the paths.

    Raises:
        OutputError: They can't be written.

    """
    try:
        if sys.platform == "win32":
            return _write_links()
        return _write_commands() if sys.platform == "darwin" else _write_desktop_entries()
    except (OSError, subprocess.SubprocessError) as error:
        raise OutputError(f"The shortcut can't be written: {error}.", "Start the window with `flexscout app`.") from None


def find_command() -> list[str]:
    """Return the command that opens the window."""
    return find_program(_PROGRAM, "app")


def find_program(name: str, *arguments: str) -> list[str]:
    """Return the command of an entry point: the program beside this Python, else Python with these arguments."""
    suffix = ".exe" if sys.platform == "win32" else ""
    program = Path(sys.executable).with_name(f"{name}{suffix}")
    return [str(program)] if program.exists() else [sys.executable, "-P", "-m", "flexscout", *arguments]


def quote_exec(command: list[str]) -> str:
    """Return a command as an entry of a desktop file: each part in quotes, its special characters escaped."""
    escaped = (part.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$") for part in command)
    return " ".join(f'"{part}"' for part in escaped).replace("\\", "\\\\").replace("%", "%%")


def _write_desktop_entries() -> list[Path]:
    icon = str(_ICON).replace("\\", "\\\\")
    text = _DESKTOP_ENTRY.format(command=quote_exec(find_command()), icon=icon)
    desktop = Path(platformdirs.user_desktop_dir())
    menu = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "applications"
    return [_write_program(folder / f"{_NAME}.desktop", text) for folder in (menu, desktop) if folder == menu or folder.is_dir()]


def _write_commands() -> list[Path]:
    quoted = " ".join("'" + part.replace("'", "'\\''") + "'" for part in find_command())
    return [_write_program(Path(platformdirs.user_desktop_dir()) / f"{_NAME}.command", f"#!/bin/sh\nexec {quoted}\n")]


def _write_program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def _write_links() -> list[Path]:
    target, *arguments = find_command()
    environment = {**os.environ, "FLEXSCOUT_TARGET": target, "FLEXSCOUT_ARGUMENTS": subprocess.list2cmdline(arguments)}
    command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", _POWERSHELL]
    done = subprocess.run(  # noqa: S603  # nosec B603 # paths go into the environment, not into the command
        command, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return [Path(line) for line in done.stdout.splitlines() if line.strip()]
