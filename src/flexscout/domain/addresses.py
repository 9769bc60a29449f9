"""Parse addresses into the parts of USPS Publication 28: house number, directions, street name, suffix and unit."""

from collections.abc import Iterable
from functools import cache

import polars as pl

from flexscout.domain.normalization import abbreviate_directions, abbreviate_street, expand_abbreviations, normalize_words
from flexscout.domain.vocabulary import map_address_terms, map_state_codes

ADDRESS_PARTS = ("number", "predirectional", "name", "suffix", "postdirectional", "unit")
"""Columns of a parsed address. `number` includes a range, a letter and a fraction."""

_GLUED_ROAD = r"^((?:[NSEW]{1,2} )?(?:OLD )?)(US|SR|CR|FM|SH|IH?|HWY|RTE)(\d)"
_BETWEEN_NUMBERS = r"\s*(?:[-\u2013&,/]|\bAND\b|\bTO\b|\bTHRU\b)\s*"
_WORDS = r"^\d+(?: [A-Za-z]+)+$"
_WORDS_AND_NUMBERS = r"^\d+(?: [A-Za-z0-9]+)+$"
_ONLY_SUFFIXES = ("AVE", "BLVD", "CT", "DR", "HWY", "LN", "PKWY", "PL", "RD", "ST")  # no part of a street's name
_LETTERED = ("", "ST", "AVE")  # suffixes of streets whose name may be a letter
_REMARK = (
    r"\s*\((?:(?:US|SR|CR|FM|IH?|M-|(?:(?:US|STATE) )?(?:HWY|HIGHWAY|RTE?|ROUTE))[ -]?\d+[A-Z]?"
    r"|(?:M/?C|MAIL (?:STOP|CODE)) ?\w+)\)"
)  # the road's other name, or a mail code
_BAY = r"^(\d\S* \S+.*?),?\s+BAYS?\s*#?\s*(\d+[A-Z]?(?:-\d+[A-Z]?)?)$"  # at the end only: Bay St, Bay 7th St
_UNIT_BEFORE_NUMBER = r"^((?:BLDG|BUILDING|UNIT|SUITE|STE|APT|LOT|#)\.?\s*\w+)\b[^,]*,\s*(\d+\S*\s.*)$"


def parse_addresses(addresses: pl.Series) -> pl.DataFrame:
    """Return ADDRESS_PARTS of each address, in order, and its street name without abbreviations as `full`.

    A missing part is empty. All parts are null if the address has no house number. For comparison, the name has no spaces next to
    letters (`VAN BUREN` becomes `VANBUREN`) and ordinals are numbers (`96TH` becomes `96`). The name of a numbered road is
    `HWY 19` in every spelling, and its owner (`US`, `ST`, `CNTY`) is the suffix.
    """
    distinct = addresses.unique().drop_nulls().rechunk().alias("text")
    numbered = _extract_number(_clean_text(distinct.to_frame().with_columns(pl.col("text").alias("address"))))
    # Many addresses share a street, so what follows the number is parsed once.
    streets = numbered.select(pl.col("text").unique().drop_nulls()).with_columns(pl.col("text").alias("street"))
    steps = (_extract_unit, _extract_numbered_road, _extract_bare_unit, _extract_directions, _extract_suffix, _normalize_name)
    for step in steps:
        streets = step(streets)
    parsed = numbered.join(streets, left_on="text", right_on="street", how="left", maintain_order="left")
    parts = parsed.select("address", *_blank_parts())
    return addresses.alias("address").to_frame().join(parts, on="address", how="left", maintain_order="left").drop("address")


def _blank_parts() -> list[pl.Expr]:
    is_parsed = pl.col("number").is_not_null() & (pl.col("name") != "")
    return [pl.when(is_parsed).then(pl.col(part).fill_null("")).alias(part) for part in (*ADDRESS_PARTS, "full")]


def _clean_text(table: pl.DataFrame) -> pl.DataFrame:
    """Normalize `text`, extract `fraction`, and move a unit in front of the house number behind the street."""
    # Most addresses are a number and words in ASCII; only the others need the slow replacements.
    text = pl.col("text")
    is_plain = text.str.contains(_WORDS) | (
        text.str.contains(_WORDS_AND_NUMBERS) & ~text.str.contains(_build_rewritten_pattern())
    )
    marked = table.with_columns(is_plain.alias("is_plain"))
    plain = _abbreviate_streets(marked.filter("is_plain").drop("is_plain"))
    other = _clean_punctuation(marked.filter(~pl.col("is_plain")).drop("is_plain"))
    return pl.concat([plain, _join_words(other)])


@cache
def _build_rewritten_pattern() -> str:
    """Return a pattern of what `_clean_punctuation` rewrites in texts of ASCII words and numbers, and some others."""
    return rf"(?i)\d TH\b| BAYS? ?\d| (?:AND|TO|THRU) \d|^\d+ \d+ {_build_direction_pattern()}\b"


def _abbreviate_streets(table: pl.DataFrame) -> pl.DataFrame:
    """Join words in addresses of words and numbers. Many share a street, so what follows the house number is looked at once."""
    upper = table["text"].str.to_uppercase()
    parts = upper.str.splitn(" ", 2).struct.rename_fields(["number", "street"]).struct.unnest()
    # Any number will do: one joins words behind it, but none depends on which it is.
    distinct = parts["street"].unique()
    joined = _join_words(distinct.to_frame("text").select(pl.format("0 {}", "text").alias("text")))["text"].str.strip_prefix("0")
    streets = pl.col("street").replace_strict(distinct, joined, return_dtype=pl.String)
    texts = parts.select(pl.concat_str("number", streets).alias("text"))["text"]
    return table.with_columns(texts, pl.lit(None, pl.String).alias("fraction"))


def _join_words(table: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text")
    return table.with_columns(_join_directions(text)).with_columns(_join_article(text)).with_columns(abbreviate_street(text))


def _clean_punctuation(table: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text").str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase().str.strip_chars()
    joined = _join_directions(text.str.replace_all(r"\b(NORTH|SOUTH)-(EAST|WEST)\b", "$1$2"))
    street = joined.str.replace(_REMARK, "")
    with_unit = street.str.replace(_BAY, "$1 UNIT $2")
    reordered = with_unit.str.replace(_UNIT_BEFORE_NUMBER, "$2, $1").str.replace(r"^[^\d,]+,\s*(\d+\S*\s.*)$", "$1")
    # One step after another: Polars computes a text again wherever an expression uses it.
    read = table.with_columns(reordered.alias("text")).with_columns(_read_number_word(pl.col("text")).alias("text"))
    # S.DEARBORN, 24 TH
    separated = pl.col("text").str.replace_all(r"\b([NSEW])\.([A-Z]{2})", "$1 $2").str.replace_all(r"(\d) TH\b", "${1}TH")
    text_with_ranges = separated.str.replace(
        rf"^\(?(\d+)\)?(?:{_BETWEEN_NUMBERS}\d+)*{_BETWEEN_NUMBERS}(\d+)\b\)?", "$1-$2"
    ).str.replace(rf"^(\d+) (\d+)( {_build_direction_pattern()}\b)", "$1-$2$3")
    return read.with_columns(text_with_ranges.alias("text")).with_columns(
        pl.col("text").str.extract(r"^\d+[ -](\d/\d)\s").alias("fraction"),
        normalize_words(pl.col("text").str.replace(r"^(\d+)[ -]\d/\d\s", "$1 ")).alias("text"),
    )


def _read_number_word(text: pl.Expr) -> pl.Expr:
    """`TWO OAK PLAZA` becomes `2 OAK PLAZA`; but Five Points, Six Mile and Three Chopt Road are names."""
    digits = _map_number_words()
    word = text.str.extract(rf"^({'|'.join(digits)})\s")
    is_name = text.str.contains(r"^\w+\s(?:\w*[^S\W]S\b|(?:MILE|OH|HUNDRED)\b|\w+ (?:RD|ROAD)\b)") & (word != "ONE")
    number = word.replace_strict(digits, default=None, return_dtype=pl.String)
    return pl.when(number.is_null() | is_name).then(text).otherwise(text.str.replace(r"^\w+", number))


@cache
def _map_number_words() -> dict[str, str]:
    return {form: digit for digit, forms in map_address_terms("numbers").items() for form in forms}


def _join_directions(text: pl.Expr) -> pl.Expr:
    """`N. W. OAK` becomes `NW OAK`."""
    return text.str.replace_all(r"\b([NS])[. ]+([EW])\b\.?", "$1$2 ").str.replace_all("  ", " ", literal=True)


def _join_article(text: pl.Expr) -> pl.Expr:
    """`LA SALLE` becomes `LASALLE`, before LA is read as Lane. In `LA AVENUE`, it is the name of the street."""
    start = rf"^(\S+ (?:{_build_direction_pattern()} )?LA) "
    suffixes = "|".join(form for short in _ONLY_SUFFIXES for form in (short, *map_address_terms("suffixes")[short]))
    units = "|".join(form for short, forms in map_address_terms("units").items() for form in (short, *forms))
    is_name = text.str.contains(rf"{start}(?:{suffixes})(?: {_build_direction_pattern()})?(?: (?:{units})\b.*)?$")
    return pl.when(is_name).then(text).otherwise(text.str.replace(rf"{start}(\w{{3,}})", "$1$2"))


def _extract_number(table: pl.DataFrame) -> pl.DataFrame:
    """Extract `number` from `text`. Assessors write 0 for a missing house number."""
    table = _match(table, r"^0*([1-9]\d*)([A-Z])?(?:-0*(\d+)([A-Z])?)? (\S.*)$")
    groups = pl.col("groups").struct
    low, high = groups.field("1"), groups.field("3")
    # 7954-58 means 7954-7958.
    shared = low.str.head((low.str.len_chars().cast(pl.Int64) - high.str.len_chars().cast(pl.Int64)).clip(0))
    full = pl.concat_str(shared, high)
    until = pl.when(full != low).then(pl.concat_str(pl.lit("-"), full, groups.field("4").fill_null("")))
    number = pl.concat_str(low, groups.field("2").fill_null(""), until.fill_null(""))
    grid = pl.col("text").str.extract_groups(r"^(\d{0,2}[NSEW]\d+) ?([NSEW]\d+)? (\S.*)$").struct
    return table.with_columns(
        pl.when(low.is_not_null())
        .then(pl.concat_str(number, pl.format(" {}", "fraction").fill_null("")))
        .otherwise(pl.concat_str(grid.field("1"), grid.field("2").fill_null("")))
        .alias("number"),
        # SR436 means SR 436.
        pl.coalesce(groups.field("5"), grid.field("3")).str.replace(_GLUED_ROAD, "$1$2 $3").alias("text"),
    )


def _extract_unit(table: pl.DataFrame) -> pl.DataFrame:
    """Extract `unit` from `text`, without the designators that number occupants (suite, apartment, ...)."""
    table = _match(_match(table, _build_unit_pattern()), _build_unnumbered_unit_pattern(), "alone")
    numbered, alone = pl.col("groups").struct, pl.col("alone").struct
    text = pl.coalesce(numbered.field("2"), alone.field("2"))
    unit = text.str.replace(r"\b([A-Z]) (\d)", "$1$2").str.replace(r"(\d) ([A-Z])$", "$1$2")
    without_designator = (
        pl.format(" {} ", unit).str.replace_all(r" (?:UNIT|NO) (?:(?:UNIT|NO) )*", " ").str.replace_all(r" 0+(\d)", " $1")
    )
    with_floor = without_designator.str.replace(r" (\d+)(?:ST|ND|RD|TH) FL | (\d+) FL $", " FL $1$2 ")
    # Suite 300 is on the third floor.
    normalized = with_floor.str.replace(r" FL \d+( \d{3,}[A-Z]? )$", "$1").str.replace(r"( \d{3,}[A-Z]?) FL \d+ $", "$1 ")
    return table.with_columns(
        normalized.str.strip_chars().alias("unit"), pl.coalesce(numbered.field("1"), alone.field("1"), "text").alias("text")
    )


@cache
def _build_unit_pattern() -> str:
    """Return the pattern of a street followed by numbered units."""
    numbered = "|".join(term for term in map_address_terms("units") if term != "UNIT")
    number = r"(?:[A-Z] )?[\dA-Z]*\d[\w-]*(?: [A-Z])?"  # normalize_words turns B-2 into B 2
    one = (
        rf"(?: UNIT (?:UNIT |NO )*(?:[A-Z]{{1,3}}|{number})| (?:{numbered}) (?:UNIT |NO )*(?:[A-Z]|{number})"
        r"| \d+(?:ST|ND|RD|TH)? FL| GRND FL)"
    )
    return rf"^((?:{_build_direction_pattern()} )?\S.*?)({one}+)$"


@cache
def _build_unnumbered_unit_pattern() -> str:
    """Return the pattern of a street with a suffix followed by a unit without a number: `MAIN ST REAR`."""
    street = rf"(?:\S.*) (?:{'|'.join(map_address_terms('suffixes'))})(?: {_build_direction_pattern()})?"
    return rf"^({street}) ((?:{'|'.join(map_address_terms('units_alone'))})(?: [A-Z]?\d*)?)$"


def _extract_bare_unit(table: pl.DataFrame) -> pl.DataFrame:
    """Extract a unit without a designator: `MAIN ST 345`. Road numbers and the letters of directions are no units."""
    street = rf"\S.* (?:{'|'.join(map_address_terms('suffixes'))})(?: {_build_direction_pattern()})?"
    pattern = rf"^({street}) (\d+[A-Z]?|[A-DF-MO-RT-VX-Z]\d*)$"
    table = _match(table, pattern)
    groups = pl.col("groups").struct
    is_bare = pl.col("unit").is_null() & pl.col("road").is_null() & groups.field("2").is_not_null()
    return table.with_columns(
        pl.when(is_bare).then(groups.field("2").str.strip_chars_start("0")).otherwise("unit").alias("unit"),
        pl.when(is_bare).then(groups.field("1")).otherwise("text").alias("text"),
    )


def _extract_numbered_road(table: pl.DataFrame) -> pl.DataFrame:
    """Extract `road`, `owner` and directions of a numbered road."""
    table = _match(table, _build_road_pattern())
    groups = pl.col("groups").struct
    age = pl.concat_str(groups.field("age"), pl.lit(" ")).fill_null("")
    branch = pl.concat_str(pl.lit(" "), pl.coalesce(groups.field(f"branch{place}") for place in (1, 2, 3))).fill_null("")
    number = groups.field("number").str.replace(r"(\d) (\d)", "$1-$2").str.replace(" ", "", literal=True)
    return table.with_columns(
        pl.format("{}HWY {}{}", age, number, branch).alias("road"),
        groups.field("owner").replace_strict(_list_road_prefixes(), default=None).alias("owner"),
        groups.field("before").alias("road_predirectional"),
        groups.field("after").alias("road_postdirectional"),
    )


@cache
def _list_road_prefixes() -> dict[str, str]:
    """Map the words before a road's number to its owner; roads named after a state are state roads."""
    listed = {form: owner for owner, forms in map_address_terms("highways").items() for form in forms}
    state_roads = {f"{name}{kind}": "ST" for name in map_state_codes() for kind in (" HWY", " RTE", " RD", " STATE HWY", "")}
    return state_roads | listed


@cache
def _build_road_pattern() -> str:
    """Return the pattern of a numbered road: `US HWY 70`, `US 70 HWY`, `W OLD NC HWY 49`, `US 70 BUS`, `I 85 SVC RD`."""
    starts = "|".join(sorted(_list_road_prefixes(), key=len, reverse=True))
    direction = _build_direction_pattern()
    branch1, branch2, branch3 = (rf"(?P<branch{place}>BUS|BYP|ALT|TRUCK)" for place in (1, 2, 3))
    number = r"(?P<number>\d+[A-Z]?|\d+ [A-DF-MO-RT-VX-Z]|\d+[ -]\d+)"  # 12A or 12 A, but 12 E is a direction; 17-92
    return (
        rf"^(?:(?P<before>{direction}) )?(?:(?P<age>OLD|NEW) )?(?:{branch1} )?(?P<owner>{starts}) (?:{branch2} )?(?:NO |UNIT )?"
        rf"{number}(?: (?:HWY|RTE|RD|FWY|EXPY|LOOP))?(?: {branch3}(?: HWY)?)?(?: (?:SVC|FRNTG|ACCESS)(?: RD)?)?"
        rf"(?: (?P<after>{direction}))?$"
    )


def _extract_directions(table: pl.DataFrame) -> pl.DataFrame:
    """Extract `predirectional` and `postdirectional` from `text`, unless nothing but a suffix would be left."""
    direction = _build_direction_pattern()
    only_suffix = rf"^(?:{'|'.join(map_address_terms('suffixes'))})(?: {direction})?$"
    first = pl.col("groups").struct
    is_before = first.field("1").is_not_null() & ~first.field("2").str.contains(only_suffix)
    separated = _match(table, rf"^({direction}) (\S.*)$").with_columns(
        _abbreviate_direction(pl.coalesce("road_predirectional", pl.when(is_before).then(first.field("1")))).alias(
            "predirectional"
        ),
        pl.when(is_before).then(first.field("2")).otherwise("text").alias("text"),
    )
    last = pl.col("groups").struct
    return _match(separated, rf"^(\S.*) ({direction})$").with_columns(
        _abbreviate_direction(pl.coalesce("road_postdirectional", last.field("2"))).alias("postdirectional"),
        pl.coalesce(last.field("1"), "text").alias("text"),
    )


def _extract_suffix(table: pl.DataFrame) -> pl.DataFrame:
    """Extract `suffix`, the last of several words, from `text`."""
    table = _match(table, rf"^(\S.*) ({'|'.join(map_address_terms('suffixes'))})$")
    groups = pl.col("groups").struct
    is_road = pl.col("road").is_not_null()
    return table.with_columns(
        pl.when(is_road).then("owner").otherwise(groups.field("2")).alias("suffix"),
        pl.when(is_road).then("road").otherwise(pl.coalesce(groups.field("1"), "text")).alias("text"),
    )


def _normalize_name(table: pl.DataFrame) -> pl.DataFrame:
    """Add `name`, normalized for comparison, and `full`."""
    # Many addresses share a street, so each name is normalized once.
    miles = {f"{word} MILE": f"{digit} MILE" for word, digit in _map_number_words().items()}
    numbers = pl.col("text").str.replace_all(r"\b0*(\d+)(?:ST|ND|RD|TH)\b", "$1").str.replace_many(miles, leftmost=True)
    untitled = numbers.str.replace(r"^(?:DR|REV) (\S+ )", "$1").str.replace(r" (?:JR|SR)$", "")
    saints = untitled.str.replace_all(r"\bST (\S)", "SAINT $1")  # within a name, ST is not Street
    names = table.select(pl.col("text").unique().drop_nulls()).select(
        "text",
        _squeeze(numbers).alias("plain_name"),
        _squeeze(abbreviate_directions(numbers)).alias("name"),
        _squeeze(expand_abbreviations(saints)).alias("full"),
    )
    # South Blvd is S BLVD, but E ST may be the street between D and F.
    is_letter = ~pl.col("text").str.contains(" ", literal=True) & pl.col("suffix").fill_null("").is_in(_LETTERED)
    is_road = pl.col("road").is_not_null()
    return table.join(names, on="text", how="left", maintain_order="left").with_columns(
        pl.when(is_road).then("text").when(is_letter).then("plain_name").otherwise("name").alias("name"),
        pl.when(is_road).then("text").otherwise("full").alias("full"),
    )


def _squeeze(name: pl.Expr) -> pl.Expr:
    """Remove spaces next to letters."""
    return name.str.replace_all(r"([^\d ]) +", "$1").str.replace_all(r" +([^\d ])", "$1")


def _match(table: pl.DataFrame, pattern: str, name: str = "groups") -> pl.DataFrame:
    """Add the groups of the pattern in `text` as a struct column, so that each text is matched once."""
    return table.with_columns(pl.col("text").str.extract_groups(pattern).alias(name))


def _abbreviate_direction(direction: pl.Expr) -> pl.Expr:
    return direction.replace({form: short for short, forms in map_address_terms("directions").items() for form in forms})


@cache
def _build_direction_pattern() -> str:
    return f"(?:{_join_alternatives((short, *forms) for short, forms in map_address_terms('directions').items())})"


def _join_alternatives(words: Iterable[Iterable[str]]) -> str:
    return "|".join(sorted((word for some in words for word in some), key=len, reverse=True))
