"""Renew the grid of the window: `python docs/scripts/fetch_ag_grid.py`.

AG Grid Community (MIT) is published for npm only. The wheel of NiceGUI holds it, bundled as one ES module whose source is
`export * from "ag-grid-community"`. The script downloads that wheel with pip, and copies the bundle
into the package, with its license.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NICEGUI = "3.18.0"
FOLDER = Path(__file__).parents[2] / "src/flexscout/app/pages/vendor"
BUNDLE = "nicegui/elements/aggrid"
SOURCE = 'export * from "ag-grid-community";'
LICENSE = """\
AG Grid Community {version}, https://github.com/ag-grid/ag-grid, bundled as one ES module by the NiceGUI project
(https://github.com/zauberzeug/nicegui, MIT, Copyright (c) Zauberzeug GmbH). Renewed by docs/scripts/fetch_ag_grid.py.

The MIT License

Copyright (c) 2015-2024 AG GRID LTD

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def main() -> None:
    """Download the wheel, check that it bundles AG Grid Community and nothing else, and copy it."""
    with tempfile.TemporaryDirectory() as folder:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, f"nicegui=={NICEGUI}")
        subprocess.run(pip, check=True)  # noqa: S603 - pip, with arguments from above
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as files:
            source = files.read(f"{BUNDLE}/src/index.mjs").decode().strip()
            if source != SOURCE:
                sys.exit(f"The bundle holds more than AG Grid Community: {source}")
            packages = json.loads(files.read(f"{BUNDLE}/package-lock.json"))["packages"]
            grid = packages["node_modules/ag-grid-community"]
            if grid["license"] != "MIT":
                sys.exit(f"The license of AG Grid Community is {grid['license']}.")
            script = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", files.read(f"{BUNDLE}/dist/index.js").decode())
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "ag-grid-community.js").write_text(script, encoding="utf-8")
    (FOLDER / "ag-grid-community.LICENSE.txt").write_text(LICENSE.format(version=grid["version"]), encoding="utf-8")


if __name__ == "__main__":
    main()
