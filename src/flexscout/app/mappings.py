"""The mapping files of a workspace: how a file is read with one that is being edited, and where it is saved."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flexscout.app.security import BadRequestError
from flexscout.app.workspaces import CONFIG_NAME, Workspace, clean_name, pick_free_path
from flexscout.config import MAPPINGS_FOLDER, PipelineConfiguration, change_settings, read_text_file
from flexscout.errors import ConfigurationError, OutputError
from flexscout.ingest import (
    FileIngestor,
    FilePreview,
    change_entries,
    find_input,
    find_mapping_files,
    load_options,
    parse_mapping,
    read_entries,
    render_entries,
)
from flexscout.models import SourceFile
from flexscout.outputs import REASON_TEXT, add_reason_texts
from flexscout.runtime import Executor, write_atomically
from flexscout.scoring import Criteria, diagnose_records

MAX_MINUTES = 2
"""How long reading the first rows of a file may take."""

_LINE = re.compile(r"^line \d+: ")
_ISSUES = {"row": "Source Row", "column": "Column", "value": "Value", "text": REASON_TEXT}


@dataclass(frozen=True)
class MappingEditor:
    """Edits the mapping of one file of a workspace.

    Args:
        workspace: The workspace.
        file: Path of the file below the input folder.
        saved_as: Path of the mapping file that is edited; empty for a new one.
        executor: What reads the file; a process of its own by default.

    """

    workspace: Workspace
    file: str
    saved_as: str = ""
    executor: Executor | None = None

    def open(self, sheet: str = "") -> dict[str, Any]:
        """Return how a run reads the file now, with the entries of the mapping file that it uses.

        Raises:
            ProcessingError: The file can't be read.

        """
        settings = self.workspace.load_settings()
        preview = self._build_ingestor(settings).preview(self._find_source(settings), sheet)
        path = next((path for path in find_mapping_files(settings) if path.name == preview.mapping), None)
        text = read_text_file(path, f"The mapping {path}", "Open the file again.") if path else ""
        entries = _read(path, text) if path else {"entries": {}, "coded": []}
        return {"saved_as": str(path or ""), "text": text, **entries, **_describe(preview, settings)}

    def preview(self, entries: Mapping[str, Any], sheet: str = "") -> dict[str, Any]:
        """Return how the file is read with these entries, or what is wrong with them.

        Raises:
            ProcessingError: The file can't be read.

        """
        settings, path = self.workspace.load_settings(), self._find_path()
        options = load_options(settings)
        if not entries:
            ingestor = self._build_ingestor(settings, options.without_mapping(path.name))
            return {"text": "", **_describe(ingestor.preview(self._find_source(settings), sheet), settings)}
        try:
            text = self._render(path, entries)
            mapping = parse_mapping(path, text)
        except ConfigurationError as error:
            return {"problems": _list_problems(error)}
        preview = self._build_ingestor(settings, options.with_mapping(mapping)).preview(self._find_source(settings), sheet)
        return {"text": text, "is_used": preview.mapping == mapping.name, **_describe(preview, settings)}

    def import_text(self, text: str) -> dict[str, Any]:
        """Return the entries of a mapping file that the user has, or what is wrong with them."""
        try:
            return _read(self._find_path(), text)
        except ConfigurationError as error:
            return {"problems": _list_problems(error)}

    def save(self, entries: Mapping[str, Any]) -> dict[str, Any]:
        """Write the mapping file where runs find it; if the settings name the mapping files that are read, it is added to them.

        Raises:
            OutputError: It can't be written.

        """
        path = self._find_path()
        try:
            text = self._render(path, entries)
            parse_mapping(path, text)
        except ConfigurationError as error:
            return {"problems": _list_problems(error)}
        named = self.workspace.load_settings().mapping_files
        is_listed = self.saved_as or all(Path(one).is_dir() for one in named)
        settings = None if is_listed else change_settings(Path(CONFIG_NAME), {"mapping": [*named, path.as_posix()]})
        try:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, text.encode("utf-8", "surrogatepass"))
            if settings is not None:
                self.workspace.write_settings(settings)
        except OSError as error:
            raise OutputError(f"{path} can't be written: {error.strerror or error}.", "Check the folder.") from None
        return {"saved_as": str(path)}

    def forget(self) -> dict[str, Any]:
        """Remove the mapping file."""
        with suppress(FileNotFoundError):
            self._find_path().unlink()
        return {}

    def _render(self, path: Path, entries: Mapping[str, Any]) -> str:
        """Return the mapping file with these entries; of one that exists, the comments stay."""
        if not self.saved_as:
            return render_entries(entries)
        return change_entries(path, read_text_file(path, f"The mapping {path}", "Open the file again."), entries)

    def _build_ingestor(self, settings: PipelineConfiguration, options: Any = None) -> FileIngestor:
        limits = {"max_workers": 1, "timeout_minutes": min(settings.timeout_minutes, MAX_MINUTES)}
        return FileIngestor(settings.model_copy(update=limits), options=options, executor=self.executor)

    def _find_source(self, settings: PipelineConfiguration) -> SourceFile:
        """Return the file. Raises BadRequestError if it isn't an input."""
        path = find_input(settings, self.file)
        if path is None:
            raise BadRequestError(f"There is no file {self.file} in this workspace.", "Choose one from the list of files.")
        stat = path.stat()
        return SourceFile(path, self.file, stat.st_size, stat.st_mtime, "")

    def _find_path(self) -> Path:
        """Return the mapping file that is edited, or the place for a new one. Raises BadRequestError."""
        settings = self.workspace.load_settings()
        if self.saved_as:
            known = {str(path): path for path in find_mapping_files(settings)}
            if self.saved_as not in known:
                raise BadRequestError(f"There is no mapping file {self.saved_as}.", "Open the file again.")
            return known[self.saved_as]
        folders = [path for named in settings.mapping_files if (path := Path(named)).is_dir()]
        folder = folders[0] if folders else Path(MAPPINGS_FOLDER)
        return pick_free_path(folder, f"{Path(clean_name(self.file)).stem}.yaml")


def _read(path: Path, text: str) -> dict[str, Any]:
    """Return the entries of a mapping file, and the headers that its code tables are for; an empty one is the property type."""
    return {"entries": read_entries(path, text), "coded": [codes.header for codes in parse_mapping(path, text).codes]}


def _describe(preview: FilePreview, settings: PipelineConfiguration) -> dict[str, Any]:
    """Return a preview as JSON data, with what may keep the rows of the sheet off the list."""
    findings = diagnose_records([preview], Criteria.from_config(settings)).get(preview.source.name, ())
    issues = add_reason_texts(preview.issues) if preview.issues is not None else None
    return {
        "mapping": preview.mapping,
        "sheets": [asdict(summary) for summary in preview.summaries],
        "sheet": preview.sheet,
        "vendor": preview.vendor,
        "findings": [{"code": finding.code, "text": finding.sentence} for finding in findings],
        "columns": [asdict(column) for column in preview.columns],
        "column_count": preview.column_count,
        "names": preview.names,
        "rows": preview.rows,
        "issues": [] if issues is None else issues.select(**_ISSUES).to_dicts(),
    }


def _list_problems(error: ConfigurationError) -> list[dict[str, str]]:
    """Return the errors of a mapping: the entry, and what is wrong with it."""
    errors = error.validation_errors or {"": error.message}
    return [{"place": _LINE.sub("", place), "message": message} for place, message in errors.items()]
