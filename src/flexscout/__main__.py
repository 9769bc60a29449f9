"""Run the command line with `python -m flexscout`, for systems where scripts aren't on the path.

Before any of this runs, Python puts the current folder on the import path and looks there for the package `flexscout` and a few
standard modules (`importlib`, `warnings`, `collections`). Only `python -P -m flexscout` or the script `flexscout` prevents that.
"""

from flexscout.cli import main

if __name__ == "__main__":
    main()
