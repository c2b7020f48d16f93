"""Parameters from the command line: known by name, read by the type that a notebook declares, before anything runs."""

import contextlib
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

from cxlab.errors import did_you_mean
from cxlab.parameters import ParameterError, Parameters, kit_faults, kits, parameter_faults, shown
from cxlab.reports.notebooks import OWN, Declared, Notebook
from cxlab.strict_yaml import read_number
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
    values: dict[str, Any] = {}
    faults = []
    for name, text in pairs:
        if unknown := _unknown(name, declared):
            faults.append(f"-p {name}: {unknown}")
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


def set_faults(values: Mapping[str, Any], notebooks: list[Notebook]) -> dict[str, str]:
    """Say what is wrong with values that have types already and stand for ``-p KEY VALUE``, by name."""
    declared = _declared(notebooks)
    faults = {name: unknown for name in values if (unknown := _unknown(name, declared))}
    return faults | study_faults({k: v for k, v in values.items() if k not in faults}, notebooks)


def as_given(values: Mapping[str, Any], notebooks: list[Notebook]) -> dict[str, Any]:
    """Write values without fault as ``-p KEY VALUE`` would read them: a day as text, a share of 1 as 1.0."""
    declared = _declared(notebooks)
    plain = {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items()}
    return {k: float(v) if declared[k].kind == "float" else v for k, v in plain.items()}


def _unknown(name: str, declared: Mapping[str, Declared]) -> str:
    """Say why a name cannot be given; empty where it can."""
    if name in OWN:
        return f"the run sets `{name}` itself; name the study as an argument, the folder with --out"
    if name in declared:
        return ""
    known = [one for one in declared if one not in OWN]
    near = did_you_mean(name, known) or f"; there are {', '.join(sorted(known))}"
    return f"no notebook declares a parameter `{name}`{near}"


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
    >>> parse("012", Declared("k_max", "int", False))
    Traceback (most recent call last):
    ValueError: '012' is not a whole number: write 12
    """
    word = text.strip()
    if declared.optional and word.lower() in ("none", "null", ""):
        return None
    try:
        if declared.kind in ("int", "float"):
            number = read_number(word)
            if declared.kind == "int" and isinstance(number, int):
                return number
            if declared.kind == "float" and number is not None and math.isfinite(number):
                return float(number)
        if declared.kind == "bool":
            return _TRUTH[word.lower()]
        if declared.kind == "date":
            return dt.date.fromisoformat(word).isoformat()
        if declared.kind == "str":
            return text
    except (ValueError, KeyError):
        pass
    kinds = f"{_WORDS[declared.kind]}{', or None' if declared.optional else ''}"
    raise ValueError(f"'{text}' is not {kinds}{_meant(word, declared.kind)}")


def _meant(word: str, kind: str) -> str:
    """Say which number stands in a text that is none as people write it: 012, 1_000; empty where there is none."""
    with contextlib.suppress(ValueError):
        if kind in ("int", "float") and read_number(word) is None:
            number = int(word) if kind == "int" else float(word)
            return f": write {number}" if math.isfinite(number) else ""
    return ""


def settle(study: Study, given: Mapping[str, Any], place: str = "-p profitability") -> Parameters:
    """Settle the kit's parameters for a study as its notebooks will: given, else `study.yml`, else the default.

    Parameters
    ----------
    place : where `profitability` was given, if it was; for messages.

    Raises
    ------
    ParameterError : a value is out of range.
    """
    try:
        return study.settle(**kits(given))
    except ParameterError as error:
        if given.get("profitability") == "amount":
            raise ParameterError(f"{place}: {error}") from error
        raise


def injected(notebook: Notebook, study: Study, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notebook is given besides `study` and `out`: of what it declares, the given, else the study's."""
    values = dict(study.parameters) | dict(given)
    mine = {name: values[name] for name in notebook.parameters if name in values and name not in OWN}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in mine.items()}
