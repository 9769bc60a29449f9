"""Zip archives of exports, as some vendors send them: each member is read as if it stood in the folder."""

import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType, detect_file_type
from flexscout.ingest.readers.workbook import RawSheet, Workbook

MOST_MEMBERS = 1_000
MOST_INFLATED = 2**31
"""Bytes of all members together, counted while they are inflated: what the archive claims can be a lie."""
_PIECE = 2**20  # bytes
_ENCRYPTED = 1  # bit of a member's flags
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError)
_SIDE_FILES = "__MACOSX/"
_ONE_TABLE = {FileType.DELIMITED}

Reader = Callable[[Path, FileType], Workbook]


def read_archive(path: Path, read: Reader) -> Workbook:
    """The tables of all members, in the order of the archive; `read` reads one. Members that can't be read are left out.

    Sheets are named `member.csv` or `member.xlsx/Sheet1`. Nothing is written under a member's name: each is inflated
    into a temporary file of ours. Raises DataFormatError if no member can be read; OSError if it can't be opened.
    """
    sheets: list[RawSheet] = []
    left_out: list[tuple[str, str]] = []
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="flexscout-") as folder:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_side_file(member)]
        _check_count(path, members)
        left = MOST_INFLATED
        for number, member in enumerate(members):
            target = Path(folder) / f"member-{number}"
            try:
                left = _inflate(path, archive, member, target, left)
                book = _of_member(target, member.filename, read)
            except DataFormatError as error:
                if error.code == ErrorCode.TOO_LARGE_ARCHIVE:
                    raise
                left_out.append((member.filename, f"It can't be read: {error.message}"))
            else:
                sheets += book.sheets
                left_out += book.left_out
            finally:
                target.unlink(missing_ok=True)
    if not sheets:
        raise _nothing_in(path, left_out)
    return Workbook(tuple(sheets), tuple(left_out))


def _is_side_file(member: zipfile.ZipInfo) -> bool:
    return member.filename.startswith(_SIDE_FILES) or PurePosixPath(member.filename).name.startswith((".", "~$"))


def _check_count(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise DataFormatError(
            ErrorCode.TOO_LARGE_ARCHIVE,
            f"{path.name} is a zip archive of {len(members):,} files, more than {MOST_MEMBERS:,}.",
            "Unpack it and put the exports inside into the folder.",
        )


def _inflate(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write the member's content to `target`; gives how many bytes are left to the others."""
    if member.flag_bits & _ENCRYPTED:
        raise DataFormatError(
            ErrorCode.PASSWORD_PROTECTED, f"{member.filename} is password-protected.", "Unpack it into the folder."
        )
    try:
        with archive.open(member) as source, target.open("wb") as file:
            while piece := source.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise _too_large(path)
                file.write(piece)
    except _UNREADABLE as error:
        detail = " ".join(str(error).split())[:200]
        raise DataFormatError(ErrorCode.DAMAGED, f"{member.filename} is damaged: {detail}.", "Download it again.") from None
    return left


def _of_member(target: Path, name: str, read: Reader) -> Workbook:
    if not target.stat().st_size:
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{name} is empty.", "Export it again.")
    try:
        kind = detect_file_type(target)
        if kind is FileType.ARCHIVE:
            raise DataFormatError(
                ErrorCode.ARCHIVE, f"{name} is a zip archive inside a zip archive.", "Unpack it into the folder."
            )
        book = read(target, kind)
    except DataFormatError as error:
        raise DataFormatError(error.code, error.message.replace(target.name, name), error.next_step) from None
    if kind in _ONE_TABLE:
        return replace(book, sheets=tuple(replace(sheet, name=name) for sheet in book.sheets))
    return replace(
        book,
        sheets=tuple(replace(sheet, name=f"{name}/{sheet.name}") for sheet in book.sheets),
        left_out=tuple((f"{name}/{sheet}", reason.replace(target.name, name)) for sheet, reason in book.left_out),
    )


def _too_large(path: Path) -> DataFormatError:
    return DataFormatError(
        ErrorCode.TOO_LARGE_ARCHIVE,
        f"{path.name} is a zip archive that holds more than {MOST_INFLATED // 2**30} GB.",
        "Unpack it and put the exports inside into the folder, if you know where it comes from.",
    )


def _nothing_in(path: Path, left_out: list[tuple[str, str]]) -> DataFormatError:
    if not left_out:
        return DataFormatError(ErrorCode.ARCHIVE, f"{path.name} is a zip archive without a file in it.", "Download it again.")
    if all("password-protected" in reason for _, reason in left_out):
        return DataFormatError(
            ErrorCode.PASSWORD_PROTECTED, f"{path.name} is a password-protected archive.", "Unpack it into the folder."
        )
    first, reason = left_out[0]
    more = f" (and {len(left_out) - 1} more)" if len(left_out) > 1 else ""
    return DataFormatError(
        ErrorCode.ARCHIVE,
        f"{path.name} is a zip archive without a table in it; {first}{more}: {reason.removesuffix('.')}.",
        "Unpack it and put the exports inside into the folder.",
    )
