"""The plot of the fields as the line of activity moves: their sizes, and under them what they foresee."""

from collections.abc import Callable

from matplotlib.axes import Axes

from cxlab import words
from cxlab.blocks import SEGMENTS, Caption, Cell, Table
from cxlab.language import tr
from cxlab.look import SEGMENT_NAME, SEGMENT_TOKEN
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.segments.moved import LEAST_PLACES, MovedLines

_AXIS = {
    "recency": "Days since the last order, still active",
    "cadence": "Silence, in multiples of the days allowed, still active",
    "p_alive": "Least chance of being a customer, still active",
}
_SHORT = {"recency": "Days, still active", "cadence": "Multiple, still active", "p_alive": "Chance, still active"}


def _lacks(moved: MovedLines) -> str:
    few = len(moved.places) < LEAST_PLACES
    return tr("No figure of moved lines is drawn, as too few customers lie between their places.") if few else ""


def _draw(moved: MovedLines, ax: Axes) -> None:
    narrow = is_narrow(ax)
    ax.set_axis_off()
    top, below = ax.inset_axes((0, 0.42, 1, 0.58)), ax.inset_axes((0, 0, 1, 0.3))
    lines = [place.line for place in moved.places]
    first, last = lines[0], lines[-1]
    ends = []
    for name in SEGMENTS:
        shares = [place.share(name) for place in moved.places]
        top.plot(lines, shares, color=COLOUR[SEGMENT_TOKEN[name]], lw=2, marker="o", ms=3.5, zorder=3, clip_on=False)
        ends.append((shares[-1], name))
    highest = max(place.share(name) for place in moved.places for name in SEGMENTS)
    top.set(xlim=(first, last), ylim=(0, highest * 1.08), xticks=[])
    _name_fields(top, ends, last, highest * (0.13 if narrow else 0.115))
    _mark(top, highest)
    known = [(place.line, place.foresight) for place in moved.places if place.foresight is not None]
    if known:
        below.plot(*zip(*known, strict=True), color=COLOUR["ink"], lw=2, marker="o", ms=3.5, zorder=3, clip_on=False)
    lowest, most = min([0.0, *(y for _, y in known)]), max([0.01, *(y for _, y in known)])
    below.set(xlim=(first, last), ylim=(lowest, most * 1.15))
    _mark(below, most, at_most=2)
    below.set_xlabel((_SHORT if narrow else _AXIS)[moved.segments.activity], labelpad=5)
    below.set_xticks(*_ticks(moved, narrow=narrow))
    below.tick_params(axis="x", pad=9)
    for axes, said in ((top, tr("Share of customers")), (below, tr("Purchases foreseen"))):
        axes.set_title(said, loc="left", size=12, color=COLOUR["muted"], pad=6)
        if moved.own is not None:
            axes.axvline(moved.own.line, color=COLOUR["ink"], lw=1.2, zorder=2)
    fit(ax, 0.13 if narrow else 0.075, 0.135, 0.66 if narrow else 0.8, 0.93)


def _name_fields(ax: Axes, ends: list[tuple[float, str]], x: float, room: float) -> None:
    """Name the lines at their ends, no name over another."""
    floor = -1.0
    for share, name in sorted(ends):
        floor = max(share, floor + room)
        ax.annotate(
            SEGMENT_NAME[name], (x, floor), xytext=(8, 0), textcoords="offset points", va="center", size=12,
            color=COLOUR[f"{SEGMENT_TOKEN[name]}-ink"], weight=700, annotation_clip=False,
        )  # fmt: skip


def _mark(ax: Axes, highest: float, at_most: int = 4) -> None:
    """Draw a few round shares as grid."""
    step = next((s for s in (0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if highest / s <= at_most), 1.0)
    marks = [step * k for k in range(int(highest / step) + 1)]
    ax.set_yticks(marks, [words.percent(m) for m in marks])
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6, zorder=0)
    ax.set_axisbelow(True)


def _ticks(moved: MovedLines, *, narrow: bool) -> tuple[list[float], list[str]]:
    """Mark the page's own line and, where they do not crowd it or each other, other places."""
    lines = [place.line for place in moved.places]
    kept = [lines[0]] if moved.own is None else [moved.own.line]
    least = (0.3 if narrow else 0.14) * (lines[-1] - lines[0])
    for line in (lines[0], lines[-1], *lines):
        if all(abs(line - other) >= least for other in kept):
            kept.append(line)
    form: dict[str, Callable[[float], str]] = {
        "recency": lambda v: words.number(round(v)),
        "cadence": lambda v: words.number(v, 1),
        "p_alive": words.percent,
    }
    return kept, [form[moved.segments.activity](line) for line in kept]


def _caption(moved: MovedLines) -> Caption:
    first, last = moved.places[0], moved.places[-1]
    listed = "; ".join(
        tr(
            "{segment} {first} to {last}",
            segment=SEGMENT_NAME[name].lower(),
            first=words.percent(first.share(name)),
            last=words.percent(last.share(name)),
        )
        for name in SEGMENTS
    )
    known = [place.foresight for place in moved.places if place.foresight is not None]
    foreseen = (
        tr(" Purchases foreseen: {low} to {high}.", low=words.percent(min(known)), high=words.percent(max(known)))
        if known
        else ""
    )
    own = "" if moved.own is None else tr(" Upright: the line of this page.")
    return Caption(
        moved.heading,
        tr(
            "Share of customers in each field, and of the hold-out purchases that the fields "
            "foresee, by where the line of activity lies; {customers}.{own}",
            customers=words.count(first.n, "customer"),
            own=own,
        ),
        tr(
            "Lines of the share of each field, with the line of activity from {first} to {last}: {listed}.{foreseen}",
            first=moved.said(first.line),
            last=moved.said(last.line),
            listed=listed,
            foreseen=foreseen,
        ),
        tr(
            "The line of profit stays where it is. Foreseen: Poisson deviance explained, each "
            "customer by the others of the field."
        ),
    )


def _numbers(moved: MovedLines) -> Table:
    rows = tuple(
        (
            Cell(_first_up(moved.said(place.line)), tr("the line of this page") if place.is_chosen else ""),
            *(Cell(words.percent(place.share(name))) for name in SEGMENTS),
            Cell("–" if place.foresight is None else words.percent(place.foresight)),
        )
        for place in moved.places
    )
    return Table(
        "moved_lines",
        tr("The fields by where the line of activity lies"),
        (tr("Line of activity"), *(SEGMENT_NAME[name] for name in SEGMENTS), tr("Foreseen")),
        rows,
        tr("Shares of all customers; the last column is the share of the hold-out purchases’ deviance foreseen."),
    )


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


moved_lines = Plot("moved_lines", _draw, _caption, _numbers, (680, 400), (358, 400), lacks=_lacks)
