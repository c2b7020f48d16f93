"""The plot of a gesture's guard rails: what it changes where it must not do harm, in points of a hundred."""

from collections.abc import Callable

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import GuardRails
from cxlab.gestures.guard_rails import SAYS, rail_name, said_change
from cxlab.gestures.rails import HARMLESS, Rail
from cxlab.gestures.said import name_of
from cxlab.language import tr
from cxlab.plots.alt import described
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.plots.style import is_narrow
from cxlab.words import percent

_ROOM = 54  # letters of a name and of the words beside it that a phone has room for


def _points(estimate: Estimate) -> Estimate:
    low, high = estimate.ends
    return Estimate(100 * estimate.number, 100 * low, 100 * high)


def _several(found: GuardRails) -> bool:
    return len({effect.label for effect, _ in found.shown}) > 1


def _draw(found: GuardRails, ax: Axes) -> None:
    rows, last = [], None
    names = [rail_name(effect, rail, several=_several(found)) for effect, rail in found.shown]
    said = [f"{_change(rail)[0]}: {SAYS[rail.verdict]}" for _, rail in found.shown]
    if is_narrow(ax) and any(len(name) + len(words) > _ROOM for name, words in zip(names, said, strict=True)):
        said = [_change(rail)[0] for _, rail in found.shown]
    for (effect, rail), name, words in zip(found.shown, names, said, strict=True):
        gap = 0.0 if last in (None, effect.label) else 0.5
        rows.append(Row(name, _points(rail.change), words, gap=gap))
        last = effect.label
    band = (-100 * HARMLESS, 100 * HARMLESS)
    draw_rows(ax, rows, unit=tr("Change, in points of a hundred"), left=0.4, band=band)


def _caption(found: GuardRails) -> Caption:
    def say(said: str) -> str:
        return tr("Dots with intervals of the change, in points. {said}. {heading}.", said=said, heading=found.heading)

    return Caption(
        found.heading,
        tr(
            "What the gesture changed where it must not do harm, in points of a hundred, with 95% "
            "intervals (each for itself). Shaded: less than one."
        ),
        described(say, _arms(found, said_change), _arms(found, lambda rail: _change(rail)[0])),
    )


def _arms(found: GuardRails, said: Callable[[Rail], str]) -> list[str]:
    """Say each arm's rails in a clause of its own."""
    by_arm: dict[str, list[str]] = {}
    for effect, rail in found.shown:
        by_arm.setdefault(name_of(effect), []).append(f"{rail.short.lower()} {said(rail)}")
    return [f"{arm}: {', '.join(rails)}" for arm, rails in by_arm.items()]


def _change(rail: Rail) -> tuple[str, str]:
    figure, _, ends = said_change(rail).removesuffix(")").partition(" (")
    return figure, ends


def _numbers(found: GuardRails) -> Table:
    rows = tuple(
        (
            Cell(rail_name(effect, rail, several=_several(found))),
            Cell(percent(rail.without.number, 1)),
            Cell(*_change(rail)),
            Cell(SAYS[rail.verdict]),
        )
        for effect, rail in found.shown
    )
    return Table(
        "guard_rails", tr("What a gesture must not make worse"),
        (tr("Guard rail"), tr("Without it"), tr("Change, points"), tr("Verdict")), rows,
        tr(
            "Shares in the time after. Small figures are 95% intervals, each for itself; the verdict allows for their "
            "number."
        ),
        words=(3,),
    )  # fmt: skip


guard_rails: Plot[GuardRails] = Plot(
    "guard_rails", _draw, _caption, _numbers, (680, 90), (358, 90),
    lambda found: "" if found.shown else tr("So there is nothing to draw."),
    lambda found: int(46 * (len(found.shown) + 0.5 * (len({e.label for e, _ in found.shown}) - 1))),
)  # fmt: skip
