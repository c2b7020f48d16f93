"""The plot of how much each description of a customer foresees."""

from matplotlib.axes import Axes

from cxlab import words
from cxlab.agreement import Score, Skill
from cxlab.agreement.scores import NAMES, spelled
from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
_SHORT = {"segments": "Four segments", "purchase_model": "Purchase model"}


def _draw(skill: Skill, ax: Axes) -> None:
    narrow = is_narrow(ax)
    if not skill.scores:
        ax.text(0.5, 0.5, "Too little to see", ha="center", va="center", size=12, color=COLOUR["muted"])
        ax.axis("off")
        return
    lows = [_low(s.skill) for s in skill.scores]
    right = max(0.02, *(_high(s.skill) for s in skill.scores)) * 1.06
    left = min(0.0, *lows) * 1.06
    span = right - left
    for row, score in enumerate(skill.scores):
        _draw_score(skill, score, row, span, ax, narrow=narrow)
    best = skill.best.skill.number
    if best > 0:
        ax.axvline(best, color=COLOUR["ink"], lw=1.2, ls=(0, (4, 3)), zorder=3)
        at_right = (best - left) / span > 0.7
        ax.text(
            best, -0.62, "ceiling: the best of them", ha="right" if at_right else "center", va="bottom", size=12,
        )  # fmt: skip
    if left < 0:
        ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
    step = next((s for s in _STEPS if span / s <= (4.5 if narrow else 6.5)), 0.5)
    ticks = [step * k for k in range(int(left // step) + 1 if left < 0 else 0, int(right / step) + 1)]
    ax.set(ylim=(len(skill.scores) - 0.38, -0.6), xlim=(left, right), yticks=[])
    ax.set_xticks(ticks, [words.percent(t) for t in ticks])
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlabel("Deviance explained" if narrow else "Spread of purchases foreseen (deviance explained)", labelpad=6)
    fit(ax, 0.33 if narrow else 0.205, 0.17, 0.985, 0.92)


def _draw_score(skill: Skill, score: Score, row: int, span: float, ax: Axes, *, narrow: bool) -> None:
    value, mine = score.skill.number, score.predictor == "segments"
    token, line = ("ink", "ink") if mine else ("other", "muted")
    ax.barh(row, value, height=0.5, color=COLOUR[token], lw=0, zorder=2)
    ends = [_low(score.skill), _high(score.skill)]
    ax.plot(ends, [row + 0.38] * 2, color=COLOUR[line], lw=1.6, solid_capstyle="butt", zorder=4)
    for end in ends:
        ax.plot([end] * 2, [row + 0.31, row + 0.45], color=COLOUR[line], lw=1.6, zorder=4)
    name = _name(skill, score.predictor)
    ax.text(
        -0.03, row, _SHORT.get(score.predictor, name) if narrow else name, ha="right", va="center", size=12,
        weight=700 if mine else 400, transform=ax.get_yaxis_transform(),
    )  # fmt: skip
    if not score.share.has_interval:
        return
    text = words.percent(score.share.number) + ("" if narrow else " of the best")
    inside = value / span > (0.17 if narrow else 0.2)
    colour = COLOUR["paper" if mine and inside else "ink"]
    start = 0.012 * span if inside else max(_high(score.skill), 0.0) + 0.012 * span
    ax.text(start, row, text, ha="left", va="center", size=12, weight=700, color=colour, zorder=5)


def _caption(skill: Skill) -> Caption:
    if not skill.scores:
        return Caption("Too little to see", skill.missing, skill.missing)
    segments, clusters, best = skill.score("segments"), skill.score("clusters"), skill.best
    mine, theirs = words.percent(segments.skill.number), words.percent(clusters.skill.number)
    title = f"The four segments foresee {mine}, the clusters {theirs}"
    if best.predictor not in ("segments", "clusters"):
        title += f", the best description {words.percent(best.skill.number)}"
    listed = "; ".join(
        f"{_in_a_list(_name(skill, s.predictor))} {words.percent(s.skill.number)} "
        f"({words.percent_between(_low(s.skill), _high(s.skill))})"
        for s in skill.scores
    )
    return Caption(
        title,
        f"Poisson deviance explained of {words.count(skill.n_purchases, 'purchase')} in the {skill.holdout_days} days "
        f"after, by {words.count(skill.n, 'customer')}, each foreseen without a look at their own later purchases. "
        "Whiskers: 95% interval.",
        f"Bars of deviance explained by description, with 95% intervals. {listed}.",
        "RFM fifths: recency, frequency and money in five classes each. Boosted trees: all that is known of a customer."
        + (
            " Purchase model: expected ones, fitted once on all customers up to the cut."
            if len(skill.scores) > 4
            else ""
        ),
    )


def _numbers(skill: Skill) -> Table:
    rows = tuple(
        (
            Cell(_name(skill, s.predictor)),
            _share(s.skill),
            _share(s.share),
            _share(s.contribution_skill),
        )
        for s in skill.scores
    )
    return Table(
        "predictive_skill",
        "Skill of each description",
        ("Description", "Purchases foreseen", "Share of the best", "Contribution foreseen"),
        rows,
        "Purchases: Poisson deviance explained. Contribution: squared error explained. Small: 95% intervals.",
    )


def _name(skill: Skill, predictor: str) -> str:
    if predictor == "clusters":
        return f"{spelled(skill.n_clusters).capitalize()} clusters"
    return NAMES.get(predictor, predictor)


def _in_a_list(name: str) -> str:
    return name if name.startswith("RFM") else name.lower()


def _share(estimate: Estimate) -> Cell:
    if not estimate.has_interval:
        return Cell("–")
    return Cell(words.percent(estimate.number), words.percent_between(_low(estimate), _high(estimate)))


def _low(estimate: Estimate) -> float:
    assert estimate.low is not None
    return estimate.low


def _high(estimate: Estimate) -> float:
    assert estimate.high is not None
    return estimate.high


predictive_skill = Plot("predictive_skill", _draw, _caption, _numbers, (680, 290), (358, 300))
