"""Covariates as numbers, and a generic basis of them, curves, steps and products, so that no shape is assumed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.means import Array, Codes

MOST_LEVELS = 20
"""A category beyond the so many most frequent ones counts as one with the other rare ones."""
OTHER = "other"
"""The name of categories that are gathered."""
_HINGES = (0.25, 0.5, 0.75)
_STEPS = (0.2, 0.4, 0.6, 0.8)
_STEPPED = 20_000
"""With more rows there are no steps: they make half as many columns again, and time goes with the square."""
_FEW_VALUES = 4
_MANY = 100_000
_HALF = np.float32
_AT_ONCE, _ROWS_AT_ONCE = 16, 8_192  # columns and rows written together: one by one they would lie far apart
_STRAIGHT = 10.0
"""Scale of the covariates themselves beside that of their hinges, squares and products: one ridge for all then weighs a
hundred times less on them. With one scale it takes as much from the lines, and of what lies in line behind choice and
outcome a part stays in the effect."""
_PAIRED = 8
"""Products are taken of the so many covariates that go most with the gesture or the outcome: all would be too many."""


@dataclass(frozen=True, eq=False)
class Basis:
    """What models are fitted on.

    Attributes
    ----------
    columns : shape (n, q). straight : how many of the first of them are the covariates themselves.
    """

    columns: Array
    straight: int = 0

    @property
    def of_gesture(self) -> Array:
        """What a gesture adds to the columns where it counts 1: itself, hardly penalised, and times each covariate.

        Shape (n, 1 + straight), of the columns' precision.
        """
        found = np.full((len(self.columns), 1 + self.straight), _STRAIGHT, dtype=self.columns.dtype)
        np.divide(self.columns[:, : self.straight], _STRAIGHT, out=found[:, 1:])
        return found


def as_numbers(
    frame: pd.DataFrame, *, people: Codes | None = None, minimum_group: int = 1
) -> tuple[Array, tuple[str, ...]]:
    """Turn covariates into numbers: categories into indicators, gaps into the median with an indicator of the gap.

    Parameters
    ----------
    frame : shape (n, columns); numeric, boolean or text. Infinite values count as gaps.
    people : shape (n,), number of the customer; None: each row is another.
    minimum_group : a category that fewer people hold is named by nobody: it is gathered with the other rare ones.

    Returns
    -------
    matrix : shape (n, p); columns that do not vary are left out.
    names : the p names; an indicator is named ``column = value``, that of all rare categories ``column = other``.
    """
    columns: dict[str, Array] = {}
    for name in frame.columns:
        series = frame[name]
        if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
            known = np.isfinite(values)
            if not known.any():
                continue
            columns[str(name)] = np.where(known, values, np.median(values[known]))
            columns[f"{name} missing"] = (~known).astype(np.float64)
        else:
            text, levels = _levels(series.astype("str").where(series.notna(), "missing"), people, minimum_group)
            for level in levels[1:]:
                columns[f"{name} = {level}"] = np.asarray(text == level, dtype=np.float64)
    kept = {name: column for name, column in columns.items() if np.ptp(column) > 0}
    if not kept:
        return np.empty((len(frame), 0)), ()
    return np.column_stack(list(kept.values())), tuple(kept)


def _levels(text: pd.Series, people: Codes | None, minimum_group: int) -> tuple[pd.Series, list[str]]:
    """Gather rare categories, and name those that are left, the most frequent first.

    Those gathered are named as well, unless too few people hold even all of them: then they are no category of their
    own, and stand with the most frequent one, which has no indicator.
    """
    counts = text.value_counts()
    held = counts if people is None else pd.Series(people).groupby(text.to_numpy()).nunique()
    frequent = sorted(counts.index, key=lambda level: (-int(counts[level]), str(level)))[:MOST_LEVELS]
    named = [level for level in frequent if int(held[level]) >= minimum_group]
    if len(named) == len(counts):
        return text, named
    gathered = text.where(text.isin(named), OTHER)
    others = (gathered == OTHER).to_numpy()
    n_others = int(others.sum()) if people is None else len(np.unique(people[others]))
    levels = [level for level in named if level != OTHER]
    return gathered, levels if n_others < minimum_group else [*levels, OTHER]


def gather_rare(labels: NDArray[np.object_], minimum_group: int) -> NDArray[np.object_]:
    """Name groups that fewer than `minimum_group` rows are in by one word for all of them.

    Examples
    --------
    >>> gather_rare(np.array(["a", "a", "b", "c"], dtype=object), 2).tolist()
    ['a', 'a', 'other', 'other']
    """
    named = labels.astype(str)
    _, place, counts = np.unique(named, return_inverse=True, return_counts=True)
    return np.where(counts[place] < minimum_group, OTHER, named).astype(object)


def expand(matrix: Array, treated: NDArray[np.bool_], outcome: Array) -> Basis:
    """Expand covariates to a basis in which a smooth effect of each and of pairs of them can be drawn.

    Each covariate is put on a scale of logarithms where it is long-tailed, then standardised; one with more than a few
    values gets hinges at its quartiles, a square, and, up to 20,000 rows, steps at its quintiles; then come the
    products of pairs of those that matter most.

    Parameters
    ----------
    matrix : shape (n, p). treated, outcome : shape (n,), by which it is seen which covariates matter most.

    Returns
    -------
    Columns of mean 0 and standard deviation 1, or `_STRAIGHT` for the covariates themselves; those that do not vary are
    left out. In half the precision for more than 100,000 rows, where sums over the rows lose nothing by it.
    """
    n = len(matrix)
    columns = standard_columns(matrix)
    most = (2 + len(_HINGES) + len(_STEPS)) * len(columns) + _PAIRED * (_PAIRED - 1) // 2
    found = np.empty((n, most), dtype=_HALF if n > _MANY else np.float64)
    filled = 0
    curves = (x.astype(found.dtype) for x in _curves(columns, treated, outcome))
    while some := list(islice(curves, _AT_ONCE)):
        for begin in range(0, n, _ROWS_AT_ONCE):
            rows = slice(begin, begin + _ROWS_AT_ONCE)
            found[rows, filled : filled + len(some)] = np.stack([x[rows] for x in some]).T
        filled += len(some)
    found[:, : len(columns)] *= _STRAIGHT
    return Basis(found[:, :filled], len(columns))


def standard_columns(matrix: Array) -> list[Array]:
    """Give the columns of a matrix on a scale of logarithms where they are long-tailed, standardised."""
    return [x for column in matrix.T if (x := _standard(_tamed(column))) is not None]


def columns_by_covariate(names: Sequence[str]) -> dict[str, list[int]]:
    """Gather the columns of `as_numbers` by the covariate that they tell of.

    Examples
    --------
    >>> columns_by_covariate(["age", "age missing", "town = A", "town = B"])
    {'age': [0, 1], 'town': [2, 3]}
    """
    found: dict[str, list[int]] = {}
    for k, name in enumerate(names):
        found.setdefault(name.removesuffix(" missing").partition(" = ")[0], []).append(k)
    return found


def _curves(columns: list[Array], treated: NDArray[np.bool_], outcome: Array) -> Iterator[Array]:
    """Give the standardised columns, then their hinges, squares and steps, then the products of pairs."""
    yield from columns
    for x in columns:
        if len(np.unique(x[:2000])) > _FEW_VALUES or len(np.unique(x)) > _FEW_VALUES:
            knots = np.unique(np.quantile(x, _HINGES))
            yield from _kept(np.maximum(x - knot, 0.0) for knot in knots)
            yield from _kept([x**2])
            if len(x) <= _STEPPED:
                yield from _kept((x > step).astype(np.float64) for step in np.unique(np.quantile(x, _STEPS)))
    paired = _most_telling(columns, treated, outcome) if columns else []
    yield from _kept(paired[i] * paired[j] for i in range(len(paired)) for j in range(i))


def _most_telling(columns: list[Array], treated: NDArray[np.bool_], outcome: Array) -> list[Array]:
    """Pick the standardised columns that correlate most with the gesture or with the outcome without one."""
    gets = _standard(treated.astype(np.float64))
    comes = _standard(outcome[~treated]) if (~treated).any() else None
    told = []
    for x in columns:
        with_gesture = 0.0 if gets is None else abs(float((x * gets).mean()))
        with_outcome = 0.0 if comes is None else abs(float((x[~treated] * comes).mean()))
        told.append(max(with_gesture, with_outcome))
    picked = sorted(sorted(range(len(columns)), key=lambda k: (-told[k], k))[:_PAIRED])
    return [columns[k] for k in picked]


def _kept(columns: Iterable[Array]) -> Iterator[Array]:
    return (x for column in columns if (x := _standard(column)) is not None)


def _tamed(x: Array) -> Array:
    """Put a long-tailed covariate on the scale of logarithms, the sign kept."""
    middle = np.median(np.abs(x[x != 0])) if (x != 0).any() else 0.0
    if middle == 0 or np.abs(x).max() <= 5 * middle:
        return x
    return np.asarray(np.sign(x) * np.log1p(np.abs(x) / middle))


def _standard(x: Array) -> Array | None:
    spread = float(x.std())
    if spread <= 1e-9 * max(1.0, float(np.abs(x).max())):
        return None
    return np.asarray((x - x.mean()) / spread)
