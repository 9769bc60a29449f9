"""What hangs together: links between rows, closed transitively."""

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]


def connected(size: int, left: Positions, right: Positions) -> Positions:
    """For each of `size` rows the first row that it is linked to, over any number of links `left[i]`-`right[i]`.

    Independent of the order of the links; the work is that of a few passes over all of them.
    """
    first = np.arange(size, dtype=np.int64)
    while True:
        least = np.minimum(first[left], first[right])
        before = first.copy()
        # Both rows, and what each was hung on so far, hang on the lesser of the two.
        for ends in (left, right, before[left], before[right]):
            np.minimum.at(first, ends, least)
        first = first[first]
        if np.array_equal(first, before):
            return first
