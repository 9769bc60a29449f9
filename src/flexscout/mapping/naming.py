"""Names for the columns that pass through."""

from collections.abc import Collection, Sequence

from flexscout.model import OUTPUT_COLUMNS, POINTS
from flexscout.vocabulary import columns, fold

_LETTERS = 26
_OWN = {fold(name) for name in OUTPUT_COLUMNS}


def extra_names(headers: Sequence[str | None], chosen: Collection[int]) -> list[str]:
    """A name for each position that is not `chosen`: its header, made unique up to case and punctuation.

    A blank header becomes `Column C`, a name that flexscout writes itself gets ` (input)`, a repeated one ` (2)`.
    """
    taken = {_key(column.name) for column in columns()}
    numbers: dict[str, int] = {}
    names: list[str] = []
    for i, header in enumerate(headers):
        name = _shown(header) or f"Column {column_letter(i)}"
        if i not in chosen:
            name = _free(f"{name} (input)" if _is_own(name) else name, taken, numbers)
            taken.add(_key(name))
        names.append(name)
    return names


def _is_own(name: str) -> bool:
    return fold(name) in _OWN or name.casefold().endswith(POINTS.casefold())


def _shown(header: str | None) -> str:
    """The header with single spaces; without leading underscores where there are two, which mark working columns.

    A NUL counts as a space: pandas takes no name with one.
    """
    name = " ".join((header or "").replace("\0", " ").split())
    return name.lstrip("_ ") if name.startswith("__") else name


def _key(name: str) -> str:
    """Return what makes a name unique: without case, spaces and punctuation; a name of nothing but punctuation keeps it."""
    return fold(name) or "".join(name.casefold().split())


def column_letter(position: int) -> str:
    """Excel's letter of a column; position 0 is A."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def _free(name: str, taken: Collection[str], numbers: dict[str, int]) -> str:
    """The name, or its first numbered form that is free; `numbers`: the last one given to each name."""
    free = name
    key = _key(name)
    while _key(free) in taken:
        numbers[key] = numbers.get(key, 1) + 1
        free = f"{name} ({numbers[key]})"
    return free
