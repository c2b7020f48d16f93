"""Whom to give it to: the verdict, by a written rule."""

from dataclasses import dataclass
from typing import Literal

from cxlab.language import tr
from cxlab.policy.value import PolicyValues

Token = Literal["choose", "everyone", "no_one", "cannot_tell", "not_identifiable"]
Choice = Literal["yes", "no", "cannot_tell"]


@dataclass(frozen=True)
class PolicyVerdict:
    """Whom to give it to, and why in a sentence.

    Attributes
    ----------
    token : `not_identifiable` where no effect is given; `choose` where the rule surely gains more than giving it to
        everyone and than giving it to no one, on customers that it was not learned from; else `everyone` or `no_one`
        where that one surely gains more than the other; else `cannot_tell`.
    choosing : whether choosing by the rule is worth more than giving it to everyone: yes or no where the 95% interval
        of the difference lies on one side of zero, no as well where rules gave it to everyone and forecasts do not tell
        who gains more; else the data cannot tell.
    why : what stands in the way; empty where nothing does.
    """

    token: Token
    choosing: Choice
    why: str = ""

    @property
    def has_list(self) -> bool:
        """Whether there is somebody to give it to."""
        return self.token in ("choose", "everyone")


def judge_policy(values: PolicyValues, *, ranks: bool = False) -> PolicyVerdict:
    """Apply the rule to valued policies.

    Parameters
    ----------
    ranks : whether those who are foreseen to gain more surely do.
    """
    over_all = _side(values.difference("rule", "everyone").ends)
    over_none = _side(values.difference("rule", "no_one").ends)
    all_over_none = _side(values.difference("everyone", "no_one").ends)
    nothing_to_choose = values.never_chooses and not ranks
    choosing: Choice = "yes" if over_all > 0 else "no" if over_all < 0 or nothing_to_choose else "cannot_tell"
    if over_all > 0 and over_none > 0 and values.rule.give is None:
        return PolicyVerdict("choose", choosing)
    if all_over_none > 0:
        return PolicyVerdict("everyone", choosing)
    if all_over_none < 0:
        return PolicyVerdict("no_one", choosing)
    return PolicyVerdict("cannot_tell", choosing, tr("what it gains and what it costs lie too near to each other"))


def _side(ends: tuple[float, float]) -> int:
    """Return 1 or -1 where an interval lies above or below zero, else 0."""
    low, high = ends
    return 1 if low > 0 else -1 if high < 0 else 0
