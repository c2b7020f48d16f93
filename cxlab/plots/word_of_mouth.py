"""The plot of what customers did after low, middle and high scores, and of what each side weighs."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn
from cxlab.loyalty.asymmetry import NONE, Sides
from cxlab.loyalty.word_of_mouth import DIGITS, WordOfMouth
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND
from cxlab.plots.style import COLOUR, WrittenTicks, fit, is_narrow, panels
from cxlab.words import count, number, number_between

_ORDER = (2, 1, 0, NONE)
_MARKS = {0: "ink", 1: "other", 2: "link", NONE: "muted"}
_TITLES = Texts({"referrals": "Brought by 100 customers", "purchases": "Purchases a customer"})


def _draw(found: WordOfMouth, ax: Axes) -> None:
    narrow, n = is_narrow(ax), len(found.sides)
    each = panels(ax, n, 1, gap_y=0.36) if narrow else panels(ax, 1, 2, gap_x=0.1)
    for place, (axes, side) in enumerate(zip(each, found.sides, strict=False)):
        _draw_side(found, side, axes, names=narrow or place == 0)
    for axes in each[n:]:
        axes.set_axis_off()
    if narrow:
        fit(ax, 0.26, 0.07 if n > 1 else 0.12, 0.97, 0.93 if n > 1 else 0.86)
    else:
        fit(ax, 0.15, 0.1, 0.985, 0.87)


def _draw_side(found: WordOfMouth, side: Sides, ax: Axes, *, names: bool) -> None:
    digits = DIGITS[side.outcome]
    shown = [g for g in _ORDER if found.is_shown(g) and side.rates[g].has_interval]
    top = max((side.rates[g].ends[1] for g in shown), default=1.0) or 1.0
    middle = side.rates[1]
    if 1 in shown:
        ax.axvline(middle.number, color=COLOUR["other"], lw=1.2, ls=(0, (4, 3)), zorder=1)
    for y, g in enumerate(_ORDER):
        if names:
            ax.text(
                -0.04, y, found.labels[g], ha="right", va="center", weight=700, size=12,
                transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        if g not in shown:
            ax.text(
                0,
                y,
                tr("nobody") if not found.customers[g] else tr("not told"),
                ha="left",
                va="center",
                size=12,
                color=COLOUR["muted"],
            )
            continue
        rate, token = side.rates[g], COLOUR[_MARKS[g]]
        ax.plot(list(rate.ends), [y, y], color=token, lw=2.4, solid_capstyle="butt", zorder=3)
        ax.plot([rate.number], [y], "o", ms=8, color=token, mec=token, mew=1.8, zorder=4)
        ax.text(
            rate.number, y - 0.22, number(rate.number, digits), ha="center", va="bottom", size=12, weight=700, zorder=5,
            bbox=BEHIND,
        )  # fmt: skip
    ax.set(xlim=(-0.02 * top, 1.05 * top), ylim=(NONE + 0.5, -0.75), yticks=[])
    ax.locator_params(axis="x", nbins=4)
    ax.xaxis.set_major_formatter(WrittenTicks())
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.8)
    ax.set_axisbelow(True)
    ax.set_title(_TITLES[side.outcome], loc="left", size=12, weight=700, pad=6)


def _caption(found: WordOfMouth) -> Caption:
    listed = "; ".join(
        f"{_TITLES[side.outcome].lower()}: "
        + ", ".join(
            f"{found.labels[g]} {number(side.rates[g].number, DIGITS[side.outcome])}"
            for g in _ORDER
            if found.is_shown(g) and side.rates[g].value is not None
        )
        for side in found.sides
    )
    alt = tr("Dots by score given: {listed}. {heading}.", listed=listed, heading=found.heading)
    return Caption(
        found.heading,
        trn(
            "What customers did in the {n} day after, by the last score that they had given by then; "
            "{customers}. Lines: 95% interval.",
            "What customers did in the {n} days after, by the last score that they had given by then; "
            "{customers}. Lines: 95% interval.",
            found.window_days,
            n=number(found.window_days),
            customers=count(found.told.n or 0, "customer"),
        ),
        alt if len(alt) < 400 else tr("{first}; and so on.", first=alt[:380].rsplit(";", 1)[0]),
        tr(
            "Dashed: after a middle score. Brought: customers who came on their recommendation. No "
            "answer: by then. The scores go together with what followed and need not have caused it."
        ),
    )


def _numbers(found: WordOfMouth) -> Table:
    rows = []
    for side in found.sides:
        digits = DIGITS[side.outcome]
        for name, estimate in _both(side):
            shown = all(found.is_shown(g) for g in range(NONE)) and estimate.has_interval
            cells = (number(estimate.number, digits), number_between(*estimate.ends, digits)) if shown else ("–", "")
            rows.append((Cell(f"{_TITLES[side.outcome]}: {name}"), Cell(*cells)))
    return Table(
        "word_of_mouth",
        tr("What a low score takes and a high one brings"),
        (tr("Against a middle score"), tr("Difference")),
        tuple(rows),
        tr("Small figures are 95% intervals. Above 0 in the last row of each: the low score weighs more."),
    )


def _both(side: Sides) -> Sequence[tuple[str, Estimate]]:
    return (
        (tr("fewer after a low score"), side.costs),
        (tr("more after a high score"), side.brings),
        (tr("the first less the second"), side.asymmetry),
    )


def _lacks(found: WordOfMouth) -> str:
    if any(side.rates[g].has_interval and found.is_shown(g) for side in found.sides for g in range(NONE + 1)):
        return ""
    return tr("So there is nothing to draw.")


word_of_mouth: Plot[WordOfMouth] = Plot(
    "word_of_mouth", _draw, _caption, _numbers, (680, 270), (358, 60), _lacks, None,
    lambda found: 235 * max(1, len(found.sides)),
)  # fmt: skip
