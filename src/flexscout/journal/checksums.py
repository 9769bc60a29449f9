"""Checksums of what is kept between runs: tables, and the records that describe them.

SHA-256: processors have instructions for it (2 GB a second), and 32 bits of a CRC would miss damage in large caches.
"""

import json
from enum import StrEnum
from hashlib import file_digest, sha256
from pathlib import Path

_HEAD = '{{"format": {}, "checksum": "{}", '
_HEX_DIGITS = 64


class RecordProblem(StrEnum):
    """Why a record can't be used."""

    DAMAGED = "damaged"
    NEWER = "newer"
    OLDER = "older"
    FOREIGN = "foreign"


class UnusableRecordError(ValueError):
    """Raised when a record is damaged, of another version, or not one of ours."""

    def __init__(self, problem: RecordProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def file_checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, read in chunks. Raises OSError."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def seal_record(fields: bytes, version: int) -> bytes:
    """Return a JSON object, which has at least one field, with `format` and the `checksum` of all its other bytes in front."""
    rest = fields.removeprefix(b"{")
    return _HEAD.format(version, sha256(rest).hexdigest()).encode() + rest


def open_record(content: bytes, version: int) -> bytes:
    """Return the JSON object that was sealed. Raises UnusableRecordError if any byte of the record is not as it was written."""
    length = len(_HEAD.format(version, "0" * _HEX_DIGITS))
    head, rest = content[:length], content[length:]
    if head != _HEAD.format(version, sha256(rest).hexdigest()).encode():
        raise UnusableRecordError(_problem(content, version))
    return b"{" + rest


def _problem(content: bytes, version: int) -> RecordProblem:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return RecordProblem.DAMAGED
    number = found.get("format") if isinstance(found, dict) else None
    if not isinstance(number, int):
        return RecordProblem.FOREIGN
    if number == version:
        return RecordProblem.DAMAGED
    return RecordProblem.NEWER if number > version else RecordProblem.OLDER
