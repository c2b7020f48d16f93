"""The verdict on the four segments, by a rule that was written down first: docs/decisions/0001."""

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from cxlab import words
from cxlab.agreement.scores import Skill
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr, trn

Token = Literal["supported", "partly_supported", "not_supported", "cannot_tell"]
LEAST_CUSTOMERS, LEAST_DAYS, LEAST_PURCHASES, LEAST_BUYERS = 100, 28, 50, 30
NEXT_TO_NOTHING = 0.02  # skill
MOST, SOME = 2 / 3, 1 / 3  # share of the best skill kept
NAMES = Texts(
    {
        "supported": "Supported",
        "partly_supported": "Partly supported",
        "not_supported": "Not supported",
        "cannot_tell": "Cannot tell",
    }
)
"""The verdicts as a reader sees them."""
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
        return f"{NAMES[self.token]}: {self.why}"

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
        why = tr(
            "a customer’s segment foresees next to nothing of the purchases to come, {foreseen} of their spread.",
            foreseen=foreseen,
        )
        return Verdict("not_supported", why, skill.n)
    if best.skill.ends[0] <= 0:
        why = tr(
            "not even the best description is shown to foresee the purchases to come, so there is nothing to go by."
        )
        return Verdict("cannot_tell", why, skill.n)
    share, lead = segments.share, skill.lead
    kept = tr(
        "the four segments keep {share} of what {best} foresees of the purchases to come (95% interval {interval})",
        share=words.percent(share.number),
        best=skill.best_in_words,
        interval=words.percent_between(*share.ends),
    )
    keeps_most, close = share.ends[0] >= MOST, lead.ends[0] >= -TOLERATED_LEAD
    ahead, some_missing = lead.ends[1] < 0, share.ends[1] < MOST
    if keeps_most and close and segments.skill.ends[0] > NEXT_TO_NOTHING:
        return Verdict("supported", tr("{kept}, and clusters are not far ahead of them.", kept=kept), skill.n)
    if share.ends[1] < SOME or (some_missing and ahead):
        why = tr("{kept}, and clusters foresee more.", kept=kept) if ahead else f"{kept}."
        return Verdict("not_supported", why, skill.n)
    if share.ends[0] >= SOME:
        but = _reservation(keeps_most=keeps_most, some_missing=some_missing, close=close, ahead=ahead)
        return Verdict("partly_supported", tr("{kept}, but {but}.", kept=kept, but=but), skill.n, but)
    return Verdict("cannot_tell", tr("{kept}: too wide a range to decide on.", kept=kept), skill.n)


def _reservation(*, keeps_most: bool, some_missing: bool, close: bool, ahead: bool) -> str:
    """Say what is not shown, or shown not to be so."""
    if some_missing:
        return tr("they keep less than {share} of it", share=_most())
    if not keeps_most:
        return tr("it is not sure that they keep {share} of it", share=_most())
    if not close:
        return tr("clusters foresee more") if ahead else tr("clusters may foresee more")
    return tr("little can be foreseen at all")


def _most() -> str:
    """Write the share that is most."""
    return tr("two thirds") if math.isclose(MOST, 2 / 3) else words.percent(MOST)


def _too_little(skill: Skill) -> str:
    """Say what there is too little of; empty when there is enough."""
    short = [
        say(have, need)
        for have, need, say in (
            (skill.n, LEAST_CUSTOMERS, _few_customers),
            (skill.holdout_days, LEAST_DAYS, _few_days),
            (skill.n_purchases, LEAST_PURCHASES, _few_purchases),
            (skill.n_buyers, LEAST_BUYERS, _few_buyers),
        )
        if have < need
    ]
    if short:
        return tr("there is too little to see: {too_little}.", too_little="; ".join(short))
    return skill.no_test or skill.missing


def _few_customers(have: int, need: int) -> str:
    return trn(
        "{n} customer where it takes {need}",
        "{n} customers where it takes {need}",
        have,
        n=words.number(have),
        need=need,
    )


def _few_days(have: int, need: int) -> str:
    return trn(
        "{n} day after the cut where it takes {need}",
        "{n} days after the cut where it takes {need}",
        have,
        n=words.number(have),
        need=need,
    )


def _few_purchases(have: int, need: int) -> str:
    return trn(
        "{n} purchase in the hold-out window where it takes {need}",
        "{n} purchases in the hold-out window where it takes {need}",
        have,
        n=words.number(have),
        need=need,
    )


def _few_buyers(have: int, need: int) -> str:
    return trn(
        "{n} customer who bought again where it takes {need}",
        "{n} customers who bought again where it takes {need}",
        have,
        n=words.number(have),
        need=need,
    )
