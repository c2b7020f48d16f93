"""The keys of a part of `study.yml`: type, default and meaning, from its model and what its docstring says of each."""

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from cxlab import study
from tools.reference.markdown import attributes

_PLAIN = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    dt.date: "day",
    types.NoneType: "",
    Any: "value",
}
_MANY = {"text": "texts", "number": "numbers", "list of texts": "lists of texts", "value": "values"}


@dataclass(frozen=True)
class StudyKey:
    """A key, in words."""

    name: str
    kind: str
    default: str
    meaning: str


def keys_of(owner: type[study.Part]) -> list[StudyKey]:
    """Return the keys that a part adds to those of the part it builds on.

    Raises
    ------
    ValueError : the docstring does not say what one of them means.
    """
    said = attributes(owner)
    taken = {name for base in owner.__mro__[1:] for name in getattr(base, "model_fields", {})}
    fields = {name: field for name, field in owner.model_fields.items() if name not in taken and not field.exclude}
    lacking = fields.keys() - said.keys()
    if lacking:
        raise ValueError(f"{owner.__name__} does not say under Attributes what {', '.join(sorted(lacking))} means")
    return [StudyKey(name, _limited(field), _default(field), said[name]) for name, field in fields.items()]


def _limited(field: FieldInfo) -> str:
    """Write the type with its limits."""
    limits = {type(one).__name__: one for one in field.metadata}
    kind = _kind(field.annotation)
    if "Ge" not in limits:
        return kind
    low = limits["Ge"].ge
    return f"{kind}, {low} to {limits['Le'].le}" if "Le" in limits else f"{kind}, {low} or more"


def _kind(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(parts[0])
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in parts)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(said for one in parts if (said := _kind(one))))
    if origin is tuple:
        return "list of texts"
    if origin is not None and issubclass(origin, Mapping):
        return f"mapping to {_MANY[_kind(parts[1])]}"
    if isinstance(annotation, type) and issubclass(annotation, study.Part):
        return "mapping, below"
    return _PLAIN[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value == () or isinstance(value, Mapping | study.Part):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{value}`" if value != "" else ""
