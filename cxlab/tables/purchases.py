"""The purchase model as a reader sees it: its figures, the three checks, and customers by repeat purchases."""

import math
from collections.abc import Hashable
from typing import Any

from cxlab.blocks import Cell, Table
from cxlab.digits import enough_digits
from cxlab.estimate import Estimate
from cxlab.intake.hiding import why_hidden, withheld
from cxlab.language import Texts, tr
from cxlab.phrases import group_name
from cxlab.purchases import BootstrapFits, ModelChoice, PurchaseModel, RepeatGroups, ThreeChecks
from cxlab.purchases.choice import OUTCOMES
from cxlab.purchases.rule import OUTCOME_IN_SHORT
from cxlab.words import number, number_between, percent, percent_between

_CHECKS = Texts(
    {
        "level": "Level: expected / actual purchases",
        "spread": "Spread: actual difference a foreseen purchase",
        "order": "Order: squared error against the better simple rule",
    }
)


def purchase_model(model: PurchaseModel) -> Table:
    """One row a figure of the fitted model: first what it means, then its parameters."""
    found, family = model.findings, model.family
    meanings = {
        "pace": tr("Purchases a year while a customer"),
        "leaving": family.words.texts["row"],
        "first_year": tr("Repeat purchases of a new customer in a year"),
        **{f"{family.key}.{name}": family.words.meanings[name] for name in family.parameters},
        f"{family.key}.log_likelihood": tr("Log-likelihood"),
    }
    rows = tuple((Cell(words), _figure(key, found[key])) for key, words in meanings.items())
    return Table(
        name="model",
        caption=tr("How customers come back"),
        columns=(tr("Figure"), tr("Estimate")),
        rows=rows,
        note=tr(
            "{n} customers. Small figures are 95% intervals, which allow for customers who do not "
            "quite follow the model. {leaving_note} The rows from r on are the model’s own figures, "
            "for whoever wants to reckon with it.",
            n=number(model.histories.n),
            leaving_note=family.words.texts["note"],
        ),
    )


def parameter_errors(fits: BootstrapFits) -> Table:
    """One row a parameter: how far it is uncertain, by three ways of asking."""
    family = fits.model.family
    meanings = zip(family.parameters, fits.table.to_dict("records"), strict=True)
    rows = tuple(
        (
            Cell(family.words.meanings[name]),
            Cell(number(row["estimate"], 3), _ends(row["low"], row["high"])),
            *(Cell(_error(row[way])) for way in ("hessian", "sandwich", "bootstrap")),
        )
        for name, row in meanings
    )
    return Table(
        name="parameter_errors",
        caption=tr("How far the parameters are uncertain, by three ways"),
        columns=(
            tr("Parameter"),
            tr("Estimate"),
            tr("If all follow the model"),
            tr("If not all do"),
            tr("Customers drawn anew"),
        ),
        rows=rows,
        note=tr(
            "Standard errors as a share of the parameter: from the curvature of the likelihood, "
            "which takes it that every customer follows the model; from how single customers pull at "
            "it, which does not; and from fits to {n_drawn} draws of the customers. Small figures "
            "are 95% intervals from the draws.",
            n_drawn=number(fits.n_drawn),
        ),
    )


def model_choice(choice: ModelChoice) -> Table:
    """One row a purchase model: fit, hold-out, distance to the leading one, forecast, and which is taken."""
    scored = tr("Later purchases") if choice.days else tr("The same, per customer")
    rows = tuple(
        (
            Cell(one.title),
            Cell(number(one.model.log_likelihood, 1)),
            _with_interval(one.score, 3),
            Cell("–") if one.behind.value is None else _behind(one.behind),
            _with_interval(one.expected, 0),
            Cell(OUTCOMES[choice.outcome(one)]),
        )
        for one in choice.scores
    )
    return Table(
        name="model_choice",
        caption=tr("Purchase models and how well they foresee") if choice.days else tr("Purchase models"),
        columns=(
            tr("Model"),
            tr("Up to the cut"),
            scored,
            tr("Behind the leading one"),
            tr("Purchases foreseen"),
            tr("Outcome"),
        ),
        rows=rows,
        note=_note_of_choice(choice),
        words=(5,),
    )


def _note_of_choice(choice: ModelChoice) -> str:
    behind = tr("Behind: how much less likely the model held it, per customer. Small figures are 95% intervals.")
    if not choice.days:
        return (
            tr("Log-likelihood: of all customers up to the cut, then the mean per customer of the same time.")
            + f" {behind}"
        )
    scored = tr(
        "Log-likelihood: of all customers up to the cut, then the mean per customer of the {days} days after it.",
        days=number(choice.days),
    )
    return f"{scored} {behind} " + tr("{n} purchases came.", n=number(choice.came.number))


def forecast_checks(three: ThreeChecks) -> Table:
    """One row a check: the figure, what the rule allows, the outcome."""
    rows, checked = [], three.table.to_dict("records")
    digits = max(_digits_of(row) for row in checked)
    for row in checked:
        allowed = (
            tr("below {limit}", limit=number(row["allowed_high"], 2))
            if row["check"] == "order"
            else _band(row["allowed_low"], row["allowed_high"])
        )
        estimate = Estimate(row["estimate"], row["low"], row["high"])
        figure = (
            Cell(number(estimate.number, digits), number_between(*estimate.ends, digits))
            if estimate.has_interval
            else Cell("–")
        )
        rows.append(
            (
                Cell(_CHECKS[row["check"]]),
                figure,
                Cell(allowed),
                Cell(OUTCOME_IN_SHORT[row["outcome"]] if three.is_enough else "–"),
            )
        )
    return Table(
        name="checks",
        caption=tr("Three checks of the forecast"),
        columns=(tr("Check"), tr("Figure"), tr("Allowed"), tr("Outcome")),
        rows=tuple(rows),
        note=tr(
            "A check is passed when the whole 95% interval (small) lies in the allowed range, failed "
            "when all of it lies outside."
        ),
        words=(3,),
    )


def alive_by_repeats(groups: RepeatGroups) -> Table:
    """One row a number of repeat purchases: how probable it is that such customers have not left."""
    rows = tuple(
        (
            Cell(group_name(row["repeat_purchases"])),
            Cell(number(row["customers"])),
            Cell(percent(row["probability_alive"]), bar=row["probability_alive"]),
            Cell(percent(row["likely_share"]), bar=row["likely_share"]) if told else Cell(withheld()),
        )
        for row, told in zip(groups.table.to_dict("records"), groups.told, strict=True)
    )
    return Table(
        name="alive_by_repeats",
        caption=tr("Probability of still being a customer, by repeat purchases"),
        columns=(tr("Repeat purchases"), tr("Customers"), tr("Mean probability"), tr("More likely than not")),
        rows=rows,
        note=groups.note + ("" if groups.told.all() else f" {why_hidden(groups.minimum_group)}"),
    )


def _figure(key: str, estimate: Estimate) -> Cell:
    if key == "leaving":
        interval = "" if estimate.low is None or estimate.high is None else percent_between(estimate.low, estimate.high)
        return Cell(percent(estimate.number), interval)
    is_likelihood = key.endswith(".log_likelihood")
    digits = 1 if is_likelihood else 2 if "." not in key else 3
    if estimate.low is None or estimate.high is None:
        return Cell(number(estimate.number, digits), "" if is_likelihood else tr("not settled by the data"))
    return Cell(number(estimate.number, digits), number_between(estimate.low, estimate.high, digits))


def _ends(low: float, high: float) -> str:
    return number_between(low, high, 3) if low <= high else tr("not settled by the data")


def _error(share: float) -> str:
    return percent(share) if share >= 0 else "–"


def _with_interval(estimate: Estimate, digits: int) -> Cell:
    if estimate.value is None:
        return Cell("–")
    small = number_between(*estimate.ends, digits) if estimate.has_interval else ""
    return Cell(number(estimate.number, digits), small)


def _behind(estimate: Estimate) -> Cell:
    """Write a difference of log-likelihoods as a difference of likelihoods in percent."""
    if not estimate.has_interval:
        return Cell(percent(0))
    shares = [math.expm1(v) for v in (estimate.number, *estimate.ends)]
    digits = enough_digits([100 * v for v in shares], [0.0], 1)
    return Cell(percent(shares[0], digits), percent_between(shares[1], shares[2], digits))


def _digits_of(check: dict[Hashable, Any]) -> int:
    """With how many digits the ends of a check's interval lie on their own side of the edges as written."""
    ends = [check[end] for end in ("low", "high") if math.isfinite(check[end])]
    return enough_digits(ends, (check["allowed_low"], check["allowed_high"]))


def _band(low: float, high: float) -> str:
    return number_between(low, high, 2)
