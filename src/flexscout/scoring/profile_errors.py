"""What is wrong with a profile: all of it at once, each with its line."""

from collections.abc import Mapping
from pathlib import Path
from reprlib import Repr
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flexscout.config import describe_unknown_name, locate_lines
from flexscout.errors import ConfigurationError
from flexscout.scoring.profile import Bonus, Count, Factor, Part, Profile, ProfileMismatchError, Ratio, Rule

_KEY = "[key]"  # after a key that is wrong itself
Steps = tuple[int | str, ...]

# Kind of pydantic's error -> what to give instead, without Python's words.
_WANTED = {
    "points": "give a number, or a pair of them such as [5, 10]",
    "float_type": "give a number, without commas and units",
    "float_parsing": "give a number, without commas and units",
    "int_type": "give a whole number",
    "int_parsing": "give a whole number",
    "int_from_float": "give a whole number",
    "finite_number": "give a number",
    "greater_than": "give a number above {gt:g}",
    "greater_than_equal": "give a number from {ge:g}",
    "less_than_equal": "give a number up to {le:g}",
    "string_type": "give a text; what looks like a number is one in quotes",
    "string_too_short": "give a name",
    "string_too_long": "give at most {max_length} characters",
    "string_pattern_mismatch": "give a name that does not begin with _ = [ or ]",
    "literal_error": "give {expected}",
    "tuple_type": "give a list, such as [a, b]",
    "dict_type": "give entries, each a name, a colon and its value",
    "model_type": "give entries, each a name, a colon and its value",
    "too_short": "give at least one",
    "too_long": "give at most {max_length}",
    "invalid_key": "names of entries are words; a number such as 20,000 is written 20000",
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
    "bonuses": Bonus,
    "counts": Count,
}


def format_short(value: Any) -> str:
    """A value as a message has it; short, however much hangs on it."""
    return "nothing" if value is None else _short.repr(value)


def validate_profile(content: Mapping[str, Any], path: Path, text: str) -> Profile:
    """The profile of a file's content; `text`: as the file has it, for the lines. Raises ConfigurationError with all mistakes."""
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError.from_profile(path, _mistakes(error, text)) from None


def _mistakes(error: ValidationError, text: str) -> dict[str, str]:
    """Place, with its line -> what is wrong there, each mistake once."""
    lines = locate_lines(text)
    found: dict[str, list[str]] = {}
    for detail in filter(_is_its_own, error.errors()):
        for steps, wrong in _told(detail):
            there = found.setdefault(_place(steps, lines), [])
            there += [wrong] if wrong not in there else []
    return {place: "; ".join(wrong) for place, wrong in found.items()}


def _is_its_own(detail: ErrorDetails) -> bool:
    """Whether it is more than the echo of another: of mistakes below a list, or of a pair's end beside the pair."""
    if detail["type"] == "too_short":
        return not detail["input"]
    return detail["loc"][-3:-2] != ("points",)


def _told(detail: ErrorDetails) -> list[tuple[Steps, str]]:
    """Where the mistakes are, and what is wrong; a check of the whole knows the places below it."""
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ProfileMismatchError):
        return [((*detail["loc"], *below), wrong) for below, wrong in cause.mistakes]
    return [(detail["loc"], _mistake(detail))]


def _place(steps: Steps, lines: Mapping[tuple[str, ...], int]) -> str:
    """`line 7: factors.Age.rules.2`, as far as the file has what the path leads through; entries are counted from 1."""
    there: tuple[str, ...] = ()
    names: list[str] = []
    for step, below in zip(steps, (*steps[1:], None), strict=True):
        if (*there, str(step)) in lines:
            there = (*there, str(step))
            names.append(str(step + 1) if isinstance(step, int) and below != _KEY else str(step))
    return f"line {lines[there]}: {'.'.join(names)}" if there else ""


def _mistake(detail: ErrorDetails) -> str:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return describe_unknown_name(key, _known_beside(detail))
    if detail["type"] == "missing":
        return "give column and rules, or parts" if key == "parts" else f"{key} is missing"
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    return f"{format_short(detail['input'])} won't do: {_wanted(detail)}"


def _wanted(detail: ErrorDetails) -> str:
    kind = "points" if "points" in detail["loc"][-2:] else detail["type"]
    if kind == "tuple_type" and isinstance(detail["input"], str):
        return f"give a list, such as [{detail['input']:.60}]"
    return _WANTED.get(kind, detail["msg"]).format(**detail.get("ctx", {}))


def _known_beside(detail: ErrorDetails) -> list[str]:
    """The keys that may stand where an unknown one does."""
    within = next((_MODELS[step] for step in reversed(detail["loc"][:-1]) if step in _MODELS), Profile)
    names = [field.alias or name for name, field in within.model_fields.items()]
    return [*names, *(Part.model_fields if within is Factor else ()), *(["extends"] if within is Profile else ())]
