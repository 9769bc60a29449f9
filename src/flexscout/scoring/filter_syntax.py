"""Tokenize a `--where` filter and find errors that a SQL parser would not explain."""

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from flexscout.domain import shorten

MAX_CHARACTERS = 2_000

# Deeper or longer expressions overflow the stack of Polars' planner, which is smallest on Windows.
_MAX_DEPTH, _MAX_OPERATORS, _MAX_RANGES = 20, 100, 10
_SHOWN_CHARACTERS = 23

_COMPARISONS = {"=", "==", "<>", "!=", "<", "<=", ">", ">="}
_OPERATORS = _COMPARISONS | {"+", "-", "*", "/", *("and", "or", "not", "in", "is", "like", "ilike", "between")}
_KEYWORDS = {"and", "or", "not", "in", "is", "null", "true", "false", "between", "like", "ilike", "date"}
# Functions that look at one row and can't fail for any value.
_FUNCTIONS = ("abs", "coalesce", "ends_with", "lower", "round", "starts_with", "trim", "upper")
_AGGREGATES = {
    "max", "min", "sum", "avg", "mean", "median", "count", "stddev", "variance", "first", "last", "rank", "row_number", "over",
    "select", "exists", "any", "all", "from", "lag", "lead", "array_agg", "unnest", "group",
}  # fmt: skip
_UNSUPPORTED = {
    "as", "array", "by", "case", "cast", "collate", "div", "else", "end", "escape", "except", "exclude", "interval", "then",
    "order", "partition", "regexp", "rlike", "similar", "try_cast", "when", "where", "xor",
}  # fmt: skip
_RESERVED = _KEYWORDS.union(_FUNCTIONS, _AGGREGATES, _UNSUPPORTED)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*")
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<word>[^\W\d]\w*)
    | (?P<symbol><>|!=|<=|>=|==|[=<>+*(),]|-(?!-)|/(?!\*))
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """Piece of a filter: its `kind` (text, name, number, word or symbol), and the `source` it was read from."""

    kind: str
    source: str

    @property
    def value(self) -> str:
        """Source without quotes."""
        return self.source[1:-1] if self.kind in {"text", "name"} else self.source

    @property
    def key(self) -> str:
        """Word or symbol in lower case; empty for quoted tokens and numbers."""
        return self.source.lower() if self.kind in {"word", "symbol"} else ""

    @property
    def is_name(self) -> bool:
        """Whether it can only be a column."""
        return self.kind == "name" or (self.kind == "word" and self.key not in _RESERVED)

    @property
    def starts_value(self) -> bool:
        """Whether a value can start with it."""
        return self.kind in {"text", "name", "number"} or self.key == "(" or (self.kind == "word" and self.key not in _OPERATORS)

    @property
    def ends_value(self) -> bool:
        """Whether a value can end with it."""
        return self.kind in {"text", "name", "number"} or self.is_name or self.key in {")", "true", "false", "null"}


_NO_TOKEN = Token("", "")


def find_syntax_error(text: str, columns: Sequence[str]) -> str:
    """Describe the first error in a filter over `columns`; an empty text if it has no error."""
    return next(_find_errors(text, columns), "")


def quote_column(name: str) -> str:
    """Return a column name as a filter must write it: `State`, `"Sold Price"`."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f'"{name}"'


def fold_case(text: str) -> str:
    """Return a filter without errors with its texts in lower case, and UPPER as LOWER, to evaluate it over lower-case columns."""
    tokens, _ = tokenize(text)
    return " ".join(
        "lower" if token.key == "upper" else token.source.lower() if token.kind == "text" else token.source for token in tokens
    )


def _find_errors(text: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield errors in the order of the checks; each check relies on those before it."""
    if len(text) > MAX_CHARACTERS:
        yield f"it has {len(text):,} characters; the maximum is {MAX_CHARACTERS:,}"
    tokens, rest = tokenize(text)
    if rest:
        yield _describe_unreadable(rest)
    yield from _check_size(tokens)
    yield from _check_quoting(tokens, columns)
    yield from _check_names(tokens, columns)
    yield from _check_brackets(tokens)
    yield from _check_nulls(tokens)
    yield from _check_sequence(tokens)
    yield from _check_operands(tokens)
    yield from _check_quoted_columns(tokens, columns)


def tokenize(text: str) -> tuple[list[Token], str]:
    """Return the tokens of a text, and the rest of the text from the first character that starts none."""
    tokens: list[Token] = []
    position, text = 0, text.rstrip()
    while match := _TOKEN.match(text, position):
        tokens.append(Token(str(match.lastgroup), match[0].strip()))
        position = match.end()
    return tokens, text[position:].strip()


def _describe_unreadable(rest: str) -> str:
    if rest[0] in "'\"":
        return f"the quote before {shorten(rest[1:], _SHOWN_CHARACTERS)} is not closed"
    if rest[0] in "\u201c\u201d\u201e\u2018\u2019\u00b4":
        return f"{rest[0]} is a curly quote: write ' around text and \" around a column name"
    if rest[0].isdigit():
        number = shorten(rest.split(maxsplit=1)[0], _SHOWN_CHARACTERS)
        return f"{number} is not a number: leave out separators and units, as in 5000000"
    if rest.startswith(("--", "/*")):
        return "a filter can't contain comments"
    return f"{rest[0] if rest[0].isprintable() else ascii(rest[0])} has no meaning in a filter"


def _check_size(tokens: Sequence[Token]) -> Iterator[str]:
    operators = sum(token.key in _OPERATORS for token in tokens)
    if operators > _MAX_OPERATORS:
        yield f"it has {operators} operators; the maximum is {_MAX_OPERATORS}. Shorten a list of values with IN ('A', 'B')"
    if _measure_depth(tokens) > _MAX_DEPTH:
        yield f"it is nested more than {_MAX_DEPTH} levels deep"
    if sum(token.key == "between" for token in tokens) > _MAX_RANGES:
        yield f"it has more than {_MAX_RANGES} BETWEEN; write >= and <= instead"


def _measure_depth(tokens: Sequence[Token]) -> int:
    """Return the most brackets that are open at once, or the most signs and NOTs in a row."""
    depth = deepest = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        deepest = max(deepest, depth)
    prefixes = (
        len(list(run)) for is_prefix, run in groupby(tokens, key=lambda token: token.key in {"not", "-", "+"}) if is_prefix
    )
    return max(deepest, *prefixes, 0)


def _check_quoting(tokens: Sequence[Token], columns: Sequence[str]) -> Iterator[str]:
    """Find names of several words without double quotes."""
    keys = [token.key for token in tokens]
    for name in sorted(columns, key=len, reverse=True):
        parts = [token.key for token in tokenize(name)[0]]
        if len(parts) > 1 and any(keys[start : start + len(parts)] == parts for start in range(len(keys))):
            yield f'{name} needs double quotes, "{name}", because it is more than one word'
    for is_name, run in groupby(tokens, key=lambda token: token.kind == "word" and token.is_name):
        joined = " ".join(token.source for token in run)
        if is_name and " " in joined and (nearest := _find_nearest(joined, columns)):
            yield f"there is no column {joined}; did you mean {quote_column(nearest)}? Names with spaces need double quotes"


def _check_names(tokens: Sequence[Token], columns: Sequence[str]) -> Iterator[str]:
    """Find names that are neither a column nor a function of filters."""
    for previous, token, following in _pair_neighbors(tokens):
        if token.is_name and token.value in columns and following.key == "(":
            yield f"{token.value} is a column, not a function"
        elif token.key in _AGGREGATES:
            yield f"{token.source} looks at many rows; a filter looks at one row at a time"
        elif token.key in _UNSUPPORTED:
            yield f"{token.source} is not supported in filters: write conditions joined by AND, OR and NOT"
        elif token.is_name and following.key == "(":
            yield f"{token.source} is not a filter function; the functions are: {', '.join(_FUNCTIONS)}"
        elif token.is_name and token.value not in columns:
            can_be_text = previous.key in _COMPARISONS | {"(", ",", "like", "ilike"}
            yield _describe_unknown_column(token.value, columns, can_be_text=can_be_text)


def _describe_unknown_column(name: str, columns: Sequence[str], *, can_be_text: bool) -> str:
    nearest = _find_nearest(name, columns)
    hint = f" Text needs single quotes: '{name}'." if can_be_text else ""
    if nearest:
        return f"there is no column {quote_column(name)}; did you mean {quote_column(nearest)}?{hint}"
    return f"there is no column {quote_column(name)}.{hint} The columns: {', '.join(map(quote_column, columns))}"


def _find_nearest(name: str, columns: Sequence[str]) -> str:
    folded = {column.casefold(): column for column in columns}
    return next((folded[match] for match in difflib.get_close_matches(name.casefold(), folded, n=1)), "")


def _check_brackets(tokens: Sequence[Token]) -> Iterator[str]:
    """Find brackets without a partner, and commas outside lists."""
    is_list: list[bool] = []  # per open bracket
    for previous, token, following in _pair_neighbors(tokens):
        if token.key == "(":
            is_list.append(previous.key == "in" or previous.key in _FUNCTIONS)
            if following.key == ")":
                yield "the brackets () are empty"
        elif token.key == ")" and not is_list:
            yield "there is a closing bracket without an opening one"
        elif token.key == ")":
            is_list.pop()
        elif token.key == "," and not (is_list and is_list[-1]):
            yield "a comma is allowed only in a list, as after IN; write large numbers without it, as in 5000000"
    if is_list:
        yield "a bracket is not closed"


def _check_nulls(tokens: Sequence[Token]) -> Iterator[str]:
    """Find NULL outside IS NULL and IS NOT NULL, where it would leave every row undecided."""
    padded = (_NO_TOKEN, _NO_TOKEN, *tokens)
    for second_last, last, token in zip(padded, padded[1:], tokens, strict=False):
        if token.key == "null" and "is" not in {last.key, second_last.key if last.key == "not" else ""}:
            yield "nothing equals NULL: write IS NULL or IS NOT NULL"


def _check_sequence(tokens: Sequence[Token]) -> Iterator[str]:
    """Find tokens that can't follow each other."""
    for token, following in pairwise((*tokens, _NO_TOKEN)):
        if token.key in _FUNCTIONS and following.key != "(":
            yield f"{token.source} is a function: write its value in brackets after it"
        elif token.key == "date" and not (following.kind == "text" and is_day(following.value)):
            yield "DATE needs a day in single quotes, such as DATE '2024-01-31'"
        elif token.ends_value and following.starts_value:
            yield f"nothing joins {token.source} and {following.source}: write an operator, such as = or AND, between them"
        elif token.key in {"like", "ilike"} and following.kind != "text":
            yield f"{token.source} needs a text in single quotes, such as 'Char%'"
    for previous, comma, following in _pair_neighbors(tokens):
        if comma.key == "," and {previous.kind, following.kind} == {"text", "number"}:
            yield f"{previous.source} and {following.source} are text and a number in one list; use all text or all numbers"


def _check_operands(tokens: Sequence[Token]) -> Iterator[str]:
    """Find operators without a value on one side."""
    for previous, token, following in _pair_neighbors(tokens):
        is_negated = previous.key == "not" and token.key in {"in", "like", "ilike", "between"}
        if token.key in _OPERATORS - {"not", "+", "-"} and not (previous.ends_value or is_negated):
            yield f"there is no value before {token.source}"
        elif token.key in _OPERATORS | {","} and following.key in {"", ")", ","} and not following.starts_value:
            yield f"there is no value after {token.source}"


def _check_quoted_columns(tokens: Sequence[Token], columns: Sequence[str]) -> Iterator[str]:
    """Find compared text that is the name of a column: the quotes are the wrong ones."""
    names = {name.casefold(): name for name in columns}
    for token, following in pairwise(tokens):
        name = names.get(token.value.casefold()) if token.kind == "text" else None
        if name and following.key in _OPERATORS - {"and", "or"}:
            yield f"{token.source} in single quotes is text; for the column write {quote_column(name)}"


def _pair_neighbors(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token, Token]]:
    """Yield each token with the one before and the one after it."""
    return zip((_NO_TOKEN, *tokens), tokens, (*tokens[1:], _NO_TOKEN), strict=False)


def is_day(text: str) -> bool:
    """Return whether a text is a day as filters write it: `2024-01-31`."""
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False
