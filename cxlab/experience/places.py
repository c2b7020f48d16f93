"""The best and the worst people and places, each drawn towards the mean as far as its answers are few."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate, normal_interval
from cxlab.experience.spread import FACTOR, Spread
from cxlab.language import tr, trn
from cxlab.words import number, number_between

RANKED = ("employee", "store")


@dataclass(frozen=True)
class Place:
    """Who served, or a store.

    Attributes
    ----------
    factor, level : which, as it stands in the data.
    n, n_customers : answers, and who gave them.
    mean : mean score of its answers as they are.
    effect : what it adds to a score, all else alike, drawn towards 0 as far as it is unsure.
    """

    factor: str
    level: str
    n: int
    n_customers: int
    mean: float
    effect: Estimate

    @property
    def stands_out(self) -> bool:
        """Whether the whole interval lies on one side of 0."""
        low, high = self.effect.ends
        return low > 0 or high < 0


@dataclass(frozen=True, eq=False)
class Places:
    """People and places by what they add to a score, the best first, of each factor.

    Attributes
    ----------
    ranked : all of them.
    minimum_group : those with fewer customers are not shown.
    names : what is shown in place of who served.
    """

    ranked: tuple[Place, ...]
    minimum_group: int
    names: Callable[[str], str]

    def name_of(self, place: Place) -> str:
        """Name a place, or a person as pages do."""
        return self.names(place.level) if place.factor == "employee" else place.level

    @property
    def shown(self) -> tuple[Place, ...]:
        """Those with as many customers as may be shown."""
        return tuple(place for place in self.ranked if place.n_customers >= self.minimum_group)

    @property
    def findings(self) -> dict[str, Estimate]:
        """How many of each factor stand out."""
        found = {}
        for factor in RANKED:
            mine = [place for place in self.ranked if place.factor == factor]
            if mine:
                out = sum(place.stands_out for place in mine)
                found[f"standing_out.{factor}"] = Estimate(out, n=len(mine), unit=f"{factor}s")
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a person or place, named as on pages."""
        return pd.DataFrame(
            [
                {
                    "factor": place.factor,
                    "level": self.name_of(place),
                    "answers": place.n,
                    "customers": place.n_customers,
                    "mean": place.mean,
                    "effect": place.effect.number,
                    "effect_low": place.effect.low,
                    "effect_high": place.effect.high,
                }
                for place in self.ranked
            ]
        )

    @property
    def heading(self) -> str:
        """How many stand out, in a line."""
        if not self.ranked:
            return tr("The answers do not say who served, nor in which store")
        told = []
        for factor in RANKED:
            mine = [place for place in self.shown if place.factor == factor]
            out = sum(place.stands_out for place in mine)
            if mine and factor == "employee":
                told.append(trn("{out} of {n} employee", "{out} of {n} employees", len(mine), out=out, n=len(mine)))
            elif mine:
                told.append(trn("{out} of {n} store", "{out} of {n} stores", len(mine), out=out, n=len(mine)))
        if not any(place.stands_out for place in self.shown):
            return tr("Nobody and no place is shown to stand out")
        return tr("{listed} stand out from chance", listed=tr(" and ").join(told))

    @property
    def reading(self) -> str:
        """How far raw means would have been apart, and how far they are."""
        told = []
        for factor in RANKED:
            mine = [place for place in self.shown if place.factor == factor]
            if len(mine) < 2:
                continue
            raw = [place.mean for place in mine]
            drawn = [place.effect.number for place in mine]
            told.append(
                tr(
                    "{factor}: the mean scores lie {raw} points apart, between {low} and {high}; without what chance "
                    "makes of them, {drawn} are left.",
                    factor=FACTOR[factor],
                    low=number(min(raw), 2),
                    high=number(max(raw), 2),
                    raw=number(max(raw) - min(raw), 2),
                    drawn=number(max(drawn) - min(drawn), 2),
                )
            )
        return " ".join(told) or tr("There are no two people or places to hold against each other.")


def rank_places(found: Spread, *, names: Callable[[str], str] = str) -> Places:
    """Put people and places in order by what they add to a score.

    Each is drawn towards the mean by what its number of answers is worth against the spread between all of them (best
    linear unbiased prediction), so that a few lucky answers make nobody the best; the uncertainty of the variances is
    in the intervals.

    Parameters
    ----------
    names : what is shown in place of who served: a pseudonym, say.

    References
    ----------
    Efron and Morris (1977), Stein's paradox in statistics; Robinson (1991), That BLUP is a good thing.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> places = cx.rank_places(cx.spread_of_scores(kit.answered))
    >>> len(places.ranked), places.heading
    (15, '1 of 12 employees and 0 of 3 stores stand out from chance')
    """
    frame, ranked = found.answered.frame, []
    for factor in found.model.factors:
        if factor.name not in RANKED:
            continue
        effects, deviations = found.model.effects[factor.name]
        groups = frame[factor.code >= 0].groupby(factor.code[factor.code >= 0])
        each = groups.agg(
            level=(factor.name, "first"), n=("score", "size"), mean=("score", "mean"), people=("customer_id", "nunique")
        )
        columns = (each[name].to_numpy() for name in ("level", "n", "people", "mean"))
        places = [
            Place(
                factor.name, str(level), int(n), int(people), float(mean),
                normal_interval(float(effects[code]), float(deviations[code]), n=int(n), unit="score"),
            )
            for code, level, n, people, mean in zip(each.index.to_numpy(np.int64), *columns, strict=True)
        ]  # fmt: skip
        ranked += sorted(places, key=lambda place: (-place.effect.number, place.level))
    return Places(tuple(ranked), found.minimum_group, names)


def in_points(effect: Estimate) -> str:
    """Write what a place adds to a score, with its interval."""
    sign = "+" if effect.number > 0 else ""
    return f"{sign}{number(effect.number, 2)} ({number_between(*effect.ends, 2)})"
