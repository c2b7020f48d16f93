"""From a study to its next trial: who could be drawn, what they bought before, and the draw itself."""

from cxlab.planning.pool import ACTIVE, Eligible, Pool, eligible_customers, read_among
from cxlab.planning.windows import LENGTHS, next_trial, trial_of_stores, why_unknown

__all__ = [
    "ACTIVE",
    "LENGTHS",
    "Eligible",
    "Pool",
    "eligible_customers",
    "next_trial",
    "read_among",
    "trial_of_stores",
    "why_unknown",
]
