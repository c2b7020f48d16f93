"""The log-likelihoods of BG/NBD and MBG/NBD with gradient and Hessian, over different histories only."""

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, polygamma

from cxlab.purchases.histories import DAYS_A_WEEK, Array, Counts, Histories
from cxlab.purchases.maximum import in_logarithms

_LONG = 10_000  # numbers from which on BLAS takes several threads


class BgNbdLikelihood:
    """Log-likelihood of (r, alpha, a, b), weeks, as a function of the logarithms of the parameters.

    Every customer with the same history adds the same amount, so each history is worked out once and counted as
    often as it occurs. What depends on the frequency alone (the gamma functions) or on one day alone (the logarithms)
    is worked out once for each frequency and each day.

    Parameters
    ----------
    histories : different histories.
    counts : shape (n different,), customers that have each.
    from_first : whether a customer may leave already after the first order (MBG/NBD), and not only after a repeat
        purchase (BG/NBD).

    Notes
    -----
    A first order after which one may leave is one more occasion to leave: MBG/NBD has b + 1 where BG/NBD has b, treats
    who bought once like everybody else, and adds log(b / (a + b)) a customer.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), equation 6; Batislam,
    Denizel and Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
    International Journal of Research in Marketing 24, 201-209.
    """

    def __init__(self, histories: Histories, counts: Counts, *, from_first: bool = False) -> None:
        self._from_first = from_first
        x, weight = histories.frequency, counts.astype(np.float64)
        self._histories, self._counts = histories, weight
        self._x, self._x_weight = _totals(x, weight)
        once = (x == 0) & (not from_first)
        days, self._once_weight = _totals(histories.age_days[once], weight[once])
        self._once_age = days / DAYS_A_WEEK
        again = ~once
        self._weight = weight[again]
        self._repeats = x[again].astype(np.float64)
        frequencies, self._n_of = np.unique(x[again], return_inverse=True)
        self._frequencies = frequencies.astype(np.float64)
        age_days, self._age_of = np.unique(histories.age_days[again], return_inverse=True)
        recency_days, self._recency_of = np.unique(histories.recency_days[again], return_inverse=True)
        self._age, self._recency = age_days / DAYS_A_WEEK, recency_days / DAYS_A_WEEK

    def __call__(self, log_parameters: Array) -> tuple[float, Array, Array]:
        """Return the log-likelihood, its gradient (4,) and its Hessian (4, 4), both in the logarithms."""
        parameters = np.exp(log_parameters)
        r, alpha, a, b = (float(p) for p in parameters)
        b += self._from_first
        value, gradient, hessian = self._counting(r, alpha, a, b)
        self._add_one_time(r, alpha, gradient, hessian)
        value += float(self._once_weight @ (-r * np.log(alpha + self._once_age)))
        value += self._add_repeaters(r, alpha, a, b, gradient, hessian)
        if self._from_first:
            value += self._add_first(a, b - 1, gradient, hessian)
        return value, *in_logarithms(parameters, gradient, hessian + np.triu(hessian, 1).T)

    def scores(self, log_parameters: Array) -> tuple[Array, Array]:
        """Return what one customer of each history adds to the gradient, (n different, 4), and how many there are."""
        parameters = np.exp(log_parameters)
        r, alpha, a, b = (float(p) for p in parameters)
        b += self._from_first
        x, again = self._histories.frequency, (self._histories.frequency > 0) | self._from_first
        R, left = r + x, b + (x if self._from_first else np.maximum(x, 1)) - 1
        age, recency = alpha + self._histories.age, alpha + self._histories.recency
        odds = np.where(again, np.log(a) - np.log(left) + R * (np.log(age) - np.log(recency)), -np.inf)
        gone = expit(odds)
        stays = digamma(a + b) - digamma(a + b + x)
        each = [
            digamma(R) - digamma(r) + np.log(alpha) - (1 - gone) * np.log(age) - gone * np.log(recency),
            r / alpha - R * ((1 - gone) / age + gone / recency),
            stays + gone / a,
            stays + digamma(b + x) - digamma(b) - gone / left,
        ]
        if self._from_first:
            each[2] = each[2] - 1 / (a + b - 1)
            each[3] = each[3] + 1 / (b - 1) - 1 / (a + b - 1)
        return np.stack(each, axis=1) * parameters, self._counts

    def _counting(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Array, Array]:
        """Sum what depends on the frequency alone; Hessians are filled above the diagonal only."""
        x, w = self._x.astype(np.float64), self._x_weight
        n = float(w.sum())
        value = float(w @ (gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)))
        ab, abx = a + b, a + b + x
        from_a = float(w @ (digamma(ab) - digamma(abx)))
        from_b = from_a + float(w @ (digamma(b + x) - digamma(b)))
        gradient = np.array(
            [float(w @ (digamma(r + x) - digamma(r))) + n * np.log(alpha), n * r / alpha, from_a, from_b]
        )
        both = float(w @ (polygamma(1, ab) - polygamma(1, abx)))
        hessian = np.zeros((4, 4))
        hessian[0, 0] = float(w @ (polygamma(1, r + x) - polygamma(1, r)))
        hessian[0, 1] = n / alpha
        hessian[1, 1] = -n * r / alpha**2
        hessian[2, 2] = hessian[2, 3] = both
        hessian[3, 3] = both + float(w @ (polygamma(1, b + x) - polygamma(1, b)))
        return value, gradient, hessian

    def _add_first(self, a: float, b: float, gradient: Array, hessian: Array) -> float:
        """Add the chance b / (a + b) of staying after the first order; return its part of the value."""
        n = float(self._counts.sum())
        gradient[2] -= n / (a + b)
        gradient[3] += n / b - n / (a + b)
        hessian[2, 2] += n / (a + b) ** 2
        hessian[2, 3] += n / (a + b) ** 2
        hessian[3, 3] += n / (a + b) ** 2 - n / b**2
        return n * float(np.log(b) - np.log(a + b))

    def _add_one_time(self, r: float, alpha: float, gradient: Array, hessian: Array) -> None:
        w, reach = self._once_weight, alpha + self._once_age
        inverse = float(w @ (1 / reach))
        gradient[0] -= float(w @ np.log(reach))
        gradient[1] -= r * inverse
        hessian[0, 1] -= inverse
        hessian[1, 1] += r * float(w @ (1 / reach**2))

    def _add_repeaters(self, r: float, alpha: float, a: float, b: float, gradient: Array, hessian: Array) -> float:
        """Add the repeaters' log(exp(alive) + exp(gone)); return their part of the value."""
        w, R = self._weight, r + self._repeats
        left = b + self._frequencies - 1
        log_age, log_recency = np.log(alpha + self._age)[self._age_of], np.log(alpha + self._recency)[self._recency_of]
        age, recency = (1 / (alpha + self._age))[self._age_of], (1 / (alpha + self._recency))[self._recency_of]
        by_left = (1 / left)[self._n_of]
        # log odds that the customer left after the last order
        odds = (np.log(a) - np.log(left))[self._n_of] + R * (log_age - log_recency)
        alive = 1 / (1 + np.exp(np.minimum(odds, 700.0)))
        gone = 1 - alive
        value = _dot(w, -R * log_age + np.logaddexp(0.0, odds))
        w_gone, w_alive = w * gone, w * alive
        split = w_gone * alive
        by_r, by_alpha = log_age - log_recency, R * (age - recency)
        total_gone = float(w_gone.sum())
        gradient += [
            -_dot(w_alive, log_age) - _dot(w_gone, log_recency),
            -_dot(w_alive, R * age) - _dot(w_gone, R * recency),
            total_gone / a,
            -_dot(w_gone, by_left),
        ]
        hessian[0, 0] += _dot(split, by_r**2)
        hessian[0, 1] += _dot(split, by_r * by_alpha) - _dot(w_alive, age) - _dot(w_gone, recency)
        hessian[0, 2] += _dot(split, by_r) / a
        hessian[0, 3] -= _dot(split, by_r * by_left)
        hessian[1, 1] += _dot(split, by_alpha**2) + _dot(w_alive, R * age**2) + _dot(w_gone, R * recency**2)
        hessian[1, 2] += _dot(split, by_alpha) / a
        hessian[1, 3] -= _dot(split, by_alpha * by_left)
        hessian[2, 2] += (float(split.sum()) - total_gone) / a**2
        hessian[2, 3] -= _dot(split, by_left) / a
        hessian[3, 3] += _dot(split + w_gone, by_left**2)
        return value


def log_likelihoods(
    parameters: Array, frequency: Counts, recency: Array, age: Array, *, from_first: bool = False
) -> Array:
    """Logarithm of the likelihood of each history: the density of the whole path of its purchases; shape (n,).

    Parameters
    ----------
    parameters : r, alpha, a, b.
    frequency, recency, age : shape (n,), repeat purchases; weeks from the first order to the last, and to the cut.
    from_first : whether a customer may leave already after the first order (MBG/NBD).
    """
    r, alpha, a, b = (float(p) for p in parameters)
    x = np.asarray(frequency, dtype=np.float64)
    occasions = x + from_first
    counted = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + occasions) - betaln(a, b)
    log_age = np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(occasions, 1) - 1) + (r + x) * (log_age - np.log(alpha + recency))
    either = np.where(occasions > 0, np.logaddexp(0.0, left), 0.0)
    return np.asarray(counted - (r + x) * log_age + either, dtype=np.float64)


def _totals(values: Counts, weight: Array) -> tuple[Counts, Array]:
    """Return each different value and the sum of its weights."""
    different, place = np.unique(values, return_inverse=True)
    return different, np.bincount(place, weights=weight, minlength=len(different)).astype(np.float64)


def _dot(first: Array, second: Array) -> float:
    """Sum of products; of long vectors in one thread, for those of BLAS wait for each other on a busy machine."""
    return float(first @ second) if len(first) <= _LONG else float(np.einsum("i,i->", first, second))
