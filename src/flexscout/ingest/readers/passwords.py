"""Password-protected workbooks, and the only use of msoffcrypto, which is optional.

The password is never written anywhere. The decrypted copy is a file that only this user can read, in a folder that is removed
when the workbook has been read.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, BinaryIO

from flexscout.config import name_variable
from flexscout.domain import format_bytes
from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError, LimitError
from flexscout.ingest.file_types import FileType, detect_file_type, is_ole
from flexscout.ingest.readers.raw_workbook import translate_reader_errors

MAX_SPIN_COUNT = 1_000_000
"""Rounds of hashing that a workbook may ask for, which take 2 s; Office writes 100,000, the format allows 10,000,000."""

_EXCEL_PASSWORD = "VelvetSweatshop"  # noqa: S105  # nosec B105 # Excel's own, for workbooks that open without asking
_MAX_INFO_BYTES = 2**16  # of the stream with the parameters of the encryption; Office writes 1,200
_MEMORY_PER_BYTE = {True: 3, False: 20}  # package: 2.3 measured; .xls: a list entry per byte, and copies
_AGILE = b"\x04\x00\x04\x00"
_SPIN_COUNT = re.compile(rb'\sspinCount\s*=\s*"(\d{1,12})"')
_SAVE_COPY = "Save an unprotected copy."

_password: ContextVar[str] = ContextVar("password", default="")


@contextmanager
def use_password(password: str) -> Iterator[None]:
    """Open protected workbooks with a password within the context; an empty one changes nothing.

    Without any, that of the environment is used.
    """
    token = _password.set(password or _password.get())
    try:
        yield
    finally:
        _password.reset(token)


@contextmanager
def open_unlocked(path: Path, memory: int, folder: Path | None = None) -> Iterator[tuple[Path, FileType]]:
    """Yield a file and its type; of a protected workbook, a decrypted copy that is removed at the end of the context.

    Args:
        path: The file.
        memory: Bytes that decrypting may use.
        folder: Takes the copy; None for a temporary folder.

    Raises:
        DataFormatError: The file is of a type that can't be read, damaged, or protected with another password.
        LimitError: Decrypting it needs more than `memory` bytes.
        OSError: It can't be opened.

    """
    try:
        with translate_reader_errors(path):
            kind = detect_file_type(path)
    except DataFormatError as error:
        if error.code != ErrorCode.PASSWORD_PROTECTED:
            raise
        place = folder / "unlocked" if folder else Path(mkdtemp(prefix="flexscout-"))
        try:
            copy = _decrypt(path, place, memory, error)
            with translate_reader_errors(path):
                kind = detect_file_type(copy)
            yield copy, kind
        finally:
            shutil.rmtree(place, ignore_errors=True)
    else:
        yield path, kind


def _decrypt(path: Path, folder: Path, memory: int, protected: DataFormatError) -> Path:
    """Write the decrypted workbook to a folder, under its own name. Raises `protected` if there is no password for it."""
    password = _password.get() or os.environ.get(name_variable("password"), "")
    try:
        import msoffcrypto  # noqa: PLC0415 - optional, and needed by few runs
    except ImportError:
        # LibreOffice's own encryption isn't opened by the library either.
        raise (_ask_for_library(protected) if is_ole(path) else protected) from None
    with path.open("rb") as file:
        is_package = _check_parameters(path, file, memory, protected)
        with translate_reader_errors(path):
            office = msoffcrypto.OfficeFile(file)
        if not any(_try_key(office, key, is_package) for key in (_EXCEL_PASSWORD, password) if key):
            raise _build_wrong_password_error(path) if password else protected
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / path.name
        with translate_reader_errors(path), open(copy, "wb", opener=_open_private) as target:
            office.decrypt(target)
    return copy


def _check_parameters(path: Path, file: BinaryIO, memory: int, protected: DataFormatError) -> bool:
    """Check what decrypting would cost; return whether the file is a package, not an .xls."""
    import olefile  # noqa: PLC0415 - installed with msoffcrypto

    if not olefile.isOleFile(file):
        raise protected  # LibreOffice's own encryption
    with translate_reader_errors(path), olefile.OleFileIO(file) as ole:
        is_package = bool(ole.exists("EncryptionInfo"))
        info = ole.openstream("EncryptionInfo").read(_MAX_INFO_BYTES + 1) if is_package else b""
    needed = path.stat().st_size * _MEMORY_PER_BYTE[is_package]
    if needed > memory:
        raise LimitError(
            ErrorCode.TOO_LARGE,
            f"{path.name} is password-protected, and decrypting it needs about {format_bytes(needed)} of memory; the limit for "
            f"one file is {format_bytes(memory)}.",
            f"Raise --memory-limit, or lower --workers. Or: {_SAVE_COPY}",
        )
    rounds = max(map(int, _SPIN_COUNT.findall(info)), default=None)
    problem = ""
    if rounds and rounds > MAX_SPIN_COUNT:
        problem = f"asks for {rounds:,} rounds of hashing, more than {MAX_SPIN_COUNT:,}"
    elif len(info) > _MAX_INFO_BYTES or b"<!" in info or (info.startswith(_AGILE) and rounds is None):
        problem = "has unusual parameters"
    if problem:
        raise DataFormatError(ErrorCode.DAMAGED, f"{path.name} can't be opened: its encryption {problem}.", _SAVE_COPY)
    file.seek(0)
    return is_package


def _try_key(office: Any, password: str, is_package: bool) -> bool:  # noqa: FBT001 - private
    """Return whether a password opens the workbook; the key is loaded then."""
    from msoffcrypto import exceptions  # noqa: PLC0415 - as above

    try:
        office.load_key(password=password, **({"verify_password": True} if is_package else {}))  # nosec B105 # a flag
    except exceptions.InvalidKeyError:
        return False
    except Exception:  # noqa: BLE001 - damaged parameters fail in many ways
        return False
    return True


def _open_private(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)


def _ask_for_library(protected: DataFormatError) -> DataFormatError:
    return DataFormatError(
        ErrorCode.PASSWORD_PROTECTED,
        f"{protected.message.removesuffix('.')}, and the library that opens such files isn't installed.",
        'Install it with: python -m pip install "flexscout[passwords]", then give the password with FLEXSCOUT_PASSWORD or '
        f"input.password. Or: {_SAVE_COPY}",
    )


def _build_wrong_password_error(path: Path) -> DataFormatError:
    return DataFormatError(
        ErrorCode.WRONG_PASSWORD,
        f"{path.name} is password-protected, and the given password doesn't open it.",
        f"Correct the password (FLEXSCOUT_PASSWORD or input.password). Or: {_SAVE_COPY}",
    )
