"""The plot of how much each description of a customer foresees."""

from matplotlib.axes import Axes

from cxlab import words
from cxlab.agreement import Score, Skill
from cxlab.agreement.scores import NAMES, clusters_in_words
from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr
from cxlab.plots.figure import Plot
from cxlab.plots.style import COLOUR, fit, is_narrow

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
_SHORT = Texts({"segments": "Four segments", "purchase_model": "Purchase model"})


def _draw(skill: Skill, ax: Axes) -> None:
    narrow = is_narrow(ax)
    if not skill.scores:
        ax.text(0.5, 0.5, tr("Too little to see"), ha="center", va="center", size=12, color=COLOUR["muted"])
        ax.axis("off")
        return
    ax.set_axis_off()
    if narrow:
        left, right = ax.inset_axes((0, 0.6, 1, 0.36)), ax.inset_axes((0, 0.06, 1, 0.36))
    else:
        left, right = ax.inset_axes((0, 0, 0.55, 1)), ax.inset_axes((0.62, 0, 0.38, 1))
    _draw_panel(skill, left, "skill", tr("Purchases foreseen"), names=True, narrow=narrow)
    _draw_panel(skill, right, "contribution_skill", tr("Contribution foreseen"), names=narrow, narrow=narrow)
    fit(ax, 0.33 if narrow else 0.205, 0.05 if narrow else 0.1, 0.985, 0.97 if narrow else 0.9)


def _draw_panel(skill: Skill, ax: Axes, field: str, title: str, *, names: bool, narrow: bool) -> None:
    """Draw what each description foresees of one outcome, and the best of them as the ceiling."""
    estimates = [getattr(score, field) for score in skill.scores]
    ends = [end for e in estimates if e.has_interval for end in (e.low, e.high)]
    right, left = max(0.02, *ends, 0.0) * 1.06, min(0.0, *ends, 0.0) * 1.06
    span = right - left
    for row, (score, estimate) in enumerate(zip(skill.scores, estimates, strict=True)):
        mine = score.predictor == "segments"
        _draw_bar(ax, estimate, row, mine=mine)
        if names:
            _name_row(skill, score, ax, row, narrow=narrow)
        if field == "skill":
            _write_share(score, ax, row, span, narrow=narrow)
    best = max((e.number for e in estimates if e.has_interval), default=0.0)
    if best > 0:
        ax.axvline(best, color=COLOUR["ink"], lw=1.2, ls=(0, (4, 3)), zorder=3)
    if left < 0:
        ax.axvline(0, color=COLOUR["ink"], lw=1, zorder=1)
    step = next((s for s in _STEPS if span / s <= 4.5), 0.5)
    ticks = [step * k for k in range(int(left // step) + 1 if left < 0 else 0, int(right / step) + 1)]
    ax.set(ylim=(len(skill.scores) - 0.38, -0.6), xlim=(left, right), yticks=[])
    ax.set_xticks(ticks, [words.percent(t) for t in ticks])
    ax.grid(axis="x", color=COLOUR["rule"], lw=0.6)
    ax.set_axisbelow(True)
    ax.spines["bottom"].set_visible(False)
    ax.text(0, 1.03, title, ha="left", va="bottom", size=12, weight=700, transform=ax.transAxes)


def _draw_bar(ax: Axes, estimate: Estimate, row: int, *, mine: bool) -> None:
    if not estimate.has_interval:
        ax.text(0, row, f" {tr('not measured')}", ha="left", va="center", size=12, color=COLOUR["muted"])
        return
    token, line = ("ink", "ink") if mine else ("other", "muted")
    ax.barh(row, estimate.number, height=0.5, color=COLOUR[token], lw=0, zorder=2)
    ends = list(estimate.ends)
    ax.plot(ends, [row + 0.38] * 2, color=COLOUR[line], lw=1.6, solid_capstyle="butt", zorder=4)
    for end in ends:
        ax.plot([end] * 2, [row + 0.31, row + 0.45], color=COLOUR[line], lw=1.6, zorder=4)


def _name_row(skill: Skill, score: Score, ax: Axes, row: int, *, narrow: bool) -> None:
    name = _name(skill, score.predictor)
    ax.text(
        -0.03, row, _SHORT.get(score.predictor, name) if narrow else name, ha="right", va="center", size=12,
        weight=700 if score.predictor == "segments" else 400, transform=ax.get_yaxis_transform(),
    )  # fmt: skip


def _write_share(score: Score, ax: Axes, row: int, span: float, *, narrow: bool) -> None:
    if not score.share.has_interval:
        return
    value, mine = score.skill.number, score.predictor == "segments"
    share = words.percent(score.share.number)
    text = share if narrow else tr("{share} of the best", share=share)
    inside = value / span > (0.17 if narrow else 0.36)
    start = 0.012 * span if inside else max(score.skill.ends[1], 0.0) + 0.012 * span
    ax.text(
        start, row, text, ha="left", va="center", size=12, weight=700,
        color=COLOUR["paper" if mine and inside else "ink"], zorder=5,
    )  # fmt: skip


def _caption(skill: Skill) -> Caption:
    if not skill.scores:
        return Caption(tr("Too little to see"), skill.missing, skill.missing)
    segments, clusters, best = skill.score("segments"), skill.score("clusters"), skill.best
    mine, theirs = words.percent(segments.skill.number), words.percent(clusters.skill.number)
    title = tr("The four segments foresee {mine}, the clusters {theirs}", mine=mine, theirs=theirs)
    if best.predictor not in ("segments", "clusters"):
        title = tr(
            "The four segments foresee {mine}, the clusters {theirs}, the best description {most}",
            mine=mine,
            theirs=theirs,
            most=words.percent(best.skill.number),
        )
    listed = "; ".join(
        f"{_in_a_list(_name(skill, s.predictor))} {words.percent(s.skill.number)} "
        f"({words.percent_between(*s.skill.ends)})"
        for s in skill.scores
    )
    return Caption(
        title,
        tr(
            "Poisson deviance explained of {purchases} in the {days} days after, and squared error of the "
            "contribution, by {customers}, each foreseen without a look at their own later ones. Whiskers: 95% "
            "interval. Dashed: the ceiling, the best.",
            purchases=words.count(skill.n_purchases, "purchase"),
            days=skill.holdout_days,
            customers=words.count(skill.n, "customer"),
        ),
        tr("Bars of deviance explained by description, with 95% intervals. {listed}.", listed=listed),
        _note(skill),
    )


def _note(skill: Skill) -> str:
    said = tr(
        "RFM fifths: recency, frequency and money in five classes each. Boosted trees: all that is known of a customer."
    )
    if len(skill.scores) > 4:
        said += f" {tr('Purchase model: expected ones, fitted once on all customers up to the cut.')}"
    return said


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
        tr("Skill of each description"),
        (tr("Description"), tr("Purchases foreseen"), tr("Share of the best"), tr("Contribution foreseen")),
        rows,
        tr("Purchases: Poisson deviance explained. Contribution: squared error explained. Small: 95% intervals."),
    )


def _name(skill: Skill, predictor: str) -> str:
    if predictor == "clusters":
        return clusters_in_words(skill.n_clusters)
    return NAMES.get(predictor, predictor)


def _in_a_list(name: str) -> str:
    return name if name.startswith("RFM") else name.lower()


def _share(estimate: Estimate) -> Cell:
    if not estimate.has_interval:
        return Cell("–")
    return Cell(words.percent(estimate.number), words.percent_between(*estimate.ends))


predictive_skill = Plot("predictive_skill", _draw, _caption, _numbers, (680, 300), (358, 520))
