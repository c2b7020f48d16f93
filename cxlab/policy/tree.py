"""A rule that a person can read: two questions about a customer, then give or do not give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.basis import as_numbers
from cxlab.gestures.means import Array

MOST_COVARIATES = 8
"""The search looks at the so many covariates that go most with the gain."""
LEAST_SHARE, LEAST_ROWS = 0.05, 20
"""No answer of the rule may rest on a smaller share of the rows, nor on fewer of them."""
PRICE = 1.0
"""A question must gain more than so many standard errors of the gain of all rows, or it is not asked."""
_QUANTILES = np.linspace(0.1, 0.9, 9)
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rule:
    """A question about a customer, or an answer.

    Attributes
    ----------
    give : the answer; None where a question is asked.
    covariate, column, threshold : the question is whether the covariate, that column of the matrix, is at most so much.
    below, above : what follows on yes and on no.
    """

    give: bool | None = None
    covariate: str = ""
    column: int = -1
    threshold: float = 0.0
    below: "Rule | None" = None
    above: "Rule | None" = None

    def decide(self, matrix: Array) -> Mask:
        """Answer for each row of a matrix with the columns that the rule was learned on: shape (n,)."""
        if self.give is not None:
            return np.full(len(matrix), self.give)
        assert self.below is not None and self.above is not None
        low = matrix[:, self.column] <= self.threshold
        return np.where(low, self.below.decide(matrix), self.above.decide(matrix))

    def answers(self) -> Iterator[tuple[tuple[tuple[str, bool, float], ...], bool]]:
        """Give each answer from the left with what leads to it: (covariate, whether at most, threshold) each."""
        if self.give is not None:
            yield (), self.give
            return
        assert self.below is not None and self.above is not None
        for low, branch in ((True, self.below), (False, self.above)):
            for path, give in branch.answers():
                yield ((self.covariate, low, self.threshold), *path), give


def rule_matrix(
    known: pd.DataFrame, ahead: pd.DataFrame | None = None, *, minimum_group: int = 1
) -> tuple[Array, Array, tuple[str, ...]]:
    """Lay out what is known as a rule asks about it: shape (n, p), the same for the rows of `ahead`, and the p names.

    A number that is not known counts as larger than all, so that days since what never was are many. Categories become
    indicators; those that fewer than `minimum_group` rows hold are not named.
    """
    n = len(known)
    both = known if ahead is None else pd.concat([known, ahead[known.columns]], ignore_index=True)
    filled = {}
    for name in known.columns:
        column = both[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            largest = values[np.isfinite(values)].max(initial=0.0)
            filled[name] = np.where(np.isfinite(values), values, largest + 1)
        else:
            filled[name] = column.to_numpy(dtype=object)
    matrix, names = as_numbers(pd.DataFrame(filled), minimum_group=minimum_group)
    return matrix[:n], matrix[n:], names


def learn_rule(gain: Array, matrix: Array, names: Sequence[str]) -> Rule:
    """Search all rules of at most two questions for the one that would have gained most.

    Questions ask whether a covariate is at most a threshold near one of its nine deciles, rounded to two figures. Every
    pair of questions is looked at, from sums of the gain over a grid of each pair of covariates, so that the rows are
    gone through once for each pair. A question has a price, for the best of many gains something by chance.

    Parameters
    ----------
    gain : shape (n,), scores whose mean over a group is its gain.
    matrix : shape (n, p), finite; its p `names`.

    References
    ----------
    Zhou, Athey and Wager (2023), Offline multi-action policy learning, Operations Research 71(1), for the exact search.
    Mbakop and Tabord-Meehan (2021), Model selection for treatment choice, Econometrica 89(2), for the price.

    Examples
    --------
    >>> x = np.arange(100.0)
    >>> rule = learn_rule(np.where(x > 50, 1.0, -1.0), x[:, None], ["x"])
    >>> rule.covariate, rule.threshold, rule.below.give, rule.above.give
    ('x', 50.0, False, True)
    """
    best, rule = max(float(gain.sum()), 0.0), Rule(give=bool(gain.sum() > 0))
    price = PRICE * float(np.sqrt(((gain - gain.mean()) ** 2).sum()))
    columns = _most_telling(gain, matrix)
    cuts = [_thresholds(matrix[:, k]) for k in columns]
    codes = [np.searchsorted(cut, matrix[:, k], side="left") for k, cut in zip(columns, cuts, strict=True)]
    least = float(max(LEAST_SHARE * len(gain), LEAST_ROWS))
    grids = {(f, g): _grid(codes[f], codes[g], gain, len(cuts[f]) + 1, len(cuts[g]) + 1)
             for f in range(len(columns)) for g in range(len(columns)) if f <= g}  # fmt: skip
    for f in range(len(columns)):
        if not len(cuts[f]):
            continue
        sides = [_best_second(f, grids, len(columns), least, price, above=above) for above in (False, True)]
        value = sides[0][0] + sides[1][0] - price
        t = int(np.argmax(value))
        if value[t] > best:
            best = float(value[t])
            branches = [_branch(side, t, columns, cuts, names) for side in sides]
            rule = Rule(None, names[columns[f]], columns[f], float(cuts[f][t]), branches[0], branches[1])
    return _simple(rule)


def _most_telling(gain: Array, matrix: Array) -> list[int]:
    """Pick the columns that correlate most with the gain, or its size with which goes most."""
    centred = matrix - matrix.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    told = np.where(spread > 0, np.abs(centred.T @ (gain - gain.mean())) / np.where(spread > 0, spread, 1.0), -1.0)
    order = sorted(range(matrix.shape[1]), key=lambda k: (-told[k], k))[:MOST_COVARIATES]
    return sorted(k for k in order if told[k] >= 0)


def _thresholds(x: Array) -> Array:
    """Return thresholds near the deciles, written with two figures, that leave rows on both sides."""
    found = np.unique([float(f"{v:.2g}") for v in np.quantile(x, _QUANTILES)])
    return np.asarray(found[(found >= x.min()) & (found < x.max())])


_Grid = tuple[Array, Array]


def _grid(a: NDArray[np.int64], b: NDArray[np.int64], gain: Array, n_a: int, n_b: int) -> _Grid:
    """Sum the gain, and count the rows, over the cells of two coded covariates."""
    cells = a * n_b + b
    sums = np.bincount(cells, weights=gain, minlength=n_a * n_b)
    rows = np.bincount(cells, minlength=n_a * n_b).astype(np.float64)
    return np.asarray(sums, dtype=np.float64).reshape(n_a, n_b), rows.reshape(n_a, n_b)


_Second = tuple[Array, NDArray[np.int64], NDArray[np.int64], Mask, Mask]


def _best_second(
    f: int, grids: dict[tuple[int, int], _Grid], p: int, least: float, price: float, *, above: bool
) -> _Second:
    """Find, for each threshold of the first question, the best second question on one side of it.

    Returns
    -------
    value : most that this side gains, less the price of a question; -inf where too few rows are in it. which, at :
        covariate and place of the threshold of the second question; -1 where it is not worth its price. low, high : the
        answers on its two sides.
    """
    own_sum, own_n = (_side(part.sum(axis=1, keepdims=True), above)[:, 0] for part in grids[f, f])
    value = np.where(own_n >= least, np.maximum(own_sum, 0.0), -np.inf)
    which, at = np.full(len(value), -1), np.full(len(value), -1)
    low, high = own_sum > 0, own_sum > 0
    for g in range(p):
        sums, n = grids[(f, g)] if f <= g else (part.T for part in grids[g, f])
        left, left_n = (np.cumsum(_side(part, above), axis=1)[:, :-1] for part in (sums, n))
        if not left.shape[1]:
            continue
        right, right_n = own_sum[:, None] - left, own_n[:, None] - left_n
        gained = np.where(
            (left_n >= least) & (right_n >= least), np.maximum(left, 0.0) + np.maximum(right, 0.0), -np.inf
        )
        place = gained.argmax(axis=1)
        rows = np.arange(len(value))
        better = gained[rows, place] - price > value
        value = np.where(better, gained[rows, place] - price, value)
        which, at = np.where(better, g, which), np.where(better, place, at)
        low, high = np.where(better, left[rows, place] > 0, low), np.where(better, right[rows, place] > 0, high)
    return value, which, at, low, high


def _side(cells: Array, above: bool) -> Array:
    """Sum the first axis up to each threshold, or beyond it: one row a threshold."""
    up_to = np.cumsum(cells, axis=0)
    return up_to[-1] - up_to[:-1] if above else up_to[:-1]


def _branch(side: _Second, t: int, columns: list[int], cuts: list[Array], names: Sequence[str]) -> Rule:
    _, which, at, low, high = side
    g = int(which[t])
    if g < 0:
        return Rule(give=bool(low[t]))
    answers = Rule(give=bool(low[t])), Rule(give=bool(high[t]))
    return Rule(None, names[columns[g]], columns[g], float(cuts[g][int(at[t])]), *answers)


def _simple(rule: Rule) -> Rule:
    """Leave out questions whose answers are the same."""
    if rule.give is not None:
        return rule
    assert rule.below is not None and rule.above is not None
    below, above = _simple(rule.below), _simple(rule.above)
    if below.give is not None and below.give == above.give:
        return Rule(give=below.give)
    return Rule(None, rule.covariate, rule.column, rule.threshold, below, above)
