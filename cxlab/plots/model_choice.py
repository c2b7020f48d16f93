"""The plot of how far the purchase models are apart on purchases that none of them has seen."""

import numpy as np
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.purchases import ModelChoice
from cxlab.purchases.choice import OUTCOMES, less_likely
from cxlab.words import day, number, percent, percent_between

_ROWS, _ROW = 3, 50  # models that the plot has room for as it is, and pixels of one more
_LEAST_SPAN = 0.2  # percent: narrower than that, differences are not worth a scale


def _percent(value: float) -> float:
    """Turn a difference of log-likelihoods into one of likelihoods, in percent."""
    return 100 * float(np.expm1(value))


def _reach(one: Estimate) -> tuple[float, float]:
    low, high = one.ends if one.has_interval else (one.number, one.number)
    return _percent(low), _percent(high)


def _draw(choice: ModelChoice, ax: Axes) -> None:
    narrow = is_narrow(ax)
    shown = [one.behind for one in choice.scores if one.takes_part]
    ends = [0.0, *(end for one in shown for end in _reach(one))]
    span = max(max(ends) - min(ends), _LEAST_SPAN)
    ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
    for row, one in enumerate(choice.scores):
        token = "ink" if one.key == choice.best else "other"
        title = one.title.replace(" ", "\n", 1) if one.has_covariates else one.title
        ax.text(-0.04, row, title, ha="right", va="center", weight=700, size=12, transform=ax.get_yaxis_transform())
        said = choice.outcome(one)
        ax.text(
            1.03,
            row,
            _in_two_lines(OUTCOMES[said]) if said == "did not settle" else OUTCOMES[said],
            ha="left",
            va="center",
            size=12,
            weight=700 if said == "taken" else 400,
            color=COLOUR["ink" if said == "taken" else "muted"],
            transform=ax.get_yaxis_transform(),
        )
        if not one.takes_part:
            continue
        if one.behind.has_interval:
            ax.plot(_reach(one.behind), [row, row], color=COLOUR[token], lw=2.4, solid_capstyle="butt", zorder=3)
        at = _percent(one.behind.number)
        ax.plot([at], [row], "o", ms=8, color=COLOUR[token], zorder=4)
        if not narrow and one is not choice.leading:
            ax.text(at, row - 0.16, percent(at / 100, 1), ha="center", va="bottom", size=12, weight=700)
    ax.set(xlim=(min(ends) - 0.1 * span, max(ends) + 0.1 * span), ylim=(len(choice.scores) - 0.5, -0.6), yticks=[])
    ticks, digits = _round_ticks(*ax.get_xlim(), most=4 if narrow else 7)
    ax.set_xticks(ticks, [percent(tick / 100, digits) for tick in ticks])
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    label = (
        tr("Likelihood of what came per customer, against the leading model")
        if choice.days
        else tr("Likelihood of what it was fitted to per customer, against the leading model")
    )
    ax.set_xlabel(label.replace(", ", ",\n", 1) if narrow else label, labelpad=6)
    left = (0.32 if narrow else 0.19) if choice.has_covariates else (0.28 if narrow else 0.16)
    height = 220 + _grows(choice)
    fit(ax, left, 0.27 * 220 / height, 0.78 if narrow else 0.87, 0.97)


def _grows(choice: ModelChoice) -> int:
    return _ROW * (len(choice.scores) - _ROWS)


def _round_ticks(low: float, high: float, *, most: int) -> tuple[list[float], int]:
    """Return round values between two ends, at most so many, and the decimals that they take."""
    size = 10 ** np.floor(np.log10((high - low) / most))
    step = next(float(times * size) for times in (1, 2, 5, 10) if (high - low) / (times * size) <= most)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [k * step for k in range(first, last + 1)], max(0, -int(np.floor(np.log10(step) + 1e-9)))


def _in_two_lines(text: str) -> str:
    return "\n".join(text.rsplit(" ", 1))


def _caption(choice: ModelChoice) -> Caption:
    leading = choice.leading
    n, cut = number(choice.n), day(choice.calibration_end)
    measured = (
        tr(
            "How likely each model held what a customer did in the {days} days after {cut}, against the leading model; "
            "{n} customers. Whiskers: 95% interval.",
            days=number(choice.days),
            cut=cut,
            n=n,
        )
        if choice.days
        else tr(
            "How likely each model held what a customer did up to {cut}, to which it was fitted, against the leading "
            "model; {n} customers. Whiskers: 95% interval.",
            cut=cut,
            n=n,
        )
    )
    note = tr("Average over customers: the geometric mean. The intervals take the fits as they are.") + " "
    listed = (
        ""
        if leading is None
        else tr("{title} leads. ", title=leading.title)
        + "".join(f"{one.title}: {less_likely(one.behind)}. " for one in choice.others if choice.is_told(one))
    )
    return Caption(
        choice.heading,
        measured,
        tr("Dots of likelihood per customer by model. {listed}{heading}.", listed=listed, heading=choice.heading),
        note
        + (
            tr(
                "BG/NBD is kept where its interval holds 0, and what is taken without covariates where no lead over it "
                "is more than chance."
            )
            if choice.has_covariates
            else tr("BG/NBD is kept where its interval holds 0.")
        ),
    )


def _numbers(choice: ModelChoice) -> Table:
    rows = []
    for one in choice.scores:
        low, high = (v / 100 for v in _reach(one.behind)) if one.takes_part else (0.0, 0.0)
        behind = percent(_percent(one.behind.number) / 100, 2) if one.takes_part else "–"
        interval = percent_between(low, high, 2) if one.behind.has_interval else ""
        rows.append((Cell(one.title), Cell(behind, interval), Cell(OUTCOMES[choice.outcome(one)])))
    return Table(
        "model_distances",
        tr("Likelihood per customer, against the leading model"),
        (tr("Model"), tr("Against it"), tr("Outcome")),
        tuple(rows),
        tr("Small figures are 95% intervals."),
        words=(2,),
    )


def _lacks(choice: ModelChoice) -> str:
    return "" if choice.leading is not None else tr("the search for the best fit settled in none of the models")


model_choice: Plot[ModelChoice] = Plot(
    "model_choice", _draw, _caption, _numbers, (680, 220), (358, 220), lacks=_lacks, grows=_grows
)
