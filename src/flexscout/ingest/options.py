"""What a run asks of each file's columns, and which mapping file is used for which file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flexscout.config import MAPPINGS_FOLDER
from flexscout.domain import CodeTable, fold_header
from flexscout.errors import ConfigurationError
from flexscout.ingest.file_filter import is_mapping_file
from flexscout.ingest.header_row import SEARCHED_ROWS, extend_groups
from flexscout.ingest.inputs import find_home
from flexscout.ingest.mapping import NO_MAPPING, ColumnMapping
from flexscout.models import SourceFile
from flexscout.runtime import HeaderRows

if TYPE_CHECKING:
    from flexscout.config import PipelineConfiguration
    from flexscout.ingest.readers import Workbook

_MAX_HEADER_CHARACTERS = 100  # longer cells are prose
_MIN_SHARE = 0.5  # of a mapping's headers that a file has, if nobody says which files it is for


@dataclass(frozen=True)
class IngestOptions:
    """What a run asks of each file's columns.

    Attributes:
        mappings: The user's mapping files.
        required: Canonical columns without which a file fails.
        tables: The user's code tables.
        chooses: Whether each file gets the mapping whose headers fit; otherwise the only mapping is for every file it names.

    """

    mappings: tuple[ColumnMapping, ...] = ()
    required: tuple[str, ...] = ()
    tables: tuple[CodeTable, ...] = ()
    chooses: bool = False

    @property
    def shared_key(self) -> tuple[object, ...]:
        """What reading depends on in every file, whatever its mapping."""
        return self.required, self.tables

    def find_mapping(self, file: str, rows: HeaderRows) -> ColumnMapping:
        """Return the mapping for a file, of those that fit the one with the most headers in a row, then the first by name.

        Args:
            file: Name of the file without its folder.
            rows: The texts of the rows that may be the header.

        """
        possible = [mapping for mapping in self.mappings if mapping.applies_to(file)]
        if not self.chooses:
            return next(iter(possible), NO_MAPPING)
        counts = [(count, mapping) for mapping in possible if (count := _fit(mapping, rows)) is not None]
        return min(counts, key=lambda pair: (-pair[0], pair[1].name))[1] if counts else NO_MAPPING

    def identify_reading(self, source: SourceFile, rows: HeaderRows) -> SourceFile:
        """Return the file with the key of its mapping, by which the cache tells readings apart."""
        return source.with_mapping(_hash_mapping(self.find_mapping(source.path.name, rows)))

    def with_mapping(self, mapping: ColumnMapping) -> "IngestOptions":
        """Return the options with another mapping in place of the one of its name, or beside the others."""
        others = tuple(other for other in self.mappings if other.name != mapping.name)
        return replace(self, mappings=(*others, mapping), chooses=self.chooses or bool(others) or not self.mappings)

    def without_mapping(self, name: str) -> "IngestOptions":
        """Return the options without the mapping of a name."""
        return replace(self, mappings=tuple(mapping for mapping in self.mappings if mapping.name != name))


DEFAULT_OPTIONS = IngestOptions()


def load_options(config: "PipelineConfiguration", required: tuple[str, ...] = ()) -> IngestOptions:
    """Load the mapping files and code tables of the settings.

    Without named files, those in the folder `mappings` of the input folder are used too.

    Raises:
        ConfigurationError: One of them can't be read or has an error.

    """
    from flexscout.ingest.mapping import load_code_tables, load_mapping  # noqa: PLC0415 - few runs have these files

    named = _list_mapping_paths(config)
    mappings = tuple(load_mapping(str(file)) for file in find_mapping_files(config))
    tables = load_code_tables(Path(config.code_tables)) if config.code_tables else ()
    return IngestOptions(mappings, required, tables, chooses=len(named) > 1 or any(path.is_dir() for path in named))


def find_mapping_files(config: "PipelineConfiguration") -> list[Path]:
    """Return the mapping files of the settings, each once. Raises ConfigurationError if a folder can't be listed."""
    paths = _list_mapping_paths(config)
    return list(dict.fromkeys(file for path in paths for file in (list_mapping_files(path) if path.is_dir() else [path])))


def _list_mapping_paths(config: "PipelineConfiguration") -> list[Path]:
    """Return the named mapping files and folders, and the folder in the input folder unless files are named."""
    named = [Path(path) for path in config.mapping_files]
    beside = find_home(Path(config.input_folder)) / MAPPINGS_FOLDER
    return [*named, beside] if beside.is_dir() and all(path.is_dir() for path in named) else named


def list_mapping_files(folder: Path) -> list[Path]:
    """Return the mapping files of a folder, by name. Raises ConfigurationError if it can't be listed."""
    try:
        return sorted(path for path in folder.iterdir() if is_mapping_file(path))
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} can't be listed: {error.strerror}.") from None


def list_header_rows(workbook: "Workbook") -> HeaderRows:
    """Return the folded texts of each row that may be a header: alone, and below the texts of the row above it."""
    rows = [row for sheet in workbook.sheets for row in _list_rows(sheet.cells.head(SEARCHED_ROWS).rows())]
    return tuple(dict.fromkeys(row for row in rows if row))


def _list_rows(rows: Sequence[Sequence[str | None]]) -> Iterator[tuple[str, ...]]:
    for i, row in enumerate(rows):
        above = extend_groups(rows[i - 1]) if i else [None] * len(row)
        joined = (f"{group} {text}" for group, text in zip(above, row, strict=True) if group and text)
        yield _fold((*(text for text in row if text), *joined))


def _fold(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({fold_header(text) for text in texts if len(text) <= _MAX_HEADER_CHARACTERS} - {""}))


def _fit(mapping: ColumnMapping, rows: HeaderRows) -> int | None:
    """Return how many of the mapping's headers a file has, or None if they are too few."""
    names_files = mapping.files != "*"
    if mapping.header_row == 0 or not mapping.headers:
        return 0 if names_files else None  # only the name of a file tells that it has no header
    wanted = {fold_header(header) for header in mapping.headers}
    found = max((len(wanted.intersection(row)) for row in rows), default=0)
    return found if found and found >= _MIN_SHARE * len(wanted) else None


def _hash_mapping(mapping: ColumnMapping) -> str:
    """Return a key for everything a mapping says; empty without one."""
    return "" if mapping is NO_MAPPING else sha256(repr(mapping).encode("utf-8", "surrogatepass")).hexdigest()[:16]
