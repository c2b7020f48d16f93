"""A plot: how one result is drawn, and the words around the drawing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from cxlab.blocks import Caption, Figure, Table
from cxlab.plots.style import canvas, house_style, themed_svg

R = TypeVar("R")


@dataclass(frozen=True)
class Plot(Generic[R]):
    """A plot of results of one type.

    Calling it draws: ``plot(result)`` on a canvas of its own, ``plot(result, ax)`` on yours. `block` gives what a page
    needs: the drawing for a wide page and for a phone, the words and the numbers.

    Attributes
    ----------
    name : file name without ending under `tables/`, without the report's name.
    draw : draws the result on the axes; asks `is_narrow(ax)` how many words there is room for.
    caption : the words, computed from the result.
    numbers : the table behind the figure as a reader sees it.
    wide, narrow : width and height in pixels.
    lacks : says why a result cannot be drawn; empty when it can.
    grows : how many pixels a result takes in height on top of those of `wide` and `narrow`.
    grows_narrow : the same for a phone, where that is another number.
    """

    name: str
    draw: Callable[[R, Axes], None]
    caption: Callable[[R], Caption]
    numbers: Callable[[R], Table] | None = None
    wide: tuple[int, int] = (680, 340)
    narrow: tuple[int, int] = (358, 340)
    lacks: Callable[[R], str] | None = None
    grows: Callable[[R], int] | None = None
    grows_narrow: Callable[[R], int] | None = None

    def __call__(self, result: R, ax: Axes | None = None) -> Axes:
        """Draw the result and return the axes."""
        with house_style():
            axes = canvas(*self._size(result, self.wide)) if ax is None else ax
            self.draw(result, axes)
        return axes

    def block(self, result: R, *, source: str = "") -> Figure:
        """Draw the result twice and put the words and numbers beside it."""
        return Figure(
            name=self.name,
            caption=self.caption(result),
            wide=self._svg(result, self.wide),
            narrow=self._svg(result, self.narrow),
            source=source,
            numbers=None if self.numbers is None else self.numbers(result),
        )

    def _size(self, result: R, size: tuple[int, int]) -> tuple[int, int]:
        grows = self.grows_narrow if size is self.narrow and self.grows_narrow is not None else self.grows
        return (size[0], size[1] + (0 if grows is None else grows(result)))

    def _svg(self, result: R, size: tuple[int, int]) -> str:
        axes = self(result, canvas(*self._size(result, size)))
        figure = axes.get_figure(root=True)
        assert isinstance(figure, Canvas)
        return themed_svg(figure)
