"""The plot of the specification curve: what the verdict would be if the lines were drawn otherwise."""

from matplotlib.axes import Axes

from cxlab import words
from cxlab.agreement import Specification, SpecificationCurve
from cxlab.agreement.verdict import MOST, NAMES, SOME
from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

_MARKS = {  # colour, shape
    "supported": ("good", "o"),
    "partly_supported": ("part", "D"),
    "not_supported": ("bad", "X"),
    "cannot_tell": ("open", "s"),
}
_VERDICTS_IN_SHORT = Texts(
    {
        "supported": "Supported",
        "partly_supported": "Partly",
        "not_supported": "Not",
        "cannot_tell": "Cannot tell",
    }
)
_CHOICES = (
    ("recency", "cadence", "p_alive"),
    ("strict", "usual", "lenient"),
    ("break_even", "median", "amount"),
)
_NAMES = Texts(
    {
        "recency": "Days since last order",
        "cadence": "Own rhythm",
        "p_alive": "Purchase model",
        "strict": "Strict",
        "usual": "Usual",
        "lenient": "Lenient",
        "break_even": "Break-even",
        "median": "Median",
        "amount": "An amount",
    }
)
_IN_SHORT = Texts(
    {
        "recency": "Days",
        "cadence": "Rhythm",
        "p_alive": "Model",
        "strict": "Strict",
        "usual": "Usual",
        "lenient": "Lenient",
        "break_even": "Even",
        "median": "Median",
        "amount": "Amount",
    }
)


def _in_order(curve: SpecificationCurve) -> list[Specification]:
    """Return those judged that have a share to show, the smallest first."""
    return sorted((one for one in curve.judged if _share(one).has_interval), key=lambda one: _share(one).number)


def _share(one: Specification) -> Estimate:
    return one.skill.score("segments").share if one.skill is not None and one.skill.scores else Estimate()


def _token(one: Specification) -> str:
    return "cannot_tell" if one.verdict is None else one.verdict.token


def _lacks(curve: SpecificationCurve) -> str:
    return "" if _in_order(curve) else tr("No figure of other lines is drawn, as nothing foreseen is there to compare.")


def _draw(curve: SpecificationCurve, ax: Axes) -> None:
    shown, narrow = _in_order(curve), is_narrow(ax)
    ax.set_axis_off()
    top = ax.inset_axes((0, 0.47, 1, 0.53))
    below = ax.inset_axes((0, 0, 1, 0.42))
    for x, one in enumerate(shown):
        share = _share(one)
        assert share.low is not None and share.high is not None
        token, shape = _MARKS[_token(one)]
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
        for row, key in enumerate(options):
            mine = one.choices[block] == key
            colour = COLOUR["ink" if mine else "rule"]
            ax.plot([x], [_row(block, row)], "o", ms=4.4 if mine else 1.8, color=colour, zorder=3, mew=0)


def _row(block: int, row: int) -> float:
    return block * 3.9 + row


def _name_choices(ax: Axes, n: int, *, narrow: bool) -> None:
    for block, options in enumerate(_CHOICES):
        for row, key in enumerate(options):
            ax.text(
                -0.9, _row(block, row), (_IN_SHORT if narrow else _NAMES)[key], ha="right", va="center", size=12,
                color=COLOUR["ink"], clip_on=False,
            )  # fmt: skip
        if not narrow and block:
            ax.axhline(_row(block, 0) - 0.95, color=COLOUR["rule"], lw=0.8)
    ax.set(xlim=(-0.6, n - 0.4), ylim=(_row(2, 2) + 0.6, -0.6), xticks=[], yticks=[])
    ax.spines["bottom"].set_visible(False)


def _name_verdicts(ax: Axes, tokens: set[str], *, narrow: bool) -> None:
    """Name the shapes and colours over the curve, in the order of the rule."""
    start, step = (-0.2, 0.33) if narrow else (0.0, 0.25)
    names = _VERDICTS_IN_SHORT if narrow else NAMES
    for k, token in enumerate(token for token in _MARKS if token in tokens):
        x, (colour, shape) = start + k * step, _MARKS[token]
        ax.plot([x], [1.08], shape, ms=6, color=COLOUR[colour], transform=ax.transAxes, clip_on=False, zorder=5, mew=0)
        ax.text(x + 0.02, 1.08, names[token], ha="left", va="center", size=12, transform=ax.transAxes, clip_on=False)


def _caption(curve: SpecificationCurve) -> Caption:
    shown, n = _in_order(curve), len(curve.others)
    title = curve.heading
    if n:
        title = trn(
            "{heading}: {same} of {n} other way come to the same",
            "{heading}: {same} of {n} other ways come to the same",
            n,
            heading=curve.heading,
            same=words.number(curve.tokens[_token(curve.chosen)]),
            n=words.number(n),
        )
    counts = "; ".join(
        f"{NAMES[token].lower()} {words.number(curve.tokens[token])}" for token in _MARKS if curve.tokens[token]
    )
    note = tr("Dashed: a third and two thirds, by which the rule goes.")
    if left := len(curve.specifications) - len(shown):
        note += f" {tr('Not drawn: {n}, for reasons in the table.', n=left)}"
    return Caption(
        title,
        tr(
            "Share of the best description’s foresight that the four segments keep, for each way to draw the lines; "
            "{customers}. Upright: 95% interval. Shaded and ringed: the lines of this page.",
            customers=words.count(curve.n, "customer"),
        ),
        tr(
            "Curve of {n} ways to draw the lines, by the share of the best foresight kept, from {spread}. Verdicts of "
            "the others: {counts}.",
            n=len(shown),
            spread=_spread([_share(one).number for one in shown]),
            counts=counts,
        ),
        note,
    )


def _spread(shares: list[float]) -> str:
    if not shares:
        return tr("not known")
    return tr("{least} to {most}", least=words.percent(min(shares)), most=words.percent(max(shares)))


def _numbers(curve: SpecificationCurve) -> Table:
    rows = []
    for one in sorted(curve.specifications, key=lambda s: (not s.is_chosen, -_value(s))):
        share = _share(one)
        cell = Cell("–")
        if share.has_interval:
            assert share.low is not None and share.high is not None
            cell = Cell(words.percent(share.number), words.percent_between(share.low, share.high))
        verdict = NAMES[_token(one)] if one.verdict is not None else tr("Not judged")
        head = Cell(words.capital(one.name), tr("the lines of this page") if one.is_chosen else "")
        rows.append((head, cell, Cell(verdict, one.missing)))
    return Table(
        "specification_curve",
        tr("The verdict by how the lines are drawn"),
        (tr("Active; profitable"), tr("Share of the best kept"), tr("Verdict")),
        tuple(rows),
        tr("Small figures are 95% intervals."),
        (2,),
    )


def _value(one: Specification) -> float:
    share = _share(one)
    return share.number if share.has_interval else float("-inf")


specification_curve = Plot("specification_curve", _draw, _caption, _numbers, (680, 400), (358, 430), lacks=_lacks)
