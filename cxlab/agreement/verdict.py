"""The verdict on the four segments, by a rule that was written down first: docs/decisions/0001."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from cxlab import words
from cxlab.agreement.scores import Skill
from cxlab.estimate import Estimate

Token = Literal["supported", "partly_supported", "not_supported", "cannot_tell"]
LEAST_CUSTOMERS, LEAST_DAYS, LEAST_PURCHASES, LEAST_BUYERS = 100, 28, 50, 30
NEXT_TO_NOTHING = 0.02  # skill
MOST, SOME = 2 / 3, 1 / 3  # share of the best skill kept
_IN_WORDS = {2 / 3: "two thirds", 1 / 3: "a third"}
TOLERATED_LEAD = 0.10  # of the clusters, as a share of the best skill


@dataclass(frozen=True)
class Verdict:
    """What is to be thought of the four segments, and why.

    Attributes
    ----------
    token : supported, partly_supported, not_supported or cannot_tell.
    why : one sentence.
    but : what is not shown, for a verdict in between; else empty.
    n : customers it rests on.
    """

    token: Token
    why: str
    n: int
    but: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row: the verdict and why."""
        return pd.DataFrame({"verdict": [self.token], "why": [self.why], "customers": [self.n]})

    @property
    def reading(self) -> str:
        """The verdict and why, in a sentence."""
        return f"{self.token.replace('_', ' ').capitalize()}: {self.why}"

    @property
    def findings(self) -> dict[str, Estimate]:
        """The verdict."""
        return {"verdict": Estimate(verdict=self.token, n=self.n)}


def judge_segmentation(skill: Skill) -> Verdict:
    """Apply the rule, in the order in which it is written.

    Parameters
    ----------
    skill : what each description foresees, with intervals.

    Notes
    -----
    A claim is shown when the whole 95 % interval is on its side. The numbers and their reasons stand in
    docs/decisions/0001-segmentation-verdict.md.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> skill = cx.predictive_skill(kit.customers, segments.labels, cx.fit_labels)
    >>> cx.judge_segmentation(skill).token
    'partly_supported'
    """
    thin = _too_little(skill)
    if thin:
        return Verdict("cannot_tell", thin, skill.n)
    segments, best = skill.score("segments"), skill.best
    if segments.skill.ends[1] < NEXT_TO_NOTHING:
        foreseen = words.percent(max(0.0, segments.skill.number))
        why = f"a customer's segment foresees next to nothing of the purchases to come, {foreseen} of their spread."
        return Verdict("not_supported", why, skill.n)
    if best.skill.ends[0] <= 0:
        why = "not even the best description is shown to foresee the purchases to come, so there is nothing to go by."
        return Verdict("cannot_tell", why, skill.n)
    share, lead = segments.share, skill.lead
    kept = (
        f"the four segments keep {words.percent(share.number)} of what {skill.best_in_words} foresees of the purchases "
        f"to come (95% interval {words.percent_between(*share.ends)})"
    )
    keeps_most, close = share.ends[0] >= MOST, lead.ends[0] >= -TOLERATED_LEAD
    ahead, some_missing = lead.ends[1] < 0, share.ends[1] < MOST
    if keeps_most and close and segments.skill.ends[0] > NEXT_TO_NOTHING:
        return Verdict("supported", f"{kept}, and clusters are not far ahead of them.", skill.n)
    if share.ends[1] < SOME or (some_missing and ahead):
        beaten = ", and clusters foresee more" if ahead else ""
        return Verdict("not_supported", f"{kept}{beaten}.", skill.n)
    if share.ends[0] >= SOME:
        but = _reservation(keeps_most=keeps_most, some_missing=some_missing, close=close, ahead=ahead)
        return Verdict("partly_supported", f"{kept}, but {but}.", skill.n, but)
    return Verdict("cannot_tell", f"{kept}: too wide a range to decide on.", skill.n)


def _reservation(*, keeps_most: bool, some_missing: bool, close: bool, ahead: bool) -> str:
    """Say what is not shown, or shown not to be so."""
    if some_missing:
        return f"they keep less than {_IN_WORDS.get(MOST, words.percent(MOST))} of it"
    if not keeps_most:
        return f"it is not sure that they keep {_IN_WORDS.get(MOST, words.percent(MOST))} of it"
    if not close:
        return "clusters foresee more" if ahead else "clusters may foresee more"
    return "little can be foreseen at all"


def _too_little(skill: Skill) -> str:
    """Say what there is too little of; empty when there is enough."""
    short = [
        f"{words.count(have, one, many)} where it takes {need}"
        for have, need, one, many in (
            (skill.n, LEAST_CUSTOMERS, "customer", "customers"),
            (skill.holdout_days, LEAST_DAYS, "day after the cut", "days after the cut"),
            (skill.n_purchases, LEAST_PURCHASES, "purchase in the hold-out window", "purchases in the hold-out window"),
            (skill.n_buyers, LEAST_BUYERS, "customer who bought again", "customers who bought again"),
        )
        if have < need
    ]
    if short:
        return f"there is too little to see: {'; '.join(short)}."
    return skill.no_test or skill.missing
