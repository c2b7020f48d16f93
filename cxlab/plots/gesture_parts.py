"""Plots of one gesture's effect in parts: by its number, by how expected it was, after a failure, and by cluster."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import EffectByCluster, RepeatedGestures, ServiceRecovery, Surprise
from cxlab.gestures.said import digits_of, interval, noun_of, signed
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import capital

R = TypeVar("R", RepeatedGestures, Surprise, ServiceRecovery, EffectByCluster)
Parts = Sequence[tuple[str, Estimate, float]]  # name, effect, and room before the row
_NOTE = "Small figures are 95% intervals, each for itself."


def _plot(
    name: str,
    parts_of: Callable[[R], Parts],
    digits_for: Callable[[R], int],
    head: tuple[str, str],
    subtitle: str,
    lacking: str,
) -> Plot[R]:
    """Make a plot of a result that comes down to names with effects.

    Parameters
    ----------
    head : what the rows are, in the figure's description and over the table's first column.
    subtitle : begins the figure's second line; "in", the outcome and the time it is counted in follow.
    lacking : what is said where there are no parts.
    """

    def unit(found: R) -> str:
        days, noun = found.effects.data.outcome_days, noun_of(found.effects.main)
        return f"{noun} in the {days} days after" if days else f"{noun} per customer"

    def draw(found: R, ax: Axes) -> None:
        digits = digits_for(found)
        rows = [Row(capital(part), e, signed(e.number, digits), gap=gap) for part, e, gap in parts_of(found)]
        draw_rows(ax, rows, unit=f"Difference in {unit(found)}", left=0.33)

    def caption(found: R) -> Caption:
        digits = digits_for(found)
        said = "; ".join(f"{part} {signed(e.number, digits)}" for part, e, _ in parts_of(found))
        alt = f"Dots with intervals of the effect of gestures {head[0]}: {said}. {found.heading}."
        return Caption(
            found.heading, f"{subtitle}, difference in {unit(found)}, with 95% intervals (each for itself).",
            alt if len(alt) <= 400 else f"{alt[:395].rstrip()} …",
        )  # fmt: skip

    def numbers(found: R) -> Table:
        digits = digits_for(found)
        rows = tuple(
            (Cell(capital(part)), Cell(signed(e.number, digits), interval(e, digits))) for part, e, _ in parts_of(found)
        )
        return Table(name, subtitle, (head[1], "Effect"), rows, f"Difference in {unit(found)}. {_NOTE}")

    return Plot(
        name, draw, caption, numbers, (680, 70), (358, 70), lambda found: "" if parts_of(found) else lacking,
        lambda found: int(46 * sum(1 + gap for _, _, gap in parts_of(found))),
    )  # fmt: skip


def _repeated(found: RepeatedGestures) -> Parts:
    by_wait = [(name, e, 0.0 if k else 0.5) for k, (name, e) in enumerate(found.waits)]
    return [*((name, e, 0.0) for name, e in found.rows), *by_wait]


def _digits(found: RepeatedGestures | Surprise | EffectByCluster) -> int:
    return 2 if found.effect is None else digits_of(found.effect)


def _clusters(found: EffectByCluster) -> Parts:
    if not found.told:
        return []
    named = [(found.name(g.group), g.effect, 0.0 if k else 0.4) for k, g in enumerate(found.told)]
    return [("all", found.effect.effect, 0.0), *named]


repeated_gestures: Plot[RepeatedGestures] = _plot(
    "repeated", _repeated, _digits, ("by their number and by the days since the last one", "Gesture"),
    "Chosen gestures by what the customer had had before",
    "Whether a second gesture still works can be looked at only where chosen gestures tell an effect.",
)  # fmt: skip
surprise: Plot[Surprise] = _plot(
    "surprise", lambda found: [(part.name, part.effect, 0.0) for part in found.parts], _digits,
    ("by how likely they were", "How likely it was"),
    "Chosen gestures by how likely they were, as foreseen from the customer’s history",
    "Surprise can be drawn only where chosen gestures tell an effect, and enough of them.",
)  # fmt: skip
service_recovery: Plot[ServiceRecovery] = _plot(
    "recovery", lambda found: [(name, e, 0.0) for name, e in found.rows], lambda found: found.digits,
    ("after a failure", "Held against"),
    "Orders that went wrong and had a gesture, held against others alike",
    "So there is nothing to draw.",
)  # fmt: skip
effect_by_cluster: Plot[EffectByCluster] = _plot(
    "effect_by_cluster", _clusters, _digits, ("by cluster", "Cluster"),
    "The gesture’s effect by what customers were before it, in their own clusters",
    "There is nothing to draw: no cluster has the customers that it takes on both sides.",
)  # fmt: skip
