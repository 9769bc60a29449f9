"""`python -m flexscout`, for systems where scripts are not on the path.

Before any of this runs, Python puts the current folder on the import path and looks there for the package `flexscout` and for
modules of its own (`importlib`, `warnings`, `collections` and a few more). Only `python -P -m flexscout` or the script
`flexscout` prevents that.
"""

from flexscout.cli import main

if __name__ == "__main__":
    main()
