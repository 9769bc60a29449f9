"""Scores of the same rows by one profile after another: what a profile shares with earlier ones isn't computed again."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date

import narwhals as nw
import polars as pl
import polars.selectors as cs

from flexscout.domain import LEFT_OUT, REASONS, STATUS, TO_VERIFY, UNVERIFIED
from flexscout.models import RowStatus
from flexscout.scoring.criteria import Criteria
from flexscout.scoring.profile import Factor, Profile, Rule
from flexscout.scoring.row_filter import apply_filter
from flexscout.scoring.rules import RuleExpressions, add_rule_columns, rule_column
from flexscout.scoring.score import combine_factors, factor_columns

IS_CANDIDATE = "__is_candidate"
"""Working column: whether a row is a candidate."""

_MAX_KEPT = 120  # results; each has a value per row
_SCORES = ("Flex Score", "Completeness")


class KeptScores:
    """Scores rows by many profiles. The points of a factor, and the answer to a condition, are kept until others replace them.

    Args:
        rows: The rows of all tables, with canonical columns.
        tables: For each row, the number of its table.
        columns: For each table, the canonical columns that it has.

    """

    def __init__(self, rows: pl.DataFrame, tables: pl.Series, columns: Sequence[frozenset[str]]) -> None:
        self._rows = rows
        self._tables = tables
        self._columns = columns
        self._kept: OrderedDict[object, list[pl.Series]] = OrderedDict()

    def score(self, criteria: Criteria, others: Sequence[str] = ()) -> pl.DataFrame:
        """Return `Flex Score`, `Completeness`, IS_CANDIDATE and UNVERIFIED of each row, other score columns, and LEFT_OUT.

        Args:
            criteria: The criteria.
            others: The other columns; those that aren't score columns are ignored.

        """
        profile, as_of = criteria.profile, criteria.as_of
        parts = [self._score_factor(name, factor, as_of) for name, factor in profile.factors.items()]
        # A query, so that only the columns that are asked for are calculated.
        query = nw.from_native(pl.DataFrame([series for part in parts for series in part]).lazy())
        combined: pl.LazyFrame = combine_factors(query, profile).to_native()
        names = dict.fromkeys((*_SCORES, *others, *(criteria.where_rows.columns if criteria.where_rows else ())))
        scored = combined.select(cs.by_name(*names, require_all=False)).collect()
        is_high = scored["Flex Score"] >= criteria.min_flex_score
        is_candidate = (self._find_eligible(profile, as_of) & is_high).alias(IS_CANDIDATE)
        outcome = self._filter_rows(scored, is_candidate, criteria) if criteria.where_rows else [is_candidate]
        return scored.with_columns(*outcome, self._list_unverified(profile))

    def _score_factor(self, name: str, factor: Factor, as_of: date) -> list[pl.Series]:
        """Return the factor's columns, see `factor_columns`."""

        def compute() -> list[pl.Series]:
            partial = Profile.model_construct(name="", factors={name: factor}, classes={})
            frame = nw.from_native(self._evaluate(partial))
            columns: pl.DataFrame = frame.select(*factor_columns(partial, as_of)).to_native()
            return [_fill_rows(series, self._rows.height) for series in columns]

        return self._keep((name, factor, as_of), compute)

    def _find_eligible(self, profile: Profile, as_of: date) -> pl.Series:
        """Return whether each row meets the eligibility criteria that its table has columns for, and no exclusion."""
        eligible = pl.repeat(value=True, n=self._rows.height, dtype=pl.Boolean, eager=True)
        for name, rule in profile.eligibility.items():
            has_column = pl.Series([name in columns for columns in self._columns], dtype=pl.Boolean).gather(self._tables)
            eligible &= self._test(name, rule, as_of, is_exclusion=False) | ~has_column
        for name, rule in profile.exclusions.items():
            eligible &= ~self._test(name, rule, as_of, is_exclusion=True)
        return eligible

    def _test(self, name: str, rule: Rule, as_of: date, *, is_exclusion: bool) -> pl.Series:
        """Return whether a rule holds for each row."""

        def compute() -> list[pl.Series]:
            eligibility, exclusions = ({}, {name: rule}) if is_exclusion else ({name: rule}, {})
            partial = Profile.model_construct(name="", factors={}, classes={}, eligibility=eligibility, exclusions=exclusions)
            rules = RuleExpressions(partial, as_of)
            conditions = [condition for found in rules.exclusions(partial).values() for condition, _ in found]
            holds = nw.any_horizontal(*conditions, ignore_nulls=True) if is_exclusion else rules.holds_for_column(rule, name)
            tested: pl.DataFrame = nw.from_native(self._evaluate(partial)).select(holds.alias("holds")).to_native()
            return [_fill_rows(tested["holds"], self._rows.height)]

        return self._keep((name, rule, is_exclusion, as_of), compute)[0]

    def _evaluate(self, partial: Profile) -> pl.DataFrame:
        """Return the working columns of a profile's rules."""
        return pl.DataFrame([self._find_rule_column(name, partial) for name in partial.columns])

    def _find_rule_column(self, name: str, partial: Profile) -> pl.Series:
        def compute() -> list[pl.Series]:
            given = self._rows.select(pl.col(name) if name in self._rows.columns else pl.lit(0).alias("__other"))
            worked: pl.DataFrame = add_rule_columns(nw.from_native(given), partial).to_native()
            return [_fill_rows(worked[rule_column(name)], self._rows.height)]

        return self._keep((name, partial.text_tests.get(name)), compute)[0]

    def _filter_rows(self, scored: pl.DataFrame, is_candidate: pl.Series, criteria: Criteria) -> list[pl.Series]:
        """Return which of the candidates the filter of rows lets through, and LEFT_OUT."""
        where = criteria.where_rows
        given = (frame.select(cs.by_name(*(where.columns if where else ()), require_all=False)) for frame in (self._rows, scored))
        status = pl.when(is_candidate).then(pl.lit(str(RowStatus.CANDIDATE))).otherwise(pl.lit(str(RowStatus.NOT_ELIGIBLE)))
        outcome = (status.alias(STATUS), pl.lit("").alias(REASONS), pl.lit(value=False).alias(TO_VERIFY))
        filtered = apply_filter(pl.concat([is_candidate.to_frame(), *given], how="horizontal").with_columns(outcome), where)
        is_candidate = filtered.frame[STATUS] == RowStatus.CANDIDATE
        return [is_candidate.alias(IS_CANDIDATE), filtered.is_left_out.alias(LEFT_OUT)]

    def _list_unverified(self, profile: Profile) -> pl.Series:
        """Return the eligibility columns that the table of each row doesn't have, joined by commas; null if it has all."""
        texts = [", ".join(name for name in profile.eligibility if name not in columns) or None for columns in self._columns]
        return pl.Series(UNVERIFIED, texts, dtype=pl.String).gather(self._tables)

    def _keep(self, key: object, compute: Callable[[], list[pl.Series]]) -> list[pl.Series]:
        """Return what was computed for a key, and forget what was used longest ago."""
        if key not in self._kept:
            self._kept[key] = compute()
            if len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _fill_rows(series: pl.Series, height: int) -> pl.Series:
    """Return a value for each row, also where the rules only have constants."""
    return series if series.len() == height else series.new_from_index(0, height)
