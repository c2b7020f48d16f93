"""How much is tried: CXLAB_EXAMPLES=3 tries three times as many random examples, CXLAB_THOROUGH=1 the longer proofs."""

import os

MORE = int(os.environ.get("CXLAB_EXAMPLES", "1"))
THOROUGH = os.environ.get("CXLAB_THOROUGH") == "1"


def examples(n: int) -> int:
    """Return how many to try where n are usual."""
    return n * MORE
