"""What can be wrong with what is asked of a plan."""

from cxlab.errors import InputError


class PlanError(InputError):
    """The next trial cannot be planned as it was asked for, or not from this study."""
