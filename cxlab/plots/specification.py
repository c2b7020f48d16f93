"""The plot of the specification curve: what the verdict would be if the lines were drawn otherwise."""

from matplotlib.axes import Axes

from cxlab import words
from cxlab.agreement import Specification, SpecificationCurve
from cxlab.agreement.verdict import MOST, SOME
from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

_VERDICTS = {  # words, colour, shape
    "supported": ("Supported", "good", "o"),
    "partly_supported": ("Partly supported", "part", "D"),
    "not_supported": ("Not supported", "bad", "X"),
    "cannot_tell": ("Cannot tell", "open", "s"),
}
_CHOICES = (
    (("recency", "Days since last order", "Days"), ("cadence", "Own rhythm", "Rhythm"),
     ("p_alive", "Purchase model", "Model")),
    (("strict", "Strict", "Strict"), ("usual", "Usual", "Usual"), ("lenient", "Lenient", "Lenient")),
    (("break_even", "Break-even", "Even"), ("median", "Median", "Median"), ("amount", "An amount", "Amount")),
)  # fmt: skip
_HEADS = ("Active by", "How strictly", "Profitable from")


def _in_order(curve: SpecificationCurve) -> list[Specification]:
    """Return those judged that have a share to show, the smallest first."""
    return sorted((one for one in curve.judged if _share(one).has_interval), key=lambda one: _share(one).number)


def _share(one: Specification) -> Estimate:
    return one.skill.score("segments").share if one.skill is not None and one.skill.scores else Estimate()


def _token(one: Specification) -> str:
    return "cannot_tell" if one.verdict is None else one.verdict.token


def _lacks(curve: SpecificationCurve) -> str:
    return "" if _in_order(curve) else "No figure of other lines is drawn, as nothing foreseen is there to compare."


def _draw(curve: SpecificationCurve, ax: Axes) -> None:
    shown, narrow = _in_order(curve), is_narrow(ax)
    ax.set_axis_off()
    top = ax.inset_axes((0, 0.47, 1, 0.53))
    below = ax.inset_axes((0, 0, 1, 0.42))
    for x, one in enumerate(shown):
        share = _share(one)
        assert share.low is not None and share.high is not None
        _, token, shape = _VERDICTS[_token(one)]
        top.plot([x, x], [share.low, share.high], color=COLOUR[token], lw=1.6, solid_capstyle="butt", zorder=2)
        top.plot(
            [x], [share.number], shape, ms=9 if one.is_chosen else 5.5, color=COLOUR[token], zorder=4,
            mec=COLOUR["ink" if one.is_chosen else token], mew=1.6 if one.is_chosen else 0,
        )  # fmt: skip
        _mark_choices(below, x, one)
    chosen = next((x for x, one in enumerate(shown) if one.is_chosen), None)
    if chosen is not None:
        for axes in (top, below):
            axes.axvspan(chosen - 0.5, chosen + 0.5, color=COLOUR["surface"], lw=0, zorder=0)
    for line in (SOME, MOST):
        top.axhline(line, color=COLOUR["muted"], lw=1, ls=(0, (4, 3)), zorder=1)
    ends = [e for one in shown for e in (_share(one).low, _share(one).high) if e is not None]
    low, high = min(0.0, *ends), max(1.0, *ends)
    top.set(xlim=(-0.6, len(shown) - 0.4), ylim=(low, high * 1.02), xticks=[])
    ticks = [0.0, SOME, MOST, 1.0]
    top.set_yticks(ticks, [words.percent(t) for t in ticks])
    top.spines["bottom"].set_visible(False)
    _name_verdicts(top, {_token(one) for one in shown}, narrow=narrow)
    _name_choices(below, len(shown), narrow=narrow)
    fit(ax, 0.2 if narrow else 0.25, 0.005, 0.995, 0.93 if narrow else 0.94)


def _mark_choices(ax: Axes, x: int, one: Specification) -> None:
    for block, options in enumerate(_CHOICES):
        for row, (key, *_) in enumerate(options):
            mine = one.choices[block] == key
            colour = COLOUR["ink" if mine else "rule"]
            ax.plot([x], [_row(block, row)], "o", ms=4.4 if mine else 1.8, color=colour, zorder=3, mew=0)


def _row(block: int, row: int) -> float:
    return block * 3.9 + row


def _name_choices(ax: Axes, n: int, *, narrow: bool) -> None:
    for block, options in enumerate(_CHOICES):
        for row, (_, wide, short) in enumerate(options):
            ax.text(
                -0.9, _row(block, row), short if narrow else wide, ha="right", va="center", size=12,
                color=COLOUR["ink"], clip_on=False,
            )  # fmt: skip
        if not narrow and block:
            ax.axhline(_row(block, 0) - 0.95, color=COLOUR["rule"], lw=0.8)
    ax.set(xlim=(-0.6, n - 0.4), ylim=(_row(2, 2) + 0.6, -0.6), xticks=[], yticks=[])
    ax.spines["bottom"].set_visible(False)


def _name_verdicts(ax: Axes, tokens: set[str], *, narrow: bool) -> None:
    """Name the shapes and colours over the curve, in the order of the rule."""
    start, step = (-0.2, 0.33) if narrow else (0.0, 0.25)
    shown = [named for token, named in _VERDICTS.items() if token in tokens]
    for k, (name, colour, shape) in enumerate(shown):
        x = start + k * step
        ax.plot([x], [1.08], shape, ms=6, color=COLOUR[colour], transform=ax.transAxes, clip_on=False, zorder=5, mew=0)
        said = name.replace(" supported", "").capitalize() if narrow else name
        ax.text(x + 0.02, 1.08, said, ha="left", va="center", size=12, transform=ax.transAxes, clip_on=False)


def _caption(curve: SpecificationCurve) -> Caption:
    shown = _in_order(curve)
    shares = [_share(one).number for one in shown]
    same = curve.tokens[_token(curve.chosen)]
    title = curve.heading
    if curve.others:
        title += f": {words.number(same)} of {words.count(len(curve.others), 'other way')} come to the same"
    counts = "; ".join(
        f"{_VERDICTS[token][0].lower()} {words.number(curve.tokens[token])}"
        for token in _VERDICTS
        if curve.tokens[token]
    )
    spread = f"{words.percent(min(shares))} to {words.percent(max(shares))}" if shares else "not known"
    left = len(curve.specifications) - len(shown)
    return Caption(
        title,
        "Share of the best description's foresight that the four segments keep, for each way to draw the lines; "
        f"{words.count(curve.n, 'customer')}. Upright: 95% interval. Shaded and ringed: the lines of this page.",
        f"Curve of {len(shown)} ways to draw the lines, by the share of the best foresight kept, from {spread}. "
        f"Verdicts of the others: {counts}.",
        "Dashed: a third and two thirds, by which the rule goes."
        + (f" Not drawn: {left}, for reasons in the table." if left else ""),
    )  # fmt: skip


def _numbers(curve: SpecificationCurve) -> Table:
    rows = []
    for one in sorted(curve.specifications, key=lambda s: (not s.is_chosen, -_value(s))):
        share = _share(one)
        cell = Cell("–")
        if share.has_interval:
            assert share.low is not None and share.high is not None
            cell = Cell(words.percent(share.number), words.percent_between(share.low, share.high))
        verdict = _VERDICTS[_token(one)][0] if one.verdict is not None else "Not judged"
        head = Cell(f"{one.name[:1].upper()}{one.name[1:]}", "the lines of this page" if one.is_chosen else "")
        rows.append((head, cell, Cell(verdict, one.missing)))
    return Table(
        "specification_curve",
        "The verdict by how the lines are drawn",
        ("Active; profitable", "Share of the best kept", "Verdict"),
        tuple(rows),
        "Small figures are 95% intervals.",
        (2,),
    )


def _value(one: Specification) -> float:
    share = _share(one)
    return share.number if share.has_interval else float("-inf")


specification_curve = Plot("specification_curve", _draw, _caption, _numbers, (680, 400), (358, 430), lacks=_lacks)
