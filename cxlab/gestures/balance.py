"""Were the two alike before the gesture? Standardised differences of what was known, before and after weighting."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.estimate import Estimate
from cxlab.gestures.basis import OTHER, as_numbers
from cxlab.gestures.means import Array, Codes
from cxlab.language import SOURCE, Texts, speaking, tr, trn
from cxlab.words import number

ALIKE = 0.1
"""A standardised difference up to this counts as alike (Austin 2009)."""
_WORDS = Texts({
    "earlier_purchases": "purchases so far", "recent_purchases": "recent purchases",
    "tenure_days": "days since the first order", "days_since_last_order": "days since the last order",
    "earlier_revenue": "revenue so far", "mean_day_value": "value of an order so far",
    "earlier_contribution": "contribution so far", "earlier_gestures": "gestures so far",
    "days_since_gesture": "days since the last gesture", "earlier_failures": "failures so far",
    "waited_days": "from the order to the gesture", "day_value": "value of this order",
    "failed": "a failure at this order", "day": "calendar day",
    "channels_so_far": "channels used so far",
})  # fmt: skip


@dataclass(frozen=True)
class Balance:
    """What was known before, side by side.

    Attributes
    ----------
    table : one row a covariate: covariate (words), treated, control (means), before, after (standardised mean
        differences; `after` is NaN where nothing was weighted).
    is_weighted : whether the controls were weighted.
    """

    table: pd.DataFrame
    is_weighted: bool

    @property
    def findings(self) -> dict[str, Estimate]:
        """The differences stand in the table."""
        return {}

    @property
    def largest(self) -> tuple[str, float]:
        """The covariate that differs most, and by how much: after weighting where there was any."""
        column = self.table["after" if self.is_weighted else "before"].abs()
        if not len(column):
            return "", 0.0
        row = int(column.to_numpy().argmax())
        return str(self.table["covariate"].iloc[row]), float(column.iloc[row])

    @property
    def reading(self) -> str:
        """How unlike the two were, and how unlike they are after weighting."""
        if not len(self.table):
            return tr("Nothing is known of the time before, so it cannot be said whether the two were alike.")
        before = self.table["before"].abs()
        name, most = self.largest
        unlike = int((before > ALIKE).sum())
        widest = as_said(self.table["covariate"].iloc[int(before.to_numpy().argmax())])
        limit = number(ALIKE, 1)
        start = tr(
            "Of {measures} measures of the time before, {unlike} differed by more than {limit} standard deviations; "
            "the largest gap, in {widest}, was {gap}.",
            measures=number(len(before)),
            unlike=number(unlike),
            limit=limit,
            widest=widest,
            gap=number(float(before.max()), 2),
        )
        if not self.is_weighted:
            return start
        name = as_said(name)
        left = (
            tr(
                "After weighting, the largest that is left is {most}, in {name}: more than {limit}, so the two are not "
                "quite alike.",
                most=number(most, 2),
                name=name,
                limit=limit,
            )
            if most > ALIKE
            else tr("After weighting, the largest that is left is {most}, in {name}.", most=number(most, 2), name=name)
        )
        return f"{start} {left}"


def in_words(name: str) -> str:
    """Name a covariate, or one value of it, as readers of English know it: so it stands in tables."""
    column, equals, value = name.partition(" = ")
    with speaking(SOURCE):
        return f"{_WORDS.get(column, column)}{': ' if column in _WORDS and equals else equals}{value}"


def as_said(covariate: str) -> str:
    """Say a covariate that stands in a table, or one value of it, as readers of the page know it."""
    words, colon, value = covariate.partition(": ")
    with speaking(SOURCE):
        column = next((name for name, known in _WORDS.items() if known == words), "")
    if not column:
        name, equals, value = covariate.partition(" = ")
        return f"{name}{equals}{_value(name, value)}"
    return f"{_WORDS[column]}{colon}{_value(column, value)}"


def _value(column: str, value: str) -> str:
    """Say a value of a covariate: as it stands in the data, but for those that the kit made."""
    if value == OTHER:
        return tr("other")
    if column == "waited_days" and value:
        n = int(value.removesuffix(" days"))
        return trn("{n} days", "{n} days", n, n=number(n))
    return value


def covariate_balance(
    covariates: pd.DataFrame,
    treated: NDArray[np.bool_],
    weights: Array | None = None,
    *,
    people: Codes | None = None,
    minimum_group: int = 5,
) -> Balance:
    """Compare the means of covariates, in standard deviations of the two groups pooled.

    Parameters
    ----------
    covariates : shape (n, columns); texts are compared by their most frequent values.
    treated : bool, shape (n,).
    weights : shape (n,), of the controls; None: as they stand.
    people : shape (n,), number of the customer; None: each row is another.
    minimum_group : a value that fewer people hold is not named: it counts as one with the others of that kind.

    Examples
    --------
    >>> import cxlab as cx
    >>> import numpy as np
    >>> import pandas as pd
    >>> known = pd.DataFrame({"orders": [1, 2, 3, 4, 5, 6]})
    >>> balance = cx.covariate_balance(known, np.array([True, True, True, False, False, False]))
    >>> balance.table.columns.tolist()
    ['covariate', 'treated', 'control', 'before', 'after']
    """
    names: tuple[str, ...] = ()
    if treated.any() and not treated.all():
        matrix, names = as_numbers(covariates, people=people, minimum_group=minimum_group)
    rows = []
    for k, name in enumerate(names):
        if name.endswith(" missing"):
            continue
        one, zero = matrix[treated, k], matrix[~treated, k]
        spread = float(np.sqrt((one.var() + zero.var()) / 2))
        if spread == 0:
            continue
        after = np.nan
        if weights is not None:
            after = (one.mean() - np.average(zero, weights=weights[~treated])) / spread
        rows.append((in_words(name), one.mean(), zero.mean(), (one.mean() - zero.mean()) / spread, after))
    table = pd.DataFrame(rows, columns=["covariate", "treated", "control", "before", "after"])
    return Balance(table, weights is not None)
