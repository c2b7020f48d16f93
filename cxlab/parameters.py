"""The parameters of the analyses: type, unit, range and default of each, in one place."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cxlab.errors import InputError, did_you_mean


class ParameterError(InputError):
    """A parameter is misspelled, of the wrong type or out of its range."""


def _parameter(description: str, unit: str = "", **limits: Any) -> Any:
    return Field(description=description, json_schema_extra={"unit": unit}, **limits)


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
        int | None, _parameter("a customer is active who ordered in the last so many days", "days", ge=1, le=36500)
    ] = None
    activity: Annotated[
        Literal["recency", "cadence", "p_alive"], _parameter("by what a customer counts as active", "name")
    ] = "recency"
    profitability: Annotated[
        Literal["break_even", "median", "amount"] | None, _parameter("by what a customer counts as profitable", "name")
    ] = None
    min_profit: Annotated[
        float | None, _parameter("contribution from which on a customer is profitable (profitability: amount)", "money")
    ] = None
    k_max: Annotated[int, _parameter("largest number of clusters tried", "clusters", ge=2, le=30)] = 10
    n_bootstrap: Annotated[int, _parameter("bootstrap samples behind an interval", "samples", ge=20, le=100_000)] = 200
    seed: Annotated[int, _parameter("start of every random step", "", ge=0, le=2**32 - 1)] = 1
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
    if not faults and chosen.get("profitability") == "amount" and "min_profit" not in chosen:
        faults = {"min_profit": "profitability is `amount`, so `min_profit` must say which amount"}
    if faults:
        raise ParameterError("\n".join(faults.values()))
    return Parameters(**chosen)


def parameter_faults(values: Mapping[str, Any]) -> dict[str, str]:
    """Say what is wrong with each of the parameters that are at fault, by name; empty when all are well."""
    faults = {
        name: f"`{name}` is no parameter{did_you_mean(name, Parameters.model_fields) or _known()}"
        for name in values
        if name not in Parameters.model_fields
    }
    try:
        Parameters(**{name: value for name, value in values.items() if name in Parameters.model_fields})
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0])
            faults[name] = f"parameter `{name}` is {_shown(fault['input'])}, but must be {_wanted(name)}"
    return faults


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"the text '{value}'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known() -> str:
    return "; there are " + ", ".join(Parameters.model_fields)


def _wanted(name: str) -> str:
    """Say in words what a parameter must be, from its own declaration."""
    schema = Parameters.model_json_schema()["properties"][name]
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    kind = kinds[0] | {key: schema[key] for key in ("minimum", "maximum") if key in schema}
    if "enum" in kind:
        return "one of " + ", ".join(kind["enum"])
    words = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}.get(kind["type"], "text")
    low, high = kind.get("minimum"), kind.get("maximum")
    if low is not None and high is not None:
        words += f" from {low:g} to {high:g}" if high < 1e6 else f" from {low:g} to {high}"
    elif low is not None:
        words += f" of {low:g} or more"
    unit = schema.get("unit")
    return f"{words} ({unit}: {schema['description']})" if unit else f"{words} ({schema['description']})"
