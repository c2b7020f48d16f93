"""What each description of a customer foresees: the scores, side by side and in words."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.estimate import Estimate, columns_of
from cxlab.language import Texts, tr, trn

NOTHING = 0.005  # share that would be written as 0 %
NAMES = Texts(
    {
        "segments": "The four segments",
        "clusters": "Clusters",
        "rfm": "RFM fifths",
        "features": "Boosted trees",
        "purchase_model": "Purchase model",
    }
)
_BEST = Texts(
    {
        "4": "the best of four descriptions",
        "5": "the best of five descriptions",
    }
)
_SPELLED = Texts(
    {
        "1": "one",
        "2": "two",
        "3": "three",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
        "9": "nine",
        "10": "ten",
    }
)


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
    reason : says what there is too little of, in the language that is spoken then; nothing where there is enough.
    difference : skill of the segments - skill of the clusters, from the same bootstrap draws.
    lead : the same as a share of the best description's skill.
    n, n_purchases, n_buyers : customers, their purchases in the hold-out window, and how many bought at all.
    holdout_days : length of the hold-out window.
    n_clusters : number of clusters compared.
    left_out : which description could not be had, and why; empty when none.
    n_segments : segments that hold anybody.
    usual_gap_days : the gap that four in five gaps between two orders stay within; None where there is none.
    losses : what the scores were made of; None where there are none.
    n_learned : customers, by lot, that clusters and trees learned from in each fold; None: all of the fold's.
    learning_error : what this adds to the standard error of a skill on purchases, at most.
    """

    scores: tuple[Score, ...]
    difference: Estimate
    lead: Estimate
    n: int
    n_purchases: int
    n_buyers: int
    holdout_days: int
    n_clusters: int
    reason: Callable[[], str] = str
    left_out: str = ""
    n_segments: int = 4
    usual_gap_days: float | None = None
    losses: Losses | None = field(default=None, compare=False, repr=False)
    n_learned: int | None = None
    learning_error: float = 0.0

    @property
    def missing(self) -> str:
        """What there is too little of to see anything; empty where there is enough."""
        return self.reason()

    @property
    def no_test(self) -> str:
        """Why these segments, or this window, are no test of foresight, as a sentence; empty where they are one."""
        if self.n_segments < 2:
            return tr("all customers are in one segment, so there is nothing to tell apart: draw other lines.")
        if self.usual_gap_days is not None and self.usual_gap_days > self.holdout_days:
            return trn(
                "the hold-out window of {n} day is shorter than one gap in five between two orders, which are longer "
                "than {gap}, so whoever keeps the usual pace may not be seen in it: bring a longer history, or set "
                "calibration_end earlier.",
                "the hold-out window of {n} days is shorter than one gap in five between two orders, which are longer "
                "than {gap}, so whoever keeps the usual pace may not be seen in it: bring a longer history, or set "
                "calibration_end earlier.",
                self.holdout_days,
                n=words.number(self.holdout_days),
                gap=words.days(math.floor(self.usual_gap_days)),
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
            return tr("The segments cannot be tested on what came afterwards")
        if self.n_segments < 2:
            return tr("All customers are in one segment, which foresees nothing")
        if self.no_test:
            return tr("The time that came after is too short to test the segments on")
        share = self.score("segments").share
        if not share.has_interval:
            return tr("Not even the best description is shown to foresee how often customers buy again")
        if self.best.predictor == "segments":
            return tr("No description foresees more than the four segments")
        if share.number < NOTHING:
            return tr("The four segments keep nothing of what {best} foresees", best=self.best_in_words)
        return tr(
            "The four segments keep {kept} of what {best} foresees",
            kept=words.percent(share.number),
            best=self.best_in_words,
        )

    @property
    def best_in_words(self) -> str:
        """Say among how many descriptions the best one is the best."""
        n = len(self.scores)
        return _BEST.get(str(n)) or tr("the best of {n} descriptions", n=spelled(n))

    @property
    def reading(self) -> str:
        """What the segments foresee, beside the clusters and the best."""
        if self.missing:
            return self.missing
        segments, best, share = self.score("segments"), self.best, self.score("segments").share
        said = [
            tr(
                "The four segments foresee {shown} of the spread in the {purchases} that {customers} made in the "
                "{days} days after.",
                shown=_shown(segments.skill),
                purchases=words.count(self.n_purchases, "purchase"),
                customers=words.count(self.n, "customer"),
                days=self.holdout_days,
            )
        ]
        name = in_a_sentence(best.predictor)
        if not share.has_interval:
            said.append(
                tr(
                    "The best description ({name}) comes to {shown}, so it is not shown to foresee anything.",
                    name=name,
                    shown=_shown(best.skill),
                )
            )
        elif best is segments:
            said.append(tr("No other description foresees more."))
        else:
            said.append(
                tr(
                    "The best description ({name}) foresees {shown}: the segments keep {share} of that ({interval}).",
                    name=name,
                    shown=_shown(best.skill),
                    share=words.percent(share.number),
                    interval=_interval(share),
                )
            )
        return " ".join(
            part for part in (*said, self._beside_clusters(), self._money(), self._learned(), self.left_out) if part
        )

    def _beside_clusters(self) -> str:
        """Say what the clusters foresee, and how far the segments are ahead of them, or behind."""
        low, high = (100 * end for end in self.difference.ends)
        given = {
            "groups": clusters_in_words(self.n_clusters),
            "shown": _shown(self.score("clusters").skill),
            "points": words.number(abs(100 * self.difference.number), 1),
            "spread": words.number_between(low, high, 1),
        }
        if self.difference.number > 0:
            return tr(
                "{groups} foresee {shown}: the segments are {points} points ahead of them (95% interval {spread}).",
                **given,
            )
        return tr(
            "{groups} foresee {shown}: the segments are {points} points behind them (95% interval {spread}).", **given
        )

    def _learned(self) -> str:
        """Say from how many customers clusters and trees were learned, where not from all."""
        if self.n_learned is None:
            return ""
        return tr(
            "Clusters and boosted trees were learned from {n} customers at a time, drawn by lot among the others; had "
            "these been others, the share foreseen would move by up to {points} points (one standard error).",
            n=words.number(self.n_learned),
            points=words.number(100 * self.learning_error, 2),
        )

    def _money(self) -> str:
        """Say what is foreseen of the contribution; empty where that could not be measured."""
        scored = [score for score in self.scores if score.contribution_skill.has_interval]
        mine = next((score.contribution_skill for score in scored if score.predictor == "segments"), None)
        if mine is None:
            return ""
        best = max(scored, key=lambda score: score.contribution_skill.number)
        if best.predictor == "segments":
            return tr(
                "Of the spread in what customers contributed, the segments foresee {shown}; that hangs on a few large "
                "customers and is not part of the rule.",
                shown=_shown(mine),
            )
        return tr(
            "Of the spread in what customers contributed, the segments foresee {shown}, the best ({name}) {most}; that "
            "hangs on a few large customers and is not part of the rule.",
            shown=_shown(mine),
            name=in_a_sentence(best.predictor),
            most=_shown(best.contribution_skill),
        )

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
    return tr("95% interval {interval}", interval=words.percent_between(*estimate.ends))


def spelled(n: int) -> str:
    """Write a small number as a word.

    Examples
    --------
    >>> spelled(4), spelled(12)
    ('four', '12')
    """
    return _SPELLED.get(str(n), str(n))


def clusters_in_words(n: int) -> str:
    """Begin a sentence with so many clusters.

    Examples
    --------
    >>> clusters_in_words(4), clusters_in_words(12)
    ('Four clusters', '12 clusters')
    """
    return tr("{n} clusters", n=spelled(n).capitalize())
