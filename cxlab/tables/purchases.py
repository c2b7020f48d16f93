"""The purchase model as a reader sees it: its figures, the three checks, and customers by repeat purchases."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.purchases import PurchaseModel, RepeatGroups, ThreeChecks
from cxlab.purchases.digits import enough_digits
from cxlab.words import number, number_between, percent, percent_between

_CHECKS = {
    "level": "Level: expected / actual purchases",
    "spread": "Spread: actual difference a foreseen purchase",
    "order": "Order: squared error against the better simple rule",
}
_MEANING = {
    "pace": "Purchases a year while a customer",
    "leaving": "Do not return after the first repeat purchase",
    "first_year": "Repeat purchases of a new customer in a year",
    "bgnbd.r": "r: how unlike customers' paces are (small: very)",
    "bgnbd.alpha": "alpha: scale of the paces, in weeks",
    "bgnbd.a": "a: weight of leaving",
    "bgnbd.b": "b: weight of staying",
    "bgnbd.log_likelihood": "Log-likelihood",
}


def purchase_model(model: PurchaseModel) -> Table:
    """One row a figure of the fitted model: first what it means, then its parameters."""
    found = model.findings
    rows = tuple((Cell(words), _figure(key, found[key])) for key, words in _MEANING.items())
    return Table(
        name="model",
        caption="How customers come back",
        columns=("Figure", "Estimate"),
        rows=rows,
        note=f"{number(model.histories.n)} customers. Small figures are 95% intervals, which allow for customers who "
        "do not quite follow the model. After each later repeat purchase, fewer do not return.",
    )


def forecast_checks(three: ThreeChecks) -> Table:
    """One row a check: the figure, what the rule allows, the outcome."""
    rows = []
    for row in three.table.to_dict("records"):
        allowed = (
            f"below {number(row['allowed_high'], 2)}"
            if row["check"] == "order"
            else _band(row["allowed_low"], row["allowed_high"])
        )
        estimate = Estimate(row["estimate"], row["low"], row["high"])
        figure = _checked(estimate, (row["allowed_low"], row["allowed_high"])) if estimate.has_interval else Cell("–")
        rows.append(
            (Cell(_CHECKS[row["check"]]), figure, Cell(allowed), Cell(row["outcome"] if three.is_enough else "–"))
        )
    return Table(
        name="checks",
        caption="Three checks of the forecast",
        columns=("Check", "Figure", "Allowed", "Outcome"),
        rows=tuple(rows),
        note="A check is passed when the whole 95% interval (small) lies in the allowed range, failed when all of "
        "it lies outside.",
        words=(3,),
    )


def alive_by_repeats(groups: RepeatGroups) -> Table:
    """One row a number of repeat purchases: how probable it is that such customers have not left."""
    rows = tuple(
        (
            Cell(row["repeat_purchases"]),
            Cell(number(row["customers"])),
            Cell(percent(row["probability_alive"]), bar=row["probability_alive"]),
            Cell(percent(row["likely_share"]), bar=row["likely_share"]),
        )
        for row in groups.table.to_dict("records")
    )
    return Table(
        name="alive_by_repeats",
        caption="Probability of still being a customer, by repeat purchases",
        columns=("Repeat purchases", "Customers", "Mean probability", "More likely than not"),
        rows=rows,
        note="At the cut. To the model, who bought once has not left.",
    )


def _figure(key: str, estimate: Estimate) -> Cell:
    if key == "leaving":
        interval = "" if estimate.low is None or estimate.high is None else percent_between(estimate.low, estimate.high)
        return Cell(percent(estimate.number), interval)
    digits = 1 if key == "bgnbd.log_likelihood" else 2 if "." not in key else 3
    if estimate.low is None or estimate.high is None:
        return Cell(number(estimate.number, digits), "" if key == "bgnbd.log_likelihood" else "not settled by the data")
    return Cell(number(estimate.number, digits), number_between(estimate.low, estimate.high, digits))


def _checked(estimate: Estimate, band: tuple[float, float]) -> Cell:
    low, high = estimate.low or 0.0, estimate.high or 0.0
    digits = enough_digits((low, high), band)
    return Cell(number(estimate.number, digits), number_between(low, high, digits))


def _band(low: float, high: float) -> str:
    return number_between(low, high, 2)
