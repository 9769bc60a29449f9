"""The text of a filter, word by word: what stands there, and what can't stand there."""

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

LONGEST = 2_000
"""Characters of a filter."""

_DEEPEST, _MOST_OPERATORS, _MOST_RANGES = 20, 100, 10  # what the parser and the planner of the frame library bear on any stack
_OPERATORS = {"=", "==", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "and", "or", "not", "in", "is", "like"}
_OPERATORS |= {"ilike", "between"}
_COMPARISONS = {"=", "==", "<>", "!=", "<", "<=", ">", ">="}
_KEYWORDS = {"and", "or", "not", "in", "is", "null", "true", "false", "between", "like", "ilike", "date"}
# Only what looks at one row, and fails for no value that a row may have.
_FUNCTIONS = ("abs", "coalesce", "ends_with", "lower", "round", "starts_with", "trim", "upper")
_OF_MANY_ROWS = {
    "max",
    "min",
    "sum",
    "avg",
    "mean",
    "median",
    "count",
    "stddev",
    "variance",
    "first",
    "last",
    "rank",
    "row_number",
}
_OF_MANY_ROWS |= {"over", "select", "exists", "any", "all", "from", "lag", "lead", "array_agg", "unnest", "group"}
_NOT_TAKEN = {
    "as",
    "array",
    "by",
    "case",
    "cast",
    "collate",
    "div",
    "else",
    "end",
    "escape",
    "except",
    "exclude",
    "interval",
    "then",
}
_NOT_TAKEN |= {"order", "partition", "regexp", "rlike", "similar", "try_cast", "when", "where", "xor"}
_RESERVED = _KEYWORDS.union(_FUNCTIONS, _OF_MANY_ROWS, _NOT_TAKEN)
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
    """A piece of a filter: its `kind` (text, name, number, word or symbol), and how it is written."""

    kind: str
    written: str

    @property
    def value(self) -> str:
        """Without quotes."""
        return self.written[1:-1] if self.kind in {"text", "name"} else self.written

    @property
    def key(self) -> str:
        """A word or symbol whatever its case; empty for all that is quoted, and for numbers."""
        return self.written.lower() if self.kind in {"word", "symbol"} else ""

    @property
    def is_name(self) -> bool:
        """Whether it can only be a column."""
        return self.kind == "name" or (self.kind == "word" and self.key not in _RESERVED)

    @property
    def starts_value(self) -> bool:
        """Whether a value begins with it."""
        return self.kind in {"text", "name", "number"} or self.key == "(" or (self.kind == "word" and self.key not in _OPERATORS)

    @property
    def ends_value(self) -> bool:
        """Whether a value may end with it."""
        return self.kind in {"text", "name", "number"} or self.is_name or self.key in {")", "true", "false", "null"}


def find_syntax_error(text: str, known: Sequence[str]) -> str:
    """What is wrong with the words of a filter over the `known` columns, in a sentence; empty if nothing is."""
    return next(_mistakes(text, known), "")


def quote_column(name: str) -> str:
    """A column as a filter has to write it."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f'"{name}"'


def _mistakes(text: str, known: Sequence[str]) -> Iterator[str]:
    """One after the other: each look trusts those before it."""
    if len(text) > LONGEST:
        yield f"it has {len(text):,} characters, more than {LONGEST:,}"
    tokens, rest = _tokens(text)
    if rest:
        yield _unreadable(rest)
    yield from _too_much(tokens)
    yield from _unquoted(tokens, known)
    yield from _not_known(tokens, known)
    yield from _misplaced(tokens)
    yield from _alone(tokens)
    yield from _texts_for_columns(tokens, known)


def _tokens(text: str) -> tuple[list[Token], str]:
    """The pieces of a text, and what is left from where none is found."""
    tokens: list[Token] = []
    position, text = 0, text.rstrip()
    while found := _TOKEN.match(text, position):
        tokens.append(Token(str(found.lastgroup), found[0].strip()))
        position = found.end()
    return tokens, text[position:].strip()


def _unreadable(rest: str) -> str:
    if rest[0] in "'\"":
        return f"the quote before {_short(rest[1:])} is not closed"
    if rest[0] in "\u201c\u201d\u201e\u2018\u2019\u00b4":
        return f"{rest[0]} is a curly quote: write ' around a text and \" around a name"
    if rest[0].isdigit():
        return f"{_first_word(rest)} is no number: write it without separators and units, such as 5000000"
    if rest.startswith(("--", "/*")):
        return "a filter holds no comments"
    return f"{rest[0] if rest[0].isprintable() else ascii(rest[0])} has no meaning in a filter"


def _too_much(tokens: Sequence[Token]) -> Iterator[str]:
    operators = sum(token.key in _OPERATORS for token in tokens)
    if operators > _MOST_OPERATORS:
        yield f"it has {operators} operators, more than {_MOST_OPERATORS}; a long list of values is shorter with IN ('A', 'B')"
    if _depth(tokens) > _DEEPEST:
        yield f"it is nested deeper than {_DEEPEST} brackets or NOTs"
    if sum(token.key == "between" for token in tokens) > _MOST_RANGES:
        yield f"it has more than {_MOST_RANGES} BETWEEN; write >= and <="


def _depth(tokens: Sequence[Token]) -> int:
    """The most brackets that are open at once, or signs and NOTs in a row."""
    depth = deepest = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.key, 0)
        deepest = max(deepest, depth)
    rows = (len(list(group)) for signs, group in groupby(tokens, key=lambda token: token.key in {"not", "-", "+"}) if signs)
    return max(deepest, *rows, 0)


def _unquoted(tokens: Sequence[Token], known: Sequence[str]) -> Iterator[str]:
    """Names of several words that stand there without double quotes."""
    words = [token.key for token in tokens]
    for name in sorted(known, key=len, reverse=True):
        parts = [token.key for token in _tokens(name)[0]]
        if len(parts) > 1 and any(words[start : start + len(parts)] == parts for start in range(len(words))):
            yield f'{name} is more than one word: names with a space stand in double quotes, "{name}"'
    for names, group in groupby(tokens, key=lambda token: token.kind == "word" and token.is_name):
        joined = " ".join(token.written for token in group)
        if names and " " in joined and (near := _nearest(joined, known)):
            yield f"there is no column {joined}; did you mean {quote_column(near)}? Names with a space stand in double quotes"


def _not_known(tokens: Sequence[Token], known: Sequence[str]) -> Iterator[str]:
    for before, token, after in _neighbors(tokens):
        if token.is_name and token.value in known and after.key == "(":
            yield f"{token.value} is a column and no function"
        elif token.key in _OF_MANY_ROWS:
            yield f"{token.written} looks at many rows, and a filter at each row by itself"
        elif token.key in _NOT_TAKEN:
            yield f"{token.written} is more than a filter takes: write conditions, joined by AND, OR and NOT"
        elif token.is_name and after.key == "(":
            yield f"{token.written} is no function of filters; there are: {', '.join(_FUNCTIONS)}"
        elif token.is_name and token.value not in known:
            yield _unknown(token.value, known, as_text=before.key in _COMPARISONS | {"(", ",", "like", "ilike"})


def _unknown(name: str, known: Sequence[str], *, as_text: bool) -> str:
    near = _nearest(name, known)
    text = f" A text stands in single quotes: '{name}'." if as_text else ""
    if near:
        return f"there is no column {quote_column(name)}; did you mean {quote_column(near)}?{text}"
    return f"there is no column {quote_column(name)}.{text} The columns: {', '.join(map(quote_column, known))}"


def _nearest(name: str, known: Sequence[str]) -> str:
    folded = {column.casefold(): column for column in known}
    return next((folded[near] for near in difflib.get_close_matches(name.casefold(), folded, n=1)), "")


def _misplaced(tokens: Sequence[Token]) -> Iterator[str]:
    yield from _brackets(tokens)
    yield from _nulls(tokens)
    for token, after in pairwise((*tokens, _NOTHING)):
        if token.key in _FUNCTIONS and after.key != "(":
            yield f"{token.written} is a function: its value stands in brackets after it"
        elif token.key == "date" and not (after.kind == "text" and _is_day(after.value)):
            yield "DATE is followed by a day in single quotes, such as DATE '2024-01-31'"
        elif token.ends_value and after.starts_value:
            yield f"between {token.written} and {after.written} is nothing that joins them, such as = or AND"
        elif token.key in {"like", "ilike"} and after.kind != "text":
            yield f"{token.written} is followed by a text in single quotes, such as 'Char%'"
    for first, comma, second in _neighbors(tokens):
        if comma.key == "," and {first.kind, second.kind} == {"text", "number"}:
            yield f"{first.written} and {second.written} are a text and a number in one list; let all be texts, or all numbers"


def _alone(tokens: Sequence[Token]) -> Iterator[str]:
    """Operators that lack a side."""
    for before, token, after in _neighbors(tokens):
        negated = before.key == "not" and token.key in {"in", "like", "ilike", "between"}
        if token.key in _OPERATORS - {"not", "+", "-"} and not (before.ends_value or negated):
            yield f"before {token.written} stands nothing that it could compare or join"
        elif token.key in _OPERATORS | {","} and after.key in {"", ")", ","} and not after.starts_value:
            yield f"it breaks off after {token.written}"


def _nulls(tokens: Sequence[Token]) -> Iterator[str]:
    """NULL anywhere but in IS NULL and IS NOT NULL: it would leave every row undecided."""
    padded = (_NOTHING, _NOTHING, *tokens)
    for first, second, null in zip(padded, padded[1:], tokens, strict=False):
        if null.key == "null" and "is" not in {second.key, first.key if second.key == "not" else ""}:
            yield "nothing equals NULL: write IS NULL or IS NOT NULL"


def _brackets(tokens: Sequence[Token]) -> Iterator[str]:
    """What does not close, and commas that stand in no list."""
    lists: list[bool] = []
    for before, token, after in _neighbors(tokens):
        if token.key == "(":
            lists.append(before.key == "in" or before.key in _FUNCTIONS)
            if after.key == ")":
                yield "nothing stands between the brackets ()"
        elif token.key == ")" and not lists:
            yield "a bracket is closed that was not opened"
        elif token.key == ")":
            lists.pop()
        elif token.key == "," and not (lists and lists[-1]):
            yield "a comma stands only in a list, as after IN, and in no number: 5000000"
    if lists:
        yield "a bracket is not closed"


def _texts_for_columns(tokens: Sequence[Token], known: Sequence[str]) -> Iterator[str]:
    """What is compared is a column; where a column's name stands there as a text, the quotes are the wrong ones."""
    names = {name.casefold(): name for name in known}
    for token, after in pairwise(tokens):
        name = names.get(token.value.casefold()) if token.kind == "text" else None
        if name and after.key in _OPERATORS - {"and", "or"}:
            yield f"{token.written} in single quotes is a text; the column is {quote_column(name)}"


_NOTHING = Token("", "")


def _neighbors(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token, Token]]:
    """Each token between those beside it."""
    return zip((_NOTHING, *tokens), tokens, (*tokens[1:], _NOTHING), strict=False)


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False


def _first_word(text: str) -> str:
    return _short(text.split(maxsplit=1)[0])


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}..."  # noqa: PLR2004 - enough to find it by
