"""Parameters from the command line: known by name, read by the type that a notebook declares, before anything runs."""

import contextlib
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

from cxlab.errors import did_you_mean
from cxlab.parameters import ParameterError, Parameters, kit_faults, kits, parameter_faults, shown
from cxlab.reports.notebooks import OWN, Declared, Notebook
from cxlab.study import Study

_WORDS = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text", "date": "a day as 2024-06-30",
}  # fmt: skip
_TYPES: dict[str, Any] = {"int": int, "float": (int, float), "bool": bool, "str": str, "date": dt.date}
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_given(pairs: Iterable[tuple[str, str]], notebooks: list[Notebook]) -> dict[str, Any]:
    """Read ``-p KEY VALUE`` by the types that the notebooks declare.

    Parameters
    ----------
    pairs : name and text, as given.
    notebooks : all there are, whether they will run or not.

    Raises
    ------
    ParameterError : a name that no notebook declares, a value of the wrong type, a name given twice; all at once.
    """
    declared = _declared(notebooks)
    known = [name for name in declared if name not in OWN]
    values: dict[str, Any] = {}
    faults = []
    for name, text in pairs:
        if name in OWN:
            faults.append(
                f"-p {name}: the run sets `{name}` itself; name the study as an argument, the folder with --out"
            )
        elif name not in declared:
            near = did_you_mean(name, known) or f"; there are {', '.join(sorted(known))}"
            faults.append(f"-p {name}: no notebook declares a parameter `{name}`{near}")
        elif name in values:
            faults.append(f"-p {name}: given twice; keep one")
        else:
            try:
                values[name] = parse(text, declared[name])
            except ValueError as error:
                faults.append(f"-p {name}: {error}")
    for name, fault in kit_faults({k: v for k, v in values.items() if v is not None}).items():
        faults.append(f"-p {name}: {fault.removeprefix(f'parameter `{name}` ')}")
    if faults:
        raise ParameterError("\n".join(faults))
    return values


def study_faults(values: Mapping[str, Any], notebooks: list[Notebook]) -> dict[str, str]:
    """Say what is wrong with the parameters that a study sets for the kit or for any notebook, by name."""
    declared = {name: d for name, d in _declared(notebooks).items() if name not in (*OWN, *Parameters.model_fields)}
    faults = parameter_faults({k: v for k, v in values.items() if k not in declared}, declared)
    for name, value in values.items():
        if name in declared and not _fits(value, declared[name].kind):
            faults[name] = f"parameter `{name}` is {shown(value)}, but must be {_WORDS[declared[name].kind]}"
    return faults


def _fits(value: Any, kind: str) -> bool:
    """Whether a value of `study.yml` is of a declared type."""
    if kind == "date" and isinstance(value, str):
        with contextlib.suppress(ValueError):
            return bool(dt.date.fromisoformat(value))
        return False
    return isinstance(value, bool) == (kind == "bool") and isinstance(value, _TYPES[kind])


def _declared(notebooks: list[Notebook]) -> dict[str, Declared]:
    return {d.name: d for n in reversed(notebooks) for d in n.parameters.values()}


def parse(text: str, declared: Declared) -> Any:
    """Read a value by its declared type.

    Raises
    ------
    ValueError : the text is no such value.

    Examples
    --------
    >>> parse("8", Declared("k_max", "int", False)), parse("none", Declared("limit", "int", True))
    (8, None)
    >>> parse("no", Declared("paired", "bool", False))
    False
    """
    word = text.strip()
    if declared.optional and word.lower() in ("none", "null", ""):
        return None
    try:
        if declared.kind == "int":
            return int(word)
        if declared.kind == "float" and math.isfinite(number := float(word)):
            return number
        if declared.kind == "bool":
            return _TRUTH[word.lower()]
        if declared.kind == "date":
            return dt.date.fromisoformat(word).isoformat()
        if declared.kind == "str":
            return text
    except (ValueError, KeyError):
        pass
    raise ValueError(f"'{text}' is not {_WORDS[declared.kind]}{', or None' if declared.optional else ''}")


def settle(study: Study, given: Mapping[str, Any]) -> Parameters:
    """Settle the kit's parameters for a study as its notebooks will: given, else `study.yml`, else the default.

    Raises
    ------
    ParameterError : a value is out of range.
    """
    try:
        return study.settle(**kits(given))
    except ParameterError as error:
        if given.get("profitability") == "amount":
            raise ParameterError(f"-p profitability: {error}") from error
        raise


def injected(notebook: Notebook, study: Study, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notebook is given besides `study` and `out`: of what it declares, the given, else the study's."""
    values = dict(study.parameters) | dict(given)
    mine = {name: values[name] for name in notebook.parameters if name in values and name not in OWN}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in mine.items()}
