"""Two sliders over the map of the four fields, in JupyterLab: where the customers would be with other lines."""

import html
from typing import Any

import numpy as np

from cxlab import plots, tables, words
from cxlab.estimate import Estimate
from cxlab.lab import forms
from cxlab.language import tr
from cxlab.segments import MovedLines, SegmentProfile, describe_segments, foresight, redraw

STEPS = 200
_MIDDLE = (0.02, 0.98)  # the sliders leave out the customers at both ends
_LINE = {
    "recency": "Active: days since the last order, at most",
    "cadence": "Active: multiples of the days allowed, at most",
    "p_alive": "Active: chance of still being a customer, at least",
}


def explorer(moved: MovedLines, *, source: str = "") -> Any:
    """Build the sliders with the map, its numbers and what the fields foresaw under them.

    Parameters
    ----------
    moved : the customers and the lines to start from.
    source : title of the study, under the map.

    Returns
    -------
    An ipywidgets box, to be displayed. Nothing is computed but by the page's own functions; the map hides small groups
    as the page does.
    """
    import ipywidgets as widgets

    segments = moved.segments
    wide = {"style": {"description_width": "22em"}, "layout": {"width": "48em"}, "continuous_update": False}
    score = segments.score.to_numpy(float)
    money = segments.contribution.to_numpy(float)
    line: Any
    if segments.activity == "recency":
        line = widgets.IntSlider(
            value=round(segments.line), min=1, max=max(2, int(score.max())), description=_LINE["recency"], **wide
        )
    else:
        top = 1.0 if segments.activity == "p_alive" else float(np.quantile(score, _MIDDLE[1]))
        line = widgets.FloatSlider(
            value=segments.line, min=0, max=max(top, segments.line), step=0.01,
            description=_LINE[segments.activity], **wide,
        )  # fmt: skip
    low, high = (float(np.quantile(money, share)) for share in _MIDDLE)
    low, high = min(low, segments.threshold, 0.0), max(high, segments.threshold)
    threshold = widgets.FloatSlider(
        value=segments.threshold, min=low, max=max(high, low + 1), step=max((high - low) / STEPS, 0.01),
        readout_format=".2f", **wide,
        description=tr("Profitable: more contribution than, {currency}", currency=segments.currency),
    )  # fmt: skip
    back = widgets.Button(description=tr("Back to the page’s lines"), layout={"width": "16em"})
    shown = widgets.HTML()

    def draw(_: object = None) -> None:
        shown.value = drawn(moved, line=line.value, threshold=threshold.value, source=source)

    def reset(_: object = None) -> None:
        line.value, threshold.value = segments.line, segments.threshold

    for slider in (line, threshold):
        slider.observe(draw, "value")
    back.on_click(reset)
    draw()
    return widgets.VBox([line, threshold, back, shown])


def drawn(moved: MovedLines, *, line: float, threshold: float, source: str = "") -> str:
    """Return the map and its numbers with both lines at other places, as HTML.

    Parameters
    ----------
    line, threshold : on the measure of activity, and on contribution in units of currency.
    """
    segments = redraw(moved.segments, line=line, threshold=threshold)
    profile = describe_segments(moved.customers, segments, minimum_group=moved.minimum_group)
    figure = plots.four_field_map.block(profile, source=source)
    numbers = tables.four_segments(profile)
    return forms.framed(
        f"<p>{html.escape(_foresaw(moved, profile))}</p>{forms.figure_html(figure)}{forms.table_html(numbers)}"
        f"<p>{html.escape(profile.next_reading)}</p>"
    )


def _foresaw(moved: MovedLines, profile: SegmentProfile) -> str:
    """Say what the fields foresee of the purchases after the cut, beside those of the page."""
    bought = moved.customers.frame["holdout_purchases"].to_numpy(float)
    here, own = foresight(profile.segments.labels, bought), foresight(moved.segments.labels, bought)
    if here is None or own is None:
        return tr("Nobody bought after the cut, so nothing can be foreseen.")
    top: Estimate = profile.row("profit_bringers").holdout_contribution_share
    worth = "" if top.value is None or profile.row("profit_bringers").customers < profile.minimum_group else (
        tr(" The profit-bringers brought {share} of the contribution after the cut.", share=words.percent(top.number))
    )  # fmt: skip
    return tr(
        "These fields foresee {here} of the purchases after the cut; those of the page {own}.{worth}",
        here=words.percent(here),
        own=words.percent(own),
        worth=worth,
    )
