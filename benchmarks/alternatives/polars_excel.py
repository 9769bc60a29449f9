"""An alternative with Polars' own reader and writer of workbooks: python polars_excel.py FOLDER OUT."""

import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))
from baseline import NUMBERS, rank


def main(folder: Path, out: Path) -> None:
    """Read, rank and write."""
    frames = [pl.read_excel(path, infer_schema_length=None) for path in sorted(folder.glob("*.xlsx"))]
    result = rank(pl.concat(frames, how="diagonal_relaxed").with_columns(pl.col(NUMBERS).cast(pl.Float64, strict=False)))
    result.write_csv(out.with_suffix(".csv"))
    result.write_excel(out.with_suffix(".xlsx"), worksheet="Flex Properties")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
