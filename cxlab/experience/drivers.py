"""What moves repeat purchase: the weight of each driver, and of the product against the experience."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t

from cxlab.driver_tags import GROUPS, PAIRS, Drivers, Group
from cxlab.estimate import Estimate
from cxlab.experience.moments import CHANCE_DRAWS, sum_moments
from cxlab.experience.poisson import error_of, fit_poisson
from cxlab.experience.prepared import Prepared, prepare
from cxlab.experience.shares import Explained
from cxlab.experience.weightiest import Lead, find_weightiest
from cxlab.followed import Followed
from cxlab.language import Texts, tr, trn
from cxlab.phrases import listed
from cxlab.words import number, number_between, percent, percent_between

Told = Literal["shown", "cannot_tell"]
Heavier = Group | Literal["alike", "cannot_tell"]
CHANCE = 0.05
"""How often chance alone may look like something."""
ALIKE = 0.2
"""Share of what is explained up to which two sides count as alike."""
GROUP = Texts(
    {
        "utilitarian": "Utilitarian",
        "hedonic": "Hedonic",
        "product": "Product",
        "experience": "Experience",
        "benefit": "Benefit",
        "sacrifice": "Sacrifice",
    }
)


@dataclass(frozen=True)
class Pair:
    """Two sides held against each other.

    Attributes
    ----------
    one, other : the sides. difference : share of the other less that of the one. heavier : by the written rule.
    """

    one: Group
    other: Group
    difference: Estimate
    heavier: Heavier


@dataclass(frozen=True, eq=False)
class DriverWeights:
    """What each driver goes with in the purchases after an answer.

    Attributes
    ----------
    prepared : the drivers, over the answers that count. tags : of each.
    followed : the answers. explained : what each driver explains of the deviance.
    deviance : of the purchases, about their mean.
    p_value : how often chance alone explains as much.
    changes : by driver, percent more purchases with one standard deviation more of it, the others alike.
    """

    prepared: Prepared
    followed: Followed
    explained: Explained
    deviance: float
    p_value: float
    changes: Mapping[str, Estimate]

    @property
    def tags(self) -> Drivers:
        """Tags of each driver."""
        return self.followed.tags

    @property
    def tells(self) -> bool:
        """Whether the drivers explain more than chance would."""
        return self.p_value < CHANCE

    @cached_property
    def total(self) -> Estimate:
        """Share of the deviance that all drivers explain together, beyond chance."""
        e = self.explained.total(self.deviance)
        told: Told = "shown" if self.tells else "cannot_tell"
        return Estimate(e.value, e.low, e.high, n=e.n, unit=e.unit, verdict=told)

    @cached_property
    def shares(self) -> Mapping[str, Estimate]:
        """Share of each driver in what all explain, the largest first; none where they do not tell."""
        if not self.tells:
            return {}
        found = {name: self.explained.share([j]) for j, name in enumerate(self.prepared.names)}
        return dict(sorted(found.items(), key=lambda item: (-item[1].number, item[0])))

    @cached_property
    def lead(self) -> Lead:
        """Whether a driver goes with most of what is explained, with more than any other, or none is shown to."""
        return find_weightiest(self.explained).lead if self.tells else "none"

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The driver that leads; without one, those whose share is above 0 by the whole interval, the largest first."""
        return tuple(self.prepared.names[j] for j in find_weightiest(self.explained).named) if self.tells else ()

    def _members(self, group: Group) -> list[int]:
        return [j for j, name in enumerate(self.prepared.names) if group in self.tags[name]]

    @cached_property
    def groups(self) -> Mapping[Group, Estimate]:
        """Share of each group that has a driver; none where they do not tell."""
        there = {group: self._members(group) for group in GROUPS}
        return {group: self.explained.share(j) for group, j in there.items() if j and self.tells}

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The sides of each pair of which both have a driver, held against each other."""
        found = []
        for one, other in PAIRS:
            mine, theirs = self._members(one), self._members(other)
            if mine and theirs:
                wide = self.explained.share(theirs, mine)
                narrow = self.explained.share(theirs, mine, level=0.9)
                heavier = judge_pair(one, other, wide, narrow) if self.tells else "cannot_tell"
                found.append(Pair(one, other, wide, heavier))
        return tuple(found)

    def pair(self, other: Group) -> Pair | None:
        """Return the pair of which a group is the second side; None where one of its sides has no driver."""
        return next((pair for pair in self.pairs if pair.other == other), None)

    @property
    def findings(self) -> dict[str, Estimate]:
        """What is explained, shares by driver and group, and which side is heavier."""
        found = {"drivers_explained": self.total}
        found |= {f"driver.{name}": share for name, share in self.shares.items()}
        found |= {f"driver_change.{name}": self.changes[name] for name in self.shares}
        found |= {f"driver_group.{group}": share for group, share in self.groups.items()}
        for pair in self.pairs:
            e = pair.difference if self.tells else Estimate(n=self.prepared.n)
            found[f"driver_difference.{pair.other}_minus_{pair.one}"] = Estimate(
                e.value, e.low, e.high, n=e.n, unit=e.unit, verdict=pair.heavier
            )
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a driver: tags, share with its interval, change of purchases with one standard deviation."""
        nothing = Estimate()
        rows = []
        for name in self.shares or self.prepared.names:
            share, change = self.shares.get(name, nothing), self.changes[name]
            rows.append(
                {
                    "driver": name, "tags": " ".join(self.tags[name]), "missing": self.prepared.missing[name],
                    "share": share.number, "share_low": share.low, "share_high": share.high, "change": change.number,
                    "change_low": change.low, "change_high": change.high,
                }
            )  # fmt: skip
        return pd.DataFrame(rows).astype(dict.fromkeys(("share", "share_low", "share_high"), np.float64))

    @property
    def heading(self) -> str:
        """What goes with most of it, in a line."""
        if not self.tells:
            return tr("These drivers do not tell who buys again")
        if len(self.shares) == 1:
            return tr("“{driver}” goes with who buys again", driver=next(iter(self.shares)))
        if self.lead == "none":
            return tr("The drivers go with who buys again, and none of them stands out")
        name = self.named[0]
        share = percent(self.shares[name].number)
        return tr("“{driver}” goes with {share} of what the drivers explain", driver=name, share=share)

    @property
    def reading(self) -> str:
        """What is explained, which side is heavier, and what was left out."""
        told = [self._whole(), *(said_pair(pair) for pair in self.pairs if self.tells), *self._asides()]
        return " ".join(told)

    def _whole(self) -> str:
        text = trn(
            "{n} answer by {customers} customers, and the purchases in the {days} days after.",
            "{n} answers by {customers} customers, and the purchases in the {days} days after.",
            self.prepared.n,
            n=number(self.prepared.n),
            customers=number(self.prepared.n_customers),
            days=self.followed.outcome_days,
        )
        if self.tells:
            e = self.total
            more = tr(
                "Together the drivers explain {share} of how these differ ({interval}). That is what goes together: no "
                "driver is shown to bring purchases, for who answers well may be who buys often anyway.",
                share=percent(e.number, 1),
                interval=percent_between(*e.ends, 1),
            )
        else:
            more = tr(
                "Together the drivers explain no more of how these differ than chance would, so they are not put in "
                "order."
            )
        return f"{text} {more}"

    def _asides(self) -> list[str]:
        told = [
            tr("Not looked at: “{driver}”, for {why}.", driver=name, why=why)
            for name, why in self.prepared.left_out.items()
        ]
        lacking = {name: n for name, n in self.prepared.missing.items() if n and name in self.prepared.names}
        if lacking:
            names = listed([tr("“{driver}” in {n}", driver=name, n=number(n)) for name, n in lacking.items()])
            told.append(tr("Values are missing, and stand at the mean: {listed}.", listed=names))
        return [*told, *self._left_out()]

    def _left_out(self) -> list[str]:
        """Say which answers do not count."""
        f = self.followed
        reasons = (
            (f.n_open, tr("whose days are not over yet")),
            (f.n_before, tr("from before the first order")),
            (f.n_other, tr("to other questions")),
            (f.n_outside, tr("beyond the scale")),
            (f.n - self.prepared.n, tr("without any driver")),
        )
        counts = [tr("{n} {which}", n=number(n), which=which) for n, which in reasons if n]
        return [tr("Answers left out: {listed}.", listed=listed(counts))] if counts else []


def said_pair(pair: Pair) -> str:
    """Say which of two sides is heavier.

    Examples
    --------
    >>> said_pair(Pair("product", "experience", Estimate(0.58, 0.17, 0.89), "experience"))
    'Experience against product: experience goes with more of it, by 58 points of 100 (17–89).'
    """
    sides = tr("{other} against {one}", other=GROUP[pair.other], one=GROUP[pair.one].lower())
    low, high = pair.difference.ends
    if pair.heavier == "cannot_tell":
        return tr("{sides}: which goes with more of it cannot be told.", sides=sides)
    if pair.heavier == "alike":
        return tr(
            "{sides}: alike, within {points} points of 100 ({range}).",
            sides=sides, points=number(100 * ALIKE), range=number_between(100 * low, 100 * high),
        )  # fmt: skip
    turn = 1 if pair.heavier == pair.other else -1
    first, last = sorted((100 * turn * low, 100 * turn * high))
    return tr(
        "{sides}: {heavier} goes with more of it, by {points} points of 100 ({range}).",
        sides=sides,
        heavier=GROUP[pair.heavier].lower(),
        points=number(100 * turn * pair.difference.number),
        range=number_between(first, last),
    )


def judge_pair(one: Group, other: Group, difference: Estimate, narrow: Estimate) -> Heavier:
    """Say which side is heavier, by the written rule.

    The other where the whole 95 % interval of its share less that of the one lies above 0, the one where it lies below;
    `alike` where the 90 % interval (`narrow`) lies within `ALIKE` of 0; else `cannot_tell`.

    Examples
    --------
    >>> wide = Estimate(0.3, 0.1, 0.5)
    >>> judge_pair("product", "experience", wide, wide)
    'experience'
    >>> judge_pair("product", "experience", Estimate(0, -0.2, 0.2), Estimate(0, -0.15, 0.15))
    'alike'
    """
    low, high = difference.ends
    if low > 0:
        return other
    if high < 0:
        return one
    return "alike" if narrow.ends[0] >= -ALIKE and narrow.ends[1] <= ALIKE else "cannot_tell"


def weigh_drivers(followed: Followed | None, *, seed: int = 1) -> DriverWeights:
    """Find how much each driver explains of the purchases after an answer.

    Parameters
    ----------
    followed : one row an answer; None: the study has no drivers.
    seed : start of the random steps.

    Raises
    ------
    MissingDataError : there are no drivers. NotEnoughDataError : too few answers, customers or purchases.

    Notes
    -----
    Purchases are Poisson with a log link. Each driver gets Shapley's (LMG) share of the deviance that all explain; its
    interval rests on customers drawn anew. Where the drivers explain no more than chance would in 95 of 100 studies,
    nothing is put in order.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to bivariate and multivariate analysis. Grömping (2007), Estimators
    of relative importance in linear regression based on variance decomposition, The American Statistician 61(2).
    Cameron and Windmeijer (1996), R-squared measures for count data regression models, Journal of Business & Economic
    Statistics 14(2).

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> weights = cx.weigh_drivers(kit.followed)
    >>> weights.total.verdict
    'shown'
    """
    prepared = prepare(followed)
    assert followed is not None
    moments = sum_moments(prepared.values, prepared.purchases, prepared.customers, seed=seed)
    each = moments.explained(seed=seed)[0]
    explained = Explained(each, moments.drawn(seed), prepared.n)
    as_much = int((moments.by_chance(seed) >= each.sum() * (1 - 1e-12)).sum())
    fit = fit_poisson(prepared.values, prepared.purchases, prepared.customers)
    changes = {
        name: percent_change(float(fit.slopes[j + 1]), *error_of(fit.influence[:, j + 1]), prepared.n)
        for j, name in enumerate(prepared.names)
    }
    return DriverWeights(prepared, followed, explained, fit.null_deviance, (1 + as_much) / (1 + CHANCE_DRAWS), changes)


def percent_change(
    slope: float, error: float, degrees: float, n: int, *, level: float = 0.95, several: int = 1
) -> Estimate:
    """Turn a slope on the logarithm of the rate into percent more purchases.

    Parameters
    ----------
    error, degrees : standard error, and degrees of freedom of its t. several : how many intervals hold together.

    Examples
    --------
    >>> e = percent_change(0.0953, 0.01, 1e6, 100)
    >>> round(e.number, 1), round(e.low, 1)
    (10.0, 7.9)
    """
    reach = float(t.isf((1 - level) / 2 / several, degrees)) * error
    value, low, high = (float(100 * np.expm1(np.clip(x, -20, 20))) for x in (slope, slope - reach, slope + reach))
    return Estimate(value, low, high, level, n, "percent, per standard deviation")
