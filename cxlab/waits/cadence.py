"""Each customer's own cadence: how long they usually let pass between purchases, and how rarely so long as now."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from scipy.special import betainc, betaincinv, betaln, gammaln

from cxlab import words
from cxlab.contingency import Array
from cxlab.customers import Customers
from cxlab.engine import Engine
from cxlab.estimate import Estimate, Findings, log_normal_interval
from cxlab.intake.hiding import written_within
from cxlab.language import tr, trn
from cxlab.waits.own_gaps import OwnGaps, read_gaps

FEWEST_CUSTOMERS, FEWEST_REPEATERS = 30, 10
MOST_FITTED = 10_000
"""Customers whom the shop's cadence is learnt from at most; beyond that it is settled anyway."""
_MOVE, _PACES = 0.01, 3  # step of a logarithm for curvatures, and the parameters before those of leaving
_PILOT = 500  # customers on whom the search begins
RARE = 0.05
"""A silence is rare when at most this share of a customer's gaps lasts so long."""
_STARTS = ((0.5, 30.0, 1.0, 0.5, 2.0), (2.0, 60.0, 1.5, 0.2, 4.0))
_BOX = ((0.02, 300.0), (0.05, 50_000.0), (0.3, 40.0), (0.002, 500.0), (0.002, 500.0))
_REGULAR, _IRREGULAR = 1.2, 0.9


@dataclass(frozen=True, eq=False)
class Cadence:
    """How long customers let pass between two purchases while they are customers.

    Attributes
    ----------
    gaps : each customer's own.
    pace_shape, pace_days : the shop's: paces of customers are spread like a gamma distribution of this shape, and this
        rate in days.
    regularity : shape of the gamma distribution of one customer's gaps: 1 where purchases fall by chance, more where
        they keep a rhythm, less where they come in bursts.
    leaving : shape (2,), of the beta distribution of the chance to leave after a purchase.
    log_likelihood : at the maximum, of the customers it was fitted on.
    n_fitted : how many these are.
    regularity_error : standard error of the logarithm of `regularity`; None where the data does not settle it.
    missing : why no cadence can be told, and what to bring; empty where one can.
    minimum_group : of the study.
    """

    gaps: OwnGaps
    pace_shape: float
    pace_days: float
    regularity: float
    leaving: tuple[float, float]
    log_likelihood: float
    n_fitted: int
    regularity_error: float | None = None
    missing: str = ""
    minimum_group: int = 5

    @property
    def silence_chance(self) -> Array:
        """Shape (n,), share of the gaps of a customer like each, still here, that last as long as the silence now."""
        own, more = self._own()
        return np.asarray(betainc(own, self.regularity, more / (more + self.gaps.silence)), dtype=np.float64)

    @property
    def pace(self) -> Array:
        """Shape (n,), purchases a day that each is expected to make while a customer."""
        own, more = self._own()
        return np.asarray(own / (self.regularity * more), dtype=np.float64)

    @property
    def usual_days(self) -> Array:
        """Shape (n,), the gap that half of such a customer's gaps stay within."""
        return self.within(0.5)

    def within(self, share: float) -> Array:
        """Return the days that so large a share of each customer's gaps stay within, shape (n,)."""
        own, more = self._own()
        return np.asarray(more * (1 / betaincinv(own, self.regularity, 1 - share) - 1), dtype=np.float64)

    @property
    def findings(self) -> Findings:
        """How regular the customers are."""
        if self.missing:
            return {}
        return {"cadence.regularity": self._regularity}

    @property
    def _regularity(self) -> Estimate:
        unit = "1 where purchases fall by chance"
        if self.regularity_error is None:
            return Estimate(self.regularity, n=self.n_fitted, unit=unit)
        error = self.regularity * self.regularity_error
        return log_normal_interval(self.regularity, error, n=self.n_fitted, unit=unit)

    @property
    def reading(self) -> str:
        """How customers differ, how regular they are, and how a cadence is learnt where there is little to go by."""
        if self.missing:
            return self.missing
        own = self.usual_days[self.gaps.has_own]
        low, middle, high = np.quantile(own, [0.1, 0.5, 0.9])
        regular = self._regularity
        how = tr("Customers here buy much as chance has it, neither by a rhythm nor in bursts, as far as can be told.")
        if regular.has_interval and regular.ends[0] > _REGULAR:
            how = tr("Customers here keep a rhythm.")
        elif regular.has_interval and regular.ends[1] < _IRREGULAR:
            how = tr("Customers here buy in bursts.")
        many = written_within(len(own), len(self.gaps.n), self.minimum_group)
        return tr(
            "Of {many} customers who have come back, half usually let at most {days} pass between "
            "two purchases, a tenth at most {least}, and a tenth {most} or more. "
            "{how} A customer with few gaps is taken to be much like the others, one with many goes "
            "by their own.",
            many=many,
            days=words.count(round(middle), "day"),
            least=words.count(round(low), "day"),
            most=words.count(round(high), "day"),
            how=how,
        )

    def _own(self) -> tuple[Array, Array]:
        """Put the shop's pace beside each customer's own gaps: the shape and the days of what is known of it."""
        own = self.pace_shape + self.regularity * self.gaps.n.astype(np.float64)
        return own, self.pace_days + self.gaps.days.astype(np.float64)


def find_cadence(engine: Engine, customers: Customers, *, minimum_group: int = 5) -> Cadence:
    """Learn the cadence of each customer from the orders up to the end of calibration; see `fit_cadence`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> cadence = cx.find_cadence(kit.intake.engine, kit.customers)
    >>> print(cadence.reading)  # doctest: +ELLIPSIS
    Of 360 customers who have come back, half usually let at most 28 days pass between two purchases, a ...
    """
    return fit_cadence(read_gaps(engine, customers), minimum_group=minimum_group)


def _too_few(n: int, *, few_back: bool) -> str:
    if few_back:
        return trn(
            "A cadence takes {customers} customers, {repeaters} of whom have come back, and there is {n}, of whom "
            "fewer have. Bring a longer order history.",
            "A cadence takes {customers} customers, {repeaters} of whom have come back, and there are {n}, of whom "
            "fewer have. Bring a longer order history.",
            n, customers=FEWEST_CUSTOMERS, repeaters=FEWEST_REPEATERS, n=words.number(n),
        )  # fmt: skip
    return trn(
        "A cadence takes {customers} customers, {repeaters} of whom have come back, and there is {n}. Bring a longer "
        "order history.",
        "A cadence takes {customers} customers, {repeaters} of whom have come back, and there are {n}. Bring a longer "
        "order history.",
        n, customers=FEWEST_CUSTOMERS, repeaters=FEWEST_REPEATERS, n=words.number(n),
    )  # fmt: skip


def fit_cadence(gaps: OwnGaps, *, minimum_group: int = 5) -> Cadence:
    """Learn how long each customer lets pass between two purchases.

    Parameters
    ----------
    gaps : each customer's own, and the silence since.
    minimum_group : of the study; smaller groups are not counted out in the reading.

    Notes
    -----
    MBG/CNBD-k with a k that need not be whole. While a customer is one, the gaps follow a gamma distribution of shape
    k, the same for all, and a rate of the customer's own; the rates follow a gamma distribution over the customers.
    After each purchase, the first one too, a customer may leave, with a chance that is spread like a beta distribution.
    The parameters are those of the largest likelihood, of `MOST_FITTED` customers where there are more. It takes in the
    silence, which is a gap that is not over or no gap at all: gaps that were seen to their end are the shorter ones,
    and those who left would pass for slow.

    Given n gaps of R days in all, the rate has shape r + k n and a + R days, and of the next gap, if there is one, a
    share I(r + k n, k; (a + R) / (a + R + s)) lasts longer than s days (I is the regularised incomplete beta function).
    So who has few gaps is judged nearly by the shop's, who has many nearly by their own.

    References
    ----------
    Reutterer, Platzer and Schröder (2021), Leveraging purchase regularity for predicting customer behavior the easy
    way, International Journal of Research in Marketing 38(1), 194-215; Platzer and Reutterer (2016), Ticking away the
    moments, Marketing Science 35(5), 779-799.
    """
    n, again = len(gaps.n), int(gaps.has_own.sum())
    if n < FEWEST_CUSTOMERS or again < FEWEST_REPEATERS:
        return _nothing(
            gaps,
            _too_few(n, few_back=again < FEWEST_REPEATERS),
        )
    some, pilot = spaced(gaps, MOST_FITTED), spaced(gaps, _PILOT)
    tried = [_climb(np.log(np.array(start)), pilot, 1e-8) for start in _STARTS]
    best = _climb(min(tried, key=lambda fit: float(fit.fun)).x, some, 1e-12)
    shape, pace, regularity, a, b = (float(x) for x in np.exp(best.x))
    error = _error_of_regularity(np.asarray(best.x, dtype=np.float64), some)
    return Cadence(gaps, shape, pace, regularity, (a, b), -float(best.fun), len(some.n), error, "", minimum_group)


def spaced(gaps: OwnGaps, most: int) -> OwnGaps:
    """Take at most so many customers, evenly spaced over all when these are sorted by their gaps and their silence."""
    order = np.lexsort((gaps.logs, gaps.silence, gaps.days, gaps.n))
    take = min(most, len(order))
    return gaps[order[((np.arange(take) + 0.5) * len(order) / take).astype(np.int64)]]


def _climb(start: Array, gaps: OwnGaps, tolerance: float) -> OptimizeResult:
    """Search for the largest likelihood, in the logarithms of the parameters; customers who are alike count as one."""
    different, counts = np.unique(
        np.column_stack([gaps.n, gaps.days, gaps.logs, gaps.silence]), axis=0, return_counts=True
    )
    n, days, logs, silence = different.T
    own = OwnGaps(n.astype(np.int64), days.astype(np.int64), logs, silence.astype(np.int64))
    box = [(float(np.log(low)), float(np.log(high))) for low, high in _BOX]

    def unlikely(at: Array) -> float:
        return -float(counts @ _each(np.exp(at), own))

    return minimize(unlikely, start, method="L-BFGS-B", jac="2-point", bounds=box, options={"ftol": tolerance})


def _error_of_regularity(at: Array, gaps: OwnGaps) -> float | None:
    """Return the standard error of the logarithm of k, from the curvature in r, the days of the pace and k."""
    moves = _MOVE * np.eye(len(at))[:_PACES]

    def likely(move: Array) -> float:
        return log_likelihood(np.exp(at + move), gaps)

    curvature = np.array(
        [
            [likely(one + other) - likely(one - other) - likely(other - one) + likely(-one - other) for other in moves]
            for one in moves
        ]
    ) / (4 * _MOVE**2)  # fmt: skip
    if not np.isfinite(curvature).all() or (np.linalg.eigvalsh(-curvature) <= 0).any():
        return None
    return float(np.sqrt(np.linalg.inv(-curvature)[-1, -1]))


def log_likelihood(parameters: Array, gaps: OwnGaps) -> float:
    """Return how likely the gaps and silences are.

    Parameters
    ----------
    parameters : shape (5,): r and days of the paces, k, a and b of leaving.
    """
    return float(_each(parameters, gaps).sum())


def _each(parameters: Array, gaps: OwnGaps) -> Array:
    """Return the log-likelihood of each customer, shape (n,)."""
    r, pace, k, a, b = parameters
    n, own, more = gaps.n, r + k * gaps.n, pace + gaps.days
    seen = gammaln(own) - gammaln(r) + r * np.log(pace) - own * np.log(more) + (k - 1) * gaps.logs - n * gammaln(k)
    goes_on = betainc(own, k, more / (more + gaps.silence))
    with np.errstate(divide="ignore"):
        here = betaln(a, b + n + 1) + np.log(goes_on)
    return np.asarray(seen - betaln(a, b) + np.logaddexp(here, betaln(a + 1, b + n)), dtype=np.float64)


def _nothing(gaps: OwnGaps, missing: str) -> Cadence:
    return Cadence(gaps, 1.0, 1.0, 1.0, (1.0, 1.0), 0.0, 0, missing=missing)
