"""Customers sorted into kinds by what was known of them before they could come back; nobody is left out."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cxlab.customers import Customers
from cxlab.different import different_rows
from cxlab.errors import NotEnoughDataError
from cxlab.language import tr
from cxlab.purchases.covariate_design import CovariateColumn, CovariateError, design_covariates
from cxlab.purchases.histories import Array, Counts

MOST_KINDS = 100
"""With more kinds a forecast takes too long, and hardly a kind has customers enough."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Customers by their covariates.

    Attributes
    ----------
    rows : shape (m, p), the covariates of each kind as numbers, see `design_covariates`.
    which : shape (n,), the kind of each customer.
    columns : what stands in the columns.
    at_average : customers of whom not all is known, or whose group is too small: they stand at the average of the rest.
    """

    rows: Array
    which: Counts
    columns: tuple[CovariateColumn, ...]
    at_average: int

    @cached_property
    def shares(self) -> Array:
        """Share of customers of each kind, shape (m,)."""
        return np.bincount(self.which, minlength=len(self.rows)) / len(self.which)

    @property
    def levels(self) -> tuple[tuple[str, str, str], ...]:
        """Covariate, group, and the group that it is held against, of each column of `rows`."""
        return tuple((column.name, level, column.levels[0]) for column in self.columns for level in column.levels[1:])


def sort_into_kinds(customers: Customers, covariates: pd.DataFrame, *, minimum_group: int = 5) -> Kinds:
    """Sort customers by their covariates, so that a model can foresee each by the rates of the own kind.

    Parameters
    ----------
    covariates : as in `fit_with_covariates`.
    minimum_group : groups of fewer customers are not told apart.

    Raises
    ------
    CovariateError : the index is another one, or a covariate is made of the purchases themselves.
    NotEnoughDataError : no covariate tells customers apart, or there are more than `MOST_KINDS` kinds.
    """
    if not covariates.index.equals(customers.frame.index):
        raise CovariateError(
            f"The covariates have {len(covariates):,} rows, the customers {customers.n:,}, or another index: give one "
            "row a customer, in the order of customers.frame."
        )
    came_back = customers.frame["repeat_purchases"].to_numpy(np.int64) > 0
    design = design_covariates(covariates, came_back, minimum_group=minimum_group)
    matrix = np.tile(design.matrix.mean(axis=0), (customers.n, 1))
    matrix[design.used] = design.matrix
    rows, which = different_rows(matrix)
    if len(rows) > MOST_KINDS:
        raise NotEnoughDataError(
            tr(
                "The covariates make {n} kinds of customers, and a forecast takes at most "
                "{most}: bring fewer covariates, or coarser ones",
                n=len(rows),
                most=MOST_KINDS,
            )
        )
    return Kinds(rows, which, design.columns, int((~design.used).sum()))
