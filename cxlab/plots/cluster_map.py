"""The map of the clusters: one panel a cluster, in days and money, and no dot is a person."""

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import Profile, Profiles
from cxlab.language import tr, trn
from cxlab.plots.crowd import groups_of_neighbours
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.plots.words_of_clusters import names_that_fit
from cxlab.words import count, few, money, number, percent, percent_between

Array = NDArray[np.float64]
MOST_PANELS = 6  # clusters drawn; the table shows them all
_BACKDROP = 4  # the others are drawn in groups so many times larger


def _depth(amount: Array) -> Array:
    """Put amounts on a log scale that passes through zero."""
    return np.asarray(np.sign(amount) * np.log10(1 + np.abs(amount)), float)


def _marks(low: float, high: float, most: int) -> Array:
    """Return round amounts (powers of ten, and 3 times these) inside a range of depths, at most `most`."""
    powers = np.array([factor * 10.0**power for power in range(10) for factor in (1, 3)])
    amounts = np.concatenate([-powers[::-1], [0.0], powers])
    inside = amounts[(_depth(amounts) >= low) & (_depth(amounts) <= high)]
    return inside[:: max(1, -(-len(inside) // most))]


def _round_days(most: float, marks: int) -> Array:
    """Return round numbers of days from 0 to `most`, at most `marks` of them."""
    steps = np.array([1, 2, 5, 10, 20, 30, 60, 90, 100, 180, 365, 730, 1825, 3650])
    step = float(steps[np.argmax(steps * (marks - 0.5) >= most)]) if most <= steps[-1] * (marks - 0.5) else most
    return np.arange(0.0, most + 1e-9, step)


def _draw_map(result: Profiles, ax: Axes) -> None:
    narrow = is_narrow(ax)
    shown = result.shown[:MOST_PANELS]
    if not shown:
        ax.set_axis_off()
        return
    columns = min(len(shown), 2) if narrow else min(len(shown), 3 if len(shown) in (3, 5, 6) else 2)
    rows = -(-len(shown) // columns)
    grid = panels(ax, rows, columns, gap_x=0.06, gap_y=0.55 if rows > 2 else 0.36)
    days = result.places["days_since_last_order"].to_numpy(float)
    depth = _depth(result.places["contribution"].to_numpy(float))
    cluster = result.places["cluster"].to_numpy(str)
    span = max(float(np.ptp(days)), 1.0), max(float(np.ptp(depth)), 0.1)
    dots = {}
    for profile in shown:
        mine = cluster == profile.letter
        for own, rows_of in ((True, mine), (False, ~mine)):
            groups = groups_of_neighbours(
                days[rows_of] / span[0], depth[rows_of] / span[1], n_all=2 * result.n if own else None,
                at_least=result.minimum_group * (1 if own else _BACKDROP * len(shown)),
            )  # fmt: skip
            dots[profile.letter, own] = groups[:, :2] * span
    # The scales follow the dots, not the customers: an axis must not give away its farthest one.
    everywhere = np.vstack([np.zeros((0, 2)), *dots.values()])
    ends = everywhere if len(everywhere) else np.array([[0.0, 0.0], [1.0, 1.0]])
    pad = 0.06 * np.maximum(np.ptp(ends, axis=0), 0.1)
    (first, low), (last, high) = ends.min(0) - pad, ends.max(0) + pad
    amounts = _marks(float(low), float(high), most=4 if rows > 2 else 6)
    ticks = _round_days(float(last), 3 if narrow else 5)
    names = names_that_fit(result.names, (44 if narrow else 84) // columns, 2, lettered=True)
    for at, (panel, profile) in enumerate(zip(grid, shown, strict=False)):
        for own, token in ((False, "other"), (True, "ink")):
            groups = dots[profile.letter, own]
            sns.scatterplot(
                x=groups[:, 0], y=groups[:, 1], s=10 if narrow else 16, linewidth=0, color=COLOUR[token],
                zorder=3 if own else 2, alpha=1.0 if own else 0.5, ax=panel,
            )  # fmt: skip
        panel.set(xlim=(last, min(first, 0.0)), ylim=(low, high))
        panel.set_yticks(_depth(amounts))
        panel.set_yticklabels([money(a, result.currency, 0) if at % columns == 0 else "" for a in amounts])
        bottom = at + columns >= len(shown)
        panel.set_xticks(ticks, [f"{tick:.0f}" if bottom else "" for tick in ticks])
        panel.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
        panel.spines["bottom"].set_visible(False)
        panel.text(
            0, 1.03, names[profile.letter], transform=panel.transAxes, ha="left", va="bottom", weight=700, size=12,
            linespacing=1.15,
        )  # fmt: skip
    for panel in grid[len(shown) :]:
        panel.set_axis_off()
    ax.text(
        0.5, -0.105 if narrow else -0.13, tr("Days since the last order (right: recent)"), transform=ax.transAxes,
        ha="center", va="top", size=12, color=COLOUR["muted"],
    )  # fmt: skip
    top = 0.91
    fit(ax, 0.14 if narrow else 0.085, 0.13 if narrow else 0.14, 0.985, top)


def _caption_of_map(result: Profiles) -> Caption:
    shown = result.shown[:MOST_PANELS]
    alt = tr("Maps of {n} customers by days since the last order and contribution, one a cluster.", n=number(result.n))
    if shown:
        alt = f"{alt} {_shares(shown)} {_most_recent(shown)}"
    left, hidden = len(result.shown) - len(shown), len(result.profiles) - len(result.shown)
    notes = [
        tr(
            "Strong dots: the cluster; faint dots: all others. Each strong dot stands for "
            "{least} or more neighbours, at their mean; no dot is a person.",
            least=number(result.minimum_group),
        )
    ]
    if left:
        notes.append(
            trn("{n} further cluster in the table.", "{n} further clusters in the table.", left, n=number(left))
        )
    if hidden:
        notes.append(
            trn(
                "Not shown: {n} cluster with under {least} customers.",
                "Not shown: {n} clusters with under {least} customers.",
                hidden,
                n=number(hidden),
                least=number(result.minimum_group),
            )
        )
    title = result.heading
    if shown:
        first, last = shown[0], result.shown[-1]
        title = tr("Half of {cluster} ordered within the last {days}", cluster=first.letter, days=_days(first))
        if len(result.shown) > 1:
            title = tr(
                "Half of {cluster} ordered within the last {days}, half of {other} within {other_days}",
                cluster=first.letter,
                days=_days(first),
                other=last.letter,
                other_days=_days(last),
            )
    return Caption(
        title,
        tr(
            "Contribution ({currency}, log scale through zero) by days since the last order; "
            "{n} customers. No interval: these are all customers, as they are.",
            currency=result.currency,
            n=number(result.n),
        ),
        alt,
        " ".join(notes),
    )


def _shares(shown: tuple[Profile, ...]) -> str:
    if shown[0].contribution_share is None:
        said = "; ".join(f"{p.letter} {percent(p.size.number)}" for p in shown)
        return tr("Share of customers: {said}.", said=said)
    said = "; ".join(
        tr(
            "{cluster} {customers} and {contribution}",
            cluster=p.letter,
            customers=percent(p.size.number),
            contribution=percent(p.contribution_share or 0.0),
        )
        for p in shown
    )
    return tr("Share of customers and of contribution: {said}.", said=said)


def _most_recent(shown: tuple[Profile, ...]) -> str:
    recent = min(shown, key=lambda p: p.medians["days_since_last_order"])
    return tr("Most recent is {cluster}, half of it within {days}.", cluster=recent.letter, days=_days(recent))


def _days(profile: Profile) -> str:
    return count(round(profile.medians["days_since_last_order"]), "day")


def _numbers_of_map(result: Profiles) -> Table:
    rows = tuple(_row(p, result) for p in result.profiles)
    columns = (
        tr("Cluster"),
        tr("Customers"),
        tr("Share of customers"),
        tr("Days since last order"),
        tr("Contribution each"),
    )
    return Table(
        "cluster_map", tr("Where the clusters lie"), columns, rows, tr("Medians; small figures are 95% intervals.")
    )


def _row(profile: Profile, result: Profiles) -> tuple[Cell, ...]:
    size = profile.size
    if profile.letter not in result.names:
        return Cell(profile.letter), Cell(few(profile.customers, result.minimum_group)), *(Cell("–") for _ in range(3))
    return (
        Cell(f"{profile.letter}: {profile.name}"),
        Cell(profile.numbered),
        Cell(percent(size.number), percent_between(size.low or 0.0, size.high or 0.0)),
        Cell(number(profile.medians["days_since_last_order"])),
        Cell(money(profile.medians["contribution"], result.currency)),
    )


cluster_map = Plot("cluster_map", _draw_map, _caption_of_map, _numbers_of_map, (680, 420), (358, 440))
