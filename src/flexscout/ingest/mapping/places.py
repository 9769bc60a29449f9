"""Whose address a table has; addresses, parcel numbers and dates in several columns, and several parts in one."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl

from flexscout.domain import (
    PLACE_COLUMNS,
    POSTAL_COLUMNS,
    Role,
    map_address_terms,
    map_state_codes,
    map_zip_codes_to_states,
    split_header,
)
from flexscout.ingest.derived_columns import ADDRESS_SEPARATOR, APN_SEPARATOR
from flexscout.ingest.mapping.meanings import WHOLE_ADDRESS, Meaning, Meanings, SheetColumns, share_of
from flexscout.sheet_columns import DerivedColumn, DerivedKind

_MOSTLY = 0.8
_HALF = 0.5
_REACH = 3  # columns behind a house number in which the name of the street is
_MIN_NUMBERS = 3  # fewer may count the rows
_ONE_STATE = 0.9  # of the rows; an owner's states are more mixed
_HOUSE_NUMBER = r"^\W*\d"
_ONLY_NUMBER = r"^\d+[A-Za-z]?$"
_ZIP = r"^\d{5}(?:-?\d{4})?$"
_STREET = r"[A-Za-z]{3}|\d(?:ST|ND|RD|TH|st|nd|rd|th)\b"
_TOWN = r"^[A-Za-z][A-Za-z .'-]+$"
_ADDRESS_PARTS = ("number", "number suffix", "direction", "name", "type", "direction after")
_APN_PARTS = ("map", "block", "lot")
_DATE_PARTS = ("year", "month", "day")
_YEAR = r"^(?:(?:18|19|20)\d\d(?:\.0+)?|0*)$"
# A month of one or two digits, a month and a day of three or four, or a name.
_MONTH = (
    r"(?i)^(?:(?:0?\d|1[0-2]|(?:0?[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:\.0+)?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?)$"
)
_SPLIT_SHARE = 0.7  # of the values that have several parts of a place
_STATE_AT_END = r"(?i)[,/\s]\s*[A-Z]{2}\.?$"
_FIELDS = ("Address", "City", "State", "Zip Code")  # which tell owners' columns from those of properties


@dataclass
class Places:
    """Meanings after it is known whose address is whose.

    Attributes:
        meanings: The meanings that are left.
        joined: Columns made of several, with the canonical column of each.
        owners: Positions of address columns that belong to an owner or someone else.
        street_only: Positions of streets without house numbers, which are no addresses.

    """

    meanings: Meanings
    joined: list[tuple[str, DerivedColumn]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    street_only: list[int] = field(default_factory=list)


def resolve_places(columns: SheetColumns, meanings: Meanings, next_position: int) -> Places:
    """Keep the columns of the property's address, and join those that hold parts of it.

    Args:
        columns: Columns of the sheet.
        meanings: Position -> meaning.
        next_position: Position for the first joined column.

    """
    meanings = _find_street_types(columns, _find_behind_numbers(columns, meanings))
    owners = _find_owners(columns, meanings)
    left = {i: meaning for i, meaning in meanings.items() if i not in owners}
    left = _resolve_second_lines(columns, left)
    places = Places(left, owners=[i for i in owners if meanings[i].role is not Role.OTHER])
    _join_address(columns, places, next_position)
    _join_apn(columns, places, next_position + len(places.joined))
    _join_sale_date(columns, places, next_position + len(places.joined))
    places.meanings = {i: meaning for i, meaning in places.meanings.items() if meaning.part in ("", "split")}
    return places


def _find_owners(columns: SheetColumns, meanings: Meanings) -> set[int]:
    """Return the positions of place columns that aren't the property's."""
    places = {i: meaning for i, meaning in meanings.items() if meaning.column in PLACE_COLUMNS and not meaning.is_chosen}
    others = {i for i, meaning in places.items() if meaning.role is Role.OTHER}
    bare = [i for i, meaning in places.items() if meaning.role is Role.BARE and meaning.part != "line 2"]
    own = {meaning.column for meaning in places.values() if meaning.role is Role.PROPERTY}
    elsewhere = {meanings[i].column for i in others}
    twins = own & {meanings[i].column for i in bare if not meanings[i].part} & set(_FIELDS)
    anchors = _find_anchors(meanings, own, elsewhere)
    doubted = {i for i in bare if _is_owners(meanings[i].column, anchors.get(i), own, elsewhere, has_twins=bool(twins))}
    if not own and not doubted and _has_parts(meanings, bare):
        doubted = {i for i in bare if not meanings[i].part and anchors.get(i) is Role.OTHER and meanings[i].column in _FIELDS}
    elif not own and not doubted:
        doubted = _find_owners_by_state(columns, meanings, bare, anchors, elsewhere)
    doubted |= _find_columns_behind(places, others, elsewhere)
    doubted -= _find_confirmed_states(columns, places, doubted, twins)
    doubted |= _find_foreign_states(columns, places, [i for i in bare if i not in doubted])
    second = {i for i, meaning in places.items() if meaning.part == "line 2" and meaning.role is Role.BARE}
    municipal = {i for i in bare if "municipality" in split_header(columns.get_header(i))}  # nobody's mail is sent to one
    return (others | doubted | second) - municipal


def _find_columns_behind(places: Meanings, others: Collection[int], elsewhere: set[str]) -> set[int]:
    """Return the bare columns right behind someone else's street: the rest of that address, if it has no city of its own."""
    found: set[int] = set()
    for i in others if "City" not in elsewhere else ():
        behind = i + 1
        while places[i].column == "Address" and _is_rest_of_address(places.get(behind)):
            found.add(behind)
            behind += 1
    return found


def _is_rest_of_address(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.role is Role.BARE and meaning.column != "Address"


def _has_parts(meanings: Meanings, bare: Sequence[int]) -> bool:
    """Return whether the number and the name of a street have columns of their own: the property's, as owners are written to."""
    return {"number", "name"} <= {meanings[i].part for i in bare}


def _is_owners(column: str, anchor: Role | None, own: set[str], elsewhere: set[str], *, has_twins: bool) -> bool:
    """Return whether a column without a role belongs to the owner, in a table that has columns of the property too."""
    if not own or column == "County":
        return False
    if column in own:
        return True
    if column in elsewhere:
        return False  # the owner has one of its own
    return anchor is Role.OTHER or (has_twins and anchor is not Role.PROPERTY)


def _find_anchors(meanings: Meanings, own: set[str], elsewhere: set[str]) -> dict[int, Role]:
    """Return, for each position, whose the nearest column before it is, if that is known. Owners' names begin their addresses."""
    anchors: dict[int, Role] = {}
    last: Role | None = None
    for i, meaning in sorted(meanings.items()):
        if meaning.column in PLACE_COLUMNS and meaning.role is not Role.BARE:
            last = meaning.role
        elif meaning.column == "Owner Name":
            last = Role.OTHER
        elif (meaning.column in _FIELDS and meaning.column in elsewhere - own) or (
            meaning.part in _ADDRESS_PARTS and "Address" in elsewhere
        ):
            last = Role.PROPERTY  # the owner has one of its own
        if last:
            anchors[i] = last
    return anchors


def _find_owners_by_state(
    columns: SheetColumns, meanings: Meanings, bare: Sequence[int], anchors: dict[int, Role], elsewhere: set[str]
) -> set[int]:
    """Return the bare columns behind an owner's name if their states are many: an assessor's properties are in one."""
    if elsewhere or "APN" not in {meaning.column for meaning in meanings.values()}:
        return set()
    behind = {i for i in bare if anchors.get(i) is Role.OTHER}
    states = [i for i in behind if meanings[i].column == "State"]
    return behind if any(_share_of_commonest(columns.sample(i)) < _ONE_STATE for i in states) else set()


def _share_of_commonest(values: pl.Series) -> float:
    filled = values.drop_nulls()
    return 1.0 if filled.is_empty() else share_of(filled == filled.mode().sort()[0])


def _find_foreign_states(columns: SheetColumns, places: Meanings, bare: Iterable[int]) -> set[int]:
    """Return State columns without a role that contradict the property's own ZIP codes."""
    zips = [i for i, meaning in places.items() if meaning.column == "Zip Code" and meaning.role is Role.PROPERTY]
    states = [i for i in bare if places[i].column == "State"]
    return {i for i in states for z in zips if _measure_agreement(columns.sample(i), columns.sample(z)) < _HALF}


def _find_confirmed_states(columns: SheetColumns, places: Meanings, doubted: Collection[int], twins: set[str]) -> set[int]:
    """Return doubted State columns that agree with the ZIP codes of the property."""
    zips = [
        i for i, meaning in places.items() if meaning.column == "Zip Code" and meaning.role is not Role.OTHER and i not in doubted
    ]
    states = [] if twins else [i for i in doubted if places[i].column == "State"]
    return {i for i in states for z in zips if _measure_agreement(columns.sample(i), columns.sample(z)) == 1}


def _measure_agreement(states: pl.Series, zips: pl.Series) -> float:
    """Return the share of rows whose ZIP code is in their state."""
    given = states.str.to_uppercase().replace_strict(map_state_codes(), default=None, return_dtype=pl.String)
    implied = zips.str.slice(0, 3).replace_strict(map_zip_codes_to_states(), default=None, return_dtype=pl.String)
    same = given == implied
    return share_of(same) if same.count() else 1.0


def _resolve_second_lines(columns: SheetColumns, meanings: Meanings) -> Meanings:
    """Take second lines of an address for its city or ZIP code if that is what they hold."""
    present = {meaning.column for meaning in meanings.values() if not meaning.part}
    resolved = dict(meanings)
    for i, meaning in sorted(meanings.items()):
        if meaning.part != "line 2":
            continue
        for column, pattern in (("Zip Code", _ZIP), ("City", _TOWN)):
            if column not in present and columns.is_mostly(i, pattern, _MOSTLY):
                resolved[i] = replace(meaning, column=column, part="")
                present.add(column)
                break
    return resolved


def _join_address(columns: SheetColumns, places: Places, position: int) -> None:
    """Join the parts of the address if no column has it whole."""
    meanings = places.meanings
    if any(meaning.column == "Address" and meaning.is_chosen for meaning in meanings.values()):
        return
    whole = [i for i, meaning in meanings.items() if meaning.column == "Address" and not meaning.part]
    numbers = [i for i in whole if columns.is_mostly(i, _ONLY_NUMBER, _MOSTLY)]
    whole = [i for i in whole if i not in numbers]
    streets = [i for i in whole if columns.sample(i).count() and _share_matching(columns, i, _HOUSE_NUMBER) < _HALF]
    full = [i for i in whole if i not in streets and columns.measure_filled_share(i)]
    parts = _choose_parts(columns, meanings, "Address", _ADDRESS_PARTS)
    has_number = "number" in parts
    if not full and "name" not in parts and streets:
        parts["name"] = streets[0]
    if not full and "number" not in parts and numbers:
        parts["number"] = numbers[0]
    whole += numbers
    if not full and "number" in parts and "name" in parts:
        sources = _drop_repeated_type(columns, parts)
        places.joined.append(("Address", _build_join(columns, sources, position, ADDRESS_SEPARATOR)))
        dropped = set(whole)
    else:
        is_street = bool(full) or has_number or _is_street_name(columns, streets)
        dropped = {*(streets if is_street else ()), *(numbers if full else ())}
        places.street_only = sorted(dropped) if not full else []
    places.meanings = {i: meaning for i, meaning in meanings.items() if i not in dropped}


def _find_behind_numbers(columns: SheetColumns, meanings: Meanings) -> Meanings:
    """Find what belongs to a house number by its place: a street that is called only "st", and the suffix of the number."""
    found = dict(meanings)
    for i, number in meanings.items():
        words = split_header(columns.get_header(i))
        if number.column != "Address" or number.part != "number" or words[-1:] != ("number",):
            continue
        for behind in range(i + 1, min(i + 1 + _REACH, len(columns.headers))):
            last, known = split_header(columns.get_header(behind)), meanings.get(behind)
            if known and known.part in ("", "name"):
                break
            is_street = last == (*words[:-1], "st") and not known and _share_matching(columns, behind, _STREET) >= _HALF
            is_suffix = last == (*words[:-1], "suffix") and behind == i + 1 and _share_street_types(columns, behind) < _HALF
            if is_street or is_suffix:
                found[behind] = Meaning("Address", role=number.role, part="name" if is_street else "number suffix")
    return found


def _find_street_types(columns: SheetColumns, meanings: Meanings) -> Meanings:
    """Take a column that is called only "type", with types of streets right behind a street, for a part of the address."""
    found = dict(meanings)
    for i, before in meanings.items():
        behind = i + 1
        if before.column != "Address" or behind >= len(columns.headers) or ((after := meanings.get(behind)) and after.is_chosen):
            continue
        if split_header(columns.get_header(behind))[-1:] == ("type",) and _share_street_types(columns, behind) >= _HALF:
            found[behind] = Meaning("Address", role=before.role, part="type")
    return found


def _share_matching(columns: SheetColumns, position: int, pattern: str) -> float:
    return share_of(columns.sample(position).str.contains(pattern))


def _share_street_types(columns: SheetColumns, position: int) -> float:
    return share_of(columns.sample(position).str.to_uppercase().is_in(list(_list_street_types())))


@cache
def _list_street_types() -> frozenset[str]:
    return frozenset(form for short, forms in map_address_terms("suffixes").items() for form in (short, *forms))


def _is_street_name(columns: SheetColumns, streets: Sequence[int]) -> bool:
    """Return whether a header says that the column has only streets."""
    return any(columns.get_header(i).casefold().strip() in ("street", "str", "street name") for i in streets)


def _choose_parts(columns: SheetColumns, meanings: Meanings, column: str, names: Sequence[str]) -> dict[str, int]:
    """Return the position of each part: the clearest header that has values, those of the property first."""
    chosen: dict[str, int] = {}
    for name in names:
        found = [i for i, meaning in meanings.items() if meaning.column == column and meaning.part == name]
        filled = [i for i in found if columns.measure_filled_share(i) and not (name == "number" and _is_counter(columns, i))]
        if filled:
            chosen[name] = min(filled, key=lambda i: (meanings[i].role is not Role.PROPERTY, meanings[i].tier, i))
    return chosen


def _is_counter(columns: SheetColumns, position: int) -> bool:
    """Return whether a column called only "#" or "No" may count the rows."""
    values = columns.sample(position).cast(pl.Int64, strict=False)
    is_called_number = columns.get_header(position).casefold().strip(" .") in ("#", "no", "nr")
    return is_called_number and (values.count() < _MIN_NUMBERS or share_of(values.diff() == 1) == 1)


def _drop_repeated_type(columns: SheetColumns, parts: dict[str, int]) -> list[int]:
    """Return the positions to join, without the street type if the names end with it already."""
    ordered = [parts[name] for name in _ADDRESS_PARTS if name in parts]
    if "type" not in parts:
        return ordered
    names, types = columns.sample(parts["name"]), columns.sample(parts["type"])
    repeated = pl.DataFrame({"name": names, "type": types}).select(
        pl.col("name").str.to_uppercase().str.ends_with(" " + pl.col("type").str.to_uppercase())
    )
    is_repeated = share_of(repeated.to_series()) > _HALF
    return [i for i in ordered if i != parts["type"]] if is_repeated else ordered


def _join_apn(columns: SheetColumns, places: Places, position: int) -> None:
    """Join map, block and lot, or major and minor, if no column has the whole parcel number."""
    if any(meaning.column == "APN" and not meaning.part for meaning in places.meanings.values()):
        return
    parts = _choose_parts(columns, places.meanings, "APN", _APN_PARTS)
    sources = [parts[name] for name in _APN_PARTS if name in parts]
    if len(sources) > 1 and all(columns.is_mostly(i, r"\d", _HALF) for i in sources):
        places.joined.append(("APN", _build_join(columns, sources, position, APN_SEPARATOR)))


def _join_sale_date(columns: SheetColumns, places: Places, position: int) -> None:
    """Make a date of the year and the month of the sale, if no column has it whole."""
    if any(meaning.column == "Sale Date" and not meaning.part for meaning in places.meanings.values()):
        return
    parts = _choose_parts(columns, places.meanings, "Sale Date", _DATE_PARTS)
    patterns = {"year": _YEAR, "month": _MONTH}
    if all(name in parts and columns.is_mostly(parts[name], pattern, _MOSTLY) for name, pattern in patterns.items()):
        sources = [parts[name] for name in _DATE_PARTS if name in parts]
        places.joined.append(("Sale Date", _build_join(columns, sources, position, "", DerivedKind.DATE)))


def _build_join(
    columns: SheetColumns, sources: Sequence[int], position: int, separator: str, kind: DerivedKind = DerivedKind.JOIN
) -> DerivedColumn:
    return DerivedColumn(position, kind, tuple((i, columns.get_header(i)) for i in sources), separator)


def find_splits(
    columns: SheetColumns, meanings: Meanings, next_position: int, made: Collection[str] = ()
) -> list[tuple[str, DerivedColumn]]:
    """Return the columns that can be taken out of others, with the canonical column of each.

    Args:
        columns: Columns of the sheet.
        meanings: Position -> meaning, with the places of owners removed. Headers of several parts have the part `split`.
        next_position: Position for the first of them.
        made: Canonical columns that the user's mapping makes.

    """
    present = {meaning.column for meaning in meanings.values() if not meaning.part} | set(made)
    found: list[tuple[str, DerivedColumn]] = []
    for position, names in _list_sources(columns, meanings, present):
        for name in names:
            if name not in {column for column, _ in found}:
                source = (position, columns.get_header(position))
                found.append((name, DerivedColumn(next_position + len(found), DerivedKind.PLACE, (source,), name)))
    return found


def _list_sources(columns: SheetColumns, meanings: Meanings, present: set[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the position of each column with several parts, and what to take from it."""
    missing = [name for name in POSTAL_COLUMNS if name not in present]
    for i, meaning in meanings.items():
        if meaning.is_chosen:
            continue
        if meaning.part == "split" and "City" in missing:
            yield i, [name for name in missing if name != "Address" or meaning.column == "Address"]
        elif meaning.column == "Address" and not meaning.part and "City" in missing:
            if columns.is_mostly(i, WHOLE_ADDRESS, _SPLIT_SHARE):
                yield i, ["Address", *missing]
        elif meaning.column == "City" and "State" in missing and columns.is_mostly(i, _STATE_AT_END, _SPLIT_SHARE):
            yield i, ["City", "State"]
