"""Plots of two partitions held against each other: where they differ, and how far they agree."""

import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxlab import words
from cxlab.agreement import NEARLY_ALL, Agreement, Ceiling
from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.intake.hidden_cells import surely_largest
from cxlab.intake.hiding import why_hidden
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.plots.words_of_clusters import names_that_fit
from cxlab.plots.words_of_segments import room_for_names

_NARROW_CELL = 10  # letters of a line in a cell on a phone
_STEPS = (2, 10, 20)  # residuals beyond which a cell takes the next shade


def _draw_heat(agreement: Agreement, ax: Axes) -> None:
    narrow = is_narrow(ax)
    counts, residuals = agreement.counts.to_numpy(), agreement.residuals.to_numpy()
    rows, columns = counts.shape
    for i in range(rows):
        for j in range(columns):
            said = agreement.share_in_words(str(agreement.counts.index[i]), str(agreement.counts.columns[j]))
            said = textwrap.fill(said, _NARROW_CELL) if narrow else said
            _draw_cell(ax, i, j, said, None if agreement.hidden.mask[i, j] else float(residuals[i, j]))
        group = str(agreement.counts.index[i])
        name = SEGMENT_NAME.get(group, group)
        token = SEGMENT_TOKEN.get(group)
        ax.text(
            -0.04, i + (0.5 if narrow else 0.42), name.replace("-", "-\n") if narrow else name, ha="right", va="center",
            weight=700, size=12 if narrow else 13, color=COLOUR[f"{token}-ink" if token else "ink"],
        )  # fmt: skip
        if not narrow:
            size = agreement.sizes[0].written(i)
            ax.text(
                -0.04,
                i + 0.74,
                tr("{size} customers", size=size),
                ha="right",
                va="center",
                size=12,
                color=COLOUR["muted"],
            )
    names = names_that_fit(agreement.names_b, 17, 3)
    lines = [names.get(str(c), "") for c in agreement.counts.columns]
    for j, group in enumerate(agreement.counts.columns):
        ax.text(j + 0.5, -0.08, str(group), ha="center", va="bottom", size=14, weight=700)
        if not narrow:
            ax.text(j + 0.5, -0.36, lines[j], ha="center", va="bottom", size=12, color=COLOUR["ink"], linespacing=1.2)
    ax.set(xlim=(0, columns), ylim=(rows, 0))
    ax.axis("off")
    deepest = 0 if narrow else max((line.count("\n") + 1 for line in lines if line), default=0)
    pieces = (part for name in SEGMENT_NAME.values() for part in name.split("-"))
    fit(ax, room_for_names(0.27, pieces) if narrow else 0.2, 0.01, 1, 0.92 - 0.055 * deepest)


def _draw_cell(ax: Axes, i: int, j: int, said: str, residual: float | None) -> None:
    """Write what may be said of a cell, with its residual; without one it is hidden, and has no colour."""
    step = 0 if residual is None else int(np.searchsorted(_STEPS, abs(residual)))
    token = "surface" if residual is None or step == 0 else f"{'more' if residual > 0 else 'less'}{step}"
    ax.add_patch(Rectangle((j + 0.015, i + 0.02), 0.97, 0.96, facecolor=COLOUR[token], lw=0))
    ink = COLOUR["paper" if step == 3 else "ink"]
    if residual is None:
        ax.text(j + 0.5, i + 0.5, said, ha="center", va="center", size=12, color=ink)
        return
    ax.text(j + 0.5, i + 0.42, said, ha="center", va="center", size=15, weight=700, color=ink)
    sign = "+" if residual >= 0.5 else ""
    ax.text(j + 0.5, i + 0.74, sign + words.number(residual), ha="center", va="center", size=12, color=ink)


def _caption_of_heat(agreement: Agreement) -> Caption:
    listed = "; ".join(
        tr("{segment} {share} in {cluster}", segment=_name(group), share=said, cluster=cluster)
        for group, (cluster, said) in _largest(agreement).items()
    )
    note = [
        tr(
            "A residual says how many standard deviations a cell is from chance; beyond ±2 would be rare by chance "
            "alone."
        )
    ]
    if agreement.names_b:
        note.append(tr("Clusters: {named}.", named="; ".join(f"{c}: {name}" for c, name in agreement.names_b.items())))
    if agreement.hidden.mask.any():
        note.append(tr("Nearly all: over {share}.", share=words.percent(NEARLY_ALL)))
        note.append(why_hidden(agreement.minimum_group))
    return Caption(
        _split(agreement),
        tr(
            "Share of each segment in each cluster (large) and standardised residual (small), {customers}. Green: more "
            "than by chance; purple: fewer.",
            customers=words.count(agreement.n, "customer"),
        ),
        tr(
            "Heat map of {segments} segments by {clusters} clusters. Largest share of each segment: {listed}.",
            segments=len(agreement.counts),
            clusters=len(agreement.counts.columns),
            listed=listed or tr("not shown"),
        ),
        " ".join(note),
    )


def _split(agreement: Agreement) -> str:
    """Say which segment the clusters divide most."""
    largest = _largest(agreement)
    if not largest or agreement.counts.shape[1] < 2:
        return tr("Segments and clusters side by side")
    all_told = len(largest) == len(agreement.groups_spoken_of)
    shown = {group: cluster for group, (cluster, _) in largest.items() if not agreement.is_hidden(group, cluster)}
    group = min(shown, key=lambda group: agreement.share(group, shown[group]), default="")
    if not group or agreement.share(group, shown[group]) > NEARLY_ALL:
        return (
            tr("Each segment lies almost wholly in one cluster")
            if all_told
            else tr("Segments and clusters side by side")
        )
    parts = [tr("{share} are in {cluster}", share=largest[group][1], cluster=shown[group])]
    if second := _second(agreement, group, shown[group]):
        parts.append(tr("{share} in {cluster}", share=agreement.share_in_words(group, second), cluster=second))
    if all_told:
        return tr("The clusters divide the {segment} most: {parts}", segment=_name(group), parts=", ".join(parts))
    return tr("The clusters divide the {segment}: {parts}", segment=_name(group), parts=", ".join(parts))


def _largest(agreement: Agreement) -> dict[str, tuple[str, str]]:
    """Of each segment the cluster that most of it is in, and how much that is, where a page may tell both."""
    return {
        group: (cluster, agreement.share_in_words(group, cluster))
        for group, cluster in agreement.main_cluster.items()
        if not agreement.is_hidden(group, cluster) or agreement.is_nearly_all(group, cluster)
    }


def _second(agreement: Agreement, group: str, first: str) -> str:
    """Find the cluster that most of the others of a segment are in; empty where a page may not tell."""
    i, others = agreement.groups_spoken_of[group], agreement.counts.columns != first
    k = surely_largest(agreement.hidden.least[i, others], agreement.hidden.most[i, others])
    second = "" if k is None else str(agreement.counts.columns[others][k])
    return second if second and not agreement.is_hidden(group, second) else ""


def _name(group: str) -> str:
    return SEGMENT_NAME.get(group, group).lower()


def _numbers_of_heat(agreement: Agreement) -> Table:
    counts, written = agreement.counts, agreement.hidden.written
    rows = tuple(
        (
            Cell(SEGMENT_NAME.get(str(group), str(group)), segment=str(group) if str(group) in SEGMENT_NAME else ""),
            *map(Cell, written[i]),
        )
        for i, group in enumerate(counts.index)
    )
    heads = (f"{c}: {agreement.names_b[str(c)]}" if str(c) in agreement.names_b else str(c) for c in counts.columns)
    note = why_hidden(agreement.minimum_group) if agreement.hidden.mask.any() else ""
    return Table("agreement_heat_map", tr("Customers by segment and cluster"), (tr("Segment"), *heads), rows, note)


def _draw_scale(ceiling: Ceiling, ax: Axes) -> None:
    narrow = is_narrow(ax)
    rows = [(tr("Random rules"), *ceiling.random_band, "muted", "s")]
    seen = ceiling.observed
    rows.append((tr("The four segments"), _or(seen.low, seen), seen.number, _or(seen.high, seen), "ink", "o"))
    if ceiling.noise_ceiling.value is not None:
        low, high = ceiling.split_band
        rows.append((tr("Clusters, half by half"), low, ceiling.noise_ceiling.number, high, "muted", "D"))
    for k, (name, start, value, end, token, marker) in enumerate(rows):
        mine = token == "ink"
        ax.plot([start, end], [k, k], color=COLOUR[token], lw=2.4, solid_capstyle="butt", zorder=3)
        ax.plot(value, k, marker=marker, ms=8, color=COLOUR[token], zorder=4, ls="none")
        ax.text(
            -0.03, k, name.replace(", ", ",\n") if narrow else name, ha="right", va="center", size=12,
            weight=700 if mine else 400, transform=ax.get_yaxis_transform(),
        )  # fmt: skip
        ax.text(value, k - 0.24, words.number(value, 2), ha="center", va="bottom", size=12, weight=700 if mine else 400)
    bottom = min(0.0, *(row[1] for row in rows))
    ax.set(xlim=(bottom - 0.02, 1.02), ylim=(len(rows) - 0.55, -0.75), yticks=[])
    between = [words.number(0.25, 2), words.number(0.5, 1), words.number(0.75, 2)]
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], [f"0\n{tr('chance')}", *between, f"1\n{tr('identity')}"])
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    fit(ax, 0.37 if narrow else 0.24, 0.2, 0.955 if narrow else 0.965, 0.99)


def _or(end: float | None, estimate: Estimate) -> float:
    return estimate.number if end is None else end


def _caption_of_scale(ceiling: Ceiling) -> Caption:
    low, middle, high = ceiling.random_band
    seen, top = ceiling.observed, ceiling.noise_ceiling
    if ceiling.stands_out:
        title = tr("The segments agree with the clusters more than random rules of the same sizes do")
    else:
        title = tr(
            "{as_much} of {rules} random rules of the same sizes agree with the clusters as much as the segments do",
            as_much=words.number(ceiling.as_much),
            rules=words.number(len(ceiling.random_rules)),
        )
    alt = tr(
        "Scale of agreement with the clusters from 0, chance, to 1, identity. Random rules {middle} ({interval}); the "
        "four segments {seen}",
        middle=words.number(middle, 2),
        interval=words.number_between(low, high, 2),
        seen=words.number(seen.number, 2),
    )
    if top.value is not None:
        alt += tr("; clusters of two halves {top}", top=words.number(top.number, 2))
    return Caption(
        title,
        tr(
            "Agreement with the clusters (adjusted mutual information), {customers}. Bar of the segments: 95% "
            "interval; of the others: the middle 95% of the rules and of the splits, which is no confidence interval.",
            customers=words.count(seen.n or 0, "customer"),
        ),
        f"{alt}.",
        tr("A random rule asks two chance questions of the same measures and makes groups of the same sizes."),
    )


def _numbers_of_scale(ceiling: Ceiling) -> Table:
    low, middle, high = ceiling.random_band
    lines: list[tuple[str, float, float | None, float | None]] = [
        (tr("Random rules, the middle one"), middle, low, high),
        (tr("The four segments"), ceiling.observed.number, ceiling.observed.low, ceiling.observed.high),
    ]
    if ceiling.noise_ceiling.value is not None:
        lines.append((tr("Clusters of two halves"), ceiling.noise_ceiling.number, *ceiling.split_band))
    rows = tuple(
        (Cell(name), Cell(words.number(value, 2)), Cell(words.number_between(start, end, 2)))
        for name, value, start, end in lines
        if start is not None and end is not None
    )
    return Table(
        "agreement_scale", tr("Agreement with the clusters"), (tr("What"), tr("Agreement"), tr("95% range")), rows
    )


agreement_heat_map = Plot("agreement_heat_map", _draw_heat, _caption_of_heat, _numbers_of_heat, (680, 380), (358, 330))
agreement_scale = Plot("agreement_scale", _draw_scale, _caption_of_scale, _numbers_of_scale, (680, 190), (358, 210))
