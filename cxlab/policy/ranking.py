"""Whether customers can be ranked by what they gain: the Qini curves, in words."""

from dataclasses import dataclass

import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.said import quoted
from cxlab.language import tr
from cxlab.policy.gain import GestureGain
from cxlab.policy.qini import Qini
from cxlab.policy.result import GesturePolicy
from cxlab.policy.said import amount, amount_between, more_or_less, per
from cxlab.words import capital, number, percent


@dataclass(frozen=True, eq=False)
class GestureRanking:
    """How well forecasts put those first who gain most."""

    policy: GesturePolicy

    @property
    def findings(self) -> dict[str, Estimate]:
        """Qini coefficient of each arm, and its p value."""
        found = {}
        for gain, curve in self.policy.curves:
            key = f"{gain.effect.prefix}qini{{}}.{gain.effect.label}"
            found[key.format("")] = curve.area
            found[key.format("_p_value")] = Estimate(curve.p_value, n=curve.area.n, unit="p value")
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row an arm and share of the rows: gain by forecasts with its interval, and by lot."""
        frames = [
            pd.DataFrame(
                {
                    "arm": gain.effect.arm, "experiment": gain.effect.experiment, "design": gain.effect.design,
                    "share": curve.share, "gained": curve.gained, "gained_low": curve.low, "gained_high": curve.high,
                    "by_lot": curve.share * curve.gained[-1],
                }
            )
            for gain, curve in self.policy.curves
        ]  # fmt: skip
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"arm": []})

    @property
    def heading(self) -> str:
        """The finding on the main gesture in a line."""
        curve = self.policy.curve
        if curve is None:
            return tr("Customers cannot be ranked")
        if curve.ranks:
            return tr("Those foreseen to gain more do gain more")
        if curve.area.high is not None and curve.area.high < 0:
            return tr("Those foreseen to gain more gained less: do not rank by these forecasts")
        return tr("Those foreseen to gain more gained no more than chance allows")

    @property
    def reading(self) -> str:
        """How far the curve lies over the line of a choice by lot, arm by arm."""
        if not self.policy.curves:
            return tr("No arm has the rows that it takes to rank customers.")
        return "\n\n".join(_say(gain, curve) for gain, curve in self.policy.curves)


def rank_customers(policy: GesturePolicy) -> GestureRanking:
    """Look at how well customers can be ranked.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> policy = cx.choose_customers(effects, kit.candidates(effects.main.rows), seed=1)
    >>> print(cx.rank_customers(policy).heading)
    Those foreseen to gain more gained no more than chance allows
    """
    return GestureRanking(policy)


def _say(gain: GestureGain, curve: Qini) -> str:
    area = curve.area
    p = tr("p below .001") if curve.p_value < 0.001 else tr("p = {p}", p=number(curve.p_value, 3))
    first = curve.at(0.3)
    best = Estimate(first[0], first[1], first[2], n=area.n)
    size = amount(Estimate(abs(best.number), *best.ends), gain)
    told = {
        "gesture": capital(quoted(gain.effect)),
        "share": percent(0.3),
        "size": size,
        "per": per(gain),
        "interval": amount_between(best, gain),
    }
    start = (
        tr(
            "{gesture}: given to the {share} with the best forecasts, it gains {size} {per} in all "
            "(95% interval {interval}).",
            **told,
        )
        if best.number >= 0
        else tr(
            "{gesture}: given to the {share} with the best forecasts, it loses {size} {per} in all "
            "(95% interval of the gain {interval}).",
            **told,
        )
    )
    return tr(
        "{start} On average over all shares that is {more_or_less} than by lot ({interval}; {p}).",
        start=start,
        more_or_less=more_or_less(area, gain),
        interval=amount_between(area, gain),
        p=p,
    )
