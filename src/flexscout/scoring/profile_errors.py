"""Validate the content of a profile file, and report all errors at once with their lines."""

from collections.abc import Mapping
from pathlib import Path
from reprlib import Repr
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flexscout.config import describe_unknown_name, locate_lines
from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Bonus, Count, Factor, Part, Profile, ProfileMismatchError, Ratio, Rule

_INVALID_KEY = "[key]"  # pydantic appends it to the location of an invalid key
Location = tuple[int | str, ...]
"""Path to an entry; `Path` is that of a file."""

# pydantic's error type -> the fix, in the terms of YAML.
_FIXES = {
    "points": "give a number, or a pair such as [5, 10]",
    "float_type": "give a number, without commas and units",
    "float_parsing": "give a number, without commas and units",
    "int_type": "give a whole number",
    "int_parsing": "give a whole number",
    "int_from_float": "give a whole number",
    "finite_number": "give a number",
    "greater_than": "give a number above {gt:g}",
    "greater_than_equal": "give a number of at least {ge:g}",
    "less_than_equal": "give a number of at most {le:g}",
    "string_type": "give text; put text that looks like a number in quotes",
    "string_too_short": "give a name",
    "string_too_long": "give at most {max_length} characters",
    "string_pattern_mismatch": "give a name that does not start with _ = [ or ]",
    "literal_error": "give {expected}",
    "tuple_type": "give a list, such as [a, b]",
    "dict_type": "give entries of the form `name: value`",
    "model_type": "give entries of the form `name: value`",
    "too_short": "give at least one",
    "too_long": "give at most {max_length}",
    "invalid_key": "names of entries must be text; write numbers without commas, as in 20000",
}

_short = Repr()
_short.maxlevel, _short.maxstring, _short.maxother = 2, 60, 60

_MODELS: dict[str, type[BaseModel]] = {
    "factors": Factor,
    "parts": Part,
    "unknown": Part,
    "rules": Rule,
    "ratio": Ratio,
    "eligibility": Rule,
    "exclusions": Rule,
    "bonuses": Bonus,
    "counts": Count,
}


def format_short(value: Any) -> str:
    """Format a value for a message; nested and long values are shortened."""
    return "an empty value" if value is None else _short.repr(value)


def validate_profile(content: Mapping[str, Any], path: Path, text: str) -> Profile:
    """Build a profile from the parsed content of a file.

    Args:
        content: Parsed content, with the content of the profiles it extends.
        path: Path of the file, for messages.
        text: Text of the file, to find lines.

    Raises:
        ConfigurationError: The profile is invalid; the message lists all errors with their lines.

    """
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError.from_profile(path, _collect_errors(error, text)) from None


def _collect_errors(error: ValidationError, text: str) -> dict[str, str]:
    """Return place, with its line -> the problems there, each once."""
    lines = locate_lines(text)
    problems: dict[str, dict[str, None]] = {}  # an ordered set per place
    for detail in filter(_is_primary, error.errors()):
        for location, problem in _expand(detail):
            problems.setdefault(_format_place(location, lines), {})[problem] = None
    return {place: "; ".join(entries) for place, entries in problems.items()}


def _is_primary(detail: ErrorDetails) -> bool:
    """Whether an error is not implied by another: by errors within a list, or by that of a pair of points."""
    if detail["type"] == "too_short":
        return not detail["input"]
    return detail["loc"][-3:-2] != ("points",)


def _expand(detail: ErrorDetails) -> list[tuple[Location, str]]:
    """Return the locations and problems of an error; a ProfileMismatchError contains several."""
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ProfileMismatchError):
        return [((*detail["loc"], *below), problem) for below, problem in cause.errors]
    return [(detail["loc"], _describe(detail))]


def _format_place(location: Location, lines: Mapping[tuple[str, ...], int]) -> str:
    """Return `line 7: factors.Age.rules.2`, down to the last entry that the file has; list entries are counted from 1."""
    known: tuple[str, ...] = ()
    names: list[str] = []
    for step, following in zip(location, (*location[1:], None), strict=True):
        if (*known, str(step)) in lines:
            known = (*known, str(step))
            names.append(str(step + 1) if isinstance(step, int) and following != _INVALID_KEY else str(step))
    return f"line {lines[known]}: {'.'.join(names)}" if known else ""


def _describe(detail: ErrorDetails) -> str:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return describe_unknown_name(key, _list_known_keys(detail))
    if detail["type"] == "missing":
        return "give column and rules, or parts" if key == "parts" else f"{key} is missing"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return f"{format_short(detail['input'])} is not valid: {_find_fix(detail)}"


def _find_fix(detail: ErrorDetails) -> str:
    kind = "points" if "points" in detail["loc"][-2:] else detail["type"]
    if kind == "tuple_type" and isinstance(detail["input"], str):
        return f"give a list, such as [{detail['input']:.60}]"
    return _FIXES.get(kind, detail["msg"]).format(**detail.get("ctx", {}))


def _list_known_keys(detail: ErrorDetails) -> list[str]:
    """List the keys that are allowed in place of an unknown one."""
    within = next((_MODELS[step] for step in reversed(detail["loc"][:-1]) if step in _MODELS), Profile)
    names = [field.alias or name for name, field in within.model_fields.items()]
    return [*names, *(Part.model_fields if within is Factor else ()), *(["extends"] if within is Profile else ())]
