"""The settings of a made-up shop as a file: read with every fault named at once, written with what each means."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cxlab.errors import did_you_mean
from cxlab.parameters import shown
from cxlab.simulate.settings import Arm, Driver, Settings, SettingsError, TakenUp
from cxlab.strict_yaml import Document, read_yaml
from cxlab.study import shown_path

Where = tuple[str | int, ...]
_OPTIONAL = ("clusters", "trial", "drivers")
_NAMED: Mapping[str, Arm | Driver | TakenUp] = {"arms": Arm(), "drivers": Driver(), "touchpoints": TakenUp()}
"""Settings whose keys are names that are given, with what stands under each."""
_SOURCES = """\
# Where the defaults come from (nulls and reversals are common in this field):
#   effect of a gesture     Kim, Choi & Kim 2022: a handwritten note works for loyal customers only; Anderson & Simester
#                           2004: discounts draw new customers and harm established ones; Falk 2007: +17 % for a small
#                           gift; Samek & Longfield 2023, Adena, Huck & Neyse 2025: nothing, in 500,000 and 10,000
#   half_life_days          Gneezy & List 2006: 2 to 8 weeks
#   wear_off                Li & Fumagalli 2022: times .5 to .8 with every further gesture
#   disappointment          Rust & Oliver 2000: stopping after three regular ones costs up to .10
#   strength of an arm      Kim, Choi & Kim 2022: weaker when it comes with a discount
#   harm, recovery          de Matos, Henrique & Rossi 2007: -.05 to -.10, repurchase restored by at most 100 %;
#                           Halperin et al. 2022
#   more_purchases          Schmitt, Skiera & Van den Bulte 2011: those who were recommended are worth 16 % more
#   r, alpha, a, b          the model of Fader, Hardie & Lee 2005
"""


def read_settings(path: Path | None, **given: Any) -> Settings:
    """Read the settings of a shop; what the file does not say is the default.

    Parameters
    ----------
    path : a YAML file; None: the defaults.
    given : settings that win over the file, by name; None stands for not given.

    Raises
    ------
    SettingsError : the file cannot be read, or has faults: all of them, each with its line and the remedy.
    """
    document = Document(data={})
    if path is not None:
        document = read_yaml(_text(path))
    place = "the command line" if path is None else shown_path(path)
    faults = list(document.faults)
    data = {} if document.data is None and not faults else document.data
    if not isinstance(data, dict):
        faults = faults or [(1, "holds no keys: write settings as `customers: 2000`, one a line")]
        data = {}
    wanted = {name: value for name, value in given.items() if value is not None}
    try:
        settings = Settings(**_over_defaults(Settings().model_dump(), data | wanted))
    except ValidationError as error:
        for fault in error.errors():
            for where, message in _messages(fault):
                faults.append((0 if where[0] in wanted else document.line(where), message))
    if faults:
        lines = [f"{place}:{line}: {text}" if line and path else text for line, text in dict.fromkeys(sorted(faults))]
        head = "" if len(lines) == 1 else f"the settings have {len(lines)} faults:\n"
        raise SettingsError(head + "\n".join(lines))
    return settings


def written_settings(settings: Settings) -> str:
    """Write settings as a YAML text that `read_settings` takes again, each with its meaning."""
    head = "# A made-up shop, written by `cxlab simulate`. Make it again, or another one like it, with\n"
    head += "#   cxlab simulate FOLDER --truth settings.yml\n#\n"
    return f"{head}{_SOURCES}\n" + "\n".join(_written(settings, "")) + "\n"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{shown_path(path)} cannot be read ({error.strerror}): name a file of settings") from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{shown_path(path)} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8"
        ) from error


def _over_defaults(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Lay what is given over the defaults, group by group; arms and drivers are taken as given."""
    merged = dict(defaults)
    for key, value in given.items():
        if value is None:
            continue
        default = merged.get(key)
        if isinstance(value, dict) and isinstance(default, dict) and key not in _NAMED:
            value = _over_defaults(default, value)
        merged[key] = value
    return merged


def _messages(fault: Any) -> list[tuple[Where, str]]:
    """Say one of pydantic's errors in our words: where, what was found, and what to do."""
    where = tuple(part for part in fault["loc"] if part != "[key]")
    kind = fault["type"]
    if kind == "value_error":  # found by the settings themselves, a line each
        said = str(fault["ctx"]["error"]).splitlines()
        split = [line.split(": ", 1) for line in said]
        return [(tuple(key.split(".")), f"`{key.split('.')[-1]}` {message}") for key, message in split]
    key = str(where[-1])
    if kind == "extra_forbidden":
        known = _known(where[:-1])
        place = f" of `{where[-2]}`" if len(where) > 1 else ""
        near = did_you_mean(key, known) or "; there are " + ", ".join(known)
        return [(where, f"`{key}` is no setting{place}{near}")]
    limits = fault.get("ctx", {})
    wanted = {
        "string_type": "text: put it in quotes",
        "int_type": "a whole number",
        "float_type": "a number",
        "date_type": "a day written as 2024-06-30",
        "literal_error": str(limits.get("expected", "")).replace("'", "`"),
        "greater_than": f"more than {_limit(limits.get('gt'))}",
        "greater_than_equal": f"{_limit(limits.get('ge'))} or more",
        "less_than": f"less than {_limit(limits.get('lt'))}",
        "less_than_equal": f"at most {_limit(limits.get('le'))}",
        "string_pattern_mismatch": {
            "currency": "a code of three capital letters, as EUR",
            "title": "a line of text",
        }.get(key, "made of letters, digits, - and _ only"),
        "string_too_short": "some text",
    }.get(kind, "a set of keys, indented below it" + (", or none" if key in _OPTIONAL else ""))
    found = fault["input"]
    what = "a set of keys" if isinstance(found, dict) else "a list" if isinstance(found, tuple) else shown(found)
    return [(where, f"`{key}` is {what}, but must be {wanted}")]


def _limit(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _known(where: Where) -> list[str]:
    """Names of the settings of a group."""
    model: Any = Settings()
    for part in where:
        if part in _NAMED or isinstance(model, Arm | Driver | TakenUp):
            model = _NAMED.get(str(part), model)
        else:
            model = getattr(model, str(part))
        if model is None:
            from cxlab.simulate.settings import Clusters, Trial

            model = {"clusters": Clusters, "trial": Trial}[str(part)]()
    return list(type(model).model_fields)


def _written(group: BaseModel, indent: str) -> list[str]:
    lines: list[str] = []
    for name, field in type(group).model_fields.items():
        value = getattr(group, name)
        remark = f"  # {field.description}" if field.description else ""
        if isinstance(value, BaseModel):
            lines += [f"{indent}{name}:{remark}", *_written(value, indent + "  ")]
        elif isinstance(value, Mapping):
            lines.append(f"{indent}{name}:{remark}")
            for key, item in value.items():
                lines += [f"{indent}  {_scalar(key)}:", *_written(item, indent + "    ")]
        else:
            empty = "none" if name in _OPTIONAL else ""
            lines.append(
                f"{indent}{name}: {empty if value is None else _scalar(value)}{remark}".replace(":   #", ":  #")
            )
    return lines


def _scalar(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        plain = read_yaml(f"a: {value}")
        return value if not plain.faults and plain.data == {"a": value} else "'" + value.replace("'", "''") + "'"
    return repr(value)
