"""Parameters from the command line: known by name, read by the type that a notebook declares, before anything runs."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

from cxlab.errors import did_you_mean
from cxlab.parameters import ParameterError, Parameters, resolve_parameters
from cxlab.reports.notebooks import OWN, Declared, Notebook
from cxlab.study import Study

_WORDS = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text", "date": "a day as 2024-06-30",
}  # fmt: skip
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
    declared = {d.name: d for n in reversed(notebooks) for d in n.parameters.values()}
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
    if faults:
        raise ParameterError("\n".join(faults))
    return values


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
    kits = {name: value for name, value in given.items() if name in Parameters.model_fields}
    return resolve_parameters(study.parameters, study_seed=study.seed, **kits)


def injected(notebook: Notebook, study: Study, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notebook is given besides `study` and `out`: of what it declares, the given, else the study's."""
    values = dict(study.parameters) | dict(given)
    return {name: values[name] for name in notebook.parameters if name in values and name not in OWN}
