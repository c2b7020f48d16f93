"""Plots of what gestures bring: the honest answer beside the naive one, for whom, and in money."""

from collections.abc import Callable

from matplotlib.axes import Axes

from cxlab.blocks import Caption, Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import EffectByGroup, GestureEffect, GestureEffects, GestureMoney
from cxlab.gestures.for_whom import group_name, in_order
from cxlab.gestures.said import chance, digits_of, in_percent, interval, name_of, outcome_of, owned, signed, title_of
from cxlab.gestures.worth import Worth
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_TOKEN
from cxlab.plots.alt import described, with_interval
from cxlab.plots.figure import Plot
from cxlab.plots.rows import Row, draw_rows
from cxlab.words import capital, money, money_between, number, number_between

_NONE = Cell("–")
_WORD = Texts({
    "works": "works", "harms": "harms", "no_effect": "no effect", "cannot_tell": "cannot tell",
    "not_identifiable": "no effect can be given",
})  # fmt: skip


def _outcome(effects: GestureEffects) -> str:
    """Say what is measured, over which time."""
    return outcome_of(effects.main, effects.data.outcome_days)


# --- effect -----------------------------------------------------------------------------------------------------------


def _usable(effects: GestureEffects) -> tuple[GestureEffect, ...]:
    """List the arms whose figures may be drawn."""
    return tuple(e for e in effects.shown if not e.is_spoilt)


def _draw_effect(effects: GestureEffects, ax: Axes) -> None:
    rows = []
    for k, effect in enumerate(_usable(effects)):
        digits = digits_of(effect)
        gap = 0.5 if k else 0.0
        if effect.naive.has_interval:
            words = tr("naive {difference}", difference=signed(effect.naive.number, digits))
            rows.append(Row(title_of(effect), effect.naive, words, "other", "ink", filled=False, gap=gap))
        honest = f"{signed(effect.effect.number, digits)}: {_WORD[effect.verdict.token]}"
        words = honest if effect.is_told else _WORD[effect.verdict.token]
        name = "" if effect.naive.has_interval else title_of(effect)
        rows.append(Row(name, effect.effect, words, gap=0.0 if effect.naive.has_interval else gap))
    draw_rows(ax, rows, unit=tr("Difference in {outcome}", outcome=_outcome(effects)), left=0.25)


def _effect_caption(effects: GestureEffects) -> Caption:
    def said(ends: Callable[[Estimate, int], str]) -> list[str]:
        return [
            tr(
                "{arm}: naive {naive}, honest {honest}",
                arm=name_of(e),
                naive=signed(e.naive.number, digits_of(e)),
                honest=with_interval(signed(e.effect.number, digits_of(e)), ends(e.effect, digits_of(e)))
                if e.is_told
                else tr("not given"),
            )
            for e in _usable(effects)
        ]

    def say(gestures: str) -> str:
        return tr(
            "Dots with intervals of the difference in {outcome} by gesture. {gestures}.",
            outcome=_outcome(effects), gestures=gestures,
        )  # fmt: skip

    return Caption(
        effects.heading,
        tr(
            "Difference in {outcome} between those with the gesture and those without, with 95% "
            "intervals. Ring: as it looks at first sight; dot: drawn by lot and adjusted for the "
            "time before, or held against others alike.",
            outcome=_outcome(effects),
        ),
        described(say, said(interval), said(lambda *_: "")),
    )


def _effect_numbers(effects: GestureEffects) -> Table:
    rows = []
    for e in _usable(effects):
        digits = digits_of(e)
        rows.append(
            (
                Cell(title_of(e)),
                Cell(number(e.n_treated), tr("against {n}", n=number(e.n_control))),
                _number(e.control_mean, digits),
                _number(e.naive, digits, plus=True),
                _number(e.effect, digits, plus=True),
                _percent(e.percent),
                Cell(_WORD[e.verdict.token]),
            )
        )
    return Table(
        "effects",
        tr("What each gesture did"),
        (
            tr("Gesture"),
            tr("With it"),
            tr("Without it, mean"),
            tr("Naive"),
            tr("Honest"),
            tr("Percent"),
            tr("Verdict"),
        ),
        tuple(rows),
        capital(
            tr(
                "{outcome}. Small figures are 95% intervals. Without it: in a trial, adjusted as each comparison is; "
                "for chosen gestures, what the same orders would have had.",
                outcome=_outcome(effects),
            )
        ),
        words=(6,),
    )


def _lacks_effect(effects: GestureEffects) -> str:
    if any(e.naive.has_interval for e in _usable(effects)):
        return ""
    if any(e.is_spoilt for e in effects.shown):
        return tr("There is nothing to draw: no figure of this trial may be used.")
    return tr("There is nothing to draw: the groups are too small.")


# --- by group ---------------------------------------------------------------------------------------------------------


def _draw_groups(found: EffectByGroup, ax: Axes) -> None:
    effect = found.effect
    digits = digits_of(effect)
    rows = [Row(tr("All"), effect.effect, signed(effect.effect.number, digits))]
    for k, group in enumerate(found.told):
        token = SEGMENT_TOKEN.get(group.group)
        rows.append(
            Row(
                group_name(group.group), group.effect, signed(group.effect.number, digits), token or "muted",
                f"{token}-ink" if token else "ink", gap=0.4 if k == 0 else 0.0, wide=group.joint,
            )
        )  # fmt: skip
    draw_rows(ax, rows, unit=tr("Difference in {outcome}", outcome=_outcome(found.effects)), left=0.25)


def _groups_caption(found: EffectByGroup) -> Caption:
    effect = found.effect
    digits = digits_of(effect)
    groups = [
        (f"{group_name(g.group)} {signed(g.effect.number, digits)}", interval(g.effect, digits)) for g in found.told
    ]

    def say(said: str) -> str:
        return tr(
            "Dots with intervals of the effect of {arm} by group. {groups}. {heading}.",
            arm=owned(effect), groups=said, heading=found.heading,
        )  # fmt: skip

    return Caption(
        found.heading,
        tr(
            "Effect of {arm} on {outcome} by what customers were before it, with 95% intervals. Thick: each for "
            "itself; thin: all groups at once.",
            arm=name_of(effect),
            outcome=_outcome(found.effects),
        ),
        described(say, [with_interval(*group) for group in groups], [figure for figure, _ in groups]),
        tr("Groups with fewer than 20 customers on a side are left out."),
    )


def _groups_numbers(found: EffectByGroup) -> Table:
    effect, least = found.effect, found.effects.data.minimum_group
    digits = digits_of(effect)
    rows = []
    for g in in_order(effect.groups):
        token = SEGMENT_TOKEN.get(g.group)
        size = tr("under {share}", share=least) if min(g.n_treated, g.n_control) < least else number(g.n_treated)
        against = "" if min(g.n_treated, g.n_control) < least else tr("against {n}", n=number(g.n_control))
        rows.append(
            (
                Cell(group_name(g.group), segment=g.group if token else ""),
                Cell(size, against),
                _number(g.effect, digits, plus=True),
                Cell(interval(g.joint, digits)) if g.joint.has_interval else _NONE,
                _percent(g.percent),
            )
        )
    return Table(
        "effect_by_group",
        tr("Effect of {arm} by group", arm=name_of(effect)),
        (tr("Before it"), tr("With it"), tr("Effect"), tr("All at once"), tr("Percent")),
        tuple(rows),
        capital(
            tr(
                "{outcome}. Small figures are 95% intervals, each for itself; all at once: 95% intervals of which none "
                "misses in 95 of 100 such studies.",
                outcome=_outcome(found.effects),
            )
        ),
    )


def _lacks_groups(found: EffectByGroup) -> str:
    if found.effect.is_spoilt:
        return tr("So there is nothing to draw.")
    return "" if found.told else tr("There is nothing to draw: no group has the customers that it takes on both sides.")


# --- worth ------------------------------------------------------------------------------------------------------------


def _draw_worth(found: GestureMoney, ax: Axes) -> None:
    rows = []
    currency = found.effects.data.currency
    for k, (effect, worth) in enumerate(found.paid):
        name, gap = title_of(effect), 0.5 if k else 0.0
        if worth.break_even.has_interval:
            words = tr("before its cost {amount}", amount=money(worth.break_even.number, currency))
            rows.append(Row(name, worth.break_even, words, "other", filled=False, gap=gap))
            name, gap = "", 0.0
        if worth.incremental.has_interval:
            amount = money(worth.incremental.number, currency)
            words = tr("after its cost {amount}", amount=amount) if name else tr("after it {amount}", amount=amount)
            rows.append(Row(name, worth.incremental, words, gap=gap))
    draw_rows(ax, rows, unit=tr("Contribution that one brought, {currency}", currency=currency), left=0.25)


def _worth_caption(found: GestureMoney) -> Caption:
    currency = found.effects.data.currency

    def amount(of: Estimate, *, ends: bool) -> str:
        return with_interval(money(of.number, currency), money_between(*of.ends, currency) if ends else "")

    def said(*, ends: bool) -> list[str]:
        clauses = []
        for e, worth in found.paid:
            gross, net = worth.break_even, worth.incremental
            parts = [tr("before its cost {amount}", amount=amount(gross, ends=ends))] if gross.has_interval else []
            parts += [tr("after it {amount}", amount=amount(net, ends=ends))] if net.has_interval else []
            clauses.append(f"{name_of(e)}: {', '.join(parts)}")
        return clauses

    def say(gestures: str) -> str:
        return tr(
            "Dots with intervals of contribution by gesture. {gestures}. {heading}.",
            gestures=gestures, heading=found.heading,
        )  # fmt: skip

    return Caption(
        found.heading,
        tr(
            "Contribution that the gesture brought in the time looked at, per customer drawn or per "
            "gesture given, with 95% intervals. Ring: before its cost; dot: after it."
        ),
        described(say, said(ends=True), said(ends=False)),
        tr("What a gesture may cost is where the ring lies."),
    )


def _worth_numbers(found: GestureMoney) -> Table:
    currency = found.effects.data.currency
    rows = tuple(
        (
            Cell(title_of(e)),
            _money(worth.break_even, currency),
            Cell(_cost(worth)) if worth.cost is None else Cell(money(worth.cost, currency)),
            _money(worth.incremental, currency),
            Cell(chance(worth.pays)) if worth.incremental.has_interval else _NONE,
        )
        for e, worth in found.paid
    )
    return Table(
        "worth",
        tr("What each gesture brought and cost"),
        (tr("Gesture"), tr("Brought, before its cost"), tr("Cost"), tr("Left"), tr("Probability that it pays")),
        rows,
        tr("Per customer drawn, or per gesture given. Small figures are 95% intervals."),
    )


def _cost(worth: Worth) -> str:
    return tr("not recorded") if worth.break_even.has_interval else tr("taken off")


def _lacks_worth(found: GestureMoney) -> str:
    return "" if found.paid else tr("So there is nothing to draw.")


def _number(estimate: Estimate, digits: int, *, plus: bool = False) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    text = signed(estimate.number, digits) if plus else number(estimate.number, digits)
    return Cell(text, interval(estimate, digits))


def _percent(estimate: Estimate) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(in_percent(signed(estimate.number, 0)), in_percent(number_between(estimate.low, estimate.high)))


def _money(estimate: Estimate, currency: str) -> Cell:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return Cell(money(estimate.number, currency), money_between(estimate.low, estimate.high, currency))


gesture_effect = Plot(
    "effects", _draw_effect, _effect_caption, _effect_numbers, (680, 90), (358, 90), _lacks_effect,
    lambda effects: 46 * 2 * len(_usable(effects)) + 24 * (len(_usable(effects)) - 1),
)  # fmt: skip
effect_by_group = Plot(
    "effect_by_group", _draw_groups, _groups_caption, _groups_numbers, (680, 100), (358, 100), _lacks_groups,
    lambda found: 46 * (1 + len(found.told)),
)  # fmt: skip
gesture_worth = Plot(
    "worth", _draw_worth, _worth_caption, _worth_numbers, (680, 90), (358, 90), _lacks_worth,
    lambda found: 46 * 2 * len(found.paid) + 24 * (len(found.paid) - 1),
)  # fmt: skip
