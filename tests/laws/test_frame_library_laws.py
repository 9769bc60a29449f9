"""Every supported library of frames and queries scores, classifies and explains like Polars, however columns are named."""

import shutil
from datetime import date

import duckdb
import narwhals as nw
import polars as pl
import pytest

from flexscout.errors import DataFormatError
from flexscout.scoring import backends
from flexscout.scoring.scorer import FlexPropertyScorer

TODAY = date(2026, 1, 31)
SCORERS = {name: FlexPropertyScorer(name, as_of=TODAY) for name in ("flex-industrial", "parcel")}
ROWS = pl.DataFrame(
    {
        "row": range(6),
        "Property Type": ["Flex", "LIGHT MFG", "Office; Retail", None, "Self-Storage", "warehousing"],
        "Zoning Code": ["IL", "m-1", "RS", None, "AGR/IND", ""],
        "City": ["Jupiter", "BOCA RATON", None, "Miami", "Wellington", "Lake Worth"],
        "Building SqFt": [30_000.0, 250_000.0, None, 5_000.0, 60_000.0, 20_000.0],
        "Lot Size Acres": [2.5, None, 0.4, 15.0, 30.0, 0.5],
        "Year Built": [1990.0, 1985.0, None, 1950.0, 2001.0, None],
        "Improvement Value": [1e6, 250_000.0, 90_000.0, None, 0.0, 5e5],
        "Building Status": ["Existing", "Demolished", None, "", "Planned", "x"],
    }
)
KEYWORDS = "industrial, warehouse, distribution, flex, manufacturing, storage, logistics"
OPERATIONS = ("score", "classify", "explain")
CASES = {
    "as given": str,
    "upper": lambda name: name.replace(" ", "_").upper(),
    "lower": lambda name: name.replace(" ", "_").lower(),
}


def in_dask(frame):
    dask = pytest.importorskip("dask.dataframe")
    return dask.from_pandas(frame.to_pandas(), npartitions=2)


def in_sqlframe(frame):
    session = pytest.importorskip("sqlframe.duckdb").DuckDBSession()
    return session.createDataFrame(frame.rows(), schema=frame.columns)


def in_spark(frame):
    session = pytest.importorskip("pyspark.sql", reason="PySpark is not installed").SparkSession
    if not shutil.which("java"):
        pytest.skip("PySpark needs Java")
    spark = session.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    return spark.createDataFrame(frame.rows(), schema=frame.columns)


LIBRARIES = {
    "pandas": lambda frame: frame.to_pandas(),
    "pandas over Arrow": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
    "Polars, lazily": lambda frame: frame.lazy(),
    "PyArrow": lambda frame: frame.to_arrow(),
    "DuckDB": lambda frame: duckdb.from_arrow(frame.to_arrow()),
    "Dask": in_dask,
    "sqlframe": in_sqlframe,
    "Spark": in_spark,
}
pytestmark = pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning")  # of narwhals


def rows_of(frame):
    """Return the rows of a frame or query in order, with None for missing values."""
    given = nw.from_native(frame)
    given = given.collect() if isinstance(given, nw.LazyFrame) else given
    return pl.DataFrame(given.to_arrow()).sort("row").to_dicts()


# Names are looked up before the library matters, so one library has them in each case.
@pytest.mark.parametrize(
    ("library", "profile", "case"),
    [
        *((library, "parcel", "upper") for library in LIBRARIES),
        ("pandas", "parcel", "as given"),
        ("pandas", "flex-industrial", "lower"),
    ],
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_library_gives_the_result_of_polars_however_columns_are_named(library, profile, operation, case):
    operate = getattr(SCORERS[profile], operation)
    names = {name: CASES[case](name) for name in ROWS.columns if name != "row"}
    expected = [{names.get(key, key): value for key, value in row.items()} for row in rows_of(operate(ROWS))]
    given = LIBRARIES[library](ROWS.rename(names))
    result = operate(given)
    assert rows_of(result) == expected
    if operation != "explain":  # queries stay queries, and frames stay frames
        assert type(result) is type(given)


def test_a_row_is_eligible_if_and_only_if_there_is_no_reason_against_it():
    classified = SCORERS["flex-industrial"].classify(ROWS)
    assert classified["Eligible"].to_list() == [True, False, False, False, False, True]
    assert classified["Reasons"].to_list() == [
        "",
        "Lot Size Acres is missing; Building Status is Demolished",
        f"Building SqFt is missing; Property Type is none of {KEYWORDS}; Lot Size Acres below 0.5",
        "Property Type is missing; Building SqFt below 20,000",
        "Lot Size Acres above 20; Building Status is Planned",
        "",
    ]


@pytest.mark.parametrize("operation", ["classify", "explain"])
def test_a_frame_can_be_classified_again(operation):
    scorer = SCORERS["flex-industrial"]
    assert getattr(scorer, operation)(scorer.classify(ROWS)).equals(getattr(scorer, operation)(ROWS))


def test_two_columns_that_can_be_the_same_are_an_error():
    frame = pl.DataFrame({"BUILDING_SQFT": [1.0], "building_sqft": [2.0]})
    with pytest.raises(DataFormatError, match="Building SqFt may be any of the columns BUILDING_SQFT, building_sqft"):
        SCORERS["parcel"].score(frame)


def test_the_canonical_name_wins():
    frame = pl.DataFrame({"Building SqFt": [30_000.0], "BUILDING_SQFT": [None]})
    scored = SCORERS["flex-industrial"].score(frame)
    assert scored["Building Size Points"].to_list() == [3.0]
    assert scored.columns[:2] == ["Building SqFt", "BUILDING_SQFT"]


def test_a_library_that_has_not_been_tested_is_refused(monkeypatch):
    monkeypatch.delitem(backends.TESTED, nw.Implementation.DUCKDB)
    with pytest.raises(TypeError, match=r"Frames of duckdb are not supported, .* Convert it to one of pandas, Polars"):
        SCORERS["parcel"].score(LIBRARIES["DuckDB"](ROWS))
