"""How far forecasts are off as a reader sees it: error figures of the model beside those of two simple rules."""

from cxlab import words
from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.language import Texts, tr
from cxlab.purchases.forecast_errors import MEASURES, RULES, ForecastErrors

_NONE = Cell("–")
_RULE = Texts({"model": "Model", "own_pace": "Own pace", "everybody_alike": "Everybody alike"})
_MEASURE = Texts(
    {
        "mean_absolute_error": "Off by, on average (MAE)",
        "root_mean_squared_error": "Root of the mean squared error (RMSE)",
        "bias": "Too high by, on average (bias)",
        "deviance_explained": "How unlike customers are: explained",
        "error_share": "Squared error, of the better simple rule’s",
    }
)
_SHARES = ("deviance_explained", "error_share")


def forecast_errors(errors: ForecastErrors) -> Table | None:
    """One row a measure, one column a rule."""
    if not errors.rules:
        return None
    rows = tuple(
        (Cell(_MEASURE[name]), *(_measure(name, getattr(errors.rule(rule), name)) for rule in RULES))
        for name in MEASURES
    )
    return Table(
        name="forecast_errors",
        caption=tr("How far forecasts of single customers are off"),
        columns=(tr("Figure"), *(_RULE[rule] for rule in RULES)),
        rows=rows,
        note=(
            tr(
                "{customers}; the first three in purchases per customer. Own pace: each customer goes on "
                "at the pace so far. Everybody alike: all buy as often as the average customer has so "
                "far. Small figures are 95% intervals for other customers like these. None: the rule "
                "calls purchases impossible that came.",
                customers=words.count(errors.n, "customer"),
            )
        ),
    )


def _measure(name: str, estimate: Estimate) -> Cell:
    if estimate.verdict == "ruled_out":
        return Cell(tr("{nothing}none", nothing=""))  # a text of its own: elsewhere it is said of customers
    if estimate.value is None:
        return _NONE
    if name in _SHARES:
        ends = words.percent_between(*estimate.ends) if estimate.has_interval else ""
        return Cell(words.percent(estimate.number), ends)
    ends = words.number_between(*estimate.ends, 2) if estimate.has_interval else ""
    return Cell(words.number(estimate.number, 2), ends)
