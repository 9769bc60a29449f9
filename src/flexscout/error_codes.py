"""Categories and causes of errors, for programs."""

from enum import StrEnum


class ErrorCategory(StrEnum):
    """The category of a file's error."""

    FILE_ACCESS = "file_access"
    DATA_FORMAT = "data_format"
    PROCESSING = "processing"
    AGGREGATION = "aggregation"


class ErrorCode(StrEnum):
    """The cause of a file's error: a stable value for programs, written to the report, the log and the cache."""

    # The file can't be opened.
    FILE_MISSING = "file_missing"
    FILE_BUSY = "file_busy"
    NOT_PERMITTED = "not_permitted"
    STORAGE_FAILED = "storage_failed"
    CANNOT_OPEN = "cannot_open"
    # The file isn't a table.
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105  # nosec B105 # a code, not a password
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  # nosec B105 # as above
    DAMAGED = "damaged"
    EMPTY_FILE = "empty_file"
    EMPTY_WORKBOOK = "empty_workbook"
    UNKNOWN_CONTENT = "unknown_content"
    NO_TABLE = "no_table"
    ARCHIVE = "archive"
    DATABASE = "database"
    GZIP = "gzip"
    IMAGE = "image"
    JSON = "json"
    MHTML = "mhtml"
    PARQUET = "parquet"
    PDF = "pdf"
    POWERPOINT = "powerpoint"
    PROGRAM = "program"
    WEB_PAGE = "web_page"
    WORD = "word"
    XML = "xml"
    # The table isn't one of properties, or not a result.
    MISSING_REQUIRED_COLUMNS = "missing_required_columns"
    VAGUE_HEADERS = "vague_headers"
    NO_ROWS = "no_rows"
    ROWS_LOST = "rows_lost"
    NO_RESULT = "no_result"
    # The file is beyond a limit.
    TOO_LARGE = "too_large"
    TOO_LARGE_ARCHIVE = "too_large_archive"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_PARTS = "too_many_parts"
    # Reading it failed.
    TIMEOUT = "timeout"
    WORKER_DIED = "worker_died"
    OUT_OF_MEMORY = "out_of_memory"
    INTERNAL_ERROR = "internal_error"
    UNEXPECTED = "unexpected"
    # Frames can't be combined.
    MISSING_COLUMNS = "missing_columns"
    TYPES_DIFFER = "types_differ"


PASSWORD_CODES = frozenset({ErrorCode.PASSWORD_PROTECTED, ErrorCode.WRONG_PASSWORD})
"""Causes that another password may remove."""

MAPPING_CODES = frozenset({ErrorCode.MISSING_REQUIRED_COLUMNS, ErrorCode.VAGUE_HEADERS})
"""Causes that a mapping file removes; the next step of such an error has the command that drafts one."""
