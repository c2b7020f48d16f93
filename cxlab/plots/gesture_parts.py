"""Plots of one gesture's effect in parts: by its number, by how expected it was, after a failure, and by cluster."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import EffectByCluster, GestureEffect, RepeatedGestures, ServiceRecovery, Surprise
from cxlab.gestures.recovered import AGAINST
from cxlab.gestures.repeated import PARTS
from cxlab.gestures.said import digits_of, interval, outcome_of, owned, signed
from cxlab.language import Texts, tr
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import capital

R = TypeVar("R", RepeatedGestures, Surprise, ServiceRecovery, EffectByCluster)
Parts = Sequence[tuple[str, Estimate, float]]  # name, effect, and room before the row
_BY = Texts(
    {
        "repeated": "by their number and by the days since the last one",
        "surprise": "by how likely they were",
        "recovery": "after a failure",
        "effect_by_cluster": "by cluster",
    }
)
"""What the rows are, in the figure's description."""
_HEAD = Texts(
    {
        "repeated": "Gesture",
        "surprise": "How likely it was",
        "recovery": "Held against",
        "effect_by_cluster": "Cluster",
    }
)
"""What the rows are, over the table's first column."""
_SUBTITLE = Texts(
    {
        "repeated": "Chosen gestures by what the customer had had before",
        "surprise": "Chosen gestures by how likely they were, as foreseen from the customer’s history",
        "recovery": "Orders that went wrong and had a gesture, held against others alike",
        "effect_by_cluster": "The gesture’s effect by what customers were before it, in their own clusters",
    }
)
"""Begins the figure's second line; the outcome and the time it is counted in follow."""
_LACKING = Texts(
    {
        "repeated": "Whether a second gesture still works can be looked at only where chosen gestures tell an effect.",
        "surprise": "Surprise can be drawn only where chosen gestures tell an effect, and enough of them.",
        "recovery": "So there is nothing to draw.",
        "effect_by_cluster": "There is nothing to draw: no cluster has the customers that it takes on both sides.",
    }
)
"""What is said where there are no parts."""


def _plot(name: str, parts_of: Callable[[R], Parts], digits_for: Callable[[R], int]) -> Plot[R]:
    """Make a plot of a result that comes down to names with effects."""

    def unit(found: R) -> str:
        return outcome_of(found.effects.main, found.effects.data.outcome_days)

    def draw(found: R, ax: Axes) -> None:
        digits = digits_for(found)
        rows = [Row(capital(part), e, signed(e.number, digits), gap=gap) for part, e, gap in parts_of(found)]
        draw_rows(ax, rows, unit=tr("Difference in {outcome}", outcome=unit(found)), left=0.33)

    def caption(found: R) -> Caption:
        digits = digits_for(found)
        parts = [(f"{part} {signed(e.number, digits)}", interval(e, digits)) for part, e, _ in parts_of(found)]

        def say(said: str) -> str:
            return tr(
                "Dots with intervals of the effect of {arm} {by}: {parts}. {heading}.",
                arm=owned(_effect_of(found)), by=_BY[name], parts=said, heading=found.heading,
            )  # fmt: skip

        return Caption(
            found.heading,
            tr(
                "{subtitle}, difference in {outcome}, with 95% intervals (each for itself).",
                subtitle=_SUBTITLE[name], outcome=unit(found),
            ),
            described(say, [with_interval(*part) for part in parts], [figure for figure, _ in parts]),
        )  # fmt: skip

    def numbers(found: R) -> Table:
        digits = digits_for(found)
        rows = tuple(
            (Cell(capital(part)), Cell(signed(e.number, digits), interval(e, digits))) for part, e, _ in parts_of(found)
        )
        note = tr("Difference in {outcome}. Small figures are 95% intervals, each for itself.", outcome=unit(found))
        return Table(name, _SUBTITLE[name], (_HEAD[name], tr("Effect")), rows, note)

    return Plot(
        name, draw, caption, numbers, (680, 70), (358, 70), lambda found: "" if parts_of(found) else _LACKING[name],
        lambda found: int(46 * sum(1 + gap for _, _, gap in parts_of(found))),
    )  # fmt: skip


def _effect_of(found: RepeatedGestures | Surprise | ServiceRecovery | EffectByCluster) -> GestureEffect:
    """Return the effect that a result takes apart."""
    return found.effects.main if found.effect is None else found.effect


def _repeated(found: RepeatedGestures) -> Parts:
    by_wait = [(PARTS[name], e, 0.0 if k else 0.5) for k, (name, e) in enumerate(found.waits)]
    return [*((PARTS[name], e, 0.0) for name, e in found.rows), *by_wait]


def _digits(found: RepeatedGestures | Surprise | EffectByCluster) -> int:
    return 2 if found.effect is None else digits_of(found.effect)


def _clusters(found: EffectByCluster) -> Parts:
    if not found.told:
        return []
    named = [(found.name(g.group), g.effect, 0.0 if k else 0.4) for k, g in enumerate(found.told)]
    return [(tr("all"), found.effect.effect, 0.0), *named]


repeated_gestures: Plot[RepeatedGestures] = _plot("repeated", _repeated, _digits)
surprise: Plot[Surprise] = _plot(
    "surprise", lambda found: [(part.name, part.effect, 0.0) for part in found.parts], _digits
)
service_recovery: Plot[ServiceRecovery] = _plot(
    "recovery", lambda found: [(AGAINST[name], e, 0.0) for name, e in found.rows], lambda found: found.digits
)
effect_by_cluster: Plot[EffectByCluster] = _plot("effect_by_cluster", _clusters, _digits)
