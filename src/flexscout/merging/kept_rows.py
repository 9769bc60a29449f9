"""Matched rows that are ranked again and again: what doesn't depend on scores is prepared once."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial

import polars as pl
import polars.selectors as cs

from flexscout.config import PipelineConfiguration
from flexscout.domain import CORRECTED_CELLS, LEFT_OUT, LINK_COLUMNS, STATUS
from flexscout.matching import hash_identities, number_equal_ids
from flexscout.merging.corrections import apply_corrections, correct_records
from flexscout.merging.display import (
    COUNT,
    KEY,
    SPELLING,
    apply_spellings,
    choose_spellings,
    fill_states,
    list_spellings,
    unify_addresses,
)
from flexscout.merging.merged_rows import (
    CLUSTER,
    ROW,
    MatchedRows,
    add_files,
    build_values,
    drop_left_out,
    drop_rows,
    is_withdrawn,
    list_superseded,
    rank_after,
    unifies_places,
)
from flexscout.merging.order import LIST_ORDER, sort_by_rank
from flexscout.merging.records import OUTCOME, SURVIVOR, build_candidate_outcome, list_still_missing, rescore_rows
from flexscout.merging.snapshots import describe_sources, locate_sources
from flexscout.merging.survivors import rank_rows, select_rows
from flexscout.models import RowStatus
from flexscout.scoring import IS_CANDIDATE, Criteria, KeptScores

_ID = LINK_COLUMNS[0]
_ID_LENGTH = len("P-0123456789ABCDEF")  # without the number of equal ones
_CODE = "__spelling of {}"  # working columns: the number of a spelling


class KeptRows:
    """The rows of a run, for lists by other scores. Each list is the one that `merge_rows` would make.

    Args:
        matched: All rows as candidates, without scores, in the order of ROW.
        config: The settings.

    """

    def __init__(self, matched: MatchedRows, config: PipelineConfiguration) -> None:
        self._config = config
        self._located, self._snapshots = matched.located, matched.snapshots
        self._key = CLUSTER if config.enable_deduplication else ROW
        rows = drop_rows(matched.candidates, list_superseded(self._located, self._snapshots, config)["row"])
        ids = hash_identities(matched.clusters.identify(rows[ROW]), rows)
        current = add_files(rows, matched.clusters, self._snapshots, config).with_columns(ids)
        self._corrections = matched.find_corrections(current)
        corrected = self._corrections[_ID].str.head(_ID_LENGTH).unique()
        is_corrected = pl.col(_ID).is_in(corrected.implode()).any().over(self._key)
        is_alone = (pl.len().over(self._key) == 1) & ~is_corrected
        self._groups = current.filter(~is_alone).rechunk()
        self._spellings: dict[str, pl.DataFrame] = {}
        self._alone = self._prepare(current.filter(is_alone)).rechunk()

    def _prepare(self, alone: pl.DataFrame) -> pl.DataFrame:
        """Return the records of rows that are properties by themselves, with the numbers of the spellings of their places."""
        if not unifies_places(self._config):
            return alone
        records = unify_addresses(fill_states(alone))
        codes = []
        for name, places in list_spellings(records):
            distinct = places.unique()
            self._spellings[name] = distinct
            numbered = places.join(
                distinct.with_row_index("code"), on=(KEY, SPELLING), how="left", nulls_equal=True, maintain_order="left"
            )
            codes.append(numbered["code"].alias(_CODE.format(name)))
        return records.with_columns(codes)

    def rank(self, scores: pl.DataFrame, criteria: Criteria, shown: Sequence[str] = ()) -> pl.DataFrame:
        """Return the list, best first: `Property ID`, ROW of the surviving row, `Flex Score`, and `shown` columns.

        Args:
            scores: `Flex Score`, `Completeness`, IS_CANDIDATE, UNVERIFIED and other score columns of each row, by ROW.
            criteria: The criteria by which the rows were scored.
            shown: Canonical columns.

        """
        filtered = criteria.where.columns if criteria.where else ()
        names = [*(key.column for key in LIST_ORDER), *filtered, *shown, "City", "County", "State", ROW, CLUSTER, _ID, *OUTCOME]
        columns = cs.by_name(*dict.fromkeys((*names, *scores.columns)), require_all=False)
        alone = self._select_alone(scores, columns)
        groups = self._build_groups(scores, criteria)
        places = self._unify_places(alone, groups)
        records = pl.concat([alone.select(columns), groups.select(columns)], how="diagonal_relaxed").with_columns(places)
        records = records.with_columns(number_equal_ids(records[_ID], records))
        if self._corrections.height and groups.height:
            own = records.select(_ID, *(series.name for series in places)).tail(groups.height)
            corrected = correct_records(
                groups.with_columns(own), self._corrections, partial(rescore_rows, criteria=criteria)
            ).rows
            records = pl.concat([records.head(alone.height), corrected.select(columns)], how="diagonal_relaxed")
        is_listed = pl.col(STATUS) == RowStatus.CANDIDATE
        kept = records.filter(is_listed, ~pl.col(CLUSTER).is_in(self._withdrawn.implode()))
        listed = sort_by_rank(criteria.filter_properties(kept).frame.filter(is_listed))
        return listed.select(cs.by_name(*dict.fromkeys((_ID, ROW, "Flex Score", *shown)), require_all=False))

    def _select_alone(self, scores: pl.DataFrame, columns: cs.Selector) -> pl.DataFrame:
        own = scores[self._alone[ROW]]
        wanted = self._alone.select(columns | cs.by_name(*map(_CODE.format, self._spellings)))
        return pl.concat([wanted, own], how="horizontal").filter(IS_CANDIDATE).with_columns(build_candidate_outcome())

    def _build_groups(self, scores: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
        """Return the records of properties that have several rows, or corrections."""
        scored = pl.concat([self._groups, scores[self._groups[ROW]]], how="horizontal")
        rows = self._promote_corrected(scored, criteria, scores.columns)
        others = drop_left_out(rows.filter(~pl.col(IS_CANDIDATE)))
        candidates = rows.filter(IS_CANDIDATE).drop(LEFT_OUT, strict=False)
        if candidates.is_empty():
            return candidates.with_columns(build_candidate_outcome())
        best, removed = rank_rows(candidates, self._key)
        survivors, merged = select_rows(candidates, best), select_rows(candidates, removed)
        joined = others.join(survivors.select(CLUSTER, SURVIVOR), on=CLUSTER, maintain_order="left")
        donors = pl.concat([merged, rank_after(joined, candidates.height)], how="diagonal_relaxed")
        rescore = partial(_rescore_rows, criteria=criteria, names=scores.columns)
        records = build_values(survivors, donors, self._config, criteria.profile.columns, rescore).records
        return unify_addresses(fill_states(records)) if unifies_places(self._config) else records

    def _promote_corrected(self, rows: pl.DataFrame, criteria: Criteria, names: Sequence[str]) -> pl.DataFrame:
        """Mark rows that qualify only with the user's corrections as candidates, if no other row of their property is one."""
        alone = drop_left_out(rows.filter(~pl.col(IS_CANDIDATE).any().over(self._key)))
        corrected = apply_corrections(alone, self._corrections)
        if corrected.changed.is_empty():
            return rows
        changed = corrected.rows.filter(pl.col(_ID).is_in(corrected.changed.implode())).drop(CORRECTED_CELLS)
        rescored = _rescore_rows(changed, criteria, names)
        promoted = rescored.filter(pl.col(STATUS) == RowStatus.CANDIDATE)[ROW]
        return rows.with_columns(pl.col(IS_CANDIDATE) | pl.col(ROW).is_in(promoted.implode()))

    def _unify_places(self, alone: pl.DataFrame, groups: pl.DataFrame) -> list[pl.Series]:
        """Return City and County of the records in one spelling; none if places are shown as they are."""
        unified, listed = [], dict(list_spellings(groups))
        for name, distinct in self._spellings.items():
            codes, places = alone[_CODE.format(name)], listed[name]
            counted = codes.value_counts(name=COUNT)
            known = distinct[counted[codes.name]].with_columns(counted[COUNT])
            counts = pl.concat([known, places.group_by(KEY, SPELLING).len(COUNT)], how="vertical_relaxed")
            chosen = choose_spellings(counts.drop_nulls().group_by(KEY, SPELLING).agg(pl.col(COUNT).sum()))
            texts = apply_spellings(distinct, chosen).gather(codes)
            unified.append(pl.concat([texts, apply_spellings(places, chosen)]).alias(name))
        return unified

    @cached_property
    def _withdrawn(self) -> pl.Series:
        """The clusters that the settings drop because an export no longer has them."""
        if self._config.drop_withdrawn == "never" or not self._config.enable_deduplication:
            return pl.Series(CLUSTER, [], dtype=pl.Int64)
        seen = describe_sources(locate_sources(self._located, self._snapshots), self._snapshots)
        return seen.filter(is_withdrawn(self._config))["cluster"]


def _rescore_rows(rows: pl.DataFrame, criteria: Criteria, names: Sequence[str]) -> pl.DataFrame:
    """Return what `rescore_rows` does, without reasons and with these score columns only."""
    missing = rows.with_columns(list_still_missing(rows, criteria).alias("missing")).select("missing")
    distinct = missing.unique().with_row_index("table")
    tables = missing.join(distinct, on="missing", how="left", maintain_order="left")["table"]
    columns = [frozenset(rows.columns).difference(text.split(", ")) for text in distinct["missing"]]
    scores = KeptScores(rows, tables, columns).score(replace(criteria, where_rows=None), names)
    status = pl.when(IS_CANDIDATE).then(pl.lit(str(RowStatus.CANDIDATE))).otherwise(pl.lit(str(RowStatus.NOT_ELIGIBLE)))
    scored = rows.drop(*scores.columns, strict=False).with_columns(scores)
    return scored.with_columns(build_candidate_outcome()).with_columns(status.alias(STATUS)).drop(IS_CANDIDATE)
