"""Whether a bad answer goes with more lost than a good one goes with won: driver by driver, and for the score."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.experience.poisson import error_of, fit_poisson
from cxlab.experience.prepared import LEAST_CUSTOMERS, Array, numbered, prepare, standardised
from cxlab.followed import Followed
from cxlab.language import Texts, tr, trn
from cxlab.phrases import listed
from cxlab.two_sides import Verdict, judge
from cxlab.words import number, number_between

SCORE = "score"
MARGIN = 5.0
"""Percent of purchases up to which the two sides count as alike."""
_UNIT = "percent of purchases, per standard deviation"
WEIGHS = Texts(
    {
        "bad_weighs_more": "Bad weighs more",
        "good_weighs_more": "Good weighs more",
        "no_difference": "About the same",
        "cannot_tell": "Cannot tell",
    }
)


@dataclass(frozen=True)
class Bend:
    """The two sides of one driver, or of the score.

    Attributes
    ----------
    name : of it. n : answers that have it. median : its middle, in its own units.
    turned : whether more of it is worse (a sacrifice).
    costs : percent of purchases lost with one standard deviation on the bad side of the median.
    brings : percent won with one on the good side. asymmetry : costs less brings.
    verdict : by the written rule, all of them holding together.
    """

    name: str
    n: int
    median: float
    turned: bool
    costs: Estimate
    brings: Estimate
    asymmetry: Estimate
    verdict: Verdict

    @property
    def title(self) -> str:
        """Its name on a page."""
        return tr("Score") if self.name == SCORE else self.name


@dataclass(frozen=True, eq=False)
class GoodAndBad:
    """What the two sides go with.

    Attributes
    ----------
    bends : the score first, then drivers that are tagged as benefit or sacrifice.
    left_out : those that could not be looked at, with the reason. untagged : those of which more may be good or bad.
    """

    bends: tuple[Bend, ...]
    left_out: tuple[tuple[str, str], ...]
    untagged: tuple[str, ...]
    outcome_days: int

    @property
    def findings(self) -> dict[str, Estimate]:
        """What a bad side costs less what a good one brings, with the verdict."""
        found = {}
        for bend in self.bends:
            e = bend.asymmetry
            found[f"driver_asymmetry.{bend.name}"] = Estimate(
                e.value, e.low, e.high, n=e.n, unit=e.unit, verdict=bend.verdict
            )
            found[f"driver_costs.{bend.name}"] = bend.costs
            found[f"driver_brings.{bend.name}"] = bend.brings
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a driver."""
        rows = []
        for bend in self.bends:
            parts = {"costs": bend.costs, "brings": bend.brings, "asymmetry": bend.asymmetry}
            ends = {
                f"{name}{end}": x
                for name, e in parts.items()
                for end, x in (("", e.number), ("_low", e.low), ("_high", e.high))
            }
            rows.append({"driver": bend.name, "answers": bend.n, "median": bend.median, **ends, "weighs": bend.verdict})
        return pd.DataFrame(rows)

    @property
    def heading(self) -> str:
        """Where one side weighs more, in a line."""
        told = []
        for verdict in ("bad_weighs_more", "good_weighs_more"):
            mine = [tr("“{driver}”", driver=bend.title) for bend in self.bends if bend.verdict == verdict]
            if mine and verdict == "bad_weighs_more":
                told.append(tr("A bad answer weighs more than a good one: {names}", names=listed(mine)))
            elif mine:
                told.append(tr("A good answer weighs more than a bad one: {names}", names=listed(mine)))
        if told:
            return "; ".join(told)
        if all(bend.verdict == "no_difference" for bend in self.bends):
            return tr("A bad answer and a good one weigh about the same")
        return tr("Whether a bad answer weighs more than a good one cannot be told")

    @property
    def reading(self) -> str:
        """What was held against what, and what was left out."""
        told = [
            tr(
                "Each is cut at its median. What one standard deviation on the bad side goes with in lost purchases is "
                "held against what one on the good side goes with in won ones; the verdicts hold together."
            )
        ]
        by = {verdict: [b for b in self.bends if b.verdict == verdict] for verdict in WEIGHS}
        told += [
            tr(
                "“{driver}”: the bad side costs {costs}% ({lost}), the good one brings {brings}% ({won}).",
                driver=bend.title,
                costs=number(bend.costs.number, 1),
                lost=number_between(*bend.costs.ends, 1),
                brings=number(bend.brings.number, 1),
                won=number_between(*bend.brings.ends, 1),
            )
            for bend in by["bad_weighs_more"] + by["good_weighs_more"]
        ]
        unsure = len(by["cannot_tell"])
        if unsure:
            told.append(
                trn("For {n} of {all} it cannot be told.", "For {n} of {all} it cannot be told.", unsure,
                    n=number(unsure), all=number(len(self.bends)))
            )  # fmt: skip
        told += [tr("Not looked at: “{driver}”, for {why}.", driver=name, why=why) for name, why in self.left_out]
        if self.untagged:
            names = listed([tr("“{driver}”", driver=name) for name in self.untagged])
            told.append(tr("Not tagged as benefit or sacrifice, so it is not known which side is bad: {names}.",
                           names=names))  # fmt: skip
        return " ".join(told)


def weigh_good_and_bad(followed: Followed | None) -> GoodAndBad:
    """Hold what a bad answer goes with against what a good one does, for the score and each driver by itself.

    Parameters
    ----------
    followed : one row an answer; None: the study has no drivers.

    Raises
    ------
    MissingDataError : there are no drivers. NotEnoughDataError : too few answers, or none that has two sides.

    Notes
    -----
    Purchases are regressed on the distance below the median and on that above it (Poisson, log link), of one driver at
    a time. A slope b of the bad side costs 1 - exp(-b) of the purchases at the median, one of the good side brings
    exp(b) - 1 of them: these are the customers lost and won, and not ratios. Errors are robust and clustered by
    customer; verdicts are at levels that hold together (Bonferroni).

    References
    ----------
    Anderson and Mittal (2000), Strengthening the satisfaction-profit chain, Journal of Service Research 3(2).

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> [bend.name for bend in cx.weigh_good_and_bad(kit.followed).bends][:2]
    ['score', 'care']
    """
    prepared = prepare(followed)
    assert followed is not None
    tagged = {name: tags for name, tags in followed.tags.items() if name in prepared.names or name == SCORE}
    sides = {SCORE: False} | {
        name: "sacrifice" in tags for name, tags in tagged.items() if {"benefit", "sacrifice"}.intersection(tags)
    }
    score = followed.frame["score"].to_numpy(np.float64)[prepared.used]
    drivers = followed.values  # noqa: PD011 (no frame, but what was answered)
    columns = {SCORE: score} | {
        name: drivers[name].to_numpy(np.float64)[prepared.used] for name in sides if name != SCORE
    }
    cut: dict[str, tuple[NDArray[np.bool_], Array, float]] = {}
    left_out = []
    for name, turned in sides.items():
        there = np.isfinite(columns[name])
        column = columns[name][there]
        median, scaled = float(np.median(column)), standardised(column)
        if scaled is None:
            left_out.append((name, tr("all answers have one value of it")))
            continue
        at = float(np.mean(scaled[column == median])) if (column == median).any() else float(np.median(scaled))
        good = (at - scaled) if turned else (scaled - at)
        people = prepared.customers[there]
        if min(np.count_nonzero(np.bincount(people[side])) for side in (good > 0, good < 0)) < LEAST_CUSTOMERS:
            left_out.append((name, tr("fewer than {n} customers stand on one side of its median", n=LEAST_CUSTOMERS)))
            continue
        cut[name] = (there, good, median)
    bends: list[Bend] = []
    for name, (there, good, median) in cut.items():
        codes = numbered(prepared.customers[there])
        both = np.column_stack([np.minimum(good, 0), np.maximum(good, 0)])
        try:
            fit = fit_poisson(both, prepared.purchases[there], codes)
        except NotEnoughDataError:
            left_out.append((name, tr("the answers on one side are too few to tell")))
            continue
        bends.append(_bend(name, int(there.sum()), median, sides[name], fit.slopes[1:], fit.influence[:, 1:],
                           len(cut)))  # fmt: skip
    if not bends:
        raise NotEnoughDataError(
            tr("too few customers stand on either side of the median of the score and of each driver: bring more "
               "`feedback`")
        )  # fmt: skip
    untagged = tuple(name for name in prepared.names if name not in sides)
    return GoodAndBad(tuple(bends), tuple(left_out), untagged, followed.outcome_days)


def _bend(name: str, n: int, median: float, turned: bool, slopes: Array, influence: Array, several: int) -> Bend:
    """Put slopes into percent, with the delta method."""
    lost, won = float(-100 * np.expm1(-slopes[0])), float(100 * np.expm1(slopes[1]))
    of_lost, of_won = 100 * np.exp(-slopes[0]) * influence[:, 0], 100 * np.exp(slopes[1]) * influence[:, 1]

    def estimate(value: float, moved: Array, level: float = 0.95, together: int = 1) -> Estimate:
        error, degrees = error_of(moved)
        reach = float(t.isf((1 - level) / 2 / together, degrees)) * error
        return Estimate(value, value - reach, value + reach, level, n, _UNIT)

    apart, moved = lost - won, of_lost - of_won
    verdict = judge(
        estimate(lost, of_lost, together=several), estimate(won, of_won, together=several),
        estimate(apart, moved, together=several), estimate(apart, moved, 0.9, several), MARGIN,
    )  # fmt: skip
    return Bend(
        name, n, median, turned, estimate(lost, of_lost), estimate(won, of_won), estimate(apart, moved), verdict
    )
