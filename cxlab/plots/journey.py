"""The plots of the journey: how many go on from step to step, by channel, and what one more click goes with."""

from collections.abc import Iterator
from dataclasses import replace

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.experience.clicks import Clicks
from cxlab.experience.funnel import Funnel, Step
from cxlab.language import Texts, tr
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import few, number, number_between, percent, percent_between

DROP_OFF = Texts({"stands_out": "Most drop off", "does_not": "Fewer than elsewhere", "cannot_tell": "Cannot tell"})
_PHASE = Texts({"before": "before the purchase", "purchase": "the purchase", "after": "after the purchase"})


def _hundred(e: Estimate) -> Estimate:
    low, high = e.ends
    return replace(e, value=100 * e.number, low=100 * low, high=100 * high)


def _in_words(e: Estimate) -> str:
    return with_interval(percent(e.number), percent_between(*e.ends))


# From step to step ----------------------------------------------------------------------------------------------------


def _drawn(funnel: Funnel) -> Iterator[tuple[Step, str, Estimate]]:
    """Give each step after the first with the share that goes on to it, over all and in each channel."""
    for step in funnel.steps:
        for channel, e in (("", step.share), *step.by_channel.items()):
            if e is not None and e.has_interval and (not channel or len(step.by_channel) > 1):
                yield step, channel, e


def _draw_steps(funnel: Funnel, ax: Axes) -> None:
    rows: list[Row] = []
    for step, channel, e in _drawn(funnel):
        gap = 0.5 if rows and not channel else 0.0
        rows.append(
            Row(channel or step.name, _hundred(e), percent(e.number), "other" if channel else "ink",
                "muted" if channel else "ink", gap=gap)
        )  # fmt: skip
    draw_rows(ax, rows, unit=tr("Sessions at the step before that went on, in percent"), left=0.2)


def _caption_of_steps(funnel: Funnel) -> Caption:
    told = [f"{channel or step.name} {_in_words(e)}" for step, channel, e in _drawn(funnel)]
    short = [f"{step.name} {_in_words(e)}" for step, channel, e in _drawn(funnel) if not channel]
    after = [step.quoted for step in funnel.after]
    note = tr("Grey: one channel.") if any(channel for _, channel, _ in _drawn(funnel)) else ""
    if after:
        note += " " + tr("After the purchase, the share is of the sessions with a purchase.")
    return Caption(
        funnel.heading,
        tr(
            "Share of the sessions at the step before that went on to each step, of {n} sessions, with 95% intervals.",
            n=number(funnel.n),
        ),
        described(lambda listed: tr("Dots with intervals by step. {listed}.", listed=listed), told, short),
        note.strip(),
    )


def _numbers_of_steps(funnel: Funnel) -> Table:
    rows = []
    for step in funnel.steps:
        people = funnel.minimum_group
        sessions = number(step.sessions) if step.people >= people or not step.people else few(step.people, people)
        share = Cell("–") if step.share is None else _share(step.share)
        verdict = DROP_OFF[step.drop_off] if step in funnel.way and len(funnel.way) > 1 else "–"
        rows.append((Cell(step.name), Cell(_PHASE[step.phase]), Cell(sessions), share, Cell(verdict)))
        if len(step.by_channel) > 1:
            rows += [
                (Cell(f"– {name}"), Cell(""), Cell(""), _share(e), Cell("")) for name, e in step.by_channel.items()
            ]
    return Table(
        "steps",
        tr("Step by step"),
        (tr("Step"), tr("Where it stands"), tr("Sessions"), tr("Went on to it"), tr("Verdict")),
        tuple(rows),
        tr("Small figures are 95% intervals. The share is of the sessions at the step before; after the purchase, of "
           "those with a purchase."),
        words=(1, 4),
    )  # fmt: skip


def _share(e: Estimate) -> Cell:
    return Cell(percent(e.number, 1), percent_between(*e.ends, 1)) if e.has_interval else Cell("–")


# One more click -------------------------------------------------------------------------------------------------------


def _each(clicks: Clicks) -> list[tuple[str, Estimate]]:
    rows = [(tr("From “{name}” on", name=one.step), one.odds) for one in clicks.by_step]
    return [*rows, (tr("All steps"), clicks.odds)]


def _change(e: Estimate) -> Estimate:
    low, high = e.ends
    return replace(e, value=100 * (e.number - 1), low=100 * (low - 1), high=100 * (high - 1))


def _draw_clicks(clicks: Clicks, ax: Axes) -> None:
    rows = [
        Row(name, _change(e), number(e.number, 2), gap=0.5 if e is clicks.odds else 0.0) for name, e in _each(clicks)
    ]
    draw_rows(ax, rows, unit=tr("Change in the odds of going on with one more click, in percent"), left=0.24,
              band=(-5.0, 5.0))  # fmt: skip


def _caption_of_clicks(clicks: Clicks) -> Caption:
    told = [f"{name} {number(e.number, 2)} ({number_between(*e.ends, 2)})" for name, e in _each(clicks)]
    return Caption(
        clicks.heading,
        tr(
            "Change in the odds of going on from a step with each record before it, channel alike, in {n} arrivals at "
            "a step, with 95% intervals. The figures at the dots are odds ratios.",
            n=number(clicks.odds.n or 0),
        ),
        described(lambda listed: tr("Dots with intervals of the odds ratio by step. {listed}.", listed=listed), told),
        tr("Shaded: up to 5% either way, which counts as nothing."),
    )


def _numbers_of_clicks(clicks: Clicks) -> Table:
    rows = [(Cell(one.step), Cell(number(one.n)), Cell(number(one.mean, 1)), _odds(one.odds)) for one in clicks.by_step]
    rows.append((Cell(tr("All steps")), Cell(number(clicks.odds.n or 0)), Cell("–"), _odds(clicks.odds)))
    return Table(
        "clicks",
        tr("What one more click before a step goes with"),
        (tr("From step"), tr("Arrivals"), tr("Clicks up to it, mean"), tr("Odds ratio a click")),
        tuple(rows),
        tr("Small figures are 95% intervals. An odds ratio of 1 is no difference."),
    )


def _odds(e: Estimate) -> Cell:
    return Cell(number(e.number, 2), number_between(*e.ends, 2))


journey_steps: Plot[Funnel] = Plot(
    "journey_steps", _draw_steps, _caption_of_steps, _numbers_of_steps, (680, 90), (358, 90),
    lacks=lambda funnel: "" if any(True for _ in _drawn(funnel)) else tr("So there is no step to draw."),
    grows=lambda funnel: 34 * sum(1 for _ in _drawn(funnel)) + 14 * len(funnel.steps),
    grows_narrow=lambda funnel: 40 * sum(1 for _ in _drawn(funnel)) + 14 * len(funnel.steps),
)  # fmt: skip
one_more_click: Plot[Clicks] = Plot(
    "one_more_click", _draw_clicks, _caption_of_clicks, _numbers_of_clicks, (680, 110), (358, 110),
    grows=lambda clicks: 44 * len(_each(clicks)),
)  # fmt: skip
