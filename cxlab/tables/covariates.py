"""Groups of customers by what was known from the first day, as a reader sees them."""

from cxlab import words
from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.purchases.covariate_design import NUMBER_LEVELS
from cxlab.purchases.covariate_words import level_name, title_of
from cxlab.purchases.covariates import CovariateLevel, CovariateModel

_NONE = Cell("–")


def covariate_groups(model: CovariateModel) -> Table | None:
    """One row a group: how often its customers buy, how fast they leave, and what a new one is expected to buy."""
    if not model.rows:
        return None
    rows = tuple(
        (
            Cell(
                f"{title_of(row.covariate)}: {level_name(row.covariate, row.level)}",
                tr("held against") if row.is_reference else "",
            ),
            _NONE if row.level == NUMBER_LEVELS[1] else Cell(words.number(row.customers)),
            _ratio(row, row.purchase_rate),
            _ratio(row, row.leaving_rate),
            _year(row.first_year),
        )
        for row in model.rows
    )
    return Table(
        name="covariate_groups",
        caption=tr("Who buys oftener and who leaves sooner, by what was known from the first day"),
        columns=(
            tr("Customers by"),
            tr("Customers"),
            tr("Buy, times as often while they stay"),
            tr("Leave, times as fast"),
            tr("Repeat purchases of a new one in a year"),
        ),
        rows=rows,
        note=(
            tr(
                "Each group is held against the one with 1, all else that is listed being equal. Small "
                "figures are 95% intervals; one that holds 1 may be no difference. These are differences "
                "between customers and no effects."
            )
        ),
    )


def _ratio(row: CovariateLevel, ratio: Estimate) -> Cell:
    if row.is_reference:
        return Cell("1")
    if not ratio.has_interval:
        return Cell("–", tr("not settled by the data"))
    return Cell(words.number(ratio.number, 2), words.number_between(*ratio.ends, 2))


def _year(expected: Estimate) -> Cell:
    if not expected.has_interval:
        return Cell("–", tr("not settled by the data"))
    return Cell(words.number(expected.number, 2), words.number_between(*expected.ends, 2))
