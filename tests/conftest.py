"""What every test may use."""

import pytest


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    """No test writes into the checkout: relative paths, such as the log's, lie in the test's own folder."""
    monkeypatch.chdir(tmp_path)
