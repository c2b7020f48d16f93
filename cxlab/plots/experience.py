"""The plots of the experience: what the spread of scores goes with, by touchpoint too, and who stands out."""

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.experience.places import Place, Places, in_points
from cxlab.experience.spread import FACTOR, KIND, LITTLE, Spread, Touchpoint
from cxlab.language import tr
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import number, percent, percent_between

MOST_SHOWN = 5
"""People and places at each end that are drawn."""


def _hundred(e: Estimate) -> Estimate:
    low, high = e.ends
    return replace(e, value=100 * e.number, low=100 * low, high=100 * high)


def _in_words(e: Estimate) -> str:
    return with_interval(percent(e.number, 1), percent_between(*e.ends, 1))


# What the spread goes with --------------------------------------------------------------------------------------------


def _parts(found: Spread) -> list[tuple[str, Estimate]]:
    """Give each factor but what is left, which would make the others small."""
    return [(name, found.share(name)) for name in found.factors if name != "rest"]


def _draw_shares(found: Spread, ax: Axes) -> None:
    rows = [
        Row(FACTOR[name], _hundred(e), percent(e.number, 1), "ink" if e.low else "other") for name, e in _parts(found)
    ]
    draw_rows(ax, rows, unit=tr("Share of the variance of the scores, in percent"), left=0.25)


def _caption_of_shares(found: Spread) -> Caption:
    told = [f"{FACTOR[name]} {_in_words(e)}" for name, e in _parts(found)]
    short = [f"{FACTOR[name]} {percent(e.number, 1)}" for name, e in _parts(found)]

    def say(listed: str) -> str:
        return tr(
            "Dots with intervals of the share of the variance by factor. {listed}. All else: {rest}.",
            listed=listed,
            rest=percent(found.share("rest").number, 1),
        )

    return Caption(
        found.heading,
        tr(
            "Share of the variance of {n} scores that goes with each factor, all else alike, with 95% intervals.",
            n=number(found.answered.n),
        ),
        described(say, told, short),
        tr("Grey: the interval begins at 0. All else, {rest}, is not drawn.", rest=percent(found.share("rest").number)),
    )


def _numbers_of_shares(found: Spread) -> Table:
    rows = []
    for name in found.factors:
        e, apart = found.share(name), found.deviations.get(name)
        spread = Cell("–") if apart is None else Cell(number(apart.number, 2), _range(apart))
        rows.append((Cell(FACTOR[name]), Cell(percent(e.number, 1), percent_between(*e.ends, 1)), spread))
    return Table(
        "variance_shares",
        tr("What the spread of scores goes with"),
        (tr("Factor"), tr("Share of the variance"), tr("Standard deviation, points")),
        tuple(rows),
        tr(
            "Small figures are 95% intervals. Shares are of the people, places and times that are in the data; the "
            "deviation takes these for a sample of all there could be, so its interval is the wider the fewer they are."
        ),
    )


def _range(e: Estimate) -> str:
    low, high = e.ends
    return f"{number(low, 2)}–{number(high, 2)}"


# Touchpoint by touchpoint ---------------------------------------------------------------------------------------------


def _judged(found: Spread) -> list[tuple[Touchpoint, Estimate]]:
    return [(one, one.spread) for one in found.shown if one.spread is not None]


def _draw_touchpoints(found: Spread, ax: Axes) -> None:
    rows = [
        Row(one.title, _hundred(e), tr("{share}: {kind}", share=percent(e.number, 1), kind=KIND[one.kind].lower()))
        for one, e in _judged(found)
    ]
    draw_rows(
        ax, rows, unit=tr("Who, where and when: percent of the variance"), left=0.2,
        band=(0.0, 100 * LITTLE),
    )  # fmt: skip


def _caption_of_touchpoints(found: Spread) -> Caption:
    told = [f"{one.title} {_in_words(e)}, {KIND[one.kind].lower()}" for one, e in _judged(found)]
    return Caption(
        found.kinds_heading,
        tr(
            "Share of the variance of the scores that goes with who served, where and when, by touchpoint, with 95% "
            "intervals."
        ),
        described(lambda listed: tr("Dots with intervals by touchpoint. {listed}.", listed=listed), told),
        tr("Shaded: up to {share}, which counts as little.", share=percent(LITTLE)),
    )


def _numbers_of_touchpoints(found: Spread) -> Table:
    rows = []
    for one in found.shown:
        level = one.level
        mean = Cell(number(level.number, 2), f"{_range(level)}" if level.has_interval else "")
        spread = Cell("–") if one.spread is None else Cell(
            percent(one.spread.number, 1), percent_between(*one.spread.ends, 1)
        )  # fmt: skip
        rows.append((Cell(one.title), Cell(number(one.n)), mean, spread, Cell(KIND[one.kind])))
    return Table(
        "touchpoints",
        tr("Touchpoint by touchpoint"),
        (tr("Touchpoint"), tr("Answers"), tr("Mean score"), tr("Who, where and when"), tr("Verdict")),
        tuple(rows),
        tr("Small figures are 95% intervals. The fourth column is a share of the variance."),
        words=(4,),
    )


# Who and where --------------------------------------------------------------------------------------------------------


def _ends(found: Places, factor: str) -> list[Place]:
    """Give the best and the worst of a factor."""
    mine = [place for place in found.shown if place.factor == factor]
    return mine if len(mine) <= 2 * MOST_SHOWN else [*mine[:MOST_SHOWN], *mine[-MOST_SHOWN:]]


def _drawn(found: Places) -> list[tuple[str, list[Place]]]:
    ranked = ((factor, _ends(found, factor)) for factor in ("store", "employee"))
    return [(factor, places) for factor, places in ranked if len(places) > 1]


def _draw_places(found: Places, ax: Axes) -> None:
    rows: list[Row] = []
    for _, places in _drawn(found):
        rows += [
            Row(
                found.name_of(place), place.effect, _signed(place.effect), "ink" if place.stands_out else "other",
                gap=0.5 if i == 0 and rows else 0.0,
            )
            for i, place in enumerate(places)
        ]  # fmt: skip
    draw_rows(ax, rows, unit=tr("Points of the score above or below the others, all else alike"), left=0.2)


def _signed(e: Estimate) -> str:
    return in_points(e).partition(" (")[0]


def _caption_of_places(found: Places) -> Caption:
    def clauses(say: Sequence[Place]) -> list[str]:
        return [f"{found.name_of(place)} {in_points(place.effect)}" for place in say]

    told = [clause for _, places in _drawn(found) for clause in clauses(places)]
    ends = [clause for _, places in _drawn(found) for clause in clauses([places[0], places[-1]])]
    return Caption(
        found.heading,
        tr(
            "What each adds to a score, all else alike, drawn towards 0 as far as its answers are few, with 95% "
            "intervals."
        ),
        described(lambda listed: tr("Dots with intervals by store and employee. {listed}.", listed=listed), told, ends),
        tr("Grey: the interval holds 0. Of more than ten, the five best and the five worst.")
        if any(sum(p.factor == f for p in found.shown) > 2 * MOST_SHOWN for f in ("store", "employee"))
        else tr("Grey: the interval holds 0."),
    )


def _numbers_of_places(found: Places) -> Table:
    rows = [
        (
            Cell(found.name_of(place)), Cell(FACTOR[place.factor]), Cell(number(place.n)), Cell(number(place.mean, 2)),
            Cell(_signed(place.effect), in_points(place.effect).partition(" (")[2].removesuffix(")")),
        )
        for _, places in _drawn(found) for place in places
    ]  # fmt: skip
    return Table(
        "places",
        tr("Who and where, the best first"),
        (tr("Name"), tr("What"), tr("Answers"), tr("Mean score"), tr("Adds, points")),
        tuple(rows),
        tr("Small figures are 95% intervals."),
        words=(1,),
    )


def _n_drawn(found: Places) -> int:
    return sum(len(places) for _, places in _drawn(found))


variance_shares: Plot[Spread] = Plot(
    "variance_shares", _draw_shares, _caption_of_shares, _numbers_of_shares, (680, 80), (358, 80),
    grows=lambda found: 46 * len(_parts(found)),
)  # fmt: skip
touchpoint_spread: Plot[Spread] = Plot(
    "touchpoint_spread", _draw_touchpoints, _caption_of_touchpoints, _numbers_of_touchpoints, (680, 90), (358, 90),
    lacks=lambda found: "" if _judged(found) else tr("No touchpoint has the answers that it takes."),
    grows=lambda found: 46 * len(_judged(found)),
)  # fmt: skip
best_and_worst: Plot[Places] = Plot(
    "best_and_worst", _draw_places, _caption_of_places, _numbers_of_places, (680, 90), (358, 90),
    lacks=lambda found: "" if _n_drawn(found) else tr("So there is nothing to draw."),
    grows=lambda found: 40 * _n_drawn(found),
)  # fmt: skip
