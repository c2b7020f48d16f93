"""The number of one-time buyers over two assumptions at once: what is left of fans' buying, and referrals or cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxlab.digits import enough_digits
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.language import tr, trn
from cxlab.loyalty.evidence import Array, Evidence, Foresee
from cxlab.loyalty.retention import kept_a_year, reaches_beyond, thinned
from cxlab.loyalty.rules_of_thumb import SAID
from cxlab.loyalty.sensitivity import HORIZONS_DAYS
from cxlab.loyalty.weigh import Assumptions, discounts, weigh
from cxlab.loyalty.words import ahead, buyers, buyers_between
from cxlab.loyalty.worth import Worth
from cxlab.words import capital, money, number, percent, percent_between

Kind = Literal["referrals", "cost"]
STEPS = 41
WIDEST = 0.5  # how far below what is foreseen the share that is left is drawn
MOST_REFERRALS = 5.0  # times what fans bring
MOST_COST = 1.25  # times the cost from which on there is no number
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True, eq=False)
class WorthMap:
    """One-time buyers that equal one fan over a horizon, for many pairs of assumptions.

    Attributes
    ----------
    horizon_days : how far is counted.
    kept : share of fans' buying that is left a year later by the model, on average over the horizon.
    worth : the number there, with all else as reckoned; the verdict `no_number` alone where there is none.
    numbers : shape (rows, columns), the number by the other assumption and by what is left; NaN where there is none.
    """

    horizon_days: int
    kept: Estimate
    worth: Estimate
    numbers: Array


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Such maps, one a horizon.

    Attributes
    ----------
    maps : the horizon as reckoned first; none where nothing can be drawn.
    kept : shape (columns,), shares of fans' buying that are left a year later.
    other : shape (rows,), customers brought per 100 fans, or the cost to win a customer.
    kind : which of these.
    own : what it is as reckoned; with an interval for referrals.
    when : the time in which the customers were brought, in words.
    seen_days : days ahead that were seen: what is left matters beyond them only.
    knows_referrals : whether the study records referrals.
    n_fans, n_once : fans and one-time buyers behind it.
    currency : ISO 4217 code.
    missing : why there are no maps; empty where there are.
    """

    maps: tuple[WorthMap, ...]
    kept: Array
    other: Array
    kind: Kind
    own: Estimate
    when: str
    seen_days: int
    knows_referrals: bool
    n_fans: int
    n_once: int
    currency: str
    missing: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row a point: horizon_days, kept_a_year, `kind`, one_time_buyers (NaN where there is no number)."""
        parts = [
            pd.DataFrame(
                {
                    "horizon_days": of.horizon_days,
                    "kept_a_year": np.tile(self.kept, len(self.other)),
                    self.kind: np.repeat(self.other, len(self.kept)),
                    "one_time_buyers": of.numbers.ravel(),
                }
            )
            for of in self.maps
        ]
        columns = ["horizon_days", "kept_a_year", self.kind, "one_time_buyers"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    @property
    def reached(self) -> tuple[int, ...]:
        """Those of 5, 10 and 15 that some map goes through."""
        return tuple(said for said in SAID if self._is_crossed(said))

    @property
    def lines(self) -> tuple[float, ...]:
        """Numbers at which lines are drawn, each of which some map goes through.

        Those of 5, 10 and 15 where at least two of them are. Else round numbers at the quarters of all that is drawn,
        the nearest of which gives way to the one of 5, 10 and 15.
        """
        reached = self.reached
        if len(reached) > 1:
            return tuple(map(float, reached))
        drawn = np.concatenate([of.numbers[np.isfinite(of.numbers)] for of in self.maps] or [np.zeros(0)])
        quarters = np.quantile(drawn, (0.25, 0.5, 0.75)).tolist() if len(drawn) else []
        found = sorted({float(f"{value:.1g}") for value in quarters})
        for said in reached:
            found.remove(min(found, key=lambda line: abs(line - said)))
            found.append(float(said))
        return tuple(line for line in sorted(found) if self._is_crossed(line))

    def _is_crossed(self, line: float) -> bool:
        return any(np.nanmin(of.numbers) < line < np.nanmax(of.numbers) for of in self.maps)

    @property
    def findings(self) -> Findings:
        """The share of fans' buying that the model foresees to be left a year later, by horizon in days."""
        return {f"kept_a_year.{of.horizon_days}": of.kept for of in self.maps}

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return tr("Two assumptions cannot be changed at once")
        said = [
            tr("{buyers} {ahead}", buyers=buyers(of.worth.number), ahead=ahead(of.horizon_days))
            for of in self.maps
            if of.worth.value is not None
        ]
        if not said:
            return tr("As reckoned there is no number, and the maps show where there would be one")
        listed = said[0] if len(said) == 1 else tr("{first} and {second}", first=said[0], second=said[1])
        return tr("One-time buyers for one fan: {listed}", listed=listed)

    @property
    def reading(self) -> str:
        """Where the study stands, and what it would take to reach 5, 10 and 15."""
        if self.missing:
            return self.missing
        said = [self._of(of) for of in self.maps]
        if self.seen_days:
            said.append(
                trn(
                    "What is left of the buying counts beyond the {n} day that were seen only.",
                    "What is left of the buying counts beyond the {n} days that were seen only.",
                    self.seen_days,
                    n=number(self.seen_days),
                )
            )
        if not self.knows_referrals:
            said.append(tr("Referrals are not recorded, so the cost to win a customer stands in their place."))
        elif self.kind == "cost":
            said.append(tr("The maps vary the cost to win a customer in the place of referrals."))
        return " ".join(said)

    def _of(self, of: WorthMap) -> str:
        start = tr(
            "{ahead}, with {kept} of fans’ buying left a year later (interval of the fit {interval}),",
            ahead=capital(ahead(of.horizon_days)),
            kept=percent(of.kept.number),
            interval=percent_between(*of.kept.ends),
        )
        if of.worth.value is None:
            return tr("{start} there is no number as reckoned.", start=start)
        said = tr(
            "{start} one fan is worth {buyers} one-time buyers ({interval}).",
            start=start,
            buyers=buyers(of.worth.number),
            interval=buyers_between(of.worth),
        )
        takes = [self._takes(of, target) for target in SAID]
        parts = [taken for taken in takes if taken]
        others = [target for target, taken in zip(SAID, takes, strict=True) if not taken]
        low, high = float(np.nanmin(of.numbers)), float(np.nanmax(of.numbers))
        if both := [target for target in others if low < target < high]:
            parts.append(tr("{numbers} would take a change of both at once.", numbers=_or(both)))
        if beyond := [target for target in others if target not in both]:
            digits = enough_digits((low, high), tuple(map(float, beyond)), 0)
            parts.append(
                tr(
                    "All that is drawn here lies between {low} and {high}, so nothing makes it {numbers}.",
                    low=number(low, digits),
                    high=number(high, digits),
                    numbers=_or(beyond),
                )
            )
            if of.worth.has_interval:
                held = [n for n in beyond if of.worth.ends[0] <= n <= of.worth.ends[1]]
                parts.extend(tr("Yet {number} lies within the interval as reckoned.", number=n) for n in held)
        return " ".join([said, *parts])

    def _takes(self, of: WorthMap, target: int) -> str:
        """Say what would make it a given number, one of the two changed; empty where nothing drawn does."""
        kept, other = self.needed(of, target)
        ways = []
        if np.isfinite(kept):
            ways.append(tr("{kept} left a year later", kept=percent(kept)))
        if np.isfinite(other):
            ways.append(
                tr("{amount} spent to win a customer", amount=money(other, self.currency))
                if self.kind == "cost"
                else tr(
                    "{other} customers brought by 100 fans {when} ({own} were)",
                    other=number(other, 1),
                    when=self.when,
                    own=number(self.own.number, 1),
                )
            )
        if len(ways) > 1:
            return tr("{target} would take {first}, or {second}.", target=target, first=ways[0], second=ways[1])
        return tr("{target} would take {way}.", target=target, way=ways[0]) if ways else ""

    def needed(self, of: WorthMap, target: float) -> tuple[float, float]:
        """Return what is left of the buying, and the other assumption, at which the number would be `target`.

        Each with the other one as reckoned; NaN where no value that is drawn gives it.
        """
        row = np.array([np.interp(self.own.number, self.other, of.numbers[:, j]) for j in range(len(self.kept))])
        column = np.array([np.interp(of.kept.number, self.kept, of.numbers[i]) for i in range(len(self.other))])
        return _crossing(self.kept, row, target), _crossing(self.other, column, target)


def map_assumptions(worth: Worth, foresee: Foresee | None = None) -> TwoWay:
    """Reckon the number of one-time buyers over two assumptions at once.

    One is the share of fans' buying that is left a year later; the other is how many customers fans bring or, where no
    referrals are known, what it costs to win a customer.

    Parameters
    ----------
    worth : the number as reckoned.
    foresee : foresees the fans' purchases for a longer horizon, which is then drawn, too; None: it is not.

    Notes
    -----
    The maps hold numbers only. The intervals are those of the number as reckoned, of the share that is left (from the
    model's fit) and of the customers whom fans bring. There is no number where a one-time buyer's contribution, after
    the cost, is not clearly above zero.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> alive = model.probability_alive()
    >>> fans = cx.find_fans(kit.customers, segments.labels, alive)
    >>> import functools
    >>> foresee = functools.partial(cx.foresee_purchases, model, window_days=kit.customers.holdout_days)
    >>> outlook = foresee(fans.are_fans, horizon_days=365)
    >>> worth = cx.weigh_fans(kit.customers, fans, outlook)
    >>> print(cx.map_assumptions(worth, foresee).heading)
    One-time buyers for one fan: 40 over the next year and 98 over the next 3 years
    """
    evidence, base = worth.fan.evidence, worth.fan.assumptions
    longest = max(HORIZONS_DAYS)
    spans = [evidence]
    if foresee is not None and evidence.outlook.horizon_days < longest:
        spans.append(evidence.ahead(foresee, longest))
    told = [(of, share) for of in spans if (share := kept_a_year(of.outlook)).value is not None and reaches_beyond(of)]
    kind: Kind = "referrals" if evidence.referred.any() else "cost"
    before_cost = worth.one_time.ends[0] + base.acquisition_cost
    why = ""
    if not told:
        why = tr("All that lies ahead was seen, or the horizon is too short to say how much of the buying is left.")
    elif before_cost <= 0:
        why = tr(
            "A one-time buyer is not shown to bring anything, so there is no number under any of these assumptions."
        )
    elif kind == "referrals" and worth.number.value is None:
        kind = "cost"
    if why:
        told = []
    own = _own(evidence, base, kind)
    if kind == "referrals":
        other = np.linspace(0.0, MOST_REFERRALS * own.number, STEPS)
    else:
        other = np.linspace(0.0, max(MOST_COST * before_cost, 1.1 * base.acquisition_cost), STEPS)
    lowest = min([share.number for _, share in told], default=1.0) - WIDEST
    kept = np.linspace(max(0.1, np.floor(10 * lowest) / 10), 1.0, STEPS)
    maps = tuple(_map(of, base, share, kept, other, kind) for of, share in told)
    when = (
        trn("in {n} day", "in {n} days", evidence.holdout_days, n=number(evidence.holdout_days))
        if evidence.basis == "holdout"
        else tr("up to the cut")
    )
    return TwoWay(
        maps, kept, other, kind, own, when, evidence.seen_days, evidence.knows_referrals, len(evidence.contribution),
        len(evidence.once), evidence.currency, why,
    )  # fmt: skip


def _own(evidence: Evidence, base: Assumptions, kind: Kind) -> Estimate:
    """Return where the study stands on the other assumption."""
    if kind == "cost":
        return Estimate(base.acquisition_cost, unit=f"{evidence.currency} to win a customer")
    brought = 100 * base.referral_rate * evidence.referred
    n = len(brought)
    found = normal_interval(float(brought.mean()), float(brought.std(ddof=1) / n**0.5), n=n, unit="per 100 fans")
    return Estimate(found.value, max(found.ends[0], 0.0), found.ends[1], n=n, unit=found.unit)


def _map(evidence: Evidence, base: Assumptions, share: Estimate, kept: Array, other: Array, kind: Kind) -> WorthMap:
    """Reckon one map: the same as `weigh` at every point, for the numbers alone."""
    outlook = evidence.outlook
    steps = (outlook.ahead.sum(axis=0) * discounts(outlook, base.discount_rate)[1:])[:, None]
    thin = np.column_stack([thinned(outlook, k / share.number, evidence.seen_days)[1:] for k in kept])
    times = base.pace * (steps * thin).sum(axis=0) / float(evidence.base.sum())
    value = float(evidence.referred_values.mean()) if len(evidence.referred_values) else 0.0
    brought = base.referral_rate * float(evidence.referred.mean())
    each = np.full(len(other), float(evidence.contribution.mean()) + value * brought)
    cost = np.full(len(other), base.acquisition_cost)
    if kind == "referrals":
        each = float(evidence.contribution.mean()) + value * other / 100
    else:
        cost = other
    once = float(evidence.once.mean()) - cost
    is_clear = once > _Z * float(evidence.once.std(ddof=1)) / len(evidence.once) ** 0.5
    numbers = np.full((len(other), len(kept)), np.nan)
    numbers[is_clear] = (each[:, None] * times[None, :] - cost[:, None])[is_clear] / once[is_clear, None]
    return WorthMap(outlook.horizon_days, share, weigh(evidence, base).worth, numbers)


def _crossing(at: Array, numbers: Array, target: float) -> float:
    """Return where the numbers first reach a target, between the points that are drawn; NaN where they do not.

    Examples
    --------
    >>> _crossing(np.array([0.0, 1.0, 2.0]), np.array([3.0, 5.0, np.nan]), 4.0)
    0.5
    """
    for i in range(len(at) - 1):
        left, right = numbers[i] - target, numbers[i + 1] - target
        if np.isfinite(left) and np.isfinite(right) and left * right <= 0 and left != right:
            return float(at[i] + (at[i + 1] - at[i]) * left / (left - right))
    return float("nan")


def _or(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return tr("{first} or {last}", first=", ".join(first), last=last) if first else last
