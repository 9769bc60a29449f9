"""Files and sheets that are not read: a code for each reason, and its sentence."""

from dataclasses import dataclass
from enum import StrEnum


class FileSkipCode(StrEnum):
    """Why a file of the input folder is not read."""

    EXCEL_LOCK_FILE = "excel_lock_file"
    LIBREOFFICE_LOCK_FILE = "libreoffice_lock_file"
    MACOS_SIDE_FILE = "macos_side_file"
    HIDDEN = "hidden"
    TEMPORARY = "temporary"
    UNFINISHED_DOWNLOAD = "unfinished_download"
    SETTINGS = "settings"
    LINK_OUT = "link_out"
    BROKEN_LINK = "broken_link"
    NOT_REGULAR = "not_regular"
    EMPTY = "empty"
    OWN_RESULT = "own_result"
    LEFT_OUT = "left_out"
    SAME_CONTENT = "same_content"
    PATTERN_TABLE = "pattern_table"
    PATTERN = "pattern"
    CHOSEN_PATTERN = "chosen_pattern"
    ARCHIVE_WITHOUT_TABLES = "archive_without_tables"
    OLD_OFFICE_FILE = "old_office_file"
    TEXT_WITHOUT_HEADER = "text_without_header"
    PAGE_WITHOUT_TABLE = "page_without_table"
    OTHER_CONTENT = "other_content"
    UNREADABLE = "unreadable"


_FILE_SKIP_TEXTS = {
    FileSkipCode.EXCEL_LOCK_FILE: "Excel's lock file of an open workbook, not a workbook.",
    FileSkipCode.LIBREOFFICE_LOCK_FILE: "LibreOffice's lock file of an open workbook, not a workbook.",
    FileSkipCode.MACOS_SIDE_FILE: "macOS's side file, not a workbook.",
    FileSkipCode.HIDDEN: "A hidden file.",
    FileSkipCode.TEMPORARY: "A temporary file.",
    FileSkipCode.UNFINISHED_DOWNLOAD: "An unfinished download.",
    FileSkipCode.SETTINGS: "Settings, a mapping or a profile, not an export.",
    FileSkipCode.LINK_OUT: "A link to a file outside the folder. Copy the file into the folder.",
    FileSkipCode.BROKEN_LINK: "A link to a file that doesn't exist.",
    FileSkipCode.NOT_REGULAR: "Not a regular file.",
    FileSkipCode.EMPTY: "The file is empty (0 bytes). Download it again.",
    FileSkipCode.OWN_RESULT: "An output of flexscout, never used as input.",
    FileSkipCode.LEFT_OUT: "Left out by the setting input.skip: {0}.",
    FileSkipCode.SAME_CONTENT: "Same content as {0}.",
    FileSkipCode.PATTERN_TABLE: (
        'Not included in the file pattern {0}. Use --file-pattern "*{1}" to read it, or auto to read every file type.'
    ),
    FileSkipCode.PATTERN: "Not included in the file pattern {0}. Use --file-pattern auto to read every file type.",
    FileSkipCode.CHOSEN_PATTERN: "Not included in the file pattern {0}.",
    FileSkipCode.ARCHIVE_WITHOUT_TABLES: "A zip archive without a spreadsheet or CSV file.",
    FileSkipCode.OLD_OFFICE_FILE: "An old Office or Windows file, not a workbook.",
    FileSkipCode.TEXT_WITHOUT_HEADER: "Plain text without a known header.",
    FileSkipCode.PAGE_WITHOUT_TABLE: "A web page without a table of properties.",
    FileSkipCode.OTHER_CONTENT: "Its content is {0}.",
    FileSkipCode.UNREADABLE: "{0}",
}


@dataclass(frozen=True)
class SkippedFile:
    """A file that is not read.

    Attributes:
        name: Its path below the input folder, with `/`.
        code: Why it is not read.
        details: What the sentence names: the file with the same content, the pattern (also of the setting), the content.

    """

    name: str
    code: FileSkipCode
    details: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is not read, in a sentence."""
        return _FILE_SKIP_TEXTS[self.code].format(*self.details)


class SheetSkipCode(StrEnum):
    """Why a sheet is not used."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    TOO_WIDE = "too_wide"
    NOT_MAPPED = "not_mapped"
    NO_PROPERTY_TABLE = "no_property_table"
    VAGUE_HEADERS = "vague_headers"


_SHEET_SKIP_TEXTS = {
    SheetSkipCode.EMPTY: "It is empty.",
    SheetSkipCode.UNREADABLE: "It can't be read: {0}",
    SheetSkipCode.TOO_WIDE: "It can't be read: it declares {0} columns, more than a sheet can have.",
    SheetSkipCode.NOT_MAPPED: '{0} selects only sheet "{1}".',
    SheetSkipCode.NO_PROPERTY_TABLE: "No property table: it has no {0}.",
    SheetSkipCode.VAGUE_HEADERS: "No property table: its headers could be of any table. A property table also has {0}.",
}


@dataclass(frozen=True)
class SkippedSheet:
    """A sheet, or a member of an archive, that is not used.

    Attributes:
        name: Name of the sheet or the member.
        code: Why it is not used.
        details: What the sentence names: the error, the number of columns, the mapping file, the missing columns.
        error_code: Code of the error, if it can't be read.

    """

    name: str
    code: SheetSkipCode
    details: tuple[str, ...] = ()
    error_code: str = ""

    @property
    def reason(self) -> str:
        """Why it is not used, in a sentence."""
        return _SHEET_SKIP_TEXTS[self.code].format(*self.details)
