"""Whether a bad side weighs more than a good one: the written rule, for whatever the two sides are measured in."""

from typing import Literal

from cxlab.estimate import Estimate

Verdict = Literal["bad_weighs_more", "good_weighs_more", "no_difference", "cannot_tell"]


def judge(costs: Estimate, brings: Estimate, asymmetry: Estimate, narrow: Estimate, reach: float) -> Verdict:
    """Say which side weighs more.

    `bad_weighs_more` when the whole 95 % interval of the asymmetry lies above 0 and that of what the bad side costs
    does, too; `good_weighs_more` when that of the asymmetry lies below 0 and that of what the good side brings above
    it; `no_difference` when the 90 % interval of the asymmetry (`narrow`) lies within `reach` of 0 either way; else
    `cannot_tell`.

    Examples
    --------
    >>> some, none, wide = Estimate(0.2, 0.1, 0.3), Estimate(0.0, -0.02, 0.02), Estimate(0.1, -0.4, 0.6)
    >>> judge(some, none, some, some, 0.05), judge(none, none, none, none, 0.05), judge(wide, wide, wide, wide, 0.05)
    ('bad_weighs_more', 'no_difference', 'cannot_tell')
    """
    if asymmetry.ends[0] > 0 and costs.ends[0] > 0:
        return "bad_weighs_more"
    if asymmetry.ends[1] < 0 and brings.ends[0] > 0:
        return "good_weighs_more"
    return "no_difference" if narrow.ends[0] >= -reach and narrow.ends[1] <= reach else "cannot_tell"
