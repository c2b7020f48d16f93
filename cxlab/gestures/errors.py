"""What can be wrong with the data of a gesture."""

from cxlab.errors import InputError


class GestureError(InputError):
    """The effect of a gesture cannot be computed from what was given."""
