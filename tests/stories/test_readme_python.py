"""The README's Python example runs, as a script, and does what it says."""

import re
import subprocess
import sys
from pathlib import Path

from workbooks import valid_properties_1

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_python_example_of_the_readme_counts_the_candidates(tmp_path):
    (example,) = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    valid_properties_1(tmp_path / "exports")
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    done = subprocess.run([sys.executable, "example.py"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\n", "")
