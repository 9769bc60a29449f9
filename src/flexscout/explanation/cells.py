"""The cells of a row as the file has them."""

from pathlib import Path

from flexscout.errors import as_processing_error
from flexscout.explanation.inputs import Input, Since
from flexscout.reading import DEFAULT_MEMORY, Workbook, read_workbook

_LARGEST = 50_000_000  # bytes of a file that is opened again for a few cells
_FILES = 8  # that are opened


class Cells:
    """Rows of the files of a run; each file is opened once, the first few of them, if it is what the run read."""

    def __init__(self) -> None:
        self._books: dict[str, Workbook | str] = {}

    def of(self, one: Input, sheet: str, row: int) -> tuple[tuple[str | None, ...], str]:
        """The texts of a row, and why there are none."""
        book = self._books.get(one.source.name) or self._opened(one)
        self._books[one.source.name] = book
        if isinstance(book, str):
            return (), book
        cells = next((found.cells for found in book.sheets if found.name == sheet), None)
        if cells is None or row > cells.height:
            return (), "the row is not found in the file"
        return cells.slice(row - 1, 1).row(0), ""

    def _opened(self, one: Input) -> Workbook | str:
        if one.since is not Since.SAME:
            return "the file is not there" if one.since is Since.GONE else "the file is another one now"
        if one.source.size > _LARGEST:
            return "the file is too large to be opened for a few cells"
        if sum(not isinstance(book, str) for book in self._books.values()) >= _FILES:
            return f"only {_FILES} files are opened for this"
        return _read(one.source.path)


def _read(path: Path) -> Workbook | str:
    try:
        return read_workbook(path, DEFAULT_MEMORY)
    except Exception as error:  # noqa: BLE001 - whatever a reader throws becomes a sentence
        return as_processing_error(path, error).message
