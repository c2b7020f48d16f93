"""What each policy is worth on customers that it was not made from: everyone, no one, profit-bringers, a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures.means import Array
from cxlab.policy.gain import FIRST_STEP, GestureGain
from cxlab.policy.tree import Rule, learn_rule

Mask = NDArray[np.bool_]
SHOWN_BUDGET = 0.3
"""The share of customers that the policy `budget` gives to where no budget is set."""
LEARNED = frozenset({"rule", "budget"})
"""Policies that are learned from the rows, and are therefore valued on the steps after those they were learned from."""


@dataclass(frozen=True, eq=False)
class PolicyValues:
    """Several ways to choose who gets a gesture, valued on the same rows.

    Attributes
    ----------
    gain : the rows.
    chosen : bool, shape (n,) by policy: who gets it. A row's own outcome has no part in its being chosen.
    budget_share : share of the rows that the policy `budget` gives to at most.
    rule : learned from all rows, to be used.
    step_rules : learned from the steps before each step that is tried; the value of `rule` is that of these, there.
    """

    gain: GestureGain
    chosen: Mapping[str, Mask]
    budget_share: float
    rule: Rule
    step_rules: tuple[Rule, ...]

    def _rows(self, *policies: str) -> Mask | None:
        """Return the rows that policies are valued on: where one is learned those that it was not learned from."""
        return self.gain.tried if set(policies) & LEARNED else None

    def value(self, policy: str) -> Estimate:
        """Return what a row brings on average under a policy."""
        return self.gain.mean(self.gain.without + self._given(policy), self._rows(policy))

    def difference(self, policy: str, other: str) -> Estimate:
        """Return how much more a row brings under one policy than under another."""
        return self.gain.mean(self._given(policy) - self._given(other), self._rows(policy, other))

    @property
    def tried_everyone(self) -> Estimate:
        """How much more a row brings if everyone gets it than if no one does, where learned policies are valued."""
        return self.gain.mean(self.gain.gain, self.gain.tried)

    def over_lot(self, policy: str) -> Estimate:
        """Return how much more a row brings than if as many got the gesture by lot."""
        return self.gain.mean(self._given(policy) - self.share(policy) * self.gain.gain, self._rows(policy))

    def share(self, policy: str) -> float:
        """Return the part of the rows that a policy gives to."""
        rows = self._rows(policy)
        return float(self.chosen[policy][slice(None) if rows is None else rows].mean())

    @property
    def never_chooses(self) -> bool:
        """Whether the rules gave it to everyone wherever they were tried."""
        return bool(self.chosen["rule"][self.gain.tried].all())

    @property
    def never_gives(self) -> bool:
        """Whether the rules gave it to no one wherever they were tried."""
        return not self.chosen["rule"][self.gain.tried].any()

    @property
    def root_agrees(self) -> int:
        """How many of the rules learned on the way ask first about what the rule asks first."""
        return sum(rule.covariate == self.rule.covariate for rule in self.step_rules)

    def _given(self, policy: str) -> Array:
        return np.where(self.chosen[policy], self.gain.gain, 0.0)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Value of each policy, and the differences that a choice rests on."""
        found = {f"policy_value.{name}": self.value(name) for name in self.chosen}
        pairs = [("rule", "everyone"), ("rule", "no_one"), ("everyone", "no_one"), ("budget", "no_one")]
        if "profit_bringers" in self.chosen:
            pairs += [("profit_bringers", "no_one"), ("rule", "profit_bringers")]
        for one, other in pairs:
            found[f"policy_difference.{one}_minus_{other}"] = self.difference(one, other)
        found["policy_difference.budget_minus_lot"] = self.over_lot("budget")
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a policy: share of the rows that get it, value, and gain over giving it to no one and to everyone."""
        rows = []
        for name in self.chosen:
            row: dict[str, object] = {"policy": name, "share": self.share(name)}
            for column, e in (
                ("value", self.value(name)),
                ("over_no_one", self.difference(name, "no_one")),
                ("over_everyone", self.difference(name, "everyone")),
            ):
                row |= {column: e.number, f"{column}_low": e.low, f"{column}_high": e.high}
            rows.append(row)
        return pd.DataFrame(rows)


def value_policies(
    gain: GestureGain,
    matrix: Array,
    names: Sequence[str],
    place: Array,
    foreseen: Array,
    *,
    budget_share: float | None = None,
    minimum_group: int = 1,
) -> PolicyValues:
    """Value the policies on rows that had no part in making them.

    Parameters
    ----------
    matrix, names : what a rule asks about, from `rule_matrix`.
    place : shape (n,), place by forecast within the step, from `rank_within`. foreseen : shape (n,), the forecast.
    budget_share : most of the rows that `budget` may give to; None: `SHOWN_BUDGET`.
    minimum_group : fewer profit-bringers than this are no policy.
    """
    rules, by_rule = [], np.zeros(gain.n, dtype=bool)
    for step in range(FIRST_STEP, int(gain.steps.max()) + 1):
        before, mine = gain.steps < step, gain.steps == step
        rules.append(learn_rule(gain.gain[before], matrix[before], names))
        by_rule[mine] = rules[-1].decide(matrix[mine])
    share = SHOWN_BUDGET if budget_share is None else budget_share
    chosen = {"everyone": np.ones(gain.n, dtype=bool), "no_one": np.zeros(gain.n, dtype=bool)}
    if gain.segments is not None:
        best = gain.segments == "profit_bringers"
        if best.sum() >= max(minimum_group, 1):
            chosen["profit_bringers"] = best
    chosen |= {"rule": by_rule, "budget": (place < share) & (foreseen > 0)}
    return PolicyValues(gain, chosen, share, learn_rule(gain.gain, matrix, names), tuple(rules))
