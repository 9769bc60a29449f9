"""Scoring Dask frames, if Dask is installed."""

import polars as pl
import pytest

from flexscout.scoring.score import score_columns
from flexscout.scoring.scorer import FlexPropertyScorer

dask = pytest.importorskip("dask.dataframe")
ROWS = pl.DataFrame(
    {
        "row": range(6),
        "Property Type": ["Flex", "LIGHT MFG", "Office", None, "Self-Storage", "warehousing"],
        "Zoning Code": ["IL", "m-1", "RS", None, "AGR/IND", ""],
        "City": ["Jupiter", "BOCA RATON", None, "Miami", "Wellington", "Lake Worth"],
        "Building SqFt": [30_000.0, 250_000.0, None, 5_000.0, 60_000.0, 20_000.0],
        "Lot Size Acres": [2.5, None, 0.4, 15.0, 30.0, 0.5],
        "Year Built": [1990.0, 1985.0, None, 1950.0, 2001.0, None],
    }
)


@pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning")  # of narwhals
@pytest.mark.parametrize("name", ["flex-industrial", "parcel"])
def test_a_dask_frame_scores_like_a_polars_frame(name):
    scorer = FlexPropertyScorer(name)
    scored = scorer.score(dask.from_pandas(ROWS.to_pandas(), npartitions=2))
    assert isinstance(scored, dask.DataFrame)
    result = pl.from_pandas(scored.compute()).sort("row").select(score_columns(scorer.profile))
    assert result.to_dicts() == scorer.score(ROWS).select(score_columns(scorer.profile)).to_dicts()
