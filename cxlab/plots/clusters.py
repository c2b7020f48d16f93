"""The plots of the clusters: is there structure, how many groups, and do they come back."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import Choice, Stability, Structure
from cxlab.clusters.kmeans import STARTS
from cxlab.clusters.stability import HIGHLY_STABLE, NO_PATTERN, STABLE
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow, panels
from cxlab.words import count, few, number, number_between, percent

Array = NDArray[np.float64]
_THRESHOLDS = ((NO_PATTERN, "a pattern"), (STABLE, "stable"), (HIGHLY_STABLE, "highly stable"))
_LEFT_END = 0.4  # of the scale of stability, where no interval reaches below


def _plain(ax: Axes, *, axis: str = "y") -> None:
    ax.grid(axis=axis, color=COLOUR["rule"], lw=0.6, zorder=0)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)


def _draw_structure(result: Structure, ax: Axes) -> None:
    narrow = is_narrow(ax)
    band = result.band
    ax.fill_between(result.tried, *band, color=COLOUR["other"], alpha=0.22, lw=0, zorder=2)
    ax.plot(result.tried, result.expected, color=COLOUR["other"], lw=1.6, zorder=3)
    ax.plot(result.tried, result.sharpness, color=COLOUR["ink"], lw=2, marker="o", ms=5, zorder=4)
    everything = np.concatenate([*band, result.sharpness])
    low, high = float(everything.min()), float(everything.max())
    room = max(high - low, 0.02)
    # The words stand at the ends of the curves, two lines each, kept apart.
    here, there = float(result.sharpness[-1]), float(result.expected[-1])
    least = 0.17 * room
    push = max(0.0, least - abs(here - there)) / 2 * (1 if here >= there else -1)
    for at, said, weight, colour in (
        (here + push, "these\ncustomers", 700, "ink"),
        (there - push, "without\ngroups", 400, "muted"),
    ):
        ax.text(
            1.015, at, said, transform=ax.get_yaxis_transform(), ha="left", va="center", size=12, weight=weight,
            color=COLOUR[colour], linespacing=1.3,
        )  # fmt: skip
    ax.set(ylim=(low - 0.1 * room, high + 0.1 * room), xlim=(result.tried[0] - 0.25, result.tried[-1] + 0.1))
    ax.set_xticks(_ticks(result.tried, narrow=narrow))
    ax.set_xlabel("Number of clusters", labelpad=6)
    _plain(ax)
    fit(ax, 0.115 if narrow else 0.065, 0.16, 0.775 if narrow else 0.885, 0.99)


def _caption_of_structure(result: Structure) -> Caption:
    at = int(np.flatnonzero(result.tried == result.k)[0])
    e, (low, high) = result.excess, result.band
    alt = (
        f"Line of sharpness by number of clusters, {number(int(result.tried[0]))} to {number(int(result.tried[-1]))}, "
        f"against the band of customers without groups. They stand out most at {number(result.k)}: "
        f"{number(float(result.sharpness[at]), 3)} against {number(float(result.expected[at]), 3)} "
        f"(band {number_between(float(low[at]), float(high[at]), 3)}), "
        f"an excess of {number(e.number, 3)}."
    )
    title = (
        f"At {number(result.k)} clusters the customers divide more sharply than chance can bring about"
        if e.number > result.chance
        else "At no number of clusters do the customers divide more sharply than chance can bring about"
    )
    return Caption(
        title,
        "How sharply the customers divide (0: not at all, 1: perfectly) by number of clusters; "
        f"{count(result.n_tested, 'customer')}. About 95% of {number(result.n_references)} draws of customers without "
        "groups keep within the band at every number.",
        alt,
        f"Sharpness is the simplified silhouette, mean of {number(STARTS)} starts. Customers without groups have the "
        "same values of each measure, which go together as closely as here, but in one smooth cloud.",
    )


def _numbers_of_structure(result: Structure) -> Table:
    excess, reach = result.sharpness - result.expected, result.reach
    rows = tuple(
        (
            Cell(number(int(k))),
            Cell(number(float(result.sharpness[i]), 3)),
            _with_ends(result.expected, result.band, i),
            _with_ends(excess, (excess - reach, excess + reach), i),
        )
        for i, k in enumerate(result.tried)
    )
    note = (
        "Small figures: the band that about 95% of draws without groups keep to in all rows together; and how far "
        "chance moves the excess, no confidence interval."
    )
    columns = ("Clusters", "Sharpness here", "Without groups", "Excess")
    return Table("structure", "How sharply the customers divide", columns, rows, note)


def _draw_number(result: Choice, ax: Axes) -> None:
    narrow = is_narrow(ax)
    left, right = panels(ax, 2, 1, gap_y=0.34) if narrow else panels(ax, 1, 2, gap_x=0.16)
    _curve(left, result.tried, result.silhouette, result.silhouette_range, result.k_silhouette)
    _curve(right, np.arange(1, len(result.gap) + 1), result.gap, result.gap_range, result.k_gap)
    for axes, title in (
        (left, "Silhouette: together inside, apart outside"),
        (right, "Gap: tighter than without groups"),
    ):
        axes.text(0, 1.05, title, transform=axes.transAxes, ha="left", va="bottom", size=12, weight=700)
    for axes in (right,) if narrow else (left, right):
        axes.set_xlabel("Number of clusters", labelpad=6)
    fit(ax, 0.13 if narrow else 0.065, 0.125 if narrow else 0.16, 0.99, 0.935 if narrow else 0.89)


def _curve(ax: Axes, k: NDArray[np.int64], value: Array, ends: tuple[Array, Array], chosen: int) -> None:
    ax.vlines(k, *ends, color=COLOUR["other"], lw=1.6, zorder=2)
    ax.plot(k, value, color=COLOUR["ink"], lw=1.6, marker="o", ms=4, zorder=3)
    at = int(np.flatnonzero(k == chosen)[0])
    ax.plot([chosen], [value[at]], color=COLOUR["link"], marker="o", ms=10, lw=0, zorder=4)
    low, high = float(ends[0].min()), float(ends[1].max())
    room = max(high - low, 0.01)
    right = at > len(k) / 2
    ax.text(
        chosen + (-0.3 if right else 0.3), float(ends[1][at]) + 0.04 * room,
        "none" if chosen == 1 else f"{chosen} clusters",
        ha="right" if right else "left", va="bottom", weight=700, size=12, color=COLOUR["link"],
    )  # fmt: skip
    ax.set(ylim=(low - 0.06 * room, high + 0.2 * room), xlim=(k[0] - 0.4, k[-1] + 0.4))
    ax.set_xticks(_ticks(k, narrow=True))
    ax.locator_params(axis="y", nbins=5)
    _plain(ax)


def _ticks(k: NDArray[np.int64], *, narrow: bool) -> list[int]:
    step = max(1, -(-len(k) // (10 if narrow else 20)))
    return [int(value) for value in k[::step]]


def _caption_of_number(result: Choice) -> Caption:
    highest = float(result.silhouette.max())
    gap = "no groups" if result.k_gap == 1 else count(result.k_gap, "cluster")
    curve = ", ".join(number(float(value), 2) for value in result.silhouette[:9])
    alt = (
        f"Two lines by number of clusters. Silhouette from {number(int(result.tried[0]))} on: {curve}; "
        f"largest at {number(result.k_silhouette)} ({number(highest, 2)}). Gap statistic: {gap}. "
        f"The two {'agree' if result.agree else 'do not agree'}."
    )
    return Caption(
        f"The silhouette is highest at {number(result.k_silhouette)}; the gap statistic says {gap}",
        f"Mean silhouette width with 95% interval, and gap statistic with its simulation error, by number of clusters; "
        f"{count(result.n_compared, 'customer')}.",
        alt,
        "The silhouette takes its highest point. The gap takes the first number that the next one does not beat by "
        "more than its error; its reference is customers without groups.",
    )


def _numbers_of_number(result: Choice) -> Table:
    rows = tuple(
        (
            Cell(number(k)),
            Cell("–") if k == 1 else _with_ends(result.silhouette, result.silhouette_range, k - 2),
            _with_ends(result.gap, result.gap_range, k - 1),
        )
        for k in range(1, len(result.gap) + 1)
    )
    note = "Small figures: 95% interval of the silhouette, simulation error either side of the gap."
    return Table("number_of_clusters", "Silhouette and gap", ("Clusters", "Silhouette", "Gap statistic"), rows, note)


def _with_ends(value: Array, ends: tuple[Array, Array], at: int) -> Cell:
    return Cell(number(float(value[at]), 3), number_between(float(ends[0][at]), float(ends[1][at]), 3))


def _draw_stability(result: Stability, ax: Axes) -> None:
    narrow, k = is_narrow(ax), max(1, len(result.shown))
    left = _LEFT_END if min((one.low for one in result.shown), default=0.0) >= _LEFT_END else 0.0
    for threshold, word in _THRESHOLDS:
        ax.plot([threshold] * 2, [-0.55, k - 0.4], color=COLOUR["rule"], lw=1.2, zorder=1)
        if narrow and left == 0.0 and threshold == _THRESHOLDS[0][0]:
            continue
        before = narrow and left == 0.0 and threshold == _THRESHOLDS[1][0]
        ax.text(
            threshold, -0.62, word, ha="right" if before else "left", va="bottom", size=12, color=COLOUR["muted"]
        )  # fmt: skip
    for row, one in enumerate(result.shown):
        ax.plot([one.low, one.high], [row, row], color=COLOUR["other"], lw=3, solid_capstyle="butt", zorder=2)
        ax.plot([one.mean.number], [row], color=COLOUR["ink"], marker="o", ms=8, lw=0, zorder=3)
        ax.text(
            -0.02, row, one.letter, ha="right", va="center", weight=700, size=14, transform=ax.get_yaxis_transform()
        )  # fmt: skip
        ax.text(
            1.02, row, number(one.mean.number, 2), ha="left", va="center", weight=700, size=12,
            transform=ax.get_yaxis_transform(),
        )  # fmt: skip
    ax.set(xlim=(left, 1.005), ylim=(k - 0.4, -0.9), yticks=[])
    ax.set_xlabel(
        "Share of its customers that a cluster keeps" + ("" if narrow else " when they are drawn anew"), labelpad=6
    )
    _plain(ax, axis="x")
    ax.grid(visible=False)
    fit(ax, 0.075 if narrow else 0.05, 0.16, 0.885 if narrow else 0.94, 0.99)


def _caption_of_stability(result: Stability) -> Caption:
    said = ", ".join(f"{one.letter} {number(one.mean.number, 2)}" for one in result.shown)
    left = len(result.letters) - len(result.shown)
    hidden = (
        f"Not shown: {count(left, 'cluster')} with under {number(result.minimum_group)} customers. " if left else ""
    )
    alt = (
        f"Dots of how much of each cluster comes back in {number(len(result.draws))} resamples. "
        f"{f'{said}. ' if said else ''}{number(result.n_stable)} of {number(len(result.letters))} reach "
        f"{number(STABLE, 2)}, from where a cluster is called stable."
    )
    weakest = min(result.shown, key=lambda one: one.mean.number, default=None)
    return Caption(
        result.heading
        if weakest is None
        else f"The least steady cluster{' shown' if left else ''}, {weakest.letter}, "
        f"keeps {percent(weakest.mean.number)} of its customers",
        f"Mean share of customers in common with the likest cluster of {number(len(result.draws))} resamples "
        f"(Jaccard); {count(int(result.size.sum()), 'customer')}. The bars hold the middle 95% of resamples: how far "
        "one goes, no confidence interval.",
        alt,
        f"{hidden}Below {number(NO_PATTERN, 2)} there is no pattern, from {number(STABLE, 2)} on a cluster is stable, "
        f"from {number(HIGHLY_STABLE, 2)} on highly stable (Hennig 2007). That a division comes back does not make it "
        "natural: a smooth cloud is always cut at its widest.",
    )


def _numbers_of_stability(result: Stability) -> Table:
    shown = {one.letter: one for one in result.shown}
    rows = tuple(
        (
            Cell(letter),
            Cell(few(e.n or 0, result.minimum_group)),
            Cell(number(e.number, 3), number_between(shown[letter].low, shown[letter].high, 3))
            if letter in shown
            else Cell("–"),
            Cell((e.verdict or "").replace("_", " ") if letter in shown else "–"),
        )
        for letter, e in zip(result.letters, result.estimates, strict=True)
    )
    columns = ("Cluster", "Customers", "Share kept", "Reading")
    note = "Small figures are the middle 95% of the resamples, no confidence interval."
    return Table("cluster_stability", "How much of each cluster comes back", columns, rows, note, words=(3,))


structure = Plot("structure", _draw_structure, _caption_of_structure, _numbers_of_structure, (680, 320), (358, 300))
number_of_clusters = Plot(
    "number_of_clusters", _draw_number, _caption_of_number, _numbers_of_number, (680, 300), (358, 430)
)
cluster_stability = Plot(
    "cluster_stability", _draw_stability, _caption_of_stability, _numbers_of_stability, (680, 260), (358, 260)
)
