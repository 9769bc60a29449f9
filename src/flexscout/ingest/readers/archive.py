"""Zip archives of exports: each member is read as if it were a file of the input folder."""

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from flexscout.error_codes import ErrorCode
from flexscout.errors import DataFormatError
from flexscout.ingest.file_types import FileType
from flexscout.ingest.readers.passwords import open_unlocked
from flexscout.ingest.readers.raw_workbook import RawSheet, Workbook
from flexscout.skipped import SheetSkipCode, SkippedSheet

MAX_MEMBERS = 1_000
MAX_INFLATED_BYTES = 2**31
"""Limit for all members together, counted during decompression: the sizes in the archive may be wrong."""
_CHUNK_BYTES = 2**20
_ENCRYPTED = 1  # bit of a member's flags
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError)
_MACOS_FOLDER = "__MACOSX/"
_UNPACK = "Unpack it and put the exports inside into the folder."
_UNPACK_MEMBER = "Unpack it into the folder."

Reader = Callable[[Path, FileType], Workbook]


def read_archive(path: Path, read: Reader, memory: int) -> Workbook:
    """Read the tables of all members, in the order of the archive; members that can't be read are skipped.

    Sheets are named `member.csv` or `member.xlsx/Sheet1`. No file is created under a member's name: each member is decompressed
    into a temporary file with a name of our own.

    Args:
        path: The archive.
        read: Reads a member of a known type.
        memory: Bytes that decrypting a member may use.

    Raises:
        DataFormatError: No member can be read, or the archive is too large.
        OSError: The archive can't be opened.

    """
    sheets: list[RawSheet] = []
    skipped: list[SkippedSheet] = []
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="flexscout-") as folder:
        members = [member for member in archive.infolist() if not member.is_dir() and not _is_side_file(member)]
        _check_count(path, members)
        bytes_left = MAX_INFLATED_BYTES
        for number, member in enumerate(members):
            target = Path(folder) / f"member-{number}"
            try:
                bytes_left = _inflate(path, archive, member, target, bytes_left)
                workbook = _read_member(target, member.filename, read, memory)
            except DataFormatError as error:
                if error.code == ErrorCode.TOO_LARGE_ARCHIVE:
                    raise
                skipped.append(SkippedSheet(member.filename, SheetSkipCode.UNREADABLE, (error.message,), error.code))
            else:
                sheets += workbook.sheets
                skipped += workbook.skipped_sheets
            finally:
                target.unlink(missing_ok=True)
    if not sheets:
        raise _build_no_tables_error(path, skipped)
    return Workbook(tuple(sheets), tuple(skipped))


def _is_side_file(member: zipfile.ZipInfo) -> bool:
    return member.filename.startswith(_MACOS_FOLDER) or PurePosixPath(member.filename).name.startswith((".", "~$"))


def _check_count(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise DataFormatError(
            ErrorCode.TOO_LARGE_ARCHIVE,
            f"{path.name} is a zip archive of {len(members):,} files, more than {MAX_MEMBERS:,}.",
            _UNPACK,
        )


def _inflate(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, bytes_left: int) -> int:
    """Write the member's content to `target`; return how many bytes the other members may have."""
    if member.flag_bits & _ENCRYPTED:
        raise DataFormatError(ErrorCode.PASSWORD_PROTECTED, f"{member.filename} is password-protected.", _UNPACK_MEMBER)
    try:
        with archive.open(member) as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK_BYTES):
                bytes_left -= len(chunk)
                if bytes_left < 0:
                    raise DataFormatError(
                        ErrorCode.TOO_LARGE_ARCHIVE,
                        f"{path.name} is a zip archive with more than {MAX_INFLATED_BYTES // 2**30} GB of content.",
                        f"{_UNPACK.removesuffix('.')}, if you know where it comes from.",
                    )
                file.write(chunk)
    except _ZIP_ERRORS:
        message = f"{member.filename} is damaged: it can't be unpacked."
        raise DataFormatError(ErrorCode.DAMAGED, message, "Download it again.") from None
    return bytes_left


def _read_member(target: Path, name: str, read: Reader, memory: int) -> Workbook:
    """Read the decompressed member; sheets and messages get its name."""
    if not target.stat().st_size:
        raise DataFormatError(ErrorCode.EMPTY_FILE, f"{name} is empty.", "Export it again.")
    try:
        with open_unlocked(target, memory) as (readable, kind):
            if kind is FileType.ARCHIVE:
                raise DataFormatError(ErrorCode.ARCHIVE, f"{name} is a zip archive inside a zip archive.", _UNPACK_MEMBER)
            workbook = read(readable, kind)
    except DataFormatError as error:
        raise DataFormatError(error.code, error.message.replace(target.name, name), error.next_step) from None
    if kind is FileType.DELIMITED:
        return replace(workbook, sheets=tuple(replace(sheet, name=name) for sheet in workbook.sheets))
    return replace(
        workbook,
        sheets=tuple(replace(sheet, name=f"{name}/{sheet.name}") for sheet in workbook.sheets),
        skipped_sheets=tuple(
            replace(
                sheet,
                name=f"{name}/{sheet.name}",
                details=tuple(detail.replace(target.name, name) for detail in sheet.details),
            )
            for sheet in workbook.skipped_sheets
        ),
    )


def _build_no_tables_error(path: Path, skipped: Sequence[SkippedSheet]) -> DataFormatError:
    if not skipped:
        return DataFormatError(ErrorCode.ARCHIVE, f"{path.name} is a zip archive without a file in it.", "Download it again.")
    if all(sheet.error_code == ErrorCode.PASSWORD_PROTECTED for sheet in skipped):
        return DataFormatError(ErrorCode.PASSWORD_PROTECTED, f"{path.name} is a password-protected archive.", _UNPACK_MEMBER)
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return DataFormatError(
        ErrorCode.ARCHIVE,
        f"{path.name} is a zip archive without a table in it; {skipped[0].name}{more}: {skipped[0].reason.removesuffix('.')}.",
        _UNPACK,
    )
