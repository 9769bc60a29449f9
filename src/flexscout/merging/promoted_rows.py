"""Apply the user's corrections to rejected rows, which may make candidates of them."""

from dataclasses import replace

import polars as pl

from flexscout.config import PipelineConfiguration
from flexscout.domain import CORRECTED_CELLS, LINK_COLUMNS, REASONS, SOURCE_COLUMNS, STATUS, TO_VERIFY
from flexscout.matching import Clusters, hash_identities
from flexscout.merging.corrections import apply_corrections, build_corrected_reasons
from flexscout.merging.merged_rows import ROW, MatchedRows, drop_left_out, drop_rows, list_superseded
from flexscout.merging.records import OUTCOME, build_candidate_outcome
from flexscout.models import RowStatus
from flexscout.scoring import Criteria, SheetTables, add_canonical_columns

_ID = LINK_COLUMNS[0]


def add_rejected_ids(rejected: pl.DataFrame, clusters: Clusters, first: int) -> pl.DataFrame:
    """Return rejected rows with the `Property ID` of those to verify, so that the user can fill in what they lack.

    Args:
        rejected: The rows with what is shown of them, in the order in which they were matched.
        clusters: The clusters of all rows.
        first: The position of the first rejected row among the matched rows.

    """
    at = rejected[TO_VERIFY].arg_true() if TO_VERIFY in rejected.columns else pl.Series([], dtype=pl.Int64)
    if at.is_empty():
        return rejected
    ids = hash_identities(clusters.identify(at.cast(pl.Int64) + first), rejected[at])
    return rejected.with_columns(pl.repeat(None, rejected.height, dtype=pl.String, eager=True).scatter(at, ids).alias(_ID))


def promote_corrected(
    rows: MatchedRows, shown: pl.DataFrame, config: PipelineConfiguration, criteria: Criteria
) -> tuple[MatchedRows, pl.DataFrame]:
    """Return the rows with those as candidates that are candidates with the user's corrections, and the other corrected rows.

    Only rows of properties without a candidate are looked at: the record of any other property is corrected anyway.

    Args:
        rows: The matched rows.
        shown: The rejected rows with what is shown of them, in the same order.
        config: The settings.
        criteria: Classifies corrected rows.

    Returns:
        The matched rows; and ROW, the corrected values and the `OUTCOME` of the rows that the corrections don't make candidates.

    """
    corrections = rows.find_corrections(pl.DataFrame())
    found = pl.DataFrame() if corrections.is_empty() else _find_corrected(rows, shown, corrections[_ID], config)
    if found.is_empty():
        return rows, pl.DataFrame()
    sheets = found.partition_by(SOURCE_COLUMNS[:2], maintain_order=True)
    own, corrected = (
        pl.concat(parts, how="diagonal_relaxed").sort(ROW)
        for parts in zip(*(_classify(sheet, rows.tables, corrections, criteria) for sheet in sheets), strict=True)
    )
    is_candidate = corrected[STATUS] == RowStatus.CANDIDATE
    others = corrected.filter(~is_candidate).with_columns(
        pl.when(pl.col(REASONS) != own.filter(~is_candidate)[REASONS])
        .then(build_corrected_reasons())
        .otherwise(REASONS)
        .alias(REASONS)
    )
    promoted = own.filter(is_candidate).drop(OUTCOME)
    outcome = own.filter(is_candidate).select(ROW, *OUTCOME)

    candidates = pl.concat([rows.candidates, promoted], how="diagonal_relaxed")
    rejected = drop_rows(rows.rejected, promoted[ROW])
    return replace(rows, candidates=candidates, rejected=rejected, promoted=outcome), others


def _find_corrected(rows: MatchedRows, shown: pl.DataFrame, corrected: pl.Series, config: PipelineConfiguration) -> pl.DataFrame:
    """Return the current rejected rows of corrected properties that have no candidate, with the ID."""
    if rows.rejected.is_empty():
        return rows.rejected
    superseded = list_superseded(rows.located, rows.snapshots, config)["row"]
    # Without deduplication, each row is a property.
    properties = rows.clusters.cluster_ids if config.enable_deduplication else pl.int_range(rows.located.height, eager=True)
    count = rows.rejected[ROW][0]  # of the candidates, which were matched first
    candidates = pl.int_range(count, eager=True).alias(ROW).to_frame()
    taken = properties.gather(drop_rows(candidates, superseded)[ROW])
    is_taken = properties.gather(rows.rejected[ROW]).is_in(taken.unique().implode())
    alone = drop_left_out(drop_rows(rows.rejected.filter(~is_taken), superseded))
    ids = hash_identities(rows.clusters.identify(alone[ROW]), shown[alone[ROW] - count])
    return alone.with_columns(ids).filter(pl.col(_ID).is_in(corrected.implode()))


def _classify(
    sheet: pl.DataFrame, tables: SheetTables, corrections: pl.DataFrame, criteria: Criteria
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of a sheet with their own values and with the corrections, both classified."""
    own = add_canonical_columns(sheet.drop(STATUS, "Flex Score"), tables)
    corrected = apply_corrections(own, corrections).rows.drop(CORRECTED_CELLS)
    first, second = (criteria.classify_again(rows).drop(_ID) for rows in (own, corrected))
    return first, second


def add_promoted_outcome(outcome: pl.DataFrame, promoted: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome of merged rows with that of corrected ones.

    Args:
        outcome: `ROW`, status, reasons and whether to verify, of each row whose status changed by merging.
        promoted: ROW of promoted rows, which are candidates unless merging decided otherwise.
        others: ROW and `OUTCOME` of the other corrected rows.

    """
    parts = [outcome]
    if promoted.height:
        listed = promoted.select(ROW).join(outcome, on=ROW, how="anti")
        parts.append(listed.with_columns(build_candidate_outcome()).select(outcome.columns))
    if others.height:
        parts.append(others.select(outcome.columns))
    return pl.concat(parts).sort(ROW)


def show_corrected(rejected: pl.DataFrame, others: pl.DataFrame, first: int) -> pl.DataFrame:
    """Return the rejected rows with the corrected values of `others`, see `add_rejected_ids` and `promote_corrected`."""
    if others.is_empty():
        return rejected
    at = others[ROW] - first
    names = [name for name in rejected.columns if name in others.columns]
    return rejected.with_columns(rejected[name].clone().scatter(at, others[name].cast(rejected.schema[name])) for name in names)
