"""The plots of what moves repeat purchase: weights of drivers, the two levers by segment, and bad against good."""

from dataclasses import replace

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.experience.drivers import GROUP, DriverWeights
from cxlab.experience.good_and_bad import WEIGHS, GoodAndBad
from cxlab.experience.value import EVERYBODY, LEVER, Levers, PerceivedValue, in_percent
from cxlab.language import tr
from cxlab.look import SEGMENT_TOKEN
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import number, number_between, percent, percent_between

MOST_LETTERS = 20
"""Of a driver's name in a figure."""


def _hundred(e: Estimate) -> Estimate:
    low, high = e.ends
    return replace(e, value=100 * e.number, low=100 * low, high=100 * high)


def _signed(e: Estimate) -> str:
    return in_percent(e).partition(" (")[0]


def _cut(name: str) -> str:
    """Write a name as far as there is room for it beside the scale."""
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1].rstrip()}…"


# Weights of drivers ---------------------------------------------------------------------------------------------------


def _tags(found: DriverWeights, name: str) -> str:
    return ", ".join(GROUP[tag].lower() for tag in found.tags[name])


def _draw_weights(found: DriverWeights, ax: Axes) -> None:
    rows = [
        Row(_cut(name), _hundred(e), tr("{share}: {tags}", share=percent(e.number), tags=_tags(found, name))
            if found.tags[name] else percent(e.number), "ink" if e.low else "other")
        for name, e in found.shares.items()
    ]  # fmt: skip
    rows += [
        Row(GROUP[group], _hundred(e), percent(e.number), "link", gap=0.5 if k == 0 else 0.0, filled=False)
        for k, (group, e) in enumerate(found.groups.items())
    ]
    draw_rows(ax, rows, unit=tr("Share of what the drivers explain, in percent"), left=0.25)


def _caption_of_weights(found: DriverWeights) -> Caption:
    each = [(name, e) for name, e in found.shares.items()]
    told = [f"{name} {with_interval(percent(e.number), percent_between(*e.ends))}" for name, e in each]
    short = [f"{name} {percent(e.number)}" for name, e in each]
    return Caption(
        found.heading,
        tr(
            "Share of what all drivers explain of the purchases in the {days} days after {n} answers, averaged over "
            "every order in which drivers can be taken in, with 95% intervals.",
            days=found.followed.outcome_days,
            n=number(found.prepared.n),
        ),
        described(lambda listed: tr("Dots with intervals by driver and group. {listed}.", listed=listed), told, short),
        tr(
            "Grey: the interval begins at 0. Rings: groups of drivers. What goes together is no proof of what brings "
            "purchases."
        ),
    )


def _numbers_of_weights(found: DriverWeights) -> Table:
    rows = []
    for name, e in found.shares.items():
        change = found.changes[name]
        rows.append(
            (
                Cell(name), Cell(_tags(found, name) or "–"), Cell(percent(e.number, 1), percent_between(*e.ends, 1)),
                Cell(_signed(change), number_between(*change.ends, 1)),
            )
        )  # fmt: skip
    rows += [
        (Cell(GROUP[group]), Cell("–"), Cell(percent(e.number, 1), percent_between(*e.ends, 1)), Cell("–"))
        for group, e in found.groups.items()
    ]
    return Table(
        "driver_weights",
        tr("What the drivers go with"),
        (tr("Driver"), tr("Tags"), tr("Share of what is explained"), tr("Purchases with one standard deviation more")),
        tuple(rows),
        tr("Small figures are 95% intervals. Last column: the other drivers alike."),
        words=(1,),
    )


# Benefits and sacrifices ----------------------------------------------------------------------------------------------


def _shown(found: PerceivedValue) -> tuple[Levers, ...]:
    return (found.everybody, *found.segments)


def _draw_levers(found: PerceivedValue, ax: Axes) -> None:
    rows: list[Row] = []
    for k, one in enumerate(_shown(found)):
        token = SEGMENT_TOKEN.get(one.name)
        mark, ink = (token, f"{token}-ink") if token else ("ink", "ink")
        more, less = tr("more benefit {change}", change=_signed(one.benefit)), tr(
            "less sacrifice {change}", change=_signed(one.sacrifice)
        )  # fmt: skip
        rows.append(Row(one.title, one.benefit, more, mark, ink, gap=0.4 if k else 0.0))
        rows.append(Row("", one.sacrifice, less, mark, ink, filled=False))
    draw_rows(ax, rows, unit=tr("Percent more purchases, with one standard deviation"), left=0.22)


def _caption_of_levers(found: PerceivedValue) -> Caption:
    each = _shown(found)
    told = [
        tr("{name}: more benefit {benefit}, less sacrifice {sacrifice}", name=one.title,
           benefit=in_percent(one.benefit), sacrifice=in_percent(one.sacrifice)) for one in each
    ]  # fmt: skip
    short = [
        tr("{name}: more benefit {benefit}, less sacrifice {sacrifice}", name=one.title, benefit=_signed(one.benefit),
           sacrifice=_signed(one.sacrifice)) for one in each
    ]  # fmt: skip
    return Caption(
        found.heading,
        tr(
            "Change of the purchases in the {days} days after an answer with one standard deviation more benefit (dot) "
            "and with one less sacrifice (ring), the other alike, with 95% intervals.",
            days=found.outcome_days,
        ),
        described(lambda listed: tr("Dots with intervals by segment. {listed}.", listed=listed), told, short),
        tr("Segments as customers stood before the answer; their intervals hold together.") if found.segments else "",
    )


def _numbers_of_levers(found: PerceivedValue) -> Table:
    rows = []
    for one in _shown(found):
        lever = LEVER[one.lever if found.differs or one.name == EVERYBODY else "cannot_tell"]
        cells = (Cell(_signed(e), number_between(*e.ends, 1)) for e in (one.benefit, one.sacrifice))
        name = Cell(one.title, segment=one.name if one.name in SEGMENT_TOKEN else "")
        rows.append((name, Cell(number(one.n)), *cells, Cell(lever)))
    return Table(
        "perceived_value",
        tr("Benefits and sacrifices by segment"),
        (tr("Segment"), tr("Answers"), tr("More benefit"), tr("Less sacrifice"), tr("What pays more")),
        tuple(rows),
        tr("Change of purchases with one standard deviation. Small figures are 95% intervals."),
        words=(4,),
    )


# Bad against good -----------------------------------------------------------------------------------------------------


def _draw_sides(found: GoodAndBad, ax: Axes) -> None:
    rows: list[Row] = []
    for k, bend in enumerate(found.bends):
        costs = tr("bad side costs {percent}%", percent=number(bend.costs.number, 1))
        brings = tr("good side brings {percent}%", percent=number(bend.brings.number, 1))
        mark = "ink" if bend.verdict != "cannot_tell" else "other"
        rows.append(Row(_cut(bend.title), bend.costs, costs, mark, gap=0.4 if k else 0.0))
        rows.append(Row("", bend.brings, brings, mark, filled=False))
    draw_rows(ax, rows, unit=tr("Percent of the purchases at the median"), left=0.22)


def _caption_of_sides(found: GoodAndBad) -> Caption:
    told = [
        tr("{driver}: bad costs {costs}%, good brings {brings}%, {verdict}", driver=bend.title,
           costs=number(bend.costs.number, 1), brings=number(bend.brings.number, 1),
           verdict=WEIGHS[bend.verdict].lower()) for bend in found.bends
    ]  # fmt: skip
    return Caption(
        found.heading,
        tr(
            "Purchases in the {days} days after an answer that are lost with one standard deviation on the bad side of "
            "the median (dot), and won with one on the good side (ring), with 95% intervals.",
            days=found.outcome_days,
        ),
        described(lambda listed: tr("Dots with intervals by driver. {listed}.", listed=listed), told),
        tr("Grey: which side weighs more cannot be told."),
    )


def _numbers_of_sides(found: GoodAndBad) -> Table:
    rows = [
        (
            Cell(bend.title), Cell(number(bend.median, 1)),
            *(Cell(number(e.number, 1), number_between(*e.ends, 1)) for e in (bend.costs, bend.brings, bend.asymmetry)),
            Cell(WEIGHS[bend.verdict]),
        )
        for bend in found.bends
    ]  # fmt: skip
    return Table(
        "good_and_bad",
        tr("Bad against good"),
        (tr("Driver"), tr("Median"), tr("Bad side costs, %"), tr("Good side brings, %"), tr("Difference, points"),
         tr("Verdict")),
        tuple(rows),
        tr("Small figures are 95% intervals, each for itself; the verdicts hold together."),
        words=(5,),
    )  # fmt: skip


driver_weights: Plot[DriverWeights] = Plot(
    "driver_weights", _draw_weights, _caption_of_weights, _numbers_of_weights, (680, 90), (358, 90),
    lacks=lambda found: "" if found.shares else tr("So there is nothing to draw."),
    grows=lambda found: 42 * (len(found.shares) + len(found.groups)),
)  # fmt: skip
perceived_value: Plot[PerceivedValue] = Plot(
    "perceived_value", _draw_levers, _caption_of_levers, _numbers_of_levers, (680, 90), (358, 90),
    grows=lambda found: 84 * len(_shown(found)) + 20,
)  # fmt: skip
good_and_bad: Plot[GoodAndBad] = Plot(
    "good_and_bad", _draw_sides, _caption_of_sides, _numbers_of_sides, (680, 90), (358, 90),
    grows=lambda found: 84 * len(found.bends) + 20,
)  # fmt: skip
