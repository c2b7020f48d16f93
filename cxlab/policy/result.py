"""Whom to give a gesture to: policies valued, a rule learned, customers ranked, and the next list drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures import GestureEffect, GestureEffects
from cxlab.gestures.means import Array
from cxlab.gestures.said import is_shown, name_of, quoted
from cxlab.gestures.worth import Worth
from cxlab.language import SOURCE, Texts, speaking, tr
from cxlab.policy.asides import asides, of_what
from cxlab.policy.candidates import Candidates
from cxlab.policy.fifths import GainByFifth, gain_by_fifth
from cxlab.policy.foresee import foresee_gain
from cxlab.policy.gain import GestureGain, find_gain, gain_fault, runs
from cxlab.policy.giving import GivingList, list_customers
from cxlab.policy.qini import Qini, qini_curve, rank_within
from cxlab.policy.said import amount, amount_between, more_or_less, per, who
from cxlab.policy.tree import rule_matrix
from cxlab.policy.value import PolicyValues, value_policies
from cxlab.policy.verdict import PolicyVerdict, judge_policy

POLICY_NAME = Texts(
    {
        "everyone": "Everyone",
        "no_one": "No one",
        "profit_bringers": "Profit-bringers only",
        "rule": "By the rule",
        "budget": "Best forecasts only",
    }
)
_IS_CHOOSING = Texts(
    {
        "yes": "Is choosing worth more than giving it to everyone? Yes.",
        "no": "Is choosing worth more than giving it to everyone? No.",
        "cannot_tell": "Is choosing worth more than giving it to everyone? The data cannot tell.",
    }
)
MOST_LETTERS = 110
"""Longer rules stand in the figure and not in headings."""
AGES = "tenure_days"


@dataclass(frozen=True, eq=False)
class GesturePolicy:
    """Whom to give the main gesture to.

    Attributes
    ----------
    effects : what the gestures did; effect : the one that is chosen for.
    verdict : by the written rule.
    valued : the policies; fifths : gain by fifth of the forecasts; None where no one can be chosen.
    curves : Qini curve of each arm that can be ranked, with the rows it rests on.
    giving : whom to give it to by name; None where there is no list, and no_list says why.
    """

    effects: GestureEffects
    effect: GestureEffect
    verdict: PolicyVerdict
    valued: PolicyValues | None
    fifths: GainByFifth | None
    curves: tuple[tuple[GestureGain, Qini], ...]
    giving: GivingList | None
    no_list: str

    @property
    def still_runs(self) -> bool:
        """Whether the gesture is in a trial that is not over."""
        return runs(self.effects, self.effect)

    @property
    def curve(self) -> Qini | None:
        """The Qini curve of the main gesture."""
        return next((curve for gain, curve in self.curves if gain.effect is self.effect), None)

    @property
    def who(self) -> str:
        """Whom the rule gives to, in words."""
        assert self.valued is not None
        return who(self.valued.rule, self.valued.gain.currency or self.effects.data.currency)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Values, differences, and the verdict."""
        found = {} if self.valued is None else self.valued.findings
        return {**found, **_worth_findings(self.effects), "verdict": Estimate(verdict=self.verdict.token)}

    @property
    def table(self) -> pd.DataFrame:
        """One row a policy; empty where no one can be chosen."""
        return pd.DataFrame({"policy": []}) if self.valued is None else self.valued.table

    @property
    def heading(self) -> str:
        """The finding in a line."""
        token, values = self.verdict.token, self.valued
        if values is None:
            return tr("By these figures no one can be chosen")
        if token == "choose":
            more = values.difference("rule", "everyone")
            return tr(
                "Choosing by the rule is worth {interval} more {per}",
                interval=amount_between(more, values.gain),
                per=per(values.gain),
            )
        if token == "everyone":
            if self.verdict.choosing == "no":
                return (
                    tr("Giving it to everyone pays; choosing gains no more")
                    if values.gain.currency
                    else tr("Giving it to everyone helps; choosing gains no more")
                )
            return (
                tr("Giving it to everyone pays; choosing is not shown to gain more")
                if values.gain.currency
                else tr("Giving it to everyone helps; choosing is not shown to gain more")
            )
        if token == "no_one":
            return tr("Giving it to no one is best, as far as can be told")
        return tr("The data cannot tell whom to give it to")

    @property
    def rule_heading(self) -> str:
        """Whether there is a rule to choose by, in a line."""
        values = self.valued
        if values is None or values.rule.give is not None:
            return tr("There is no rule to choose by")
        if self.verdict.token != "choose":
            return tr("No rule is shown to be worth following")
        return (
            tr("Give it to {who}", who=self.who)
            if len(self.who) < MOST_LETTERS
            else tr("Give it by a rule of two questions")
        )

    @property
    def reading(self) -> str:
        """What the policies are worth, and whether choosing pays."""
        values = self.valued
        if values is None:
            return tr(
                "No customers can be chosen for {gesture}: {why}.", gesture=quoted(self.effect), why=self.verdict.why
            )
        gain = values.gain
        all_of_them = values.difference("everyone", "no_one")
        text = tr(
            "Giving {gesture} to everyone gains {amount} {per} over giving it to no one (95% interval {interval}): "
            "{of_what}.",
            gesture=quoted(self.effect),
            amount=amount(all_of_them, gain),
            per=per(gain),
            interval=amount_between(all_of_them, gain),
            of_what=of_what(gain),
        )
        return f"{text} {self._choosing()}{asides(values, self.verdict, self.curve)}"

    def _choosing(self) -> str:
        values = self.valued
        assert values is not None
        gain, more = values.gain, values.difference("rule", "everyone")
        over_none = values.difference("rule", "no_one")
        if values.never_chooses:
            if self.verdict.choosing == "no":
                return tr(
                    "Is choosing worth more? No: rules of two questions, learned from some and tried on others, gave "
                    "it to everyone."
                )
            return tr(
                "Is choosing worth more? The data cannot tell: rules of two questions, learned from some and tried on "
                "others, gave it to everyone, yet those with high forecasts gained more than those with low ones (see "
                "below)."
            )
        if values.never_gives:
            return tr(
                "Rules of two questions, learned from some and tried on others, gave it to no one: that is "
                "{more_or_less} {per} than giving it to everyone (95% interval {interval}).",
                more_or_less=more_or_less(more, gain),
                per=per(gain),
                interval=amount_between(more, gain),
            )
        start = tr("The rule gives it to {who}. Rules learned like it", who=self.who)
        if values.rule.give is not None:
            start = (
                tr("No rule of two questions gains more than giving it to everyone. Rules learned from a part of them")
                if values.rule.give
                else tr(
                    "No rule of two questions gains more than giving it to no one. Rules learned from a part of them"
                )
            )
        tried = tr(
            "{start}, tried on customers that they were not learned from, gained {over_all} {per} than giving it to "
            "everyone (95% interval {interval}), and {over_none} than giving it to no one ({interval_over_none}).",
            start=start,
            over_all=more_or_less(more, gain),
            per=per(gain),
            interval=amount_between(more, gain),
            over_none=more_or_less(over_none, gain),
            interval_over_none=amount_between(over_none, gain),
        )
        return f"{tried} {_IS_CHOOSING[self.verdict.choosing]}"


def choose_customers(
    effects: GestureEffects,
    candidates: Candidates | None,
    *,
    seed: int,
    budget_share: float | None = None,
    holdout_share: float = 0.1,
) -> GesturePolicy:
    """Find whom to give the main gesture to, and rank customers for every arm.

    Parameters
    ----------
    candidates : who could get the next one; None: nobody is known by name.
    budget_share : most of the candidates who may get it; None: as many as gain.
    holdout_share : part of the chosen who are left without it by lot.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> policy = cx.choose_customers(effects, kit.candidates(effects.main.rows), seed=1)
    >>> print(policy.heading)
    The data cannot tell whom to give it to
    """
    least, main = effects.data.minimum_group, effects.main
    gains: dict[str, GestureGain | None] = {}
    curves = []
    foreseen, place, ahead = np.empty(0), np.empty(0), np.empty(0)
    for effect in _tried(effects, main):
        gain = find_gain(effects, effect, seed=seed)
        gains[effect.prefix + effect.label] = gain
        if gain is None:
            continue
        is_main = effect is main
        known = candidates.known if is_main and candidates is not None else None
        told, told_ahead = foresee_gain(gain, known)
        placed = rank_within(told, gain.steps, seed)
        curves.append((gain, qini_curve(gain.gain, placed, gain.clusters, unit=gain.unit, seed=seed)))
        if is_main:
            foreseen, place, ahead = told, placed, told_ahead
    gain = gains.get(main.prefix + main.label)
    fault = _fault(effects, main) or (_too_few() if gain is None else "")
    if fault or gain is None:
        verdict = PolicyVerdict("not_identifiable", "cannot_tell", fault)
        return GesturePolicy(effects, main, verdict, None, None, tuple(curves), None, "")
    matrix, matrix_ahead, names = rule_matrix(
        gain.known, None if candidates is None else candidates.known, minimum_group=least
    )
    values = value_policies(gain, matrix, names, place, foreseen, budget_share=budget_share, minimum_group=least)
    mine = next(curve for of, curve in curves if of is gain)
    verdict, fifths = judge_policy(values, ranks=mine.ranks), gain_by_fifth(gain, foreseen, place)
    giving, no_list = None, ""
    if not verdict.has_list:
        no_list = tr("neither a rule nor giving it to everyone is shown to gain more than giving it to no one")
    elif candidates is None:
        no_list = tr("the study does not name its customers")
    else:
        like = _inside(matrix, matrix_ahead, names)
        by_rule = values.rule.decide(matrix_ahead) if verdict.token == "choose" else np.ones(len(ahead), dtype=bool)
        giving = list_customers(
            candidates.customer_id[like], ahead[like], by_rule[like], fifths,
            segments=None if candidates.segments is None else candidates.segments[like],
            ranked=mine.ranks, n_most=None if budget_share is None else round(budget_share * int(like.sum())),
            holdout_share=holdout_share, experiment=_next(main), day=candidates.day,
            n_unlike=int((~like).sum()), seed=seed, with_orders=candidates.with_orders,
        )  # fmt: skip
    return GesturePolicy(effects, main, verdict, values, fifths, tuple(curves), giving, no_list)


def _tried(effects: GestureEffects, main: GestureEffect) -> Sequence[GestureEffect]:
    return [e for e in effects.effects if not _fault(effects, e)] if main in effects.effects else []


def _too_few() -> str:
    return tr("too few customers with it and without it can be compared")


def _next(effect: GestureEffect) -> str:
    """Name the trial that the list is, for a file: it stays in one language."""
    with speaking(SOURCE):
        return f"{name_of(effect)}, next"


def _fault(effects: GestureEffects, effect: GestureEffect) -> str:
    fault = gain_fault(effects, effect)
    return fault or ("" if is_shown(effect, effects.data.minimum_group) else _too_few())


def _inside(rows: Array, ahead: Array, names: Sequence[str]) -> NDArray[np.bool_]:
    """Tell who of `ahead` lies within what was seen, covariate by covariate: bool, shape (m,).

    Customers only grow older: that the time since the first order is longer now than any that was seen is no reason.
    """
    most = np.where([name == AGES for name in names], np.inf, rows.max(axis=0))
    return np.asarray(((ahead >= rows.min(axis=0)) & (ahead <= most)).all(axis=1), dtype=np.bool_)


def _worth_findings(effects: GestureEffects) -> dict[str, Estimate]:
    """Return probability of paying and break-even cost of each arm whose figures may be trusted."""
    found: dict[str, Estimate] = {}
    for e in effects.effects:
        worth: Worth | None = None if e.is_spoilt else e.worth
        if worth is None:
            continue
        if worth.incremental.has_interval:
            chance = Estimate(worth.pays, n=worth.incremental.n, unit="probability")
            found[f"{e.prefix}pays_probability.{e.label}"] = chance
        if worth.break_even.has_interval:
            found[f"{e.prefix}break_even_cost.{e.label}"] = worth.break_even
    return found
