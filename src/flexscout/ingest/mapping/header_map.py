"""Map the headers of a sheet to canonical columns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flexscout.domain import (
    PLACE_COLUMNS,
    Role,
    Vendor,
    find_word_meaning,
    format_column_letters,
    list_canonical_columns,
    map_ambiguous_headers,
    map_header_aliases,
    map_vendor_headers,
    normalize_header,
)
from flexscout.ingest.mapping.column_mapping import (
    LEAVE_OUT,
    NO_MAPPING,
    ColumnChoice,
    ColumnMapping,
    name_unmapped_columns,
)
from flexscout.ingest.mapping.meanings import (
    Meaning,
    Meanings,
    SheetColumns,
    build_meaning,
    find_vendor,
    mark_chosen,
    read_meanings,
)
from flexscout.ingest.mapping.places import Places, find_splits, resolve_places
from flexscout.ingest.mapping.property_types import PROPERTY_TYPE, PropertyTypes, find_type_tables, resolve_types
from flexscout.ingest.mapping.sizes import (
    build_column_issue,
    correct_lot_sizes,
    drop_rents,
    find_factor,
    find_measured_lot,
    find_two_sizes,
    report_effective_year,
    report_whole_values,
    resolve_lot_units,
    resolve_prices,
)
from flexscout.ingest.mapping.suggestions import suggest_columns
from flexscout.ingest.mapping.units import is_square_feet_as_acres
from flexscout.ingest.mapping.user_columns import (
    UserColumns,
    assign_code_tables,
    describe_by_table,
    join_types,
    make_constants,
    make_user_columns,
)
from flexscout.models import HeaderMap, Issue, IssueReason
from flexscout.sheet_columns import CellTexts, DerivedColumn, DerivedKind, MappedColumn

REQUIRED = (("Address", "APN"), ("Property Type", "Building SqFt"))
"""A property table has at least one column of each pair; the size of a lot may stand for that of a building."""

_LOT_SIZES = ("Lot Size Acres", "Lot Size SqFt")

_PROOFS = "a parcel number, lot size, year built, coordinates, or a header that names a building or property"
_OF_ANYTHING = {"Address", *PLACE_COLUMNS, "Property Name", "Tenant(s)", "Owner Name", "Number of Units", "Property Link",
                "Asking Price", "Sold Price", "Sale Date", "Occupancy", "Building Status", "Total Parcel Value"}  # fmt: skip
_VAGUE_HEADERS = {"type", "use", "class", "category", "style", "size", "sf", "sqft", "area", "location", "name", "squarefeet",
                  "squarefootage", "sizesf", "sizesqft", "totalsf", "totalsqft", "account", "acct", "accountnumber",
                  "accountno", "acctno", "accountid", "number", "pid", "product", "locator", "dh", "gl", "market"}  # fmt: skip

SUBTYPE = "Property Subtype"
"""Name of the column that keeps a vendor's subtypes, which isn't scored."""

_MIN_FILLED_SHARE = 0.2  # of the values of the best filled column

Headers = Sequence[str | None]


def map_headers(
    sheet: str, headers: Headers, body: CellTexts, mapping: ColumnMapping = NO_MAPPING, *, spans_two_rows: bool = False
) -> HeaderMap:
    """Name every column of a sheet.

    A user's mapping comes first, then aliases from the vocabulary, then the words of the headers, if the values agree; similar
    names are only suggested. Parts of an address or a parcel number are joined, and a finer property type is added to a coarse
    one. If two columns mean the same thing, the clearer and better filled one is used.

    Args:
        sheet: Sheet name.
        headers: Header texts, by position.
        body: Texts below the header, columns in the order of `headers`.
        mapping: The user's mapping.
        spans_two_rows: Whether each header is made of two rows.

    """
    columns = SheetColumns(headers, body, {constant.column: constant.text for constant in mapping.constants})
    expanded = [normalize_header(header or "") for header in headers]
    vendor = find_vendor(expanded)
    choices = mapping.find_choices(headers)
    resolved = _resolve(sheet, columns, mapping, vendor)
    used = _choose_columns(resolved.meanings, columns)
    names = name_unmapped_columns([SUBTYPE if i in resolved.subtypes else header for i, header in enumerate(headers)], used)
    unmapped = [MappedColumn(i, header or names[i], names[i], canonical=False) for i, header in enumerate(headers)]
    left_out = [i for i, choice in choices.items() if choice.column == LEAVE_OUT]
    hidden = {*left_out, *(resolved.joined_positions - choices.keys())}
    kept = [
        _build_mapped_column(columns, i, header or names[i], resolved.meanings[i]) if i in used else unmapped[i]
        for i, header in enumerate(headers)
        if (i in used or header or body.to_series(i).count()) and i not in hidden
    ]
    _add_constants(resolved, mapping, {resolved.meanings[i].column for i in used}, len(headers))
    kept += [MappedColumn(made.position, made.header, name, canonical=True) for name, made in resolved.derived]
    present = {column.name for column in kept if column.canonical}
    missing = tuple(column.name for column in list_canonical_columns() if column.name not in present)
    return HeaderMap(
        tuple(kept),
        vendor.name if vendor else "",
        missing,
        suggest_columns(columns, [column for column in kept if not column.canonical], missing, {*choices, *resolved.judged}),
        (
            *resolved.issues,
            *report_effective_year(sheet, columns, resolved.meanings, used),
            *report_whole_values(sheet, columns, resolved.meanings, used),
            *_report_second_columns(sheet, headers, resolved.meanings, used),
        ),
        known=_count_known(expanded, vendor, used, resolved),
        from_mapping=tuple(sorted({*(choice.header for choice in choices.values()), *resolved.entries})),
        excluded=tuple(unmapped[i] for i in left_out),
        spans_two_rows=spans_two_rows,
        derived=tuple(made for _, made in resolved.derived),
        mapping=mapping.name,
    )


@dataclass
class _Resolved:
    """What the columns mean, before the choice among those that mean the same.

    `entries`: those of the mapping that made some; `judged`: positions of those whose headers are known.
    """

    meanings: Meanings
    derived: list[tuple[str, DerivedColumn]]
    issues: list[Issue]
    subtypes: frozenset[int]
    entries: list[str]
    judged: frozenset[int]

    @property
    def joined_positions(self) -> set[int]:
        """Positions of the columns that are only parts of another."""
        return {i for _, made in self.derived if made.kind is DerivedKind.JOIN for i, _ in made.sources}


def _resolve(sheet: str, columns: SheetColumns, mapping: ColumnMapping, vendor: Vendor | None) -> _Resolved:
    """Find out what every column means: places, then types, then sizes and prices. What the user's mapping says comes first."""
    layout, width = vendor.name if vendor else "", len(columns.headers)
    choices = mapping.find_choices(columns.headers)
    made = make_user_columns(columns, mapping, {choice.column for choice in choices.values()})
    choices = {i: choice for i, choice in choices.items() if not (choice.unit and i in made.sources)}
    meanings = _read_all_meanings(columns, choices, made, vendor)
    tables = assign_code_tables(columns, mapping, meanings, made.types)
    meanings |= {i: describe_by_table(meanings, i, codes) for i, codes in tables.items() if i not in made.types}
    units = [i for i, meaning in meanings.items() if meaning.part == "unit"]
    places = resolve_places(columns, meanings, width + len(made.derived))
    judged = _list_judged(meanings, places) | made.sources
    given = {*made.names, *columns.constants}
    issues = _report_owners(sheet, columns, meanings, places, given)
    derived = [*made.derived, *places.joined]
    splits = find_splits(columns, places.meanings, width + len(derived), made.names)
    derived += splits
    split = {name for name, _ in splits}
    meanings = {i: each for i, each in places.meanings.items() if not each.part and each.column not in split}
    derived += find_measured_lot(columns, meanings, units, width + len(derived), made.names)
    derived += find_two_sizes(columns, meanings, width + len(derived), {name for name, _ in derived})
    issues += resolve_lot_units(sheet, columns, meanings)
    issues += _check_chosen_acres(sheet, columns, meanings)
    types = resolve_types(columns, meanings, layout, width + len(derived))
    issues += _report_types(sheet, columns, types)
    meanings = types.meanings
    if made.types:
        named = find_type_tables(columns, made.types, meanings, layout) | {i: codes.table.name for i, codes in tables.items()}
        derived.append((PROPERTY_TYPE, join_types(columns, made.types, named, width + len(derived))))
    if types.combined:
        derived.append((PROPERTY_TYPE, types.combined))
    issues += correct_lot_sizes(sheet, columns, meanings)
    issues += drop_rents(sheet, columns, meanings)
    resolve_prices(columns, meanings)
    entries = [*made.entries, *(codes.entry for codes in tables.values())]
    return _Resolved(meanings, derived, issues, types.subtypes, entries, judged)


def _list_judged(meanings: Meanings, places: Places) -> frozenset[int]:
    """Return the positions of the columns whose headers are known. A lot that is no part of a parcel number may be a size."""
    joined = {i for _, made in places.joined for i, _ in made.sources}
    return frozenset(i for i, meaning in meanings.items() if meaning.part != "lot" or i in joined)


def _read_all_meanings(
    columns: SheetColumns, choices: Mapping[int, ColumnChoice], made: UserColumns, vendor: Vendor | None
) -> Meanings:
    """Return what the headers mean, with the user's choices instead of the vocabulary."""
    free = [i for i, header in enumerate(columns.headers) if header and i not in choices and i not in made.sources]
    meanings = {i: each for i, each in read_meanings(columns, free, vendor).items() if each.column not in made.names}
    chosen = {i: choice for i, choice in choices.items() if choice.is_canonical}
    for i, choice in chosen.items():
        alias = map_header_aliases().get(normalize_header(columns.get_header(i)))
        known = build_meaning(alias, columns.get_header(i)) if alias else Meaning(choice.column)
        meanings[i] = mark_chosen(known, choice.column, inverted=choice.inverted)
    taken = {choice.column for choice in chosen.values()}
    rivals = {i for i, meaning in meanings.items() if meaning.part and meaning.column in taken}
    return {i: meaning for i, meaning in meanings.items() if i not in rivals}


def find_missing_required(header_map: HeaderMap) -> list[str]:
    """Return what a sheet lacks to be a property table, such as `Address or APN`; empty for a property table.

    Tables of other things have addresses, types and sizes too. If those headers are as vague as `Type` and `Size`, another column
    has to show that the rows are properties.
    """
    return _find_missing_pairs(header_map) or ([] if _shows_properties(header_map) else [_PROOFS])


def has_vague_headers(header_map: HeaderMap) -> bool:
    """Return whether a sheet has the required columns, but its headers could be of any table."""
    return not _find_missing_pairs(header_map) and not _shows_properties(header_map)


def _find_missing_pairs(header_map: HeaderMap) -> list[str]:
    missing = set(header_map.missing)
    has_lot = not missing.issuperset(_LOT_SIZES)
    return [" or ".join(pair) for pair in REQUIRED if missing.issuperset(pair) and not (has_lot and "Building SqFt" in pair)]


def _shows_properties(header_map: HeaderMap) -> bool:
    """Return whether some column is of properties only, or the vendor or the user's mapping is known."""
    if header_map.vendor or header_map.from_mapping:
        return True
    clear = [
        column
        for column in header_map.canonical
        if normalize_header(column.header) not in _VAGUE_HEADERS and not _is_known_by_values(column)
    ]
    return any(column.name not in _OF_ANYTHING for column in clear)


def _is_known_by_values(column: MappedColumn) -> bool:
    """Return whether only the values say that a column has property types."""
    is_plain = column.name == PROPERTY_TYPE and normalize_header(column.header) not in map_header_aliases()
    return is_plain and " + " not in column.header and find_word_meaning(column.header) is None


def _add_constants(resolved: _Resolved, mapping: ColumnMapping, used: set[str], width: int) -> None:
    """Add the columns of one text that a mapping gives to a sheet without them."""
    constants = make_constants(mapping, used | {name for name, _ in resolved.derived}, width + len(resolved.derived))
    resolved.derived += constants
    resolved.entries += [constant.entry for constant in mapping.constants if constant.column in dict(constants)]


def _build_mapped_column(columns: SheetColumns, position: int, header: str, meaning: Meaning) -> MappedColumn:
    factor = find_factor(columns, position, meaning.column)
    return MappedColumn(
        position, header, meaning.column, canonical=True, inverted=meaning.inverted, codes=meaning.codes, factor=factor
    )


def _count_known(expanded: Sequence[str], vendor: Vendor | None, used: Collection[int], resolved: _Resolved) -> int:
    """Count the headers that the vocabulary or the vendor's exports have, or that are used."""
    of_vendor = map_vendor_headers().get(vendor.name, frozenset()) if vendor else frozenset()
    known = map_header_aliases().keys() | map_ambiguous_headers().keys() | of_vendor
    in_use = {*used, *(i for _, made in resolved.derived for i, _ in made.sources)}
    return sum(1 for i, header in enumerate(expanded) if header in known or i in in_use)


def _report_owners(sheet: str, columns: SheetColumns, meanings: Meanings, places: Places, given: Collection[str]) -> list[Issue]:
    """Report address columns that belong to an owner, where the property then has none, and streets without numbers.

    `given`: canonical columns that the user's mapping makes.
    """
    left = {meaning.column for meaning in places.meanings.values()} | {name for name, _ in places.joined} | set(given)
    owners = [i for i in places.owners if meanings[i].column not in left and not meanings[i].part]
    issues = [
        build_column_issue(
            sheet, columns.headers[i], IssueReason.OTHER_PARTY, f"{meanings[i].column} of the property is left empty"
        )
        for i in owners
    ]
    return issues + [
        build_column_issue(sheet, columns.headers[i], IssueReason.STREET_ONLY, "Address of the property is left empty")
        for i in places.street_only
    ]


def _report_types(sheet: str, columns: SheetColumns, types: PropertyTypes) -> list[Issue]:
    """Report codes whose issuer isn't known, and columns of types that are not used."""
    where = f"for {', '.join(sorted(types.states))}" if types.states else "without a State or County column"
    detail = f"no table of codes fits the header {where}"
    issues = [
        build_column_issue(sheet, columns.headers[i], IssueReason.CODES_UNCLEAR, detail, ", ".join(columns.list_frequent(i)))
        for i in types.unclear
    ]
    used = next((columns.get_header(i) for i, meaning in types.meanings.items() if meaning.column == PROPERTY_TYPE), "")
    source = types.combined.header if types.combined else used
    issues += [
        build_column_issue(sheet, columns.headers[i], IssueReason.SECOND_COLUMN, f"{PROPERTY_TYPE} is taken from {source}")
        for i in types.unused
    ]
    return issues


def _check_chosen_acres(sheet: str, columns: SheetColumns, meanings: Meanings) -> list[Issue]:
    """Warn if the values of a column that the user maps to acres disagree. The mapping wins."""
    detail = "too large for acres, but the mapping file says acres. map it to Lot Size SqFt instead"
    return [
        build_column_issue(sheet, columns.headers[i] or format_column_letters(i), IssueReason.UNIT_UNCLEAR, detail)
        for i, meaning in meanings.items()
        if meaning.is_chosen and meaning.column == "Lot Size Acres" and is_square_feet_as_acres(columns.get_texts(i))
    ]


def _choose_columns(meanings: Meanings, columns: SheetColumns) -> set[int]:
    """Choose among columns with the same meaning: the user's choice, else the clearest and best filled; ties: the first."""
    rivals: dict[str, list[int]] = {}
    for i, meaning in meanings.items():
        rivals.setdefault(meaning.column, []).append(i)
    return {same[0] if len(same) == 1 else _choose_best(same, meanings, columns) for same in rivals.values()}


def _choose_best(same: Sequence[int], meanings: Meanings, columns: SheetColumns) -> int:
    """Choose a plain header, then the clearest, then the best filled; one with hardly any values loses to the others.

    So does a parcel number with hardly any different values, such as the last part of one.
    """
    filled = {i: columns.count_values(i) for i in same}
    enough = max(filled.values()) * _MIN_FILLED_SHARE
    is_number = meanings[same[0]].column == "APN"
    distinct = {i: columns.sample(i).n_unique() if is_number else 0 for i in same}
    return max(
        same,
        key=lambda i: (
            meanings[i].is_chosen,
            filled[i] > 0,
            meanings[i].is_plain,
            filled[i] >= enough,
            distinct[i] >= max(distinct.values()) * _MIN_FILLED_SHARE,
            -meanings[i].tier,
            meanings[i].role is Role.PROPERTY,
            filled[i],
        ),
    )


def _report_second_columns(sheet: str, headers: Headers, meanings: Meanings, used: Collection[int]) -> list[Issue]:
    """Report columns that mean the same as the one that is used, and as clearly."""
    sources = {meanings[i].column: i for i in used}
    return [
        build_column_issue(sheet, headers[i], IssueReason.SECOND_COLUMN, f"{meaning.column} is taken from {headers[source]}")
        for i, meaning in meanings.items()
        if i not in used and meaning.tier <= meanings[source := sources[meaning.column]].tier
    ]
