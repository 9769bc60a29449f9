"""An alternative with pandas, calamine, a process per core and XlsxWriter: python pandas_calamine.py FOLDER OUT."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
from pandas_rules import rank


def read(path: Path) -> pd.DataFrame:
    """Read one export."""
    return pd.read_excel(path, engine="calamine")


def main(folder: Path, out: Path) -> None:
    """Read, rank and write."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        frame = pd.concat(pool.map(read, sorted(folder.glob("*.xlsx"))), ignore_index=True)
    result = rank(frame)
    result.to_csv(out.with_suffix(".csv"), index=False)
    result.to_excel(out.with_suffix(".xlsx"), index=False, engine="xlsxwriter")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
