"""The plots of whom to give a gesture to: what policies are worth, the rule as a tree, the Qini curve."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures.said import quoted, title_of
from cxlab.gestures.sample import PURCHASES
from cxlab.language import tr, trn
from cxlab.plots.alt import described
from cxlab.plots.figure import Plot
from cxlab.plots.rows import BEHIND, Row, draw_rows
from cxlab.plots.style import COLOUR, fit, is_narrow
from cxlab.policy import GesturePolicy, GestureRanking
from cxlab.policy.gain import GestureGain
from cxlab.policy.result import POLICY_NAME
from cxlab.policy.said import PER, amount, amount_between, condition, counted, more_or_less, per
from cxlab.policy.tree import Rule, rule_matrix
from cxlab.policy.value import PolicyValues
from cxlab.words import capital, money, number, percent

_TOKEN = {"profit_bringers": "pb"}


def _rows(policy: GesturePolicy) -> Iterator[tuple[str, str, Estimate]]:
    """Give each policy but that of no one, its name, and its gain over no one."""
    values = policy.valued
    assert values is not None
    for name in values.chosen:
        if name != "no_one":
            yield name, _name(values, name), values.difference(name, "no_one")


def _name(values: PolicyValues, policy: str) -> str:
    if policy == "budget":
        return tr("Best {n} of 100", n=number(100 * values.budget_share))
    return POLICY_NAME[policy]


def _draw_values(policy: GesturePolicy, ax: Axes) -> None:
    values = policy.valued
    assert values is not None
    gain = values.gain
    rows = [
        Row(title, _per_hundred(e), amount(e, gain), _TOKEN.get(name, "ink"), _TOKEN.get(name, "ink"))
        for name, title, e in _rows(policy)
    ]
    more = values.difference("rule", "everyone")
    if not values.never_chooses:
        said = amount(more, gain)
        rows.append(Row(tr("Rule over everyone"), _per_hundred(more), said, "ink", "ink", filled=False, gap=0.5))
    draw_rows(ax, rows, unit=_axis(gain), left=0.25)


def _per_hundred(e: Estimate) -> Estimate:
    low, high = e.ends
    return replace(e, value=PER * e.number, low=PER * low, high=PER * high)


def _axis(gain: GestureGain) -> str:
    what = gain.currency or (tr("purchases") if gain.effect.noun == PURCHASES else gain.effect.noun)
    return tr("Gain over giving it to no one, {what} {per}", what=what, per=per(gain))


def _values_caption(policy: GesturePolicy) -> Caption:
    values = policy.valued
    assert values is not None
    gain = values.gain
    told = [tr("{policy} {amount}", policy=title, amount=amount(e, gain)) for _, title, e in _rows(policy)]
    more = values.difference("rule", "everyone")

    def say(listed: str) -> str:
        return tr(
            "Dots with intervals of gain by policy. {told}. The rule over everyone: {amount} ({interval}).",
            told=listed, amount=amount(more, gain), interval=amount_between(more, gain),
        )  # fmt: skip

    subtitle = [
        tr(
            "Gain {per} over giving {gesture} to no one, with 95% intervals.",
            per=per(gain),
            gesture=quoted(gain.effect),
        ),
        "" if values.never_chooses else tr("Ring: the rule against giving it to everyone."),
        tr(
            "{rows}; the rule and the best forecasts on the {tried} that they were tried on.",
            rows=counted(gain.n, gain),
            tried=number(int(gain.tried.sum())),
        ),
    ]
    return Caption(
        policy.heading,
        " ".join(part for part in subtitle if part),
        described(say, told),
        f"{tr('Rules and forecasts are valued on customers that they were not learned from.')} {_of_these(values)}",
    )


def _of_these(values: PolicyValues) -> str:
    """Say what learned policies are to be held against: they are valued on fewer rows than the others."""
    return tr("Among these, giving it to everyone gains {amount}.", amount=amount(values.tried_everyone, values.gain))


def _values_numbers(policy: GesturePolicy) -> Table:
    values = policy.valued
    assert values is not None
    gain, rows = values.gain, []
    for name, title, e in _rows(policy):
        over = values.difference(name, "everyone")
        rows.append(
            (
                Cell(title), Cell(percent(values.share(name))), Cell(amount(e, gain), amount_between(e, gain)),
                Cell("–") if name == "everyone" else Cell(amount(over, gain), amount_between(over, gain)),
            )
        )  # fmt: skip
    return Table(
        "policies",
        tr("What each way to choose is worth"),
        (tr("Who gets it"), tr("Share who do"), tr("Gain over no one"), tr("Gain over everyone")),
        tuple(rows),
        tr(
            "{per}. Small figures are 95% intervals. The last two rows are of the {tried} that rules and forecasts "
            "were tried on.",
            per=capital(per(gain)),
            tried=number(int(gain.tried.sum())),
        )
        + f" {_of_these(values)}",
    )


def _lacks_values(policy: GesturePolicy) -> str:
    return "" if policy.valued is not None else tr("So there is nothing to draw.")


# The rule ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """A line of the drawn rule: a condition, how deep it stands, and the answer it comes to, if it does."""

    text: str
    depth: int
    give: bool | None
    share: float


def _lines(policy: GesturePolicy) -> list[_Line]:
    values = policy.valued
    assert values is not None
    gain = values.gain
    currency = gain.currency or policy.effects.data.currency
    matrix, _, _ = rule_matrix(gain.known, minimum_group=policy.effects.data.minimum_group)
    found: list[_Line] = []

    def walk(rule: Rule, rows: np.ndarray, depth: int) -> None:
        assert rule.below is not None and rule.above is not None
        low = matrix[:, rule.column] <= rule.threshold
        for is_low, branch in ((True, rule.below), (False, rule.above)):
            mine = rows & (low == is_low)
            text = condition(rule.covariate, is_low, rule.threshold, currency)
            found.append(_Line(capital(text), depth, branch.give, float(mine.mean())))
            if branch.give is None:
                walk(branch, mine, depth + 1)

    walk(values.rule, np.ones(gain.n, dtype=bool), 0)
    return found


def _draw_rule(policy: GesturePolicy, ax: Axes) -> None:
    narrow, lines = is_narrow(ax), _lines(policy)
    ax.set_axis_off()
    step = 0.035 if not narrow else 0.06
    ends: dict[int, float] = {}
    for y, line in enumerate(lines):
        x = step * (2 * line.depth + 1)
        start = ends.get(line.depth, -0.5 if line.depth == 0 else y - 1 + 0.3)
        ax.plot([x - step, x - step], [start, y], color=COLOUR["rule"], lw=1.6, zorder=1)
        ax.plot([x - step, x - step * 0.25], [y, y], color=COLOUR["rule"], lw=1.6, zorder=1)
        ends[line.depth] = y
        for deeper in [d for d in ends if d > line.depth]:
            del ends[deeper]
        text = shorten(line.text, 50 if narrow else 75, placeholder=" …")
        ax.text(x, y, text, ha="left", va="center", size=12, color=COLOUR["ink"], zorder=3)
        if line.give is not None:
            token, share = "link" if line.give else "muted", percent(line.share)
            said = (
                tr("Give, {share} of them", share=share)
                if line.give
                else tr("Do not give, {share} of them", share=share)
            )
            if narrow:
                ax.text(x, y + 0.42, said, ha="left", va="center", size=12, weight=700, color=COLOUR[token])
            else:
                ax.text(1, y, said, ha="right", va="center", size=12, weight=700, color=COLOUR[token], bbox=BEHIND)
    ax.set(xlim=(0, 1), ylim=(len(lines) - 0.2, -0.7))
    fit(ax, 0.02, 0.01, 0.98, 0.99)


def _rule_caption(policy: GesturePolicy) -> Caption:
    values = policy.valued
    assert values is not None
    n, agree = len(values.step_rules), values.root_agrees
    gain = values.gain
    more = values.difference("rule", "everyone")
    is_open = policy.verdict.token != "choose"
    title = tr("The best rule of two questions, not shown to be worth following") if is_open else policy.rule_heading
    return Caption(
        title,
        tr(
            "The rule of at most two questions that would have gained most, from all {rows}. Shares are of these. Such "
            "rules gained {more_or_less} {per} than giving it to everyone ({interval}).",
            rows=counted(gain.n, gain),
            more_or_less=more_or_less(more, gain),
            per=per(gain),
            interval=amount_between(more, gain),
        ),
        tr("Tree of a rule with its answers. Give it to {who}; else do not.", who=policy.who),
        trn(
            "Of the {n} rules learned on the way, {agree} asks the same first question.",
            "Of the {n} rules learned on the way, {agree} ask the same first question.",
            agree,
            n=n,
            agree=agree,
        ),
    )


def _lacks_rule(policy: GesturePolicy) -> str:
    if policy.valued is None:
        return tr("So there is no rule either.")
    if policy.valued.rule.give is not None:
        return tr("The rule has no question in it, so there is no tree to draw.")
    return ""


# The Qini curve ------------------------------------------------------------------------------------------------------


def _draw_curve(found: GestureRanking, ax: Axes) -> None:
    narrow, curve, gain = is_narrow(ax), found.policy.curve, _gain_of(found)
    assert curve is not None
    x, y, low, high = 100 * curve.share, PER * curve.gained, PER * curve.low, PER * curve.high
    ax.fill_between(x, low, high, color=COLOUR["link"], alpha=0.22, lw=0, zorder=1)
    ax.plot(x, y, color=COLOUR["link"], lw=2.4, zorder=3)
    ax.plot([0, 100], [0, y[-1]], color=COLOUR["ink"], lw=1.4, ls=(0, (5, 3)), zorder=2)
    ax.axhline(0, color=COLOUR["ink"], lw=1, zorder=1)
    span = float(max(high.max(), 0.0) - min(low.min(), 0.0)) or 1.0
    over = float(np.interp(50, x, y)) >= y[-1] / 2
    for at, value, words, token, above in (
        (30, float(np.interp(30, x, y)), tr("best first"), "link", over),
        (70, 0.7 * y[-1], tr("by lot"), "ink", not over),
    ):
        ax.annotate(
            words, (at, value), (0, 14 if above else -14), textcoords="offset points", ha="center",
            va="bottom" if above else "top", size=12, weight=700, color=COLOUR[token], zorder=5, bbox=BEHIND,
        )  # fmt: skip
    ax.set(xlim=(0, 100), ylim=(min(low.min(), 0) - 0.05 * span, max(high.max(), 0) + 0.08 * span))
    ax.locator_params(axis="x", nbins=5)
    ax.locator_params(axis="y", nbins=5)
    digits = 0 if span >= 5 else 2
    if gain.currency:
        ax.yaxis.set_major_formatter(lambda v, _: money(v, gain.currency, digits))
    ax.grid(axis="y", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    who_get_it = (
        tr("Customers who get it, of 100, the best forecasts first")
        if gain.effect.rows == "customer"
        else tr("Orders who get it, of 100, the best forecasts first")
    )
    ax.set_xlabel(who_get_it, labelpad=6)
    fit(ax, 0.17 if narrow else 0.11, 0.17, 0.96, 0.97)


def _gain_of(found: GestureRanking) -> GestureGain:
    return next(gain for gain, _ in found.policy.curves if gain.effect is found.policy.effect)


def _curve_caption(found: GestureRanking) -> Caption:
    curve, gain = found.policy.curve, _gain_of(found)
    assert curve is not None
    points = []
    for share in (0.2, 0.5, 1.0):
        value, low, high = curve.at(share)
        told = amount(Estimate(value, low, high), gain)
        points.append(tr("{n} of 100: {amount}", n=number(100 * share), amount=told))
    alt = (
        tr("Line of gain by share of customers who get it.")
        if gain.effect.rows == "customer"
        else tr("Line of gain by share of orders who get it.")
    )
    return Caption(
        found.heading,
        tr(
            "Gain {per} in all, by how many get {gesture}, with the 95% interval at each point. {rows}, by forecasts "
            "that had not seen them. Dashed: by lot.",
            per=per(gain),
            gesture=quoted(gain.effect),
            rows=counted(curve.area.n or 0, gain),
        ),
        tr(
            "{start} {listed}. On average {more_or_less} than by lot ({interval}).",
            start=alt,
            listed="; ".join(points),
            more_or_less=more_or_less(curve.area, gain),
            interval=amount_between(curve.area, gain),
        ),
        tr("The area between line and dashes is the Qini coefficient."),
    )


def _curve_numbers(found: GestureRanking) -> Table:
    rows = []
    for gain, curve in found.policy.curves:
        cells = []
        for share in (0.1, 0.3, 0.5, 1.0):
            value, low, high = curve.at(share)
            e = Estimate(value, low, high)
            cells.append(Cell(amount(e, gain), amount_between(e, gain)))
        over = Cell(amount(curve.area, gain), amount_between(curve.area, gain))
        rows.append((Cell(title_of(gain.effect)), *cells, over))
    return Table(
        "qini",
        tr("What giving it to the best forecasts gains"),
        (tr("Gesture"), tr("Best 10 of 100"), tr("Best 30"), tr("Best 50"), tr("All"), tr("Over the lot")),
        tuple(rows),
        tr(
            "Per 100 customers, or orders for gestures that came with orders. Small figures are 95% intervals, found "
            "by drawing customers anew, so not quite those of the ways to choose. The best are counted here also where "
            "no gain is foreseen of them."
        ),
    )


def _lacks_curve(found: GestureRanking) -> str:
    return "" if found.policy.curve is not None else tr("So there is no curve to draw.")


policy_values = Plot(
    "policies", _draw_values, _values_caption, _values_numbers, (680, 120), (358, 120), _lacks_values,
    lambda policy: 46 * len(policy.valued.chosen) if policy.valued is not None else 0,
)  # fmt: skip
policy_rule = Plot(
    "rule", _draw_rule, _rule_caption, None, (680, 40), (358, 40), _lacks_rule,
    lambda policy: 34 * len(_lines(policy)), lambda policy: 50 * len(_lines(policy)),
)  # fmt: skip
gesture_ranking = Plot(
    "qini", _draw_curve, _curve_caption, _curve_numbers, (680, 340), (358, 320), _lacks_curve
)  # fmt: skip
