"""What each description of a customer foresees: the scores, side by side and in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.estimate import Estimate, columns_of

NOTHING = 0.005  # share that would be written as 0 %
NAMES = {
    "segments": "The four segments",
    "clusters": "Clusters",
    "rfm": "RFM fifths",
    "features": "Boosted trees",
    "purchase_model": "Purchase model",
}


@dataclass(frozen=True)
class Score:
    """How well one description foresees.

    Attributes
    ----------
    predictor : its key.
    skill : Poisson deviance of the hold-out purchases explained; 0 is the mean of all, 1 is every purchase foreseen.
    share : skill as a share of the best description's.
    contribution_skill : share of the squared error of the hold-out contribution explained, if any.
    """

    predictor: str
    skill: Estimate
    share: Estimate
    contribution_skill: Estimate


@dataclass(frozen=True, eq=False)
class Losses:
    """How far each description was off, customer by customer.

    Attributes
    ----------
    by_description : shape (n,) each, Poisson deviance of the customer's hold-out purchases; "nothing" is the first.
    draws, seed : bootstrap samples of the customers that the intervals rest on.
    """

    by_description: Mapping[str, NDArray[np.float64]]
    draws: int
    seed: int


@dataclass(frozen=True)
class Skill:
    """What each description foresees of the hold-out window, without a look at the customer's own part in it.

    Attributes
    ----------
    scores : one a description; none when there is too little to see, and `missing` says why.
    difference : skill of the segments - skill of the clusters, from the same bootstrap draws.
    lead : the same as a share of the best description's skill.
    n, n_purchases, n_buyers : customers, their purchases in the hold-out window, and how many bought at all.
    holdout_days : length of the hold-out window.
    n_clusters : number of clusters compared.
    left_out : which description could not be had, and why; empty when none.
    n_segments : segments that hold anybody.
    usual_gap_days : the gap that four in five gaps between two orders stay within; None where there is none.
    losses : what the scores were made of; None where there are none.
    """

    scores: tuple[Score, ...]
    difference: Estimate
    lead: Estimate
    n: int
    n_purchases: int
    n_buyers: int
    holdout_days: int
    n_clusters: int
    missing: str = ""
    left_out: str = ""
    n_segments: int = 4
    usual_gap_days: float | None = None
    losses: Losses | None = field(default=None, compare=False, repr=False)

    @property
    def no_test(self) -> str:
        """Why these segments, or this window, are no test of foresight, as a sentence; empty where they are one."""
        if self.n_segments < 2:
            return "all customers are in one segment, so there is nothing to tell apart: draw other lines."
        if self.usual_gap_days is not None and self.usual_gap_days > self.holdout_days:
            return (
                f"the hold-out window of {words.count(self.holdout_days, 'day')} is shorter than one gap in five "
                f"between two orders, which are longer than {words.days(math.floor(self.usual_gap_days))}, so whoever "
                "keeps the usual pace may not be seen in it: bring a longer history, or set calibration_end earlier."
            )
        return ""

    def score(self, predictor: str) -> Score:
        """Return the score of one description."""
        return next(score for score in self.scores if score.predictor == predictor)

    @property
    def best(self) -> Score:
        """The description that foresees most."""
        return max(self.scores, key=lambda score: score.skill.number)

    @property
    def table(self) -> pd.DataFrame:
        """One row a description."""
        columns: dict[str, list[float] | list[str]] = {"predictor": [s.predictor for s in self.scores]}
        for name in ("skill", "share", "contribution_skill"):
            columns |= columns_of(name, (getattr(score, name) for score in self.scores))
        return pd.DataFrame(columns)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.scores:
            return "The segments cannot be tested on what came afterwards"
        if self.n_segments < 2:
            return "All customers are in one segment, which foresees nothing"
        if self.no_test:
            return "The time that came after is too short to test the segments on"
        share = self.score("segments").share
        if not share.has_interval:
            return "Not even the best description is shown to foresee how often customers buy again"
        if self.best.predictor == "segments":
            return "No description foresees more than the four segments"
        kept = words.percent(share.number) if share.number >= NOTHING else "nothing"
        return f"The four segments keep {kept} of what {self.best_in_words} foresees"

    @property
    def best_in_words(self) -> str:
        """Say among how many descriptions the best one is the best."""
        return f"the best of {spelled(len(self.scores))} descriptions"

    @property
    def reading(self) -> str:
        """What the segments foresee, beside the clusters and the best."""
        if self.missing:
            return self.missing
        segments, clusters, best = self.score("segments"), self.score("clusters"), self.best
        side = "ahead of" if self.difference.number > 0 else "behind"
        points = words.number(abs(100 * self.difference.number), 1)
        low, high = self.difference.ends
        spread = words.number_between(100 * low, 100 * high, 1)
        purchases, customers = words.count(self.n_purchases, "purchase"), words.count(self.n, "customer")
        first = (
            f"The four segments foresee {_shown(segments.skill)} of the spread in the {purchases} that {customers} "
            f"made in the {self.holdout_days} days after."
        )
        name, share = in_a_sentence(best.predictor), segments.share
        if not share.has_interval:
            second = (
                f"The best description ({name}) comes to {_shown(best.skill)}, so it is not shown to foresee anything."
            )
        elif best is segments:
            second = "No other description foresees more."
        else:
            second = (
                f"The best description ({name}) foresees {_shown(best.skill)}: the segments keep "
                f"{words.percent(share.number)} of that ({_interval(share)})."
            )
        groups = f"{spelled(self.n_clusters).capitalize()} clusters"
        return (
            f"{first} {second} {groups} foresee {_shown(clusters.skill)}: the segments are {points} points "
            f"{side} them (95% interval {spread}).{self._money()}{' ' * bool(self.left_out)}{self.left_out}"
        )

    def _money(self) -> str:
        """Say what is foreseen of the contribution; empty where that could not be measured."""
        scored = [score for score in self.scores if score.contribution_skill.has_interval]
        mine = next((score.contribution_skill for score in scored if score.predictor == "segments"), None)
        if mine is None:
            return ""
        best = max(scored, key=lambda score: score.contribution_skill.number)
        said = f" Of the spread in what customers contributed, the segments foresee {_shown(mine)}"
        if best.predictor != "segments":
            name = in_a_sentence(best.predictor)
            said += f", the best ({name}) {_shown(best.contribution_skill)}"
        return f"{said}; that hangs on a few large customers and is not part of the rule."

    @property
    def findings(self) -> dict[str, Estimate]:
        """Skill, its share of the best, and skill on contribution, by description; segments less clusters."""
        if not self.scores:
            return {}
        found = {f"skill.{score.predictor}": score.skill for score in self.scores}
        found |= {f"skill_share.{s.predictor}": s.share for s in self.scores if s.share.value is not None}
        found |= {
            f"contribution_skill.{s.predictor}": s.contribution_skill
            for s in self.scores
            if s.contribution_skill.value is not None
        }
        return {**found, "skill_difference.segments_minus_clusters": self.difference}


def in_a_sentence(predictor: str) -> str:
    """Name a description inside a sentence.

    Examples
    --------
    >>> in_a_sentence("rfm"), in_a_sentence("features")
    ('RFM fifths', 'boosted trees')
    """
    name = NAMES.get(predictor, predictor)
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _shown(estimate: Estimate) -> str:
    return f"{words.percent(estimate.number)} ({_interval(estimate)})"


def _interval(estimate: Estimate) -> str:
    return f"95% interval {words.percent_between(*estimate.ends)}"


def spelled(n: int) -> str:
    """Write a small number as a word.

    Examples
    --------
    >>> spelled(4), spelled(12)
    ('four', '12')
    """
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return small[n] if n < len(small) else str(n)
