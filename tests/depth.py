"""How many random examples are tried: CXLAB_EXAMPLES=3 tries three times as many."""

import os

MORE = int(os.environ.get("CXLAB_EXAMPLES", "1"))


def examples(n: int) -> int:
    """Return how many to try where n are usual."""
    return n * MORE
