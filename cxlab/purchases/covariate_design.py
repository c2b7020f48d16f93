"""Covariates as numbers that a purchase model can take: which groups there are, and who or what is left out and why."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.blocks import SEGMENTS
from cxlab.different import different_rows
from cxlab.errors import InputError, NotEnoughDataError
from cxlab.language import Texts, tr, trn
from cxlab.purchases.histories import FEWEST_REPEATERS, Array, Counts
from cxlab.words import capital, few

Mask = NDArray[np.bool_]
Kind = Literal["flag", "group", "number"]

OTHER = "other"
"""The name of groups that are too small to stand alone, together."""
EARLIER = "earlier_"
"""How the name of a covariate begins that is made of purchases, but of none that the model counts."""
MOST_LEVELS = 8
"""Groups of one covariate at most; the rarer ones are taken together."""
NUMBER_LEVELS = ("average", "one standard deviation more")
FLAG_LEVELS = ("no", "yes")
_MOST_VALUES = 20  # different values of a number; of more, each twentieth of the customers is taken at its mean
_MADE_OF_PURCHASES = frozenset(
    {
        "segment", "segments", "cluster", "clusters", "cluster_of_four", "effort", "n_orders", "last_order", "revenue",
        "repeat_purchases", "tenure_days", "days_since_last_order", "median_gap_days", "iqr_gap_days", "returns",
        "cost_of_goods", "cost_to_serve", "gesture_cost", "contribution", "mean_order_value", "mean_repeat_value",
        "n_repeat_values", "holdout_purchases", "holdout_revenue", "holdout_contribution",
    }
)  # fmt: skip


class CovariateError(InputError):
    """A covariate cannot be one: it is made of the purchases, or does not belong to the customers."""


@dataclass(frozen=True, eq=False)
class CovariateColumn:
    """One covariate as groups, the first of which the others are held against.

    Attributes
    ----------
    name : as given.
    kind : flag (no or yes), group, or number.
    levels : names of the groups; of a number `NUMBER_LEVELS`.
    customers : shape (levels,), customers in each; all of them for a number.
    start : column of the matrix in which the second level stands; those after it follow.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...]
    customers: tuple[int, ...]
    start: int

    @property
    def width(self) -> int:
        """Columns of the matrix that it takes."""
        return len(self.levels) - 1


@dataclass(frozen=True, eq=False)
class Design:
    """Covariates as numbers.

    Attributes
    ----------
    matrix : shape (n used, p): indicators of the groups, and numbers in standard deviations from their mean.
    columns : what stands in it.
    used : shape (n,), which customers are looked at.
    left_out : what is not used and why, a sentence each.
    """

    matrix: Array
    columns: tuple[CovariateColumn, ...]
    used: Mask
    left_out: tuple[str, ...]


def design_covariates(covariates: pd.DataFrame, came_back: Mask, *, minimum_group: int = 5) -> Design:
    """Turn covariates into indicators and standardised numbers.

    Parameters
    ----------
    covariates : shape (n, columns): flags (bool, or 0 and 1), numbers, or groups (text or categories).
    came_back : shape (n,), who bought on a second day.
    minimum_group : customers that a group needs.

    Raises
    ------
    CovariateError : a column is made of the purchases themselves, is a date, or stands twice.
    NotEnoughDataError : no column is left that tells customers apart.

    Notes
    -----
    A group is held against the largest one, a flag against "no". Groups with fewer than 10 customers who came back are
    taken together as `OTHER`; where even these are too few, their customers are left out. Customers of whom something
    is not known are left out as well. A column is left out when it is known of half of the customers at most, is the
    same for all, has no two groups large enough, or says nothing that those before it do not. All that is said.

    Examples
    --------
    >>> shop = pd.DataFrame({"channel": ["web"] * 30 + ["shop"] * 20})
    >>> found = design_covariates(shop, np.ones(50, dtype=bool))
    >>> found.columns[0].levels, found.matrix.sum().item()
    (('web', 'shop'), 20.0)
    """
    refuse_what_is_made_of_purchases(covariates)
    given = {str(name): _values(covariates[name]) for name in covariates.columns}
    n = len(covariates)
    why: dict[str, str] = {
        name: tr("is known of half of the customers at most")
        for name, (values, _) in given.items()
        if 2 * int(pd.notna(values).sum()) <= n
    }
    too_small = np.zeros(n, dtype=bool)
    while names := [name for name in given if name not in why]:
        unknown = np.any([pd.isna(given[name][0]) for name in names], axis=0)
        used = ~unknown & ~too_small
        coded = {name: _code(*given[name], used, came_back, minimum_group) for name in names}
        unfit = {name: found for name, found in coded.items() if isinstance(found, str)}
        if unfit:
            why |= unfit
            continue
        fit = {name: found for name, found in coded.items() if not isinstance(found, str)}
        small = np.any([found.too_small for found in fit.values()], axis=0)
        if small.any():
            too_small |= small
            continue
        if twin := _says_nothing_new([(name, fit[name].matrix) for name in names]):
            why[twin] = tr("says nothing that the others do not")
            continue
        left = tuple(
            tr("{covariate} {reason}, and is left out.", covariate=_spoken(name), reason=reason)
            for name, reason in why.items()
        )
        return _put_together(given, fit, used, left + _who_is_left_out(unknown, too_small, minimum_group))
    reasons = "; ".join(f"{_spoken(name)} {reason}" for name, reason in why.items()) or tr("none is given")
    raise NotEnoughDataError(
        tr(
            "No covariate tells customers apart ({reasons}): bring one of which two groups hold "
            "{n} customers each who bought on a second day",
            reasons=reasons,
            n=FEWEST_REPEATERS,
        )
    )


def refuse_what_is_made_of_purchases(covariates: pd.DataFrame) -> None:
    """Raise where a covariate follows from the purchases that it is to explain.

    A segment or a cluster is made of how often and how lately somebody bought. Put into the model it would explain the
    purchases by themselves: who is in the best segment bought more, by its definition. A segment as of a day before the
    first purchase that the model counts (from another shop or an earlier file, say) is no such thing; a name that
    begins with `EARLIER` says so. The channel of the first order, and a gesture in the first days, are none either.

    Raises
    ------
    CovariateError : see `design_covariates`.
    """
    names = [str(name) for name in covariates.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CovariateError(f"The covariate {twice[0]} stands twice: give each a name of its own.")
    for name, (_, column) in zip(names, covariates.items(), strict=True):
        if pd.api.types.is_datetime64_any_dtype(column):
            raise CovariateError(f"The covariate {name} is a date: make groups of it, such as years, or a number.")
        values = set() if pd.api.types.is_numeric_dtype(column) else set(column.dropna().astype(str).unique())
        is_segment = bool(values) and values <= set(SEGMENTS) and not name.startswith(EARLIER)
        if name in _MADE_OF_PURCHASES or is_segment:
            raise CovariateError(
                f"The covariate {name} is made of the purchases that it would explain, so any difference it shows is "
                "there by construction: take what was known on the day of the first order, and use segments to "
                f"describe. If it was made of purchases from before these alone, name it {EARLIER}{name}."
            )


@dataclass(frozen=True, eq=False)
class _Coded:
    kind: Kind
    levels: tuple[str, ...]
    customers: tuple[int, ...]
    matrix: Array  # (n used, levels - 1)
    too_small: Mask  # (n,)


def _values(column: pd.Series) -> tuple[NDArray[np.object_] | Array, bool]:
    """Return the values, a gap as None or NaN, and whether they are numbers."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan), True
    known = column.notna().to_numpy()
    text = column.astype(object).to_numpy()
    return np.array([str(v) if k else None for v, k in zip(text, known, strict=True)], dtype=object), False


def _code(
    values: NDArray[np.object_] | Array, is_number: bool, used: Mask, came_back: Mask, minimum_group: int
) -> _Coded | str:
    """Code one covariate of the customers who are used, or say why it cannot be."""
    mine, back = values[used], came_back[used]
    if is_number and not set(np.unique(mine.astype(float)).tolist()) <= {0.0, 1.0}:
        return _code_number(mine.astype(float), back, len(used), minimum_group)
    levels, which, sizes = _levels(mine, is_flag=is_number)
    if len(levels) < 2:
        return tr("is the same for all customers looked at")
    returned = np.bincount(which, weights=back, minlength=len(levels))
    is_large = (returned >= FEWEST_REPEATERS) & (sizes >= minimum_group)
    is_large[MOST_LEVELS - 1 if len(levels) > MOST_LEVELS else MOST_LEVELS :] = False
    if is_number:
        if not is_large.all():
            return _too_few()
        indicator = which[:, None].astype(np.float64)
        return _Coded("flag", FLAG_LEVELS, tuple(sizes.tolist()), indicator, np.zeros(len(used), dtype=bool))
    return _gather(levels, which, is_large, back, used, minimum_group)


def _too_few() -> str:
    return tr("has no two groups with {n} customers each who bought on a second day", n=FEWEST_REPEATERS)


def _code_number(values: Array, came_back: Mask, n: int, minimum_group: int) -> _Coded | str:
    different, counts = np.unique(values, return_counts=True)
    if len(different) < 2:
        return tr("is the same for all customers looked at")
    apart = values != different[int(np.argmax(counts))]
    if int((apart & came_back).sum()) < FEWEST_REPEATERS or int(apart.sum()) < minimum_group:
        return _too_few()
    spread = float(np.std(values))
    if len(different) > _MOST_VALUES:
        ranked = np.searchsorted(np.sort(values), values, side="right") - 1
        which = ranked * _MOST_VALUES // len(values)
        sums = np.bincount(which, weights=values, minlength=_MOST_VALUES)
        values = (sums / np.maximum(np.bincount(which, minlength=_MOST_VALUES), 1))[which]
    standard = (values - values.mean()) / spread
    whole = (len(values), len(values))
    return _Coded("number", NUMBER_LEVELS, whole, standard[:, None], np.zeros(n, dtype=bool))


def _levels(values: NDArray[np.object_] | Array, *, is_flag: bool) -> tuple[list[str], Counts, Counts]:
    """Return the groups, the largest first (of a flag: no, yes), each customer's number, and their sizes."""
    different, which, sizes = np.unique(
        values.astype(float) if is_flag else values.astype(str), return_inverse=True, return_counts=True
    )
    order = np.arange(len(different)) if is_flag else np.argsort(-sizes, kind="stable")
    place = np.argsort(order)
    return [str(different[i]) for i in order], place[which.ravel()].astype(np.int64), sizes[order].astype(np.int64)


def _gather(
    levels: list[str], which: Counts, is_large: Mask, came_back: Mask, used: Mask, minimum_group: int
) -> _Coded | str:
    """Take groups that are too small together, and code those that are left."""
    named = [level for level, large in zip(levels, is_large, strict=True) if large]
    too_small = np.zeros(len(used), dtype=bool)
    final = np.array([named.index(level) if level in named else -1 for level in levels])[which]
    rest = final < 0
    if rest.any():
        if OTHER in named:
            final[rest] = named.index(OTHER)
        elif int((rest & came_back).sum()) >= FEWEST_REPEATERS and int(rest.sum()) >= minimum_group:
            named.append(OTHER)
            final[rest] = len(named) - 1
        else:
            too_small[np.flatnonzero(used)[rest]] = True
    if len(named) < 2:
        return _too_few()
    sizes = np.bincount(final[final >= 0], minlength=len(named))
    order = np.argsort(-sizes, kind="stable")
    place = np.append(np.argsort(order), -1)  # those left out stay outside
    indicators = (place[final][:, None] == np.arange(1, len(named))).astype(np.float64)
    names = tuple(named[i] for i in order)
    return _Coded("group", names, tuple(int(sizes[i]) for i in order), indicators, too_small)


def _says_nothing_new(blocks: list[tuple[str, Array]]) -> str:
    """Name the first covariate that follows from those before it; empty where none does."""
    rows, _ = different_rows(np.column_stack([np.ones(len(blocks[0][1])), *(block for _, block in blocks)]))
    end = 1
    for name, block in blocks:
        end += block.shape[1]
        if np.linalg.matrix_rank(rows[:, :end]) < end:
            return name
    return ""


def _put_together(
    given: dict[str, tuple[NDArray[np.object_] | Array, bool]],
    fit: dict[str, _Coded],
    used: Mask,
    left: tuple[str, ...],
) -> Design:
    columns, start = [], 0
    for name in given:
        if name in fit:
            found = fit[name]
            columns.append(CovariateColumn(name, found.kind, found.levels, found.customers, start))
            start += found.matrix.shape[1]
    return Design(np.column_stack([fit[c.name].matrix for c in columns]), tuple(columns), used, left)


def _spoken(name: str) -> str:
    return _SPOKEN[name] if name in _SPOKEN else capital(name.replace("_", " "))


_SPOKEN = Texts(
    {
        "first_channel": "First channel",
        "first_category": "First category",
        "first_store": "First store",
        "first_gesture": "First gesture",
    }
)


def _who_is_left_out(unknown: Mask, too_small: Mask, minimum_group: int) -> tuple[str, ...]:
    found, small = [], too_small & ~unknown
    if n := int(unknown.sum()):
        found.append(
            trn(
                "{n} customer of whom not all of this is known are left out.",
                "{n} customers of whom not all of this is known are left out.",
                1 if n == 1 and minimum_group <= 1 else 2,
                n=few(n, minimum_group),
            )
        )
    if n := int(small.sum()):
        found.append(
            trn(
                "{n} customer in groups too small to be told apart are left out.",
                "{n} customers in groups too small to be told apart are left out.",
                1 if n == 1 and minimum_group <= 1 else 2,
                n=few(n, minimum_group),
            )
        )
    return tuple(found)
