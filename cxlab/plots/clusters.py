"""The plots of the clusters: is there structure, and do the clusters come back."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxlab.blocks import Caption, Cell, Table
from cxlab.clusters import SearchLuck, Structure
from cxlab.clusters.kmeans import STARTS
from cxlab.clusters.stability import HIGHLY_STABLE, NO_PATTERN, STABILITY, STABLE, stability_of
from cxlab.intake.hiding import GroupSizes
from cxlab.language import Texts, tr, trn
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.plots.ticks import write_ticks
from cxlab.words import number, number_between, percent

Array = NDArray[np.float64]
_MOVED = Texts({"neither": "neither", "sample": "the sample", "search": "the search", "both": "sample and search"})
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
        (here + push, tr("these\ncustomers"), 700, "ink"),
        (there - push, tr("without\ngroups"), 400, "muted"),
    ):
        ax.text(
            1.015, at, said, transform=ax.get_yaxis_transform(), ha="left", va="center", size=12, weight=weight,
            color=COLOUR[colour], linespacing=1.3,
        )  # fmt: skip
    ax.set(ylim=(low - 0.1 * room, high + 0.1 * room), xlim=(result.tried[0] - 0.25, result.tried[-1] + 0.1))
    ax.set_xticks(_ticks(result.tried, narrow=narrow))
    write_ticks(ax.yaxis)
    ax.set_xlabel(tr("Number of clusters"), labelpad=6)
    _plain(ax)
    fit(ax, 0.115 if narrow else 0.065, 0.16, 0.775 if narrow else 0.885, 0.99)


def _caption_of_structure(result: Structure) -> Caption:
    at = int(np.flatnonzero(result.tried == result.k)[0])
    e, (low, high) = result.excess, result.band
    alt = tr(
        "Line of sharpness by number of clusters, {first} to {last}, against the band of "
        "customers without groups. They stand out most at {k}: {sharpness} against {expected} (band "
        "{band}), an excess of {excess}.",
        first=number(int(result.tried[0])),
        last=number(int(result.tried[-1])),
        k=number(result.k),
        sharpness=number(float(result.sharpness[at]), 3),
        expected=number(float(result.expected[at]), 3),
        band=number_between(float(low[at]), float(high[at]), 3),
        excess=number(e.number, 3),
    )
    title = tr("At no number of clusters do the customers divide more sharply than chance can bring about")
    if result.is_blind:
        title = tr("Customers made up without groups divide as these do, so the comparison shows nothing")
    elif e.number > result.chance:
        title = tr("At {k} clusters the customers divide more sharply than chance can bring about", k=number(result.k))
    return Caption(
        title,
        tr(
            "How sharply the customers divide (0: not at all, 1: perfectly) by number of clusters; "
            "{n} customers. About 95% of {draws} draws of customers without groups keep within "
            "the band at every number.",
            n=number(result.n_tested),
            draws=number(result.n_references),
        ),
        alt,
        tr(
            "Sharpness is the simplified silhouette, mean of {starts} starts. Customers without "
            "groups have the same values of each measure, which go together as closely as here, but "
            "in one smooth cloud.",
            starts=number(STARTS),
        ),
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
    note = tr(
        "Small figures: the band that about 95% of draws without groups keep to in all rows "
        "together; and how far chance moves the excess, no confidence interval."
    )
    columns = (tr("Clusters"), tr("Sharpness here"), tr("Without groups"), tr("Excess"))
    return Table("structure", tr("How sharply the customers divide"), columns, rows, note)


def _ticks(k: NDArray[np.int64], *, narrow: bool) -> list[int]:
    step = max(1, -(-len(k) // (10 if narrow else 20)))
    return [int(value) for value in k[::step]]


def _with_ends(value: Array, ends: tuple[Array, Array], at: int) -> Cell:
    return Cell(number(float(value[at]), 3), number_between(float(ends[0][at]), float(ends[1][at]), 3))


def _draw_luck(result: SearchLuck, ax: Axes) -> None:
    narrow, shown = is_narrow(ax), result.shown
    k = max(1, len(shown))
    lowest = min((min(kept.low, low) for kept, (_, low, _) in shown), default=0.0)
    left = _LEFT_END if lowest >= _LEFT_END else 0.0
    thresholds = ((NO_PATTERN, tr("a pattern")), (STABLE, tr("stable")), (HIGHLY_STABLE, tr("highly stable")))
    for threshold, word in thresholds:
        ax.plot([threshold] * 2, [-0.55, k - 0.4], color=COLOUR["rule"], lw=1.2, zorder=1)
        if narrow and left == 0.0 and threshold == NO_PATTERN:
            continue
        before = narrow and left == 0.0 and threshold == STABLE
        ax.text(
            threshold, -0.58, word, ha="right" if before else "left", va="bottom", size=12, color=COLOUR["muted"]
        )  # fmt: skip
    for row, (kept, (mean, low, high)) in enumerate(shown):
        for y, ends, value, token, marker in (
            (row - 0.14, (kept.low, kept.high), kept.mean.number, "ink", "o"),
            (row + 0.2, (low, high), mean, "link", "D"),
        ):
            ax.plot(ends, [y, y], color=COLOUR["other"], lw=3, solid_capstyle="butt", zorder=2)
            ax.plot([value], [y], color=COLOUR[token], marker=marker, ms=8 if marker == "o" else 6, lw=0, zorder=3)
            ax.text(
                1.02, y, number(value, 2), ha="left", va="center", weight=700 if marker == "o" else 400, size=12,
                color=COLOUR[token], transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        ax.text(
            -0.02, row, kept.letter, ha="right", va="center", weight=700, size=14, transform=ax.get_yaxis_transform()
        )  # fmt: skip
    ax.set(xlim=(left, 1.005), ylim=(k - 0.4, -0.6), yticks=[])
    write_ticks(ax.xaxis)
    ax.set_xlabel(tr("Share of its customers that a cluster keeps"), labelpad=6)
    _plain(ax, axis="x")
    ax.grid(visible=False)
    height = float(ax.figure.get_figure(root=True).get_size_inches()[1]) * 72
    bottom, top = 44 / height, 1 - 46 / height
    fit(ax, 0.075 if narrow else 0.05, bottom, 0.88 if narrow else 0.93, top)
    key = 1 + 34 / (height * (top - bottom))
    for at, said, token, marker in (
        (0.0, tr("other customers") if narrow else tr("other customers, drawn anew"), "ink", "o"),
        (0.5, tr("other starts") if narrow else tr("the same customers, other starts"), "link", "D"),
    ):
        ax.plot(
            [at + 0.012], [key], color=COLOUR[token], marker=marker, ms=8 if marker == "o" else 6, lw=0, clip_on=False,
            transform=ax.transAxes,
        )  # fmt: skip
        ax.text(at + 0.045, key, said, ha="left", va="center", size=12, color=COLOUR[token], transform=ax.transAxes)


def _caption_of_luck(result: SearchLuck) -> Caption:
    stability, shown = result.stability, result.shown
    said = ", ".join(
        tr(
            "{cluster} {in_samples} and {from_starts}",
            cluster=kept.letter,
            in_samples=number(kept.mean.number, 2),
            from_starts=number(mean, 2),
        )
        for kept, (mean, _, _) in shown
    )
    left = len(stability.letters) - len(shown)
    hidden = (
        trn(
            "Not shown: {n} cluster with under {least} customers.",
            "Not shown: {n} clusters with under {least} customers.",
            left,
            n=number(left),
            least=number(stability.minimum_group),
        )
        if left
        else ""
    )
    drawn = tr(
        "Dots of how much of each cluster comes back in {draws} resamples, and from {starts} single starts.",
        draws=number(len(stability.draws)),
        starts=number(len(result.draws)),
    )
    reach = tr(
        "{some} of {k} reach {line} in resamples.",
        some=number(stability.n_stable),
        k=number(len(stability.letters)),
        line=number(STABLE, 2),
    )
    alt = f"{drawn} {said}. {reach}" if said else f"{drawn} {reach}"
    weakest = min(shown, key=lambda one: min(one[0].mean.number, one[1][0]), default=(None,))[0]
    title = stability.heading
    if weakest is not None:
        start = next(mean for kept, (mean, _, _) in shown if kept is weakest)
        keeps = {
            "cluster": weakest.letter,
            "in_samples": percent(weakest.mean.number),
            "from_starts": percent(start),
        }
        title = (
            tr(
                "The least steady cluster shown, {cluster}, keeps {in_samples} of its customers in other samples, "
                "{from_starts} from other starts",
                **keeps,
            )
            if left
            else tr(
                "The least steady cluster, {cluster}, keeps {in_samples} of its customers in other samples, "
                "{from_starts} from other starts",
                **keeps,
            )
        )
    back = tr(
        "In other samples, below {no_pattern} there is no pattern, from {stable} on a "
        "cluster is stable, from {highly_stable} on highly stable (Hennig 2007). That a division "
        "comes back does not make it natural: a smooth cloud is always cut at its widest.",
        no_pattern=number(NO_PATTERN, 2),
        stable=number(STABLE, 2),
        highly_stable=number(HIGHLY_STABLE, 2),
    )
    return Caption(
        title,
        _what_is_shown(result),
        alt,
        f"{hidden} {back}".lstrip(),
    )


def _what_is_shown(result: SearchLuck) -> str:
    values = {
        "draws": number(len(result.stability.draws)),
        "starts": number(len(result.draws)),
        "n": number(int(result.stability.size.sum())),
    }
    if result.is_part:
        return tr(
            "Mean share of customers in common with the likest cluster (Jaccard): of {draws} resamples, and of "
            "{starts} searches from one random start each; {n} customers, {each} of them in each. The bars hold the "
            "middle 95%: how far one goes, no confidence interval.",
            each=number(result.n),
            **values,
        )
    return tr(
        "Mean share of customers in common with the likest cluster (Jaccard): of {draws} "
        "resamples, and of {starts} searches from one random start each; {n} customers. The bars "
        "hold the middle 95%: how far one goes, no confidence interval.",
        **values,
    )


def _numbers_of_luck(result: SearchLuck) -> Table:
    stability = result.stability
    shown = {kept.letter: (kept, starts) for kept, starts in result.shown}
    rows, sizes = [], GroupSizes(tuple(stability.size.tolist()), stability.minimum_group)
    for k, (letter, e) in enumerate(zip(stability.letters, stability.estimates, strict=True)):
        who = Cell(letter), Cell(sizes.written(k))
        if letter not in shown:
            rows.append((*who, *(Cell("–") for _ in range(4))))
            continue
        kept, (mean, low, high) = shown[letter]
        rows.append(
            (
                *who,
                Cell(number(e.number, 3), number_between(kept.low, kept.high, 3)),
                Cell(STABILITY[stability_of(e.number)]),
                Cell(number(mean, 3), number_between(low, high, 3)),
                Cell(_MOVED[result.moved_by[stability.letters.index(letter)]]),
            )
        )
    columns = (
        tr("Cluster"),
        tr("Customers"),
        tr("Kept in other samples"),
        tr("Reading"),
        tr("Kept from other starts"),
        tr("Moved by"),
    )
    note = tr("Small figures are the middle 95% of resamples and of single starts, no confidence interval.")
    return Table("search_luck", tr("How much of each cluster comes back"), columns, tuple(rows), note, words=(3, 5))


def _room_for_rows(result: SearchLuck) -> int:
    return 38 * max(1, len(result.shown))


structure = Plot("structure", _draw_structure, _caption_of_structure, _numbers_of_structure, (680, 320), (358, 300))
search_luck = Plot(
    "search_luck", _draw_luck, _caption_of_luck, _numbers_of_luck, (680, 100), (358, 100), grows=_room_for_rows
)
