"""A built-in profile as a file for a person to change."""

import json
import re
from pathlib import Path

from flexscout.classification.load import load_profile, profile_names, profile_text
from flexscout.errors import ConfigurationError

_TOP = """\
# {what}
# Change what you like, then look at it and use it:
#   flexscout profile check {path}
#   flexscout profile compare {base} {path} FOLDER
#   flexscout run FOLDER --profile {path}
# or write it into the settings, as classification.profile: {path}
"""

_CHANGES = """
extends: {base}
name: {name}

# An entry stands over that of {base}; null leaves it out. Such as:
#
# factors:
#   {factor}: null
# classes:
#   {best}: {threshold:g}
"""


def profile_copy(base: str, path: Path, *, extends: bool = False) -> str:
    """The YAML of a profile of one's own, to stand at `path`: the whole `base`, or with `extends` changes to it alone.

    Raises ConfigurationError if there is no built-in profile of that name.
    """
    if base not in profile_names():
        raise ConfigurationError(f"There is no built-in profile {base}; there are: {', '.join(profile_names())}.")
    name = json.dumps(path.stem, ensure_ascii=False)
    what = f"Changes to the profile {base}." if extends else f"A copy of the profile {base}."
    top = _TOP.format(what=what, path=path.as_posix(), base=base)
    if not extends:
        return f"{top}\n{re.sub(r'(?m)^name: .*$', lambda _: f'name: {name}', profile_text(base), count=1)}"
    profile = load_profile(base)
    best, threshold = profile.bands[0]
    factor = list(profile.factors)[-1]
    return top + _CHANGES.format(base=base, name=name, factor=factor, best=best, threshold=threshold - 0.5)
