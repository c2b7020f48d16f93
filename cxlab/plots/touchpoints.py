"""The plots of the touchpoints: the jump at first sight beside the effect, and what goes with leaving."""

from dataclasses import replace

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures.said import interval, signed
from cxlab.language import tr
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.plots.style import COLOUR, is_narrow
from cxlab.touchpoints import Leaving, Step, TouchpointEffect, TouchpointEffects
from cxlab.touchpoints.leaving import GOES, in_points
from cxlab.words import number, number_between, percent, percent_between

MOST_DRAWN = 12
"""Touchpoints that are drawn, those that differ most from other orders."""


def _hundred(e: Estimate) -> Estimate:
    low, high = e.ends
    return replace(e, value=100 * e.number, low=100 * low, high=100 * high)


# What taking up a channel brings --------------------------------------------------------------------------------------


def _naive(one: TouchpointEffect) -> str:
    return signed(one.naive.number, one.digits) if one.naive.has_interval else "–"


def _effect(one: TouchpointEffect) -> str:
    return signed(one.effect.number, one.digits) if one.is_told else one.said.lower()


def _draw_effects(found: TouchpointEffects, ax: Axes) -> None:
    rows = []
    for i, one in enumerate(found.judged):
        naive = tr("at first sight {figure}", figure=_naive(one))
        effect = tr("among customers alike {figure}", figure=_effect(one)) if one.is_told else _effect(one)
        name = tr("“{name}”", name=one.channel)
        rows += [
            Row(name, one.naive, naive, "other", filled=False, gap=0.5 if i else 0.0),
            Row("", one.effect, effect),
        ]
    unit = tr("More purchases in {days} days", days=number(found.adoptions.outcome_days))
    draw_rows(ax, rows, unit=unit, left=0.2)


def _caption_of_effects(found: TouchpointEffects) -> Caption:
    def clause(one: TouchpointEffect, *, whole: bool) -> str:
        naive, effect = _naive(one), _effect(one)
        if whole:
            naive = with_interval(naive, interval(one.naive, one.digits))
            effect = with_interval(effect, interval(one.effect, one.digits))
        return tr("“{name}” at first sight {naive}, among customers alike {effect}", name=one.channel, naive=naive,
                  effect=effect)  # fmt: skip

    return Caption(
        found.heading,
        tr(
            "Purchases in {days} days: of those who use a channel against the others as they are, and after orders "
            "with which it was taken up against orders by customers alike, with 95% intervals.",
            days=number(found.adoptions.outcome_days),
        ),
        described(
            lambda listed: tr("Dots with intervals by channel. {listed}.", listed=listed),
            [clause(one, whole=True) for one in found.judged],
            [clause(one, whole=False) for one in found.judged],
        ),
        tr("Hollow: at first sight. Full: among customers alike."),
    )


def _numbers_of_effects(found: TouchpointEffects) -> Table:
    rows = []
    for one in found.judged:
        ratio = Cell("–")
        if one.naive_ratio.has_interval:
            ratio = Cell(number(one.naive_ratio.number, 2), number_between(*one.naive_ratio.ends, 2))
        cells = [
            Cell(signed(e.number, one.digits), interval(e, one.digits)) if e.has_interval else Cell("–")
            for e in (one.naive, one.effect)
        ]
        rows.append((Cell(one.channel), Cell(number(one.adoption.n_adopters)), ratio, *cells, Cell(one.said)))
    return Table(
        "touchpoint_effects",
        tr("Taking up a channel"),
        (tr("Channel"), tr("Took it up"), tr("Times the others’ purchases"), tr("More at first sight"),
         tr("More among customers alike"), tr("Verdict")),
        tuple(rows),
        tr("Purchases in {days} days. Small figures are 95% intervals.", days=number(found.adoptions.outcome_days)),
        words=(5,),
    )  # fmt: skip


# What goes with leaving -----------------------------------------------------------------------------------------------


def _drawn(found: Leaving) -> list[Step]:
    """Give the touchpoints that differ most from other orders, the worst first."""
    far = sorted(found.shown, key=lambda step: -abs(step.difference.number))[:MOST_DRAWN]
    return sorted(far, key=lambda step: -step.difference.number)


_MARK = {"leaving": "ink", "staying": "ink", "as_others": "other", "cannot_tell": "other"}


def _draw_leaving(found: Leaving, ax: Axes) -> None:
    steps = _drawn(found)
    rows = [Row(step.title, _hundred(step.rate), percent(step.rate.number), _MARK[step.goes]) for step in steps]
    draw_rows(ax, rows, unit=tr("Percent of orders after which the customer did not come back"), left=0.3)
    for y, step in enumerate(steps):
        ax.plot([100 * step.alike.number] * 2, [y - 0.16, y + 0.16], color=COLOUR["muted"], lw=2, zorder=2)
    base = 100 * found.base.number
    ax.axvline(base, color=COLOUR["muted"], lw=1, ls=(0, (3, 3)), zorder=1)
    if not is_narrow(ax):
        ax.annotate(
            tr("all orders"), (base, -0.8), (4, 0), textcoords="offset points", va="top", size=11, color=COLOUR["muted"]
        )


def _caption_of_leaving(found: Leaving) -> Caption:
    def clause(step: Step, *, whole: bool) -> str:
        rate = percent(step.rate.number)
        if whole:
            rate = with_interval(rate, percent_between(*step.rate.ends))
        return tr("{what} {rate}, others alike {alike}", what=step.title, rate=rate, alike=percent(step.alike.number))

    steps = _drawn(found)
    return Caption(
        found.heading,
        tr(
            "Share of orders after which the customer did not come back within {days} days, with 95% intervals.",
            days=number(found.rows.outcome_days),
        ),
        described(
            lambda listed: tr(
                "Dots with intervals by touchpoint, the worst first. {listed}. All orders {base}.",
                listed=listed,
                base=percent(found.base.number),
            ),
            [clause(step, whole=True) for step in steps],
            [clause(step, whole=False) for step in steps],
        ),
        tr("Stroke: after other orders alike. Dashed: after all orders. Grey: not told apart from others alike."),
    )


def _numbers_of_leaving(found: Leaving) -> Table:
    rows = [
        (
            Cell(step.title), Cell(number(step.n)),
            Cell(percent(step.rate.number, 1), percent_between(*step.rate.ends, 1)),
            Cell(percent(step.alike.number, 1)), Cell(*in_points(step.difference)), Cell(GOES[step.goes]),
        )
        for step in sorted(found.shown, key=lambda step: -step.difference.number)
    ]  # fmt: skip
    return Table(
        "leaving",
        tr("What goes with leaving"),
        (tr("Touchpoint"), tr("Orders"), tr("Did not come back"), tr("After others alike"), tr("Difference, points"),
         tr("Verdict")),
        tuple(rows),
        tr("Small figures are 95% intervals; verdicts allow for the number of touchpoints."),
        words=(5,),
    )  # fmt: skip


touchpoint_effects: Plot[TouchpointEffects] = Plot(
    "touchpoint_effects", _draw_effects, _caption_of_effects, _numbers_of_effects, (680, 80), (358, 80),
    grows=lambda found: 104 * len(found.judged),
)  # fmt: skip
leaving: Plot[Leaving] = Plot(
    "leaving", _draw_leaving, _caption_of_leaving, _numbers_of_leaving, (680, 90), (358, 90),
    lacks=lambda found: "" if found.shown else tr("So there is nothing to draw."),
    grows=lambda found: 46 * len(_drawn(found)),
)  # fmt: skip
