"""A cache in object storage that computers share: missing entries are copied from it before files are read, new ones to it.

An entry's record is written last, here and there, so that an entry is whole or absent. The shared cache only saves time: whatever
is wrong with it costs that a file is read again.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from flexscout.errors import OutputError
from flexscout.models import FileRecord, SourceFile
from flexscout.runtime.cache import TableCache
from flexscout.runtime.cache_entries import (
    HEADER_ROWS_NAME,
    RECORD_NAME,
    CacheEntry,
    HeaderRows,
    list_tables,
    parse_header_rows,
    read_entry,
    write_header_rows,
)
from flexscout.runtime.object_storage import ObjectFolder, ObjectInfo, find_unusable_names
from flexscout.runtime.storage import write_atomically

_PARALLEL = 16  # an entry is a few small objects
_MAX_RECORD_BYTES = 2**24
_SPARE_BYTES = 2**28  # of the disk that stay free
_MAX_FAILURES = 3  # from which the shared cache isn't used for the rest of the run

logger = logging.getLogger("flexscout.cache")


@contextmanager
def open_shared_cache(cache: TableCache, address: str) -> Iterator["SharedTableCache"]:
    """Extend a cache on this computer by one in object storage; wait for the uploads at the end.

    Raises:
        ConfigurationError: The optional package `obstore` isn't installed.

    """
    entries = SharedEntries(address)
    try:
        yield SharedTableCache(
            cache.folder, cache.reading_key, cache.is_persistent, cache.reuse, cache.reuse_failures, entries=entries
        )
    except BaseException:
        entries.close(abandon=True)
        raise
    entries.close()


class SharedEntries:
    """The entries in object storage.

    Args:
        address: Address of their folder.

    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.mark = f"shared-{sha256(address.encode()).hexdigest()[:16]}"
        self._objects = ObjectFolder(address, OutputError)
        self._threads = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="shared-cache")
        self._failures, self._reserved, self._lock = 0, 0, Lock()
        self._invalidated: set[str] = set()

    def fetch(self, cache: "SharedTableCache", sources: Iterable[SourceFile]) -> None:
        """Copy the entries of files here, as far as they are complete and intact."""
        list(self._threads.map(partial(self._try, self._fetch_entry, cache), sources))

    def fetch_header_rows(self, cache: "SharedTableCache", sources: Iterable[SourceFile]) -> None:
        """Copy the header rows of files here."""
        list(self._threads.map(partial(self._try, self._fetch_header_rows, cache), sources))

    def upload(self, folder: Path, key: str, header_rows: Path) -> None:
        """Begin to copy the entry in a folder to object storage, and the header rows of its file."""
        self._threads.submit(self._try, self._upload, folder, key, header_rows)

    def invalidate(self, key: str) -> None:
        """Have every computer read a file again. Objects are never removed: a run needs no right to do so."""
        self._invalidated.add(key)  # first: an upload in progress checks it after the record
        self._try(self._upload_invalid_record, key)

    def close(self, *, abandon: bool = False) -> None:
        """Wait for the uploads; those that have not begun are left out if they are abandoned."""
        self._threads.shutdown(wait=True, cancel_futures=abandon)

    def _try(self, action: Callable[..., object], *arguments: Any) -> None:
        """Do an action unless too much has failed already; log the first failure."""
        if self._failures >= _MAX_FAILURES:
            return
        try:
            action(*arguments)
        except (OutputError, OSError) as error:
            with self._lock:
                self._failures += 1
                is_first = self._failures == 1
            if is_first:
                reason = error.message if isinstance(error, OutputError) else f"{error.strerror}."
                logger.warning(
                    "The shared cache is not fully used: %s",
                    reason,
                    extra={"event": "shared_cache_failed", "data": {"address": self.address}},
                )

    def _fetch_entry(self, cache: "SharedTableCache", source: SourceFile) -> None:
        key = cache.locate_entry(source).name
        found = self._objects.read(f"{key}/{RECORD_NAME}", _MAX_RECORD_BYTES)
        if not found or not found[0]:
            return
        with cache.open_scratch(source) as scratch:
            scratch.mkdir(parents=True)
            try:
                tables = self._download_tables(CacheEntry.from_bytes(found[0], key), scratch)
                write_atomically(scratch / RECORD_NAME, found[0], fsync=False)
                is_intact = tables is not None and read_entry(scratch, key) is not None
            except ValueError:  # pydantic's errors are ValueErrors
                is_intact = False
            if not is_intact:
                self._warn_damaged(source)
                return
            folder = cache.create_entry_folder(source)
            for name in (*(tables or ()), RECORD_NAME):  # the record last
                (scratch / name).replace(folder / name)
            (folder / self.mark).touch()

    def _download_tables(self, entry: CacheEntry, folder: Path) -> list[str] | None:
        """Download the tables of an entry; return their names, or None if they can't be those of an entry."""
        names = [table.name for table in list_tables(entry.sheets)]
        size = sum(entry.sizes.values())
        if find_unusable_names(names) or min(entry.sizes.values(), default=0) < 0:
            return None
        with self._reserve_space(size, folder):
            for name in names:
                info = self._objects.find(f"{entry.key}/{name}")
                if info is None or info.size != entry.sizes[name]:
                    return None
                self._objects.download(ObjectInfo(info.name, info.size, info.modified, info.e_tag, info.version), folder / name)
        return names

    @contextmanager
    def _reserve_space(self, size: int, folder: Path) -> Iterator[None]:
        """Count a download against the free space for the downloads beside it. Raises OutputError if it doesn't fit."""
        with self._lock:
            if self._reserved + size > shutil.disk_usage(folder).free - _SPARE_BYTES:
                raise OutputError(f"There is no space for a copy of {size:,} bytes in {folder.parent}.", "Free disk space.")
            self._reserved += size
        try:
            yield
        finally:
            with self._lock:
                self._reserved -= size

    def _fetch_header_rows(self, cache: "SharedTableCache", source: SourceFile) -> None:
        path = cache.locate_header_rows(source)
        found = self._objects.read(f"{path.parent.name}/{HEADER_ROWS_NAME}", _MAX_RECORD_BYTES)
        if found:
            try:
                rows = parse_header_rows(found[0])
            except (ValueError, TypeError, KeyError):
                self._warn_damaged(source)
                return
            cache.create_entry_folder(source.with_mapping(""))
            write_header_rows(path, rows)

    def _upload(self, folder: Path, key: str, header_rows: Path) -> None:
        if header_rows.exists():
            self._objects.upload(header_rows, f"{header_rows.parent.name}/{HEADER_ROWS_NAME}")
        if key in self._invalidated:
            return
        content = (folder / RECORD_NAME).read_bytes()
        with suppress(ValueError):
            for table in list_tables(CacheEntry.from_bytes(content, key).sheets):
                self._objects.upload(folder / table, f"{key}/{table}")
            self._objects.upload(content, f"{key}/{RECORD_NAME}")
            (folder / self.mark).touch()
        if key in self._invalidated:  # meanwhile
            self._upload_invalid_record(key)

    def _upload_invalid_record(self, key: str) -> None:
        self._objects.upload(b"", f"{key}/{RECORD_NAME}")

    def _warn_damaged(self, source: SourceFile) -> None:
        logger.warning(
            "The entry of %s in the shared cache %s is damaged, so the file is read again.",
            *(source.name, self.address),
            extra={"event": "cache_damaged", "data": {"file": source.name, "entry": self.address}},
        )


@dataclass(frozen=True)
class SharedTableCache(TableCache):
    """A cache on this computer with one in object storage behind it. Workers get only the former.

    Attributes:
        entries: The entries in object storage.

    """

    entries: SharedEntries = field(kw_only=True, repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return TableCache, (self.folder, self.reading_key, self.is_persistent, self.reuse, self.reuse_failures)

    def find_all_header_rows(self, sources: Sequence[SourceFile]) -> list[HeaderRows | None]:
        """Return the header rows of each file, copied here where they are missing."""
        if self.is_persistent and self.reuse:
            self.entries.fetch_header_rows(self, [one for one in sources if one.fingerprint and not self.has_header_rows(one)])
        return super().find_all_header_rows(sources)

    def find_all(self, sources: Sequence[SourceFile]) -> list[FileRecord | None]:
        """Return the record of each file, copied here where it is missing, and copy the others to object storage."""
        found = super().find_all(sources)
        if not (self.is_persistent and self.reuse):
            return found
        missing = [one for one, record in zip(sources, found, strict=True) if record is None and one.fingerprint]
        self.entries.fetch(self, missing)
        found = [record or self.find(one) for one, record in zip(sources, found, strict=True)]
        for record in found:
            if record:
                self._share(record)
        return found

    def store(self, record: FileRecord) -> Path | None:
        """Complete the entry of a file, and copy it to object storage."""
        folder = super().store(record)
        if folder:
            (folder / self.entries.mark).unlink(missing_ok=True)
            self._share(record)
        return folder

    def invalidate(self, source: SourceFile) -> None:
        """Have the next run read the file again, on whichever computer."""
        super().invalidate(source)
        self.entries.invalidate(self.locate_entry(source).name)

    def _share(self, record: FileRecord) -> None:
        tables = list_tables(record.sheets)
        folder = tables[0].parent if tables else self.locate_entry(record.source)
        if not (folder / self.entries.mark).exists():
            self.entries.upload(folder, self.locate_entry(record.source).name, self.locate_header_rows(record.source))
