"""`cxlab report --help-parameters NAME`: a notebook's parameters, told from the notebook itself; no kernel starts."""

import re
from collections.abc import Sequence

from cxlab.parameters import Parameters, allowed, unit_and_range, unit_of
from cxlab.reports.notebooks import OWN, Declared, Notebook

_EMPTY = re.compile(r"; empty: (?P<said>[^;]*)")
_ELSE = re.compile(r"study\.yml, else ")
HEAD = ("parameter", "type", "default", "unit", "allowed", "what it is")
_NO = "-"
_NONE = "none"


def describe_parameters(notebook: Notebook) -> str:
    """Write a line for each parameter: name, type, default, unit, allowed values, and the notebook's own comment.

    The default is the value that the notebook comes to where neither the command line nor the study gives one: the
    kit's where the notebook declares None, or in words where it is found out from the data.
    """
    lines = rows_of(notebook)
    said = [f"{notebook.stem}: {notebook.question}", ""]
    said += _columns([HEAD, *lines]) if lines else ["It has no parameters of its own."]
    said += [
        "",
        "A value given with -p, or by a set of --matrix, goes before `parameters:` of study.yml, and that before the",
        "default; before the default of `seed` goes `seed:` of study.yml. The run sets `study` and `out` itself.",
    ]
    return "\n".join(said)


def rows_of(notebook: Notebook) -> list[tuple[str, ...]]:
    """Return the cells of a line for each parameter of a notebook, as `HEAD` has them; `-` stands for nothing."""
    return [_row(declared) for name, declared in notebook.parameters.items() if name not in OWN]


def _row(declared: Declared) -> tuple[str, ...]:
    known = declared.name in Parameters.model_fields
    help_ = _EMPTY.sub("", declared.help)
    if known:  # which stand in columns of their own
        help_ = help_.replace(f"; {unit_and_range(declared.name)}", "", 1)
    unit, values = (unit_of(declared.name), allowed(declared.name)) if known else ("", "")
    return declared.name, declared.kind, _default(declared), unit or _NO, values or _NO, help_ or _NO


def _default(declared: Declared) -> str:
    """Write the value that is used where none is given."""
    if declared.required:
        return "must be given"
    value = declared.default
    if value is None and declared.name in Parameters.model_fields:
        value = Parameters.model_fields[declared.name].default
    if value is not None:
        return repr(value) if value == "" else str(value)
    found = _EMPTY.search(declared.help)
    return _ELSE.sub("", found["said"]) if found else _NONE


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Set rows below each other; the last column is as long as it is."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD) - 1)]
    return ["  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]) for row in rows]
