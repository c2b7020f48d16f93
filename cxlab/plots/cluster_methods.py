"""The plot of how far other methods agree with the clusters and with each other: a heat map."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import MethodAgreement
from cxlab.clusters.method_agreement import ALIKE, CHOSEN, OTHERS, Pair
from cxlab.clusters.methods import NAMES
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import count, number, number_between, percent

_SHADES = (0.2, 0.5, ALIKE)  # indices from which a cell takes the next shade
_ROWS = (CHOSEN, *OTHERS)


def _name(one: str) -> str:
    return "K-Means" if one == CHOSEN else NAMES[one]  # type: ignore[index]


def _found(result: MethodAgreement, one: str) -> str:
    """Say how many clusters a division has, and how much is noise."""
    if one == CHOSEN:
        return count(result.k, "cluster")
    grouping = result.groupings[one]  # type: ignore[index]
    found = count(grouping.k, "cluster") if grouping.k else "no cluster"
    return f"{found}, {result.noise('hdbscan')} noise" if one == "hdbscan" else found


def _draw(result: MethodAgreement, ax: Axes) -> None:
    narrow, n = is_narrow(ax), len(_ROWS)
    for i in range(1, n):
        for j in range(i):
            _draw_cell(ax, i - 1, j, result.between(_ROWS[i], _ROWS[j]))
        name, said = _name(_ROWS[i]), _found(result, _ROWS[i])
        if narrow:
            name, said = name.replace(" ", "\n"), said.replace(", ", ",\n")
        ax.text(-0.05, i - 1 + 0.4, name, ha="right", va="center", weight=700, size=12, linespacing=1.1)
        ax.text(
            -0.05, i - 1 + (0.76 if "\n" in name + said else 0.66), said, ha="right", va="center", size=12,
            color=COLOUR["muted"], linespacing=1.1,
        )  # fmt: skip
    for j in range(n - 1):
        name = _name(_ROWS[j]) + (" (chosen)" if j == 0 and not narrow else "")
        ax.text(
            j + 0.5, -0.06, name.replace(" ", "\n") if narrow else name, ha="center", va="bottom", weight=700, size=12,
            linespacing=1.1,
        )  # fmt: skip
    ax.set(xlim=(0, n - 1), ylim=(n - 1, 0))
    ax.axis("off")
    fit(ax, 0.3 if narrow else 0.25, 0.02, 0.995, 0.86 if narrow else 0.9)


def _draw_cell(ax: Axes, i: int, j: int, pair: Pair) -> None:
    e = pair.adjusted_rand
    step = int(np.searchsorted(_SHADES, e.number, side="right")) if e.has_interval else 0
    token = "surface" if step == 0 or pair.open else f"seq{step}"
    ax.add_patch(Rectangle((j + 0.012, i + 0.015), 0.976, 0.97, facecolor=COLOUR[token], lw=0))
    if not e.has_interval:
        ax.text(j + 0.5, i + 0.5, "nothing to\ncompare", ha="center", va="center", size=12, linespacing=1.2)
        return
    ax.text(j + 0.5, i + 0.42, pair.written, ha="center", va="center", size=15, weight=700)
    said = number_between(e.low or 0.0, e.high or 0.0, 2) if not pair.open else "few placed"
    ax.text(j + 0.5, i + 0.7, said, ha="center", va="center", size=12)


def _caption(result: MethodAgreement) -> Caption:
    said = "; ".join(
        f"{NAMES[m]} ({_found(result, m)}) "
        + (pair.written if pair.adjusted_rand.has_interval else "nothing to compare")
        for m, pair in result.with_chosen.items()
    )
    rivals = "".join(
        f" {NAMES[a]} and {NAMES[b]} agree at {result.between(a, b).written}." for a, b in result.rivals[:1]
    )
    n = len(result.same)
    who = "None" if n == 0 else "All" if n == len(OTHERS) else number(n)
    divide = "divide" if n > 1 else "divides"
    title = f"{who} of the {number(len(OTHERS))} other methods {divide} the customers as K-Means does"
    if result.rivals:
        title += f"; {NAMES[result.rivals[0][0]]} and {NAMES[result.rivals[0][1]]} agree on another division"
    return Caption(
        title,
        f"Agreement of each pair of methods (adjusted Rand index: 1 is the same division, 0 is chance), "
        f"{count(result.n, 'customer')}; small: 95% interval, the divisions held fixed.",
        f"Heat map of agreement between methods. With the {count(result.k, 'cluster')} of K-Means: {said}.{rivals}",
        f"Darkest: {number(ALIKE, 1)} or more, which counts as the same division. The Gaussian mixture and Ward are "
        f"asked for {count(result.k, 'cluster')}; HDBSCAN counts by itself. Customers left as noise are not compared.",
    )


def _numbers(result: MethodAgreement) -> Table:
    rows = []
    for pair in result.pairs:
        e, mutual = pair.adjusted_rand, pair.adjusted_mutual_information
        rows.append(
            (
                Cell(f"{_name(pair.first)} and {_name(pair.second)}"),
                Cell(number(e.number, 3), number_between(e.low or 0.0, e.high or 0.0, 3))
                if e.has_interval
                else Cell("–"),
                Cell("–") if mutual is None else Cell(number(mutual, 3)),
                Cell(percent(pair.placed)),
                Cell("no answer" if pair.open else "yes" if pair.alike else "no"),
            )
        )
    columns = ("Methods", "Adjusted Rand index", "Adjusted mutual information", "Placed by both", "The same")
    note = "Small figures are 95% intervals over customers, the divisions held fixed."
    return Table("method_agreement", "How far the methods agree", columns, tuple(rows), note, words=(4,))


method_agreement = Plot("method_agreement", _draw, _caption, _numbers, (680, 280), (358, 330))
