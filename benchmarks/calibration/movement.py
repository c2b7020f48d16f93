"""Do the intervals of movement between segments hold the matrix that customers moved by."""

import numpy as np

from benchmarks.calibration.cases import Values, seed_of_analysis
from benchmarks.calibration.intervals import held, joined
from benchmarks.made.moves import MATRIX, MEANS, START, moved, periods_of
from cxlab.blocks import SEGMENTS
from cxlab.segments import segment_migration
from cxlab.segments.migration import MOVED_SHARE


def followed(n: int, seed: int) -> Values:
    """Follow n customers who move by a known matrix; hold every interval against it."""
    first, second = moved(n, seed)
    found = segment_migration(periods_of(first, second, seed), seed=seed_of_analysis(seed))
    now = np.bincount(second, minlength=4) / n
    place = {name: number for number, name in enumerate(SEGMENTS)}
    change = START @ MATRIX - START
    parts = [held("share", one, float(MATRIX[place[a], place[b]])) for (a, b), one in found.transitions.items()]
    parts += [held("change", one, float(change[place[name]])) for name, one in found.net_change.items()]
    for (ahead, name), one in found.expected.items():
        truth = now @ np.linalg.matrix_power(MATRIX, ahead)
        parts.append(held("one ahead" if ahead == 1 else "four ahead", one, float(truth[place[name]])))
    for (a, b), one in found.at_stake.items():
        apart = MEANS[place[b]] - MEANS[place[a]]
        parts.append(held("at stake", one, float(MOVED_SHARE * (one.n or 0) * apart)))
    return joined(parts)
