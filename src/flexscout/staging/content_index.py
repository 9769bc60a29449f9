"""The contents of objects, as an earlier run on any computer found them: an index in the shared cache.

With it, a run knows the fingerprint of an unchanged export without downloading it. Best effort: if the index can't be read or
written, exports are downloaded.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from flexscout.config import PipelineConfiguration
from flexscout.errors import OutputError
from flexscout.runtime import ObjectFolder, ObjectInfo, hash_reading_code, open_record, seal_record
from flexscout.staging.mirror import Report, to_json

_FORMAT = 1
_FOLDER = "contents"
_MAX_BYTES = 2**26  # of an index; 100,000 objects take half
_FINGERPRINT = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True)
class KnownObject:
    """An object that was scanned.

    Attributes:
        info: The version that was scanned.
        fingerprint: SHA-256 of its content; empty if it isn't an export.

    """

    info: ObjectInfo
    fingerprint: str


class ContentIndex:
    """The index of one input folder.

    Args:
        settings: The settings, with the address of the cache.
        name: Name of the folder, with what decides which of its objects are looked at.
        report: Takes a sentence if it can't be used.

    """

    def __init__(self, settings: PipelineConfiguration, name: str, report: Report) -> None:
        self._objects = ObjectFolder(settings.cache_address, OutputError)
        # Another version may find other files to be exports.
        self._name = f"{_FOLDER}/{name}-{hash_reading_code()[:16]}.json"
        self._report = report

    def read(self) -> dict[str, KnownObject]:
        """Return the objects that are known by a tag of their content, by name."""
        try:
            found = self._objects.read(self._name, _MAX_BYTES)
            return _parse(found[0]) if found else {}
        except OutputError as error:
            self._report(f"The shared cache is not used to find unchanged files: {error.message}")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self._report(f"{self._objects.locate(self._name)} is damaged, so files are downloaded.")
        return {}

    def write(self, known: dict[str, KnownObject]) -> None:
        """Replace the index."""
        content = to_json({"objects": {name: asdict(one) for name, one in known.items()}})
        try:
            self._objects.upload(seal_record(content, _FORMAT), self._name)
        except OutputError as error:
            self._report(f"Other computers will download these files: {error.message}")

    def correct(self, known: dict[str, KnownObject], fingerprints: Mapping[str, str]) -> None:
        """Replace the fingerprints of some of the objects that are known, if there are any."""
        if fingerprints:
            self.write(known | {name: replace(known[name], fingerprint=one) for name, one in fingerprints.items()})


def _parse(content: bytes) -> dict[str, KnownObject]:
    """Read an index. Raises ValueError, TypeError, KeyError or AttributeError if it is damaged."""
    objects = json.loads(open_record(content, _FORMAT))["objects"]
    known = {str(name): KnownObject(ObjectInfo(**one["info"]), one["fingerprint"]) for name, one in objects.items()}
    if not all(_FINGERPRINT.fullmatch(one.fingerprint) for one in known.values()):
        raise ValueError
    return {name: one for name, one in known.items() if one.info.e_tag}
