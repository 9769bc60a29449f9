"""The tasks that continuous integration runs: `nox`, `nox -s lint`, or `nox --no-venv` in the current environment."""

import shutil
import sys
from pathlib import Path

import nox

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
DEMO_FILES = ("all_flex_properties.xlsx", "all_flex_properties.csv", "pipeline_summary.json", "pipeline_summary.html")

# Stories that start the program, with its workers.
WHOLE_PROGRAM = (
    "bad_files", "file_formats", "first_run", "frozen_program", "killed_runs", "protected_exports", "second_run", "watch",
    "window_program",
)  # fmt: skip

nox.options.sessions = ("tests", "lint", "types", "security", "docs", "wheel")


def _install(session: nox.Session, *packages: str) -> None:
    """Install into the session's own environment; with --no-venv, use what is there."""
    if session.virtualenv.is_sandboxed:
        session.install("--quiet", *packages)


def _run(session: nox.Session, *arguments: str) -> None:
    """Run Python with the arguments: the session's own, or with --no-venv the one that runs nox."""
    session.run("python" if session.virtualenv.is_sandboxed else sys.executable, *arguments)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on all cores."""
    _install(session, "-e", ".[dev]")
    _run(session, "-m", "pytest", "-n", "auto", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests and fail if less than the required share of the code is covered, worker processes included."""
    _install(session, "-e", ".[dev]")
    _run(session, "-m", "pytest", "-n", "auto", "--cov", "--cov-report=term:skip-covered", *session.posargs)


@nox.session
def laws(session: nox.Session) -> None:
    """Test the laws with twenty times as many examples as in a usual run, which takes about half an hour."""
    _install(session, "-e", ".[dev]")
    session.env["FLEXSCOUT_EXAMPLES"] = "20"
    places = ("tests/laws", "tests/hostile/test_hostile_headers_law.py")
    _run(session, "-m", "pytest", "-n", "auto", "-o", "timeout=3600", *(session.posargs or places))


@nox.session(venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions of the dependencies that pyproject.toml allows."""
    session.install("--quiet", "--resolution", "lowest-direct", "-e", ".[dev]")
    _run(session, "-m", "pytest", "-n", "auto", *session.posargs)


@nox.session
def frozen(session: nox.Session) -> None:
    """Freeze the program with PyInstaller, and run the stories of the whole program with it."""
    _install(session, "-e", ".[dev]")
    session.install("--quiet", "pyinstaller>=6.11,<7")
    _run(session, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "packaging/flexscout.spec")
    session.env["FROZEN_FLEXSCOUT"] = str(Path("dist/flexscout/flexscout").resolve())
    _run(session, "-m", "pytest", "-n", "auto", *(session.posargs or (f"tests/stories/test_{name}.py" for name in WHOLE_PROGRAM)))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    _install(session, "ruff>=0.9")
    _run(session, "-m", "ruff", "check", ".")
    _run(session, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    _install(session, "-e", ".[dev]")
    _run(session, "-m", "mypy")


@nox.session
def security(session: nox.Session) -> None:
    """Look for insecure calls."""
    _install(session, "bandit>=1.8")
    _run(session, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "src")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site; a warning is an error. `nox -s docs -- serve` shows it while you write."""
    _install(session, "-e", ".[docs]")
    session.env["NO_MKDOCS_2_WARNING"] = "1"  # an announcement of the theme, not a warning about the site
    if session.posargs == ["serve"]:
        _run(session, "-m", "mkdocs", "serve")
    else:
        _run(session, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", f"{session.create_tmp()}/site")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it into an empty environment and run the demo."""
    folder = Path(session.create_tmp()).resolve()
    for part in ("dist", "env", "demo"):
        shutil.rmtree(folder / part, ignore_errors=True)
    _run(session, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder / "dist"), ".")
    (built,) = (folder / "dist").glob("flexscout-*.whl")
    _run(session, "-m", "venv", str(folder / "env"))
    programs = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    session.run(str(programs / "python"), "-m", "pip", "install", "--quiet", str(built), external=True)
    session.run(str(programs / "flexscout"), "demo", str(folder / "demo"), external=True)
    missing = [name for name in DEMO_FILES if not (folder / "demo/results" / name).is_file()]
    if missing:
        session.error(f"The demo wrote no {', '.join(missing)}.")
