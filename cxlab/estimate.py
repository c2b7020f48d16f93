"""A finding: an estimate with its interval, or a verdict; and the few ways to get an interval."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Findings = Mapping[str, "Estimate"]
_DIGITS = 10
_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class Estimate:
    """A number with what is needed to believe it, or a verdict, or both.

    Attributes
    ----------
    value : the estimate, in `unit`; text only for a date (ISO 8601); None for a verdict alone.
    low, high : ends of the interval, in `unit`.
    level : coverage of the interval, in (0, 1).
    n : customers (or other units) it rests on.
    unit : what one of it is, in plain words.
    verdict : token of the rule that was applied.

    Examples
    --------
    >>> Estimate(0.3, 0.1, 0.5, n=40, unit="purchases per customer").as_finding()["low"]
    0.1
    >>> Estimate(verdict="yes").as_finding()
    {'verdict': 'yes'}
    """

    value: float | int | str | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    n: int | None = None
    unit: str | None = None
    verdict: str | None = None

    @property
    def number(self) -> float:
        """The estimate as a float; NaN where there is none."""
        return math.nan if self.value is None or isinstance(self.value, str) else float(self.value)

    @property
    def has_interval(self) -> bool:
        """Whether both ends are known and finite."""
        return _finite(self.low) is not None and _finite(self.high) is not None

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends of an interval that is there; an error where it is not."""
        assert self.low is not None and self.high is not None, "the estimate has no interval"
        return self.low, self.high

    def as_finding(self) -> dict[str, Any]:
        """Return the finding as it stands in `results.json`: what does not apply is left out, never NaN or Infinity."""
        finding: dict[str, Any] = {}
        value = self.value if isinstance(self.value, str) else _finite(self.value)
        if value is not None:
            finding["estimate"] = value
        if value is not None and self.has_interval:
            finding.update(low=_finite(self.low), high=_finite(self.high), level=self.level)
        if self.n is not None:
            finding["n"] = int(self.n)
        if self.unit is not None and value is not None:
            finding["unit"] = self.unit
        if self.verdict is not None:
            finding["verdict"] = self.verdict
        return finding


def normal_interval(
    value: float, standard_error: float, *, level: float = 0.95, n: int | None = None, unit: str | None = None
) -> Estimate:
    """Estimate with the symmetric normal interval: value -+ z x standard error."""
    reach = float(norm.ppf(0.5 + level / 2)) * standard_error
    return Estimate(value, value - reach, value + reach, level, n, unit)


def log_normal_interval(
    value: float, standard_error: float, *, level: float = 0.95, n: int | None = None, unit: str | None = None
) -> Estimate:
    """Estimate of a positive quantity, its interval symmetric on the log scale (delta method)."""
    reach = float(norm.ppf(0.5 + level / 2)) * standard_error / value
    factor = math.exp(reach) if reach < _LARGEST_EXPONENT else math.inf
    return Estimate(value, value / factor, value * factor, level, n, unit)


def percentile_interval(
    value: float, draws: NDArray[np.float64], *, level: float = 0.95, n: int | None = None, unit: str | None = None
) -> Estimate:
    """Estimate with the percentile interval of its bootstrap draws, shape (B,); non-finite draws are an error."""
    if not np.isfinite(draws).all():
        raise ValueError(f"{int((~np.isfinite(draws)).sum())} of {draws.size} bootstrap draws are not finite")
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    return Estimate(value, float(low), float(high), level, n, unit)


def wilson_interval(successes: int, n: int, *, level: float = 0.95, unit: str | None = "share") -> Estimate:
    """Share of `n` with Wilson's score interval (Wilson 1927).

    Examples
    --------
    >>> share = wilson_interval(0, 10)
    >>> share.value, share.low, round(share.high, 3)
    (0.0, 0.0, 0.278)
    """
    z = float(norm.ppf(0.5 + level / 2))
    p = successes / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = 0.0 if successes == 0 else max(0.0, centre - reach)
    high = 1.0 if successes == n else min(1.0, centre + reach)
    return Estimate(p, low, high, level, n, unit)


MOST_DRAWN = 20_000  # customers that are drawn one by one; more are drawn by the lot


def bootstrap_weights(n: int, draws: int, seed: int) -> NDArray[np.int32]:
    """How often each of `n` customers is drawn in each bootstrap sample: shape (draws, n), each row sums to n."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, n, size=(draws, n))
    return np.stack([np.bincount(row, minlength=n) for row in rows]).astype(np.int32)


def bootstrap_sums(columns: NDArray[np.float64], draws: int, seed: int) -> NDArray[np.float64]:
    """Sum each column over each bootstrap sample of the customers: shape (n, m) to (draws, m).

    Ratios, shares and differences of such sums are then bootstrapped together, with the same customers in each draw.
    One sample is held at a time, and the sums do not depend on the number of threads.

    Of more than `MOST_DRAWN` customers, so many lots of them are drawn instead, into which all are dealt by chance. How
    the lots differ from their expected sums tells as much as how single customers differ from the mean: the standard
    error is the same, known to half a percent of itself.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapter 2 (the method of random groups).
    """
    rng = np.random.default_rng(seed)
    n = len(columns)
    if n <= MOST_DRAWN:
        return _drawn_sums(columns, draws, rng)
    lots = rng.permutation(n) % MOST_DRAWN
    means = columns.mean(axis=0)
    apart = [np.bincount(lots, column - mean) for column, mean in zip(columns.T, means, strict=True)]
    return np.asarray(_drawn_sums(np.stack(apart, axis=1), draws, rng) + n * means)


def _drawn_sums(columns: NDArray[np.float64], draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    n = len(columns)
    return np.stack(
        [
            np.einsum("i,ij->j", np.bincount(rng.integers(0, n, size=n), minlength=n).astype(np.float64), columns)
            for _ in range(draws)
        ]
    )


def columns_of(name: str, estimates: Iterable[Estimate]) -> dict[str, list[float]]:
    """Lay estimates out as the columns of a table: `name`, `name`_low and `name`_high; NaN where there is none.

    Examples
    --------
    >>> columns_of("share", [Estimate(0.5, 0.4, 0.6), Estimate(0.1)])
    {'share': [0.5, 0.1], 'share_low': [0.4, nan], 'share_high': [0.6, nan]}
    """
    all_of_them = list(estimates)
    return {
        name: [e.number for e in all_of_them],
        f"{name}_low": [math.nan if e.low is None else e.low for e in all_of_them],
        f"{name}_high": [math.nan if e.high is None else e.high for e in all_of_them],
    }


def _finite(value: float | int | None) -> float | int | None:
    """Round to ten significant digits, so that a library's last bits never show; None if not finite."""
    if value is None or isinstance(value, bool) or not math.isfinite(value):
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    rounded = float(f"{value:.{_DIGITS}g}")
    return rounded if math.isfinite(rounded) else float(value)
