"""Workbooks that are protected with a password, as Excel protects them."""

import io

from msoffcrypto.format.ooxml import OOXMLFile

SECRET = "Zebra-crossing-77"  # noqa: S105 - of the tests' own files


def protect(path, password=SECRET):
    """Encrypt a workbook."""
    target = io.BytesIO()
    with path.open("rb") as file:
        OOXMLFile(file).encrypt(password, target)
    path.write_bytes(target.getvalue())
    return path
