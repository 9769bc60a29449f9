"""How many examples the laws draw: few in a usual run, and twenty times as many with `nox -s laws`."""

import os

from hypothesis import settings

_TIMES = int(os.environ.get("FLEXSCOUT_EXAMPLES", "1"))


def examples(count, **options):
    """Return the settings of a law that draws `count` examples in a usual run, however long each takes."""
    return settings(max_examples=count * _TIMES, deadline=None, **options)
