"""The rules of a workspace as the pages edit them: its profile, its minimum score and its filter, and saving them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flexscout.app.security import BadRequestError
from flexscout.app.workspaces import CONFIG_NAME, Workspace
from flexscout.config import change_settings
from flexscout.domain import list_canonical_columns
from flexscout.errors import OutputError
from flexscout.runtime import write_atomically
from flexscout.scoring import (
    COMPARISONS,
    FilterCondition,
    Profile,
    build_profile,
    describe_profile,
    find_value_kind,
    list_filter_kinds,
    list_profiles,
    load_profile,
    parse_conditions,
    parse_filter,
    render_conditions,
    render_profile,
)

PROFILES = "profiles"
"""The folder of a workspace in which its profiles are saved."""

_NAME = re.compile(r"[^\W_][\w .()+-]{0,58}[\w)+]|[^\W_]")
_MAX_CONDITIONS = 100
_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Rules:
    """What the user tries out; None where it is as in the last run.

    Attributes:
        profile: The profile.
        min_score: The minimum score.
        where: The filter; empty for none.

    """

    profile: Profile | None
    min_score: float | None
    where: str | None


def list_known_profiles(workspace: Workspace) -> list[str]:
    """Return the names of the built-in profiles, then the files of the workspace's own, and the one of its settings."""
    folder = workspace.folder / PROFILES
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    own = [f"{PROFILES}/{path.name}" for path in files]
    return list(dict.fromkeys((*list_profiles(), *own, workspace.load_settings().profile)))


def load_known_profile(workspace: Workspace, name: Any) -> Profile:
    """Return a profile of `list_known_profiles`. Raises BadRequestError if it isn't one."""
    known = list_known_profiles(workspace)
    if name not in known:
        raise BadRequestError(f"There is no profile {name!r}.", f"Choose one of {', '.join(known)}.")
    return load_profile(name)


def describe_rules(workspace: Workspace, name: str = "") -> dict[str, Any]:
    """Return the rules of the settings as data, with what they can be made of.

    Args:
        workspace: The workspace.
        name: A profile to begin with, instead of the one of the settings.

    Raises:
        ConfigurationError: The settings or the profile have an error.

    """
    settings = workspace.load_settings()
    profile = load_known_profile(workspace, name or settings.profile)
    conditions = parse_conditions(settings.where) if settings.where.strip() else ()
    return {
        "profile": name or settings.profile,
        "saved_profile": settings.profile,
        "profiles": list_known_profiles(workspace),
        "content": describe_profile(profile),
        "min_score": settings.min_flex_score,
        "where": settings.where,
        "where_rows": settings.where_rows,
        "conditions": None if conditions is None else [_describe_condition(one) for one in conditions],
        "columns": [
            {"name": column.name, "kind": find_value_kind(column.name), "type": column.type, "unit": column.unit}
            for column in list_canonical_columns()
        ],
        "filter_columns": [{"name": name, "kind": kind} for name, kind in list_filter_kinds().items()],
        "comparisons": {kind: list(comparisons) for kind, comparisons in COMPARISONS.items()},
    }


def read_rules(workspace: Workspace, body: Mapping[str, Any]) -> Rules:
    """Read the rules of a request.

    Args:
        workspace: The workspace.
        body: `content` of a profile or the name of a `profile`; `min_score`; `conditions` or the text of a filter as `where`.

    Raises:
        ConfigurationError: They have errors; the messages are those of the command line.

    """
    _check_characters(body)
    content, score, where, conditions = (body.get(name) for name in ("content", "min_score", "where", "conditions"))
    is_number = isinstance(score, int | float) and not isinstance(score, bool)
    if not (score is None or is_number) or not isinstance(where, str | None) or not isinstance(content, Mapping | None):
        raise BadRequestError("The criteria can't be read.")
    if isinstance(conditions, list) and len(conditions) <= _MAX_CONDITIONS:
        where = render_conditions([FilterCondition.from_data(one) for one in conditions])
    elif conditions is not None:
        raise BadRequestError("The conditions can't be read.")
    parse_filter(where or "")
    profile = None
    if content is not None:
        profile = build_profile(content, _find_profile_file(body.get("name")))
    elif body.get("profile") is not None:
        profile = load_known_profile(workspace, body["profile"])
    return Rules(profile, None if score is None else float(score), where)


def save_rules(workspace: Workspace, body: Mapping[str, Any]) -> None:
    """Save the rules of a request: a changed profile in a file of its own, and all of it in the settings.

    Args:
        workspace: The workspace.
        body: The rules, see `read_rules`, and the `name` of the profile if its content is given.

    Raises:
        BadRequestError: The name can't be used.
        ConfigurationError: The rules have errors.
        OutputError: A file can't be written.

    """
    rules, settings = read_rules(workspace, body), workspace.load_settings()
    changes: dict[str, Any] = {"min_flex_score": rules.min_score, "where": rules.where}
    path = None
    if body.get("content") is not None:
        path = _find_profile_file(_check_name(body.get("name")))
        changes["profile"] = path.as_posix()
    elif body.get("profile") is not None:
        changes["profile"] = body["profile"]
    changed = {name: value for name, value in changes.items() if value is not None and value != getattr(settings, name)}
    text = change_settings(Path(CONFIG_NAME), changed)
    try:
        if path:
            path.parent.mkdir(exist_ok=True)
            _replace_profile(path, render_profile({**body["content"], "name": path.stem}).encode())
        if changed:
            write_atomically(Path(CONFIG_NAME), text.encode())
    except OSError as error:
        raise OutputError(f"The rules can't be saved: {error.strerror or error}.", "Free disk space, then try again.") from None


def _check_characters(body: Mapping[str, Any]) -> None:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BadRequestError("The rules hold a character that no file can have.", "Remove it.") from None


def _describe_condition(condition: FilterCondition) -> dict[str, Any]:
    return {"column": condition.column, "comparison": condition.comparison, "values": list(condition.values)}


def _find_profile_file(name: Any) -> Path:
    return Path(PROFILES) / f"{name if isinstance(name, str) and _NAME.fullmatch(name) else 'new'}.yaml"


def _check_name(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadRequestError("The profile needs a name.", "Use letters, digits, spaces and - . ( ) +.")
    if name in list_profiles():
        raise BadRequestError(f"{name} is the name of a built-in profile.", "Choose another name.")
    return name


def _replace_profile(path: Path, content: bytes) -> None:
    """Write a profile; a previous version stays as a profile of its own, `NAME (previous).yaml`."""
    previous = path.read_bytes() if path.exists() else content
    if previous != content:
        write_atomically(path.with_stem(f"{path.stem} (previous)"), previous)
    write_atomically(path, content)
