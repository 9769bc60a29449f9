"""Objects in S3, Google Cloud Storage and Azure Blob Storage: list, download, upload, and replace if unchanged.

The only module that knows the library. Its errors can hold request headers and signatures, so none of their text is passed on.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flexscout.domain import escape_controls
from flexscout.errors import ConfigurationError, FlexscoutError
from flexscout.runtime.storage import build_temporary_path

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ObjectStore

MAX_OBJECTS = 100_000
"""Objects that one run may download."""
MAX_BYTES = 2**40
"""Their total size."""

_MAX_LISTED = 2_000_000  # keys below a prefix
_PARALLEL = 4
_PART_BYTES = 2**23  # of a download; with _PARALLEL all that is in memory at a time
_REQUEST_SECONDS, _CONNECT_SECONDS, _RETRIES = 120, 10, 3
_ALLOW_HTTP = {"s3": "AWS_ALLOW_HTTP", "gs": "GOOGLE_ALLOW_HTTP", "az": "AZURE_ALLOW_HTTP"}

_UNSAFE_CHARACTERS = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])\s*(\..*)?", re.IGNORECASE)  # on Windows
_MAX_PART_BYTES, _MAX_NAME_BYTES = 200, 800
_NAMES_SHOWN = 3

_REASONS = {
    "NotFoundError": "it doesn't exist",
    "FileNotFoundError": "it doesn't exist",
    "NoBucket": "there is no such bucket",
    "PermissionDeniedError": "access is denied",
    "UnauthenticatedError": "the credentials are missing or not accepted",
    "InvalidPathError": "the name of an object there has an empty, `.` or `..` part, or control characters",
    "PreconditionError": "it was replaced in the meantime",
}
_NO_BUCKET = re.compile("NoSuchBucket|ContainerNotFound|bucket does not exist")
_UNKNOWN_REASON = "the service can't be reached, or refused the request"
_NEXT_STEP = "Check the address, the network, and the credentials in the environment of this program, then run again."

Item = TypeVar("Item")


@dataclass(frozen=True)
class ObjectInfo:
    """An object.

    Attributes:
        name: Its key below the folder.
        size: Bytes.
        modified: Time of the last change, seconds since 1970.
        e_tag: The service's tag of its content, or empty.
        version: The service's version of it, or empty.

    """

    name: str
    size: int
    modified: float
    e_tag: str
    version: str


class ObjectFolder:
    """The objects below an address such as `s3://bucket/exports`.

    The credentials and the region are those in the environment; there is no other way to pass them.

    Args:
        address: The address, without a slash at its end.
        error: What is raised if a request fails.

    Raises:
        ConfigurationError: The optional package `obstore` isn't installed.

    """

    def __init__(self, address: str, error: type[FlexscoutError]) -> None:
        try:
            import obstore  # noqa: PLC0415 - an optional dependency
        except ImportError:
            raise ConfigurationError(
                "Reading from and writing to object storage requires the optional package obstore. "
                "Run: pip install 'flexscout[storage]'"
            ) from None
        self.address = address
        self._error = error
        self._obstore = obstore
        scheme, _, rest = address.partition("://")
        bucket, _, self._prefix = rest.partition("/")
        with self._translate(address):
            self._store: ObjectStore = obstore.store.from_url(
                f"{scheme}://{bucket}",
                client_options={
                    "timeout": timedelta(seconds=_REQUEST_SECONDS),
                    "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
                    "allow_http": os.environ.get(_ALLOW_HTTP[scheme], "").lower() in ("1", "true"),
                },
                retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_REQUEST_SECONDS)},
            )

    def list_objects(self, *, recursive: bool) -> Iterator[ObjectInfo]:
        """Yield the objects in the folder, or also those in the folders below; markers of folders are left out."""
        with self._translate(self.address):
            listed = 0
            for chunk in self._list_chunks(recursive=recursive):
                listed += len(chunk)
                if listed > _MAX_LISTED:
                    raise self._error(
                        f"{self.address} has more than {_MAX_LISTED:,} objects.", "Name a folder with fewer, then run again."
                    )
                found = (self._describe(entry) for entry in chunk)
                yield from (entry for entry in found if entry.size or "." in entry.name)

    def _list_chunks(self, *, recursive: bool) -> Iterable[Sequence[Any]]:
        prefix = self._prefix or None
        if recursive:
            return self._obstore.list(self._store, prefix, chunk_size=1_000)
        return [self._obstore.list_with_delimiter(self._store, prefix)["objects"]]

    def _describe(self, entry: Any) -> ObjectInfo:
        name = entry["path"].removeprefix(f"{self._prefix}/") if self._prefix else entry["path"]
        return ObjectInfo(
            name, entry["size"], entry["last_modified"].timestamp(), entry.get("e_tag") or "", entry.get("version") or ""
        )

    def find(self, name: str) -> ObjectInfo | None:
        """Return what is known of an object, or None."""
        with self._translate(self.locate(name)):
            try:
                return self._describe(self._obstore.head(self._store, self._build_key(name)))
            except FileNotFoundError:
                return None

    def read(self, name: str, max_bytes: int) -> tuple[bytes, ObjectInfo] | None:
        """Return the content of a small object, or None. More than `max_bytes` is an error."""
        with self._translate(self.locate(name)):
            try:
                response = self._obstore.get(self._store, self._build_key(name))
            except FileNotFoundError:
                return None
            info = self._describe(response.meta)
            if info.size > max_bytes:
                raise self._error(f"{self.locate(name)} is larger than {max_bytes:,} bytes.", "Check what wrote it.")
            return bytes(response.bytes()), info

    def download(self, info: ObjectInfo, path: Path) -> None:
        """Download one version of an object; `path` never has part of it, and gets the time of the object's last change."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = build_temporary_path(path)
        options: GetOptions = {"if_match": info.e_tag} if info.e_tag else {}
        try:
            with self._translate(self.locate(info.name)), temporary.open("wb") as file:
                for start in range(0, info.size, _PART_BYTES):
                    part: GetOptions = {**options, "range": (start, min(start + _PART_BYTES, info.size))}
                    file.write(self._obstore.get(self._store, self._build_key(info.name), options=part).bytes())
            os.utime(temporary, (info.modified, info.modified))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def upload(self, content: Path | bytes, name: str) -> None:
        """Upload a file or bytes, which become visible as a whole."""
        with self._translate(self.locate(name), "written"):
            self._obstore.put(self._store, self._build_key(name), content, max_concurrency=_PARALLEL)

    def replace(self, name: str, content: bytes, previous: ObjectInfo | None) -> bool:
        """Write a small object unless another program did since `previous` was read; return whether it was written."""
        mode: Any = "create"
        if previous:
            known = {"e_tag": previous.e_tag, "version": previous.version}
            mode = {field: text for field, text in known.items() if text}
        refused = (self._obstore.exceptions.AlreadyExistsError, self._obstore.exceptions.PreconditionError)
        with self._translate(self.locate(name), "written"):
            try:
                self._obstore.put(self._store, self._build_key(name), content, mode=mode)
            except refused:
                # A repeated request finds what the first one wrote.
                current = self.read(name, len(content))
                return current is not None and current[0] == content
        return True

    def locate(self, name: str) -> str:
        """Return the address of an object."""
        return f"{self.address}/{name}"

    def _build_key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    @contextmanager
    def _translate(self, address: str, done: Literal["read", "written"] = "read") -> Iterator[None]:
        """Raise the folder's error for one of the library, without its text."""
        try:
            yield
        except self._obstore.exceptions.BaseError as error:
            kind = "NoBucket" if _NO_BUCKET.search(str(error)) else type(error).__name__
        except (OSError, ValueError, TypeError) as error:
            kind = type(error).__name__
            if isinstance(error, OSError) and error.errno:  # of this computer's disk
                raise self._error(f"{address} can't be {done}: {error.strerror}.", "Free disk space, then run again.") from None
        else:
            return
        raise self._error(f"{address} can't be {done}: {_REASONS.get(kind, _UNKNOWN_REASON)}.", _NEXT_STEP) from None


def transfer(action: Callable[[Item], object], items: Iterable[Item]) -> None:
    """Do an action for each item, a few at a time; the first error ends it."""
    with ThreadPoolExecutor(_PARALLEL, thread_name_prefix="transfer") as pool:
        try:
            for done in as_completed([pool.submit(action, item) for item in items]):
                done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def find_unusable_names(names: Iterable[str]) -> dict[str, str]:
    """Return the names of objects that can't all be files below one folder on every operating system, and why."""
    taken: dict[str, str] = {}
    unusable: dict[str, str] = {}
    in_order = sorted(names)
    for name in in_order:
        reason = _find_name_problem(name)
        folded = fold_name(name)
        if not reason and folded in taken:
            reason = f"differs from {taken[folded]} only in upper and lower case or in how its letters are encoded"
        if reason:
            unusable[name] = reason
        taken.setdefault(folded, name)
    for name in in_order:
        parents = ("/".join(fold_name(name).split("/")[:end]) for end in range(1, name.count("/") + 1))
        if blocked := next((taken[parent] for parent in parents if parent in taken), None):
            unusable.setdefault(name, f"{blocked} is an object and would be its folder")
    return unusable


def describe_unusable_names(unusable: dict[str, str]) -> str:
    """Return a sentence about names of `find_unusable_names`."""
    shown = [f"{escape_controls(name)} ({reason})" for name, reason in list(unusable.items())[:_NAMES_SHOWN]]
    rest = len(unusable) - len(shown)
    return f"{'; '.join(shown)}{f'; and {rest:,} more' if rest else ''}"


def fold_name(name: str) -> str:
    """Return what names share that are one file on some operating system."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _find_name_problem(name: str) -> str:
    """Return why a name can't be a file below a folder; empty if it can."""
    parts = name.split("/")
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    if any(part in ("", ".", "..") for part in parts):
        return "has an empty, `.` or `..` part"
    if _UNSAFE_CHARACTERS.search(name):
        return 'has a control character or one of < > : " | ? * \\'
    if any(_DEVICE.fullmatch(part) for part in parts):
        return "is the name of a device on Windows"
    if any(part.endswith((" ", ".")) for part in parts):
        return "has a part that ends with a space or a period"
    if max(map(len, encoded)) > _MAX_PART_BYTES or len(name.encode("utf-8", "surrogatepass")) > _MAX_NAME_BYTES:
        return "is too long"
    return ""
