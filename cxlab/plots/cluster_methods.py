"""The plot of how far other methods agree with the clusters and with each other: a heat map."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import MethodAgreement
from cxlab.clusters.method_agreement import ALIKE, CHOSEN, OTHERS, Pair
from cxlab.clusters.methods import NAMES
from cxlab.language import tr, trn
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.words import count, number, number_between, percent

_SHADES = (0.2, 0.5, ALIKE)  # indices from which a cell takes the next shade
_ROWS = (CHOSEN, *OTHERS)


def _name(one: str) -> str:
    return NAMES["k_means" if one == CHOSEN else one]


def _found(result: MethodAgreement, one: str) -> str:
    """Say how many clusters a division has, and how much is noise."""
    if one == CHOSEN:
        return count(result.k, "cluster")
    grouping = result.groupings[one]  # type: ignore[index]
    found = count(grouping.k, "cluster") if grouping.k else tr("no cluster")
    return tr("{found}, {noise} noise", found=found, noise=result.noise("hdbscan")) if one == "hdbscan" else found


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
        name = _name(_ROWS[j])
        name = tr("{method} (chosen)", method=name) if j == 0 and not narrow else name
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
        ax.text(j + 0.5, i + 0.5, tr("nothing to\ncompare"), ha="center", va="center", size=12, linespacing=1.2)
        return
    ax.text(j + 0.5, i + 0.42, pair.written, ha="center", va="center", size=15, weight=700)
    said = number_between(e.low or 0.0, e.high or 0.0, 2) if not pair.open else tr("few placed")
    ax.text(j + 0.5, i + 0.7, said, ha="center", va="center", size=12)


def _caption(result: MethodAgreement) -> Caption:
    said = "; ".join(
        f"{NAMES[m]} ({_found(result, m)}) "
        + (pair.written if pair.adjusted_rand.has_interval else tr("nothing to compare"))
        for m, pair in result.with_chosen.items()
    )
    k = number(result.k)
    alt = tr("Heat map of agreement between methods. With the {k} clusters of K-Means: {said}.", k=k, said=said)
    title = _title(len(result.same), len(OTHERS))
    if result.rivals:
        one, other = result.rivals[0]
        names = {"one": NAMES[one], "other": NAMES[other]}
        written = result.between(one, other).written
        alt = f"{alt} {tr('{one} and {other} agree at {index}.', index=written, **names)}"
        title = f"{title}; {tr('{one} and {other} agree on another division', **names)}"
    return Caption(
        title,
        tr(
            "Agreement of each pair of methods (adjusted Rand index: 1 is the same division, 0 is "
            "chance), {n} customers; small: 95% interval, the divisions held fixed.",
            n=number(result.n),
        ),
        alt,
        tr(
            "Strongest colour: {alike} or more, which counts as the same division. The Gaussian mixture and "
            "Ward are asked for {k} clusters; HDBSCAN counts by itself. Customers left as noise are "
            "not compared.",
            alike=number(ALIKE, 1),
            k=k,
        ),
    )


def _title(same: int, others: int) -> str:
    n = number(others)
    if same == 0:
        return tr("None of the {n} other methods divides the customers as K-Means does", n=n)
    if same == others:
        return tr("All of the {n} other methods divide the customers as K-Means does", n=n)
    return trn(
        "{same} of the {n} other methods divides the customers as K-Means does",
        "{same} of the {n} other methods divide the customers as K-Means does",
        same,
        same=number(same),
        n=n,
    )


def _numbers(result: MethodAgreement) -> Table:
    rows = []
    for pair in result.pairs:
        e, mutual = pair.adjusted_rand, pair.adjusted_mutual_information
        rows.append(
            (
                Cell(tr("{first} and {last}", first=_name(pair.first), last=_name(pair.second))),
                Cell(number(e.number, 3), number_between(e.low or 0.0, e.high or 0.0, 3))
                if e.has_interval
                else Cell("–"),
                Cell("–") if mutual is None else Cell(number(mutual, 3)),
                Cell(percent(pair.placed)),
                Cell(tr("no answer") if pair.open else tr("yes") if pair.alike else tr("no")),
            )
        )
    columns = (
        tr("Methods"),
        tr("Adjusted Rand index"),
        tr("Adjusted mutual information"),
        tr("Placed by both"),
        tr("The same"),
    )
    note = tr("Small figures are 95% intervals over customers, the divisions held fixed.")
    return Table("method_agreement", tr("How far the methods agree"), columns, tuple(rows), note, words=(4,))


method_agreement = Plot("method_agreement", _draw, _caption, _numbers, (680, 280), (358, 330))
