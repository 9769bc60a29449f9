"""An alternative with pandas and openpyxl, as in most scripts: python pandas_openpyxl.py FOLDER OUT."""

import sys
from pathlib import Path

import pandas as pd
from pandas_rules import rank


def main(folder: Path, out: Path) -> None:
    """Read, rank and write."""
    frame = pd.concat([pd.read_excel(path, engine="openpyxl") for path in sorted(folder.glob("*.xlsx"))], ignore_index=True)
    result = rank(frame)
    result.to_csv(out.with_suffix(".csv"), index=False)
    result.to_excel(out.with_suffix(".xlsx"), index=False, engine="openpyxl")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
