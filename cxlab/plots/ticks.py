"""Numbers at the ticks of a scale, with the decimals that the scale needs, as the language writes them."""

from matplotlib.axis import Axis
from matplotlib.ticker import ScalarFormatter

from cxlab.words import number


class _Written(ScalarFormatter):
    def __call__(self, x: float, pos: int | None = None) -> str:
        digits = len(super().__call__(x, pos).partition(".")[2])
        return number(x, digits)


def write_ticks(axis: Axis) -> None:
    """Write the ticks of an axis so."""
    axis.set_major_formatter(_Written())
