"""A damaged file is read, or refused with an error, without hanging."""

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from examples import examples
from flexscout.errors import DataFormatError
from flexscout.ingest.readers.any_file import read_workbook
from flexscout.ingest.readers.raw_workbook import Workbook
from format_files import FORMATS
from workbooks import HEADER, candidate

SECONDS = 20
# Text files and archives. Damaged workbooks may crash their parser, which a worker process survives.
TEXTS = sorted(FORMATS.keys() - {"workbook", "archive of a workbook"})


@cache
def content_of(kind):
    with tempfile.TemporaryDirectory() as folder:
        path = FORMATS[kind](Path(folder) / "a.xls", [HEADER, candidate(1), candidate(2, Address='2 "Test", Street')])
        return path.read_bytes()


@st.composite
def damaged(draw, content):
    """The content with some bytes changed, and perhaps cut off."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(0, 5))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    return bytes(changed[: draw(st.integers(1, len(changed)))] if draw(st.booleans()) else changed)


@pytest.mark.parametrize("kind", TEXTS)
def test_a_damaged_file_is_read_or_refused(tmp_path, kind):
    @examples(40, suppress_health_check=list(HealthCheck))
    @given(damaged(content_of(kind)))
    def check(content):
        path = tmp_path / "a.xls"
        path.write_bytes(content)
        started = perf_counter()
        with suppress(DataFormatError, OSError):
            assert isinstance(read_workbook(path), Workbook)
        assert perf_counter() - started < SECONDS

    check()
