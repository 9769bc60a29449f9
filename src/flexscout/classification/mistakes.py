"""What is wrong with a profile: all of it at once, each with its line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flexscout.classification.profile import Bonus, Count, Factor, Part, Profile, Ratio, Rule
from flexscout.config import lines_of, unknown_name
from flexscout.errors import ConfigurationError

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


def checked(content: Mapping[str, Any], path: Path, text: str) -> Profile:
    """The profile of a file's content; `text`: as the file has it, for the lines. Raises ConfigurationError with all mistakes."""
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError.of_profile(path, _mistakes(error, text)) from None


def _mistakes(error: ValidationError, text: str) -> dict[str, str]:
    """Place, with its line -> what is wrong there; once each."""
    lines = lines_of(text)
    found: dict[str, str] = {}
    for detail in error.errors():
        found.setdefault(_place(detail, lines), _mistake(detail))
    return found


def _place(detail: ErrorDetails, lines: Mapping[tuple[str, ...], int]) -> str:
    """`line 7: factors.Age.rules.2`, as far as the file has what the path leads through; entries are counted from 1."""
    there: tuple[str, ...] = ()
    for step in map(str, detail["loc"]):
        there = (*there, step) if (*there, step) in lines else there
    shown = ".".join(str(int(step) + 1) if step.isdecimal() else step for step in there)
    return f"line {lines[there]}: {shown}" if there else shown


def _mistake(detail: ErrorDetails) -> str:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return unknown_name(key, _known_beside(detail))
    if detail["type"] == "missing":
        return "give column and rules, or parts" if key == "parts" else f"{key} is missing"
    if "points" in detail["loc"] and detail["type"] != "value_error":
        return f"{detail['input']!r} won't do: give a number, or a pair of them such as [5, 10]"
    own = detail["msg"].removeprefix("Value error, ")
    return own if detail["type"] == "value_error" else f"{detail['input']!r:.60} won't do: {own[:1].lower()}{own[1:]}"


def _known_beside(detail: ErrorDetails) -> list[str]:
    """The keys that may stand where an unknown one does."""
    within = next((_MODELS[step] for step in reversed(detail["loc"][:-1]) if step in _MODELS), Profile)
    names = [field.alias or name for name, field in within.model_fields.items()]
    return [*names, *(Part.model_fields if within is Factor else ()), *(["extends"] if within is Profile else ())]
