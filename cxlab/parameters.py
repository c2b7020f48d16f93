"""The parameters of the analyses: type, unit, range and default of each, in one place."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cxlab.errors import InputError, did_you_mean


class ParameterError(InputError):
    """A parameter is misspelled, of the wrong type or out of its range."""


def _parameter(description: str, unit: str = "", **limits: Any) -> Any:
    return Field(description=description, json_schema_extra={"unit": unit}, **limits)


NO_AMOUNT = "profitability is `amount`, so `min_profit` must say which amount"


class Parameters(BaseModel):
    """Every parameter that a notebook may set; None means: found out from the data."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    outcome_days: Annotated[int, _parameter("time after an occasion in which orders count", "days", ge=1, le=3650)] = 90
    margin_rate: Annotated[
        float,
        _parameter("share of revenue left after the cost of goods, where no costs are given", "share", ge=0, le=1),
    ] = 0.3
    acquisition_cost: Annotated[float, _parameter("cost to win a new customer", "money", ge=0)] = 0.0
    active_days: Annotated[
        int | None,
        _parameter("time since the last order within which a customer counts as active", "days", ge=1, le=36500),
    ] = None
    activity: Annotated[
        Literal["recency", "cadence", "p_alive"], _parameter("rule by which a customer counts as active", "name")
    ] = "recency"
    profitability: Annotated[
        Literal["break_even", "median", "amount"] | None,
        _parameter("rule by which a customer counts as profitable", "name"),
    ] = None
    min_profit: Annotated[
        float | None, _parameter("contribution from which on a customer is profitable (profitability: amount)", "money")
    ] = None
    horizon_days: Annotated[
        int, _parameter("time ahead over which a customer's contribution is counted", "days", ge=30, le=3650)
    ] = 365
    discount_rate: Annotated[
        float, _parameter("rate a year at which later amounts are discounted", "share", ge=0, le=1)
    ] = 0.1
    equivalence_margin: Annotated[
        float,
        _parameter("share of the outcome without a gesture, below which an effect counts as none", "share", ge=0, le=1),
    ] = 0.05
    gesture_cost: Annotated[
        float | None, _parameter("cost of one gesture, where the study does not record it", "money", ge=0)
    ] = None
    budget_share: Annotated[
        float | None,
        _parameter("largest share of the customers who may be given the next gesture", "share", ge=0.01, le=1),
    ] = None
    holdout_share: Annotated[
        float, _parameter("share of those chosen for a gesture who are left without it by lot", "share", ge=0, le=0.9)
    ] = 0.1
    outcome_model: Annotated[
        Literal["ridge", "boosting"],
        _parameter("models of the outcome and of who gets a gesture, for chosen gestures", "name"),
    ] = "ridge"
    k_max: Annotated[int, _parameter("largest number of clusters tried", "clusters", ge=2, le=30)] = 10
    n_bootstrap: Annotated[
        int, _parameter("number of bootstrap samples behind an interval", "samples", ge=100, le=100_000)
    ] = 200
    seed: Annotated[int, _parameter("start of every random step", "", ge=0, le=2**32 - 1)] = 1
    sample_customers: Annotated[
        int | None,
        _parameter("customers drawn by lot, on whom the analyses rest", "customers", ge=1000),
    ] = None
    max_reject_share: Annotated[
        float, _parameter("largest share of records of a table that may be rejected", "share", ge=0, le=1)
    ] = 0.05


def resolve_parameters(in_study: Mapping[str, Any], *, study_seed: int | None = None, **given: Any) -> Parameters:
    """Settle every parameter: given here, else among the parameters of `study.yml`, else the default.

    Parameters
    ----------
    in_study : the `parameters:` of the study.
    study_seed : the study's own `seed:`, used where neither `given` nor `in_study` names one.
    given : parameters by name; None stands for not given.

    Raises
    ------
    ParameterError : a name that is none, a wrong type, a value out of range; all of them at once.

    Examples
    --------
    >>> resolve_parameters({"k_max": 8}, margin_rate=0.25).k_max
    8
    >>> resolve_parameters({}, k_maks=8)
    Traceback (most recent call last):
    cxlab.parameters.ParameterError: `k_maks` is no parameter; did you mean `k_max`?
    """
    chosen: dict[str, Any] = {} if study_seed is None else {"seed": study_seed}
    chosen |= {name: value for name, value in in_study.items() if value is not None}
    chosen |= {name: value for name, value in given.items() if value is not None}
    faults = parameter_faults(chosen)
    if not faults and lacks_amount(chosen):
        faults = {"min_profit": NO_AMOUNT}
    if faults:
        raise ParameterError("\n".join(faults.values()))
    return Parameters(**chosen)


def lacks_amount(values: Mapping[str, Any]) -> bool:
    """Whether customers count as profitable by an amount that nothing names."""
    return values.get("profitability") == "amount" and values.get("min_profit") is None


def kits(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the parameters that a notebook declares for itself and the kit does not know."""
    return {name: value for name, value in values.items() if name in Parameters.model_fields}


def kit_faults(values: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with the kit's own parameters; others are for the notebooks that declare them."""
    return parameter_faults(kits(values))


def parameter_faults(values: Mapping[str, Any], further: Collection[str] = ()) -> dict[str, str]:
    """Say what is wrong with each of the parameters that are at fault, by name; empty when all are well.

    Parameters
    ----------
    further : names beyond the kit's own, for which a misspelled one may stand.
    """
    known = [*Parameters.model_fields, *further]
    faults = {
        name: f"`{name}` is no parameter{did_you_mean(name, known) or '; there are ' + ', '.join(known)}"
        for name in values
        if name not in Parameters.model_fields
    }
    try:
        Parameters(**kits(values))
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0])
            faults[name] = f"parameter `{name}` is {shown(fault['input'])}, but must be {_wanted(name)}"
    return faults


def shown(value: Any) -> str:
    """Write a value as a message names it.

    Examples
    --------
    >>> [shown(value) for value in ("no", True, 3, (1, 2), {"a": 1})]
    ["the text 'no'", 'true', '3', 'a list', 'a mapping']
    """
    if isinstance(value, str):
        return f"the text '{value}'"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return str(value).lower() if isinstance(value, bool) else str(value)


def unit_of(name: str) -> str:
    """Return what a parameter of the kit is counted in, money in the study's currency; empty for what has no unit.

    Examples
    --------
    >>> unit_of("outcome_days"), unit_of("min_profit"), unit_of("activity")
    ('days', 'currency', '')
    """
    unit = str(_schema(name)["unit"])
    return {"money": "currency", "name": ""}.get(unit, unit)


def allowed(name: str) -> str:
    """Say which values a parameter of the kit may have; empty where all of its type may be.

    Examples
    --------
    >>> allowed("outcome_days"), allowed("acquisition_cost"), allowed("outcome_model"), allowed("min_profit")
    ('1 to 3650', '0 or more', 'ridge, boosting', '')
    """
    kind = _schema(name)
    if "enum" in kind:
        return ", ".join(kind["enum"])
    low, high = kind.get("minimum"), kind.get("maximum")
    if low is None:
        return ""
    return f"{low:g} or more" if high is None else f"{low:g} to {_large(high)}"


def unit_and_range(name: str) -> str:
    """Say in which unit and in which range a parameter of the kit is given, as notebooks say it of theirs.

    Examples
    --------
    >>> unit_and_range("outcome_days"), unit_and_range("activity"), unit_and_range("min_profit")
    ('days, 1 to 3650', 'recency, cadence, p_alive', 'currency')
    """
    return ", ".join(part for part in (unit_of(name), allowed(name)) if part)


def _wanted(name: str) -> str:
    """Say in words what a parameter must be, from its own declaration."""
    kind = _schema(name)
    limits = allowed(name)
    if "enum" in kind:
        return f"one of {limits}: the {kind['description']}"
    words = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}.get(kind["type"], "text")
    if kind["unit"] in ("days", "clusters", "samples", "customers"):
        words += f" of {kind['unit']}"
    if limits:
        words += f" {'from' if 'maximum' in kind else 'of'} {limits}"
    if kind["unit"] == "money":
        words += ", in the study's currency"
    return f"{words}: the {kind['description']}"


def _schema(name: str) -> dict[str, Any]:
    """Return how a parameter is declared: type, choices, limits, unit and description."""
    schema = _schemas()[name]
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    return dict(schema | kinds[0])


@cache
def _schemas() -> dict[str, Any]:
    return dict(Parameters.model_json_schema()["properties"])


def _large(number: float) -> str:
    """Write a limit with all its digits, and no point behind a whole number."""
    return f"{number:g}" if number < 1e6 else f"{number}"
