"""Plots of what else can be asked of gestures: other occasions, no further gesture, and who gains most."""

from collections.abc import Callable

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import AskedOtherwise, GestureEffect, PredictedEffects
from cxlab.gestures.asked_otherwise import ON
from cxlab.gestures.foretold import Foretold
from cxlab.gestures.said import digits_of, in_percent, interval, name_of, noun_of, owned, signed
from cxlab.language import Texts, tr
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.plots.style import COLOUR
from cxlab.words import number_between

_FIFTHS = Texts(
    {
        "first": "Least expected",
        "second": "Second fifth",
        "third": "Middle fifth",
        "fourth": "Fourth fifth",
        "fifth": "Most expected",
    }
)


def _cell(estimate: Estimate, digits: int) -> Cell:
    return Cell(signed(estimate.number, digits), interval(estimate, digits)) if estimate.has_interval else Cell("–")


def _percent(estimate: Estimate) -> Cell:
    if not estimate.has_interval:
        return Cell("–")
    return Cell(in_percent(signed(estimate.number, 0)), in_percent(number_between(*estimate.ends)))


# --- asked otherwise --------------------------------------------------------------------------------------------------


def _chosen(found: AskedOtherwise) -> GestureEffect:
    assert found.chosen is not None
    return found.chosen


def _draw_otherwise(found: AskedOtherwise, ax: Axes) -> None:
    effect = _chosen(found)
    rows = [Row(ON[name], e, signed(e.number, digits_of(effect))) for name, e, _ in found.rows]
    draw_rows(ax, rows, unit=tr("Difference in {outcome}", outcome=noun_of(effect)), left=0.27)


def _otherwise_caption(found: AskedOtherwise) -> Caption:
    effect = _chosen(found)
    said = {"arm": name_of(effect), "purchases": noun_of(effect)}
    digits = digits_of(effect)
    answers = [(f"{ON[name]} {signed(e.number, digits)}", interval(e, digits)) for name, e, _ in found.rows]

    def say(listed: str) -> str:
        return tr(
            "Dots with intervals of the effect of {arm}, asked in several ways: {answers}.",
            arm=owned(effect), answers=listed,
        )  # fmt: skip

    return Caption(
        found.heading,
        (
            tr("Effect of {arm} in {purchases}, on several groups of orders, with 95% intervals.", **said)
            if effect.rows == "order"
            else tr("Effect of {arm} in {purchases}, on several groups of customers, with 95% intervals.", **said)
        ),
        described(say, [with_interval(*answer) for answer in answers], [figure for figure, _ in answers]),
        tr("Where it was open: each counts by how near its chance of a gesture was to even."),
    )


def _otherwise_numbers(found: AskedOtherwise) -> Table:
    digits = digits_of(_chosen(found))
    rows = tuple((Cell(ON[name]), _cell(e, digits), _percent(p)) for name, e, p in found.rows)
    return Table(
        "asked_otherwise", tr("The effect, asked otherwise"), (tr("On"), tr("Effect"), tr("Percent")), rows,
        tr("Small figures are 95% intervals."),
    )  # fmt: skip


def _lacks_otherwise(found: AskedOtherwise) -> str:
    return "" if found.rows else tr("There is no effect of chosen gestures to ask for otherwise.")


# --- who gains most ---------------------------------------------------------------------------------------------------


def _told(found: PredictedEffects) -> tuple[GestureEffect, Foretold]:
    assert found.effect is not None and found.effect.foretold is not None
    return found.effect, found.effect.foretold


def _draw_predicted(found: PredictedEffects, ax: Axes) -> None:
    effect, told = _told(found)
    digits = digits_of(effect)
    rows = [
        Row(name, realised, signed(realised.number, digits))
        for name, realised in zip(_FIFTHS.values(), told.realised, strict=True)
    ]
    draw_rows(ax, rows, unit=tr("Difference in {outcome}", outcome=noun_of(effect)), left=0.25)
    low, high = ax.get_xlim()
    room = 0.03 * (high - low)
    ax.set_xlim(min(low, min(told.predicted) - room), max(high, max(told.predicted) + room))
    ax.plot(told.predicted, range(len(rows)), "|", ms=18, mew=3, color=COLOUR["link"], zorder=5)


def _predicted_caption(found: PredictedEffects) -> Caption:
    effect, told = _told(found)
    digits = digits_of(effect)

    def said(ends: Callable[[Estimate, int], str]) -> list[str]:
        return [
            tr(
                "{fifth} predicted {predicted}, came {realised}",
                fifth=name,
                predicted=signed(predicted, digits),
                realised=with_interval(signed(realised.number, digits), ends(realised, digits)),
            )
            for name, predicted, realised in zip(_FIFTHS.values(), told.predicted, told.realised, strict=True)
        ]

    def say(fifths: str) -> str:
        return tr("Dots with intervals of the effect that came about by fifth of the predicted effect. {fifths}.",
                  fifths=fifths)  # fmt: skip

    return Caption(
        found.heading,
        tr(
            "Effect of {arm} in {purchases}, in fifths by the effect that was predicted. Dot: what came about, with "
            "95% intervals; upright stroke (blue): what was predicted.",
            arm=name_of(effect),
            purchases=noun_of(effect),
        ),
        described(say, said(interval), said(lambda *_: "")),
    )


def _predicted_numbers(found: PredictedEffects) -> Table:
    effect, told = _told(found)
    digits = digits_of(effect)
    rows = tuple(
        (Cell(name), Cell(signed(predicted, digits)), _cell(realised, digits))
        for name, predicted, realised in zip(_FIFTHS.values(), told.predicted, told.realised, strict=True)
    )
    return Table(
        "predicted_effects", tr("Predicted effect, and what came about"),
        (tr("Fifth"), tr("Predicted"), tr("Came about")), rows,
        tr("Small figures are 95% intervals."),
    )  # fmt: skip


def _lacks_predicted(found: PredictedEffects) -> str:
    return "" if found.effect is not None else tr("There is nothing to draw: the fifths are too small.")


asked_otherwise = Plot(
    "asked_otherwise", _draw_otherwise, _otherwise_caption, _otherwise_numbers, (680, 90), (358, 90),
    _lacks_otherwise, lambda found: 46 * len(found.rows),
)  # fmt: skip
predicted_effects = Plot(
    "predicted_effects", _draw_predicted, _predicted_caption, _predicted_numbers, (680, 90), (358, 90),
    _lacks_predicted, lambda found: 46 * 5,
)  # fmt: skip
