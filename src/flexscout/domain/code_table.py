"""Tables of land-use codes, each with its issuer, its source and where its codes count."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import polars as pl

from flexscout.domain.columns import fold_header
from flexscout.domain.vocabulary import load_vocabulary, map_state_codes

_LISTS = ("states", "counties", "headers", "own headers", "layouts")
_KEYS = ("issuer", "source", *_LISTS, "digits", "prefix", "codes")
_TRAILING_DECIMALS = r"\.0+$"  # 48.0: a code that was stored as a number


@dataclass(frozen=True)
class CodeTable:
    """The land-use codes of one issuer.

    Attributes:
        name: Name of the table.
        issuer: Who issues the codes.
        source: Citation.
        states: Two-letter codes of the states where the codes are used; empty for a vendor's codes.
        counties: Lower-case counties where the codes are used, without "county"; empty for all of the states.
        headers: Folded headers of columns that may hold the codes, where the place or the layout shows the issuer.
        own_headers: Folded headers that only this issuer uses.
        layouts: Lower-case names of the vendors and layouts whose files have the codes.
        digits: Codes of digits are padded with leading zeros to this length; 0 keeps them as written.
        prefix: Whether the longest listed code that begins an unlisted one describes it.
        given_codes: Code -> description, or None if the table's own file has them.

    """

    name: str
    issuer: str = ""
    source: str = ""
    states: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    own_headers: frozenset[str] = frozenset()
    layouts: frozenset[str] = frozenset()
    digits: int = 0
    prefix: bool = False
    given_codes: Mapping[str, str] | None = field(default=None, hash=False)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Code -> description. The file is read when it is first needed."""
        return self.given_codes if self.given_codes is not None else load_vocabulary(f"codes/{self.name.replace(' ', '_')}")

    @property
    def keys(self) -> pl.Series:
        """The keys of the codes, in their order. A listed beginning is shorter than the codes, so that it is not padded."""
        codes = pl.DataFrame({"code": list(self.codes)}, schema={"code": pl.String})
        return codes.select(code_key(pl.col("code"), 0 if self.prefix else self.digits)).to_series()

    @property
    def state(self) -> str:
        """The only state where the codes are used, or empty if there are several, or none."""
        return next(iter(self.states)) if len(self.states) == 1 else ""


def code_key(code: pl.Expr, digits: int) -> pl.Expr:
    """Return the comparison key of a code: without case, spaces, hyphens and decimals, with its leading zeros.

    Args:
        code: Texts.
        digits: Codes of digits are padded with leading zeros to this length.

    """
    plain = code.str.strip_chars().str.to_uppercase().str.replace(_TRAILING_DECIMALS, "")
    joined = pl.when(plain.str.starts_with("-")).then(plain).otherwise(plain.str.replace_all(r"[\s-]", ""))
    return pl.when(joined.str.contains(r"^\d+$")).then(joined.str.zfill(digits)).otherwise(joined)


_user_tables: ContextVar[tuple[CodeTable, ...]] = ContextVar("user_tables", default=())


def map_code_tables() -> dict[str, CodeTable]:
    """Map names to tables of land-use codes: those of the user, then the built-in ones."""
    own = {table.name: table for table in _user_tables.get()}
    return {**own, **_load_built_in_tables(), **own}


@contextmanager
def use_code_tables(tables: tuple[CodeTable, ...]) -> Iterator[None]:
    """Use a user's tables too, before the built-in ones."""
    token = _user_tables.set(tables)
    try:
        yield
    finally:
        _user_tables.reset(token)


@cache
def _load_built_in_tables() -> dict[str, CodeTable]:
    return {name: _build_table(name, entry) for name, entry in load_vocabulary("code_tables").items()}


def parse_code_table(name: str, entry: Mapping[str, Any]) -> CodeTable:
    """Build a user's table from an entry like those of `data/code_tables.yaml`, with its `codes`.

    Raises:
        ValueError: The entry is wrong; the message says what to change.

    """
    if not isinstance(entry, Mapping):
        raise ValueError("a code table needs named parts, such as headers and codes.")  # noqa: TRY004 - one error for all that is wrong
    unknown = [str(key) for key in entry if key not in _KEYS]
    if unknown:
        raise ValueError(f"{unknown[0]} is not a part of a code table. Use {', '.join(_KEYS)}.")
    for key in ("issuer", "source"):
        if not isinstance(entry.get(key, ""), str):
            raise ValueError(f"{key} must be a text.")  # noqa: TRY004 - likewise
    for key in _LISTS:
        _check_list(key, entry.get(key, []))
    states = set(map_state_codes().values())
    foreign = [state for state in entry.get("states", []) if state not in states]
    if foreign:
        raise ValueError(f"states: {foreign[0]} is not the two-letter code of a state.")
    digits, prefix = entry.get("digits", 0), entry.get("prefix", False)
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 0:
        raise ValueError("digits must be a whole number; 0 keeps the codes as they are written.")
    if not isinstance(prefix, bool):
        raise ValueError("prefix must be true or false.")  # noqa: TRY004 - likewise
    table = _build_table(name, entry, _check_codes(entry.get("codes")))
    repeated = [code for code, is_repeated in zip(table.codes, table.keys.is_duplicated(), strict=True) if is_repeated]
    if repeated:
        raise ValueError(f"codes: {repeated[0]} and {repeated[1]} are the same code; keep one.")
    return table


def _check_list(key: str, texts: object) -> None:
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(f"{key} must be a list of texts, such as [use code].")


def _check_codes(codes: object) -> dict[str, str]:
    if not isinstance(codes, Mapping) or not codes:
        raise ValueError('codes must list each code with its description, such as "301": Industrial.')
    for code, description in codes.items():
        # YAML reads 041 as the octal number 33.
        if not isinstance(code, str):
            message = f'codes: write the code {code} in quotes, such as "041", because YAML drops leading zeros.'
            raise ValueError(message)  # noqa: TRY004 - likewise
        if not isinstance(description, str) or not description.strip():
            raise ValueError(f"codes: {code} needs a description.")
    return dict(codes)


def _build_table(name: str, entry: Mapping[str, Any], codes: Mapping[str, str] | None = None) -> CodeTable:
    own_headers = _fold(entry.get("own headers", ()))
    return CodeTable(
        name,
        entry.get("issuer", ""),
        entry.get("source", ""),
        frozenset(entry.get("states", ())),
        frozenset(entry.get("counties", ())),
        _fold(entry.get("headers", ())) | own_headers,
        own_headers,
        frozenset(layout.casefold() for layout in entry.get("layouts", ())),
        entry.get("digits", 0),
        entry.get("prefix", False),
        codes,
    )


def _fold(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold_header, names))


def find_code_tables(
    folded_header: str,
    layout: str,
    states: frozenset[str],
    counties: frozenset[str],
    tables: Iterable[CodeTable] | None = None,
) -> tuple[CodeTable, ...]:
    """Return the tables whose issuer is shown for a column, most certain first.

    The header of a single issuer is the surest sign, then the layout, the county and the state. Codes alone show nothing.

    Args:
        folded_header: Folded header of the column.
        layout: Name of the vendor or layout; empty if unknown.
        states: Two-letter codes of the states in the rows; empty if unknown.
        counties: Counties in the rows, with or without "county"; empty if unknown.
        tables: Tables to choose from; None for those of the user and the built-in ones.

    """
    found = [
        (certainty, table)
        for table in (map_code_tables().values() if tables is None else tables)
        if folded_header in table.headers and (certainty := _rank_evidence(folded_header, layout, states, counties, table))
    ]
    return tuple(table for _, table in sorted(found, key=lambda pair: -pair[0]))


def _rank_evidence(folded_header: str, layout: str, states: frozenset[str], counties: frozenset[str], table: CodeTable) -> int:
    """Rank what shows the issuer: header 4, layout 3, county 2, state 1, nothing 0."""
    if folded_header in table.own_headers:
        return 4
    if layout.casefold() in table.layouts:
        return 3
    if not states or not states <= table.states:
        return 0
    if not table.counties:
        return 1
    keys = frozenset(_normalize_county(county) for county in counties)
    return 2 if keys and keys <= frozenset(map(_normalize_county, table.counties)) else 0


def _normalize_county(county: str) -> str:
    return fold_header(county.casefold().removesuffix(" county").removesuffix(" parish"))
