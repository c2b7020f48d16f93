"""What is measured of a customer before grouping: few numbers on one scale, none of them twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.clusters.kmeans import count_different
from cxlab.clusters.power import best_power, transform
from cxlab.customers import Customers
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Findings
from cxlab.language import SOURCE, Texts, speaking, tr, trn
from cxlab.words import count, number, percent

Array = NDArray[np.float64]
Change = Literal["logarithm", "power", "plain"]
Candidate = tuple[str, str, Change]  # name, plain words (none: those of `MEASURES`), and how it is changed
LEAST_CUSTOMERS = 30  # below this, groups of customers are anecdotes
LEAST_DISTINCT = 3  # with fewer different customers there is nothing to choose
SAME_VALUE_SHARE = 0.95  # a feature on which more customers than this agree is left out: it sets apart but a handful
MISSING_SHARE = 0.20  # a feature that is unknown for more customers than this is left out
DUPLICATE_CORRELATION = 0.90  # multiple correlation with the features before it, above which a feature says nothing new
FARTHEST = 3.0  # values farther than this many standard deviations from the mean are drawn in to it
MEASURES = Texts(
    {
        "repeat_purchases": "Repeat purchases",
        "days_since_last_order": "Days since the last order",
        "mean_order_value": "Mean order value",
        "contribution": "Contribution",
        "returned_share": "Returned share of sales",
        "service_per_order": "Cost to serve an order",
    }
)
# The usual days between orders are no candidate: their number and the last day bound them closely, in a shape that no
# smooth cloud has, so that shops without groups would seem to have some.
CANDIDATES: tuple[Candidate, ...] = (
    ("repeat_purchases", "", "logarithm"),
    ("days_since_last_order", "", "power"),
    ("mean_order_value", "", "power"),
    ("contribution", "", "power"),
    ("returned_share", "", "plain"),
    ("service_per_order", "", "power"),
)


@dataclass(frozen=True)
class LeftOut:
    """Why a candidate is left out.

    Attributes
    ----------
    because : it is unknown for too many, the same for too many, or told already by the measures before it.
    value : the share of customers, or the multiple correlation.
    """

    because: Literal["unknown", "same", "told"]
    value: float

    @property
    def words(self) -> str:
        """The reason as a reader says it."""
        if self.because == "unknown":
            return tr("unknown for {share}", share=percent(self.value))
        if self.because == "same":
            return tr("the same for {share}", share=percent(self.value))
        return tr(
            "told already by the measures before it, correlation {correlation}", correlation=number(self.value, 2)
        )


@dataclass(frozen=True)
class Feature:
    """One candidate: how it is changed to the common scale, or why it is left out.

    Attributes
    ----------
    name, named : machine name, and plain words where `MEASURES` has none for it.
    change : logarithm of 1 + x; power of Yeo and Johnson (2000) of x / unit; or plain.
    filled : stands in for a missing value (the median).
    unit : mean size of x, by which it is divided first, so that another currency changes nothing.
    power : the power that brings it nearest to a bell curve (maximum likelihood).
    centre, scale : mean and standard deviation after the change.
    reason : why it is left out; None when it is used.
    drawn_in : customers whose value was drawn in to `FARTHEST` standard deviations.
    correlation : multiple correlation with the features used before it.
    """

    name: str
    named: str
    change: Change
    filled: float = 0.0
    unit: float = 1.0
    power: float = 1.0
    centre: float = 0.0
    scale: float = 1.0
    reason: LeftOut | None = None
    drawn_in: int = 0
    correlation: float = 0.0

    @property
    def words(self) -> str:
        """The measure as a reader says it."""
        return self.named or MEASURES[self.name]

    @property
    def left_out(self) -> str:
        """Why it is left out; empty when it is used."""
        return "" if self.reason is None else self.reason.words

    def raw(self, frame: pd.DataFrame) -> Array:
        """Return the feature as measured, shape (n,), missing values filled."""
        values = _measured(self.name, frame)
        return np.where(np.isfinite(values), values, self.filled)

    def standardise(self, values: Array) -> Array:
        """Return measured values on the common scale, before far ones are drawn in."""
        return (_changed(values, self.change, self.unit, self.power) - self.centre) / self.scale


@dataclass(frozen=True)
class Features:
    """The customers on a common scale.

    Attributes
    ----------
    matrix : shape (n customers, d features), mean 0 and standard deviation 1 before far values were drawn in.
    candidates : every feature considered, used or left out, in order of precedence.
    one_time : bool, shape (n,), customers who bought once.
    """

    matrix: Array
    candidates: tuple[Feature, ...]
    one_time: NDArray[np.bool_]

    @property
    def used(self) -> tuple[Feature, ...]:
        """The features that are used."""
        return tuple(f for f in self.candidates if not f.left_out)

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order of the columns of `matrix`."""
        return tuple(f.name for f in self.used)

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.matrix)

    def transform(self, frame: pd.DataFrame) -> Array:
        """Bring other customers to the same scale, with everything as it was fitted: shape (n, d)."""
        columns = [np.clip(f.standardise(f.raw(frame)), -FARTHEST, FARTHEST) for f in self.used]
        return np.column_stack(columns)

    @property
    def table(self) -> pd.DataFrame:
        """One row a candidate: whether used, its change, what was drawn in, why left out."""
        with speaking(SOURCE):
            left_out = [f.left_out for f in self.candidates]
        return pd.DataFrame(
            {
                "feature": [f.name for f in self.candidates],
                "used": [not f.left_out for f in self.candidates],
                "change": [f.change for f in self.candidates],
                "power": [f.power for f in self.candidates],
                "unit": [f.unit for f in self.candidates],
                "centre": [f.centre for f in self.candidates],
                "scale": [f.scale for f in self.candidates],
                "drawn_in": [f.drawn_in for f in self.candidates],
                "correlation": [f.correlation for f in self.candidates],
                "left_out": left_out,
            }
        )

    @property
    def heading(self) -> str:
        """The finding as a title."""
        n = len(self.used)
        return trn("{n} measure tells the customers apart", "{n} measures tell the customers apart", n, n=number(n))

    @property
    def reading(self) -> str:
        """Which features are used for how many customers, and which are not and why."""
        used = ", ".join(f.words.lower() for f in self.used)
        text = trn(
            "{customers} customers are compared by {n} measure: {used}.",
            "{customers} customers are compared by {n} measures: {used}.",
            len(self.used),
            customers=number(self.n),
            n=number(len(self.used)),
            used=used,
        )
        out = [f"{f.words.lower()} ({f.left_out})" for f in self.candidates if f.left_out]
        return text + (f" {tr('Left out: {measures}.', measures='; '.join(out))}" if out else "")

    @property
    def findings(self) -> Findings:
        """None: features are no finding."""
        return {}


def fit_features(customers: Customers) -> Features:
    """Choose the features of these customers and bring them to a common scale; see `features_of`.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> features = cx.fit_features(kit.customers)
    >>> features.matrix.shape == (kit.customers.n, len(features.names))
    True
    """
    return features_of(customers.frame)


def features_of(frame: pd.DataFrame, candidates: Sequence[Candidate] = CANDIDATES) -> Features:
    """Choose features and bring them to a common scale.

    Candidates are taken in a fixed order. One is left out when it is unknown for too many customers, when nearly all
    share one value, or when the features before it already tell it (multiple correlation). No customer is left out.

    Parameters
    ----------
    frame : the columns of `Customers.frame`.
    candidates : name, words and change of each measure, in order of precedence; what is not reckoned here is a column.

    Raises
    ------
    NotEnoughDataError : fewer than 30 customers, or no feature in which they differ.

    References
    ----------
    Yeo and Johnson (2000), A new family of power transformations to improve normality or symmetry, Biometrika 87.
    """
    if len(frame) < LEAST_CUSTOMERS:
        raise NotEnoughDataError(
            tr(
                "Groups cannot be looked for among {customers}, at least {least} are needed "
                "who had ordered by the end of calibration: bring more customers; if most first ordered "
                "after it, put calibration_end later in study.yml",
                customers=count(len(frame), "customer"),
                least=LEAST_CUSTOMERS,
            )
        )
    features: list[Feature] = []
    columns: list[Array] = []
    for name, words, change in candidates:
        feature, column = _fit(name, words, change, frame, columns)
        features.append(feature)
        if not feature.left_out:
            columns.append(np.clip(column, -FARTHEST, FARTHEST))
    if not columns:
        raise NotEnoughDataError(
            tr(
                "Groups cannot be looked for, because {customers} customers do not differ in purchases, days or "
                "money: check the columns ordered_at and revenue of the orders",
                customers=number(len(frame)),
            )
        )
    matrix = np.column_stack(columns)
    if count_different(matrix, LEAST_DISTINCT) < LEAST_DISTINCT:
        raise NotEnoughDataError(
            tr(
                "Groups cannot be looked for, because {customers} customers show fewer than {least} "
                "different histories: check the columns ordered_at and revenue of the orders, or bring "
                "more orders",
                customers=number(len(frame)),
                least=LEAST_DISTINCT,
            )
        )
    return Features(matrix, tuple(features), frame["repeat_purchases"].to_numpy(float) == 0)


def _fit(name: str, words: str, change: Change, frame: pd.DataFrame, before: list[Array]) -> tuple[Feature, Array]:
    values = _measured(name, frame)
    known = np.isfinite(values)
    nothing = np.zeros(0)
    if (~known).mean() > MISSING_SHARE:
        return Feature(name, words, change, reason=LeftOut("unknown", float((~known).mean()))), nothing
    filled = float(np.median(values[known]))
    values = np.where(known, values, filled)
    most = float(np.unique(values, return_counts=True)[1].max() / len(values))
    if most > SAME_VALUE_SHARE:
        return Feature(name, words, change, filled, reason=LeftOut("same", most)), nothing
    unit = float(np.abs(values).mean()) if change == "power" else 1.0
    power = best_power(values / unit) if change == "power" else 1.0
    changed = _changed(values, change, unit, power)
    centre, scale = float(changed.mean()), float(changed.std())
    column = (changed - centre) / scale
    told = _multiple_correlation(np.clip(column, -FARTHEST, FARTHEST), before)
    reason = LeftOut("told", told) if told > DUPLICATE_CORRELATION else None
    far = int((np.abs(column) > FARTHEST).sum())
    return Feature(name, words, change, filled, unit, power, centre, scale, reason, far, told), column


def _changed(values: Array, change: Change, unit: float, power: float) -> Array:
    if change == "logarithm":
        return np.log1p(np.maximum(values, 0.0))
    if change == "power":
        return transform(values / unit, power)
    return values


def _multiple_correlation(column: Array, before: list[Array]) -> float:
    """Correlation of a column with its best linear prediction from the columns before it."""
    if not before:
        return 0.0
    known = np.column_stack([np.ones(len(column)), *before])
    residual = column - known @ np.linalg.lstsq(known, column, rcond=None)[0]
    explained = 1.0 - float(residual @ residual) / float(((column - column.mean()) ** 2).sum())
    return float(np.sqrt(np.clip(explained, 0.0, 1.0)))


def _column(name: str, frame: pd.DataFrame) -> Array:
    return np.asarray(frame[name].to_numpy(float))


def _returned_share(frame: pd.DataFrame) -> Array:
    sold = _column("revenue", frame) + _column("returns", frame)
    share = np.divide(_column("returns", frame), sold, out=np.zeros(len(frame)), where=sold > 0)
    return np.clip(share, 0.0, 1.0)


def _service_per_order(frame: pd.DataFrame) -> Array:
    return _column("cost_to_serve", frame) / np.maximum(_column("n_orders", frame), 1.0)


_RECKONED: dict[str, Callable[[pd.DataFrame], Array]] = {
    "returned_share": _returned_share,
    "service_per_order": _service_per_order,
}


def _measured(name: str, frame: pd.DataFrame) -> Array:
    return _RECKONED[name](frame) if name in _RECKONED else _column(name, frame)
