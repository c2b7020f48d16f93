"""Shares of sessions, with intervals that know that the sessions of one customer are alike."""

import math
from dataclasses import dataclass

from scipy.stats import t as student

from cxlab.estimate import Estimate
from cxlab.journey import Sums


@dataclass(frozen=True)
class Share:
    """A share of sessions that reached a step, of those that reached another.

    Attributes
    ----------
    n, reached : sessions, and those of them that did.
    people : those whose sessions these are.
    variance : of the share, over people; as if sessions were drawn by themselves where that is more.
    """

    n: int
    reached: int
    people: int
    variance: float

    @property
    def value(self) -> float:
        """The share; NaN where there are no sessions."""
        return self.reached / self.n if self.n else math.nan

    def estimate(self, *, level: float = 0.95) -> Estimate:
        """Return the share with Wilson's interval for as many sessions as its variance is worth.

        References
        ----------
        Wilson (1927); Franco, Little, Louis and Slud (2019), Comparative study of confidence intervals for
        proportions in complex sample surveys: Wilson's interval with the effective sample size.

        Examples
        --------
        >>> low, high = Share(100, 50, 100, 0.0025).estimate().ends
        >>> round(low, 3), round(high, 3)
        (0.403, 0.597)
        """
        if not self.n or self.people < 2:
            return Estimate(self.value if self.n else None, n=self.n, unit="share of sessions")
        p = self.value
        n = p * (1 - p) / self.variance if 0 < p < 1 else self.n**2 * self.variance
        z = float(student.ppf(0.5 + level / 2, self.people - 1))
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        low = 0.0 if p == 0 else max(0.0, centre - reach)
        high = 1.0 if p == 1 else min(1.0, centre + reach)
        return Estimate(p, low, high, level, self.n, "share of sessions")


def share_of(sums: Sums, reached: int, of: int) -> Share:
    """Return the share of the sessions which reached one step that reached another.

    The variance is that of a ratio of sums over people (Cochran 1977, chapter 6), and not less than that of sessions
    drawn by themselves: customers whose sessions are less alike than chance would have them are chance.
    """
    n, y, people = int(sums.sessions[of]), int(sums.sessions[reached]), int(sums.people[of])
    if not n or people < 2:
        return Share(n, y, people, math.nan)
    p = y / n
    both = sums.products
    squares = both[reached, reached] - 2 * p * both[reached, of] + p**2 * both[of, of]
    alone = p * (1 - p) / n
    if not 0 < p < 1:  # nothing varies; so many sessions count as there would be people with as many each
        return Share(n, y, people, float(1 / both[of, of]))
    return Share(n, y, people, max(float(squares) / n**2 * people / (people - 1), alone))
