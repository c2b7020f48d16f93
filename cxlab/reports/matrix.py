"""Sets of parameters in a file: with `--matrix sets.yml` every study is run once with each set, under its label."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.parameters import shown
from cxlab.reports.given import as_given, set_faults
from cxlab.reports.notebooks import Notebook
from cxlab.strict_yaml import Document, read_yaml
from cxlab.study import shown_path

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9_-])?")
_LONGEST_LABEL = 80
_TAKEN = re.compile(r"tables|notebooks|rejects|.*\.(html|json)")
"""What a run writes into the folder of its study, where the folders of the labels lie."""
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LONGEST_FILE = 1_000_000
_EXAMPLE = "write `short window: {outcome_days: 30}`, a line for each set"


class MatrixError(InputError):
    """A file of parameter sets cannot be used as it stands."""


@dataclass(frozen=True)
class ParameterSet:
    """One set of parameters.

    Attributes
    ----------
    label : names the folder of its runs; empty: the set of a run without a matrix, which is empty.
    values : by name, as ``-p KEY VALUE`` would read them.
    places : where each name stands: "sets.yml:3".
    """

    label: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def read_matrix(file: Path, notebooks: list[Notebook]) -> list[ParameterSet]:
    """Read sets of parameters: a mapping of labels, each with a mapping of parameters.

    Parameters
    ----------
    notebooks : all there are; what one of them declares may be set.

    Raises
    ------
    MatrixError : the file cannot be read, or what is wrong in it: all faults, each with its line and label.
    """
    name = shown_path(file)
    document = read_yaml(_text(file))
    faults = list(document.faults)
    if isinstance(document.data, dict) and document.data:
        faults += _faults(document, notebooks)
    elif not faults:
        what = "no set of parameters" if not document.data else f"{shown(document.data)}, but no label with a set"
        faults.append((1, f"holds {what}: {_EXAMPLE}"))
    if faults:
        lines = [f"{name}:{line}: {message}" for line, message in dict.fromkeys(sorted(faults))]
        raise MatrixError("\n".join(lines if len(lines) == 1 else [f"{name} has {len(lines)} faults:", *lines]))
    return [
        ParameterSet(
            label, as_given(values, notebooks), {one: f"{name}:{document.line((label, one))}" for one in values}
        )
        for label, values in document.data.items()
    ]


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _LONGEST_FILE:
            raise MatrixError(f"--matrix {shown_path(file)}: the file is too large for sets of parameters: {_EXAMPLE}")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise MatrixError(
            f"--matrix {shown_path(file)}: cannot be read ({error.strerror}): see where it is, and who may read it"
        ) from error
    except UnicodeDecodeError as error:
        raise MatrixError(
            f"--matrix {shown_path(file)}: is not UTF-8 text (byte {error.start + 1}): save it as UTF-8"
        ) from error


def _faults(document: Document, notebooks: list[Notebook]) -> Iterator[tuple[int, str]]:
    """Find what is wrong with labels and sets, each with its line."""
    known = {name for notebook in notebooks for name in notebook.parameters}
    may_be_unread = bool(document.faults)  # a value that could not be read is empty as well, and was told of
    earlier: dict[str, str] = {}
    for label, values in document.data.items():
        line = document.line((label,))
        if fault := label_fault(label):
            yield line, fault
        twin = earlier.setdefault(label.lower(), label)
        if twin != label:
            first = document.line((twin,))
            yield line, f"`{label}` and `{twin}` (line {first}) differ in capital letters only: rename one of them"
        if not isinstance(values, dict):
            if label in known:
                yield line, f"the parameter `{label}` stands where a label must: {_EXAMPLE}"
            elif values is not None:
                yield line, f"the set `{label}` is {shown(values)}, but must be a mapping: {_EXAMPLE}"
            elif not may_be_unread:
                yield line, f"the set `{label}` is empty: write `{label}: {{}}` where it sets nothing"
            continue
        for name, fault in set_faults({k: v for k, v in values.items() if v is not None}, notebooks).items():
            yield document.line((label, name)), f"in `{label}`: {fault}"
        for name in (name for name, value in values.items() if value is None and not may_be_unread):
            yield document.line((label, name)), f"in `{label}`: `{name}` has no value: give it one, or take it out"


def label_fault(label: str) -> str:
    """Say why a label cannot name a folder; empty where it can.

    Examples
    --------
    >>> label_fault("short window"), label_fault("../x")[:37]
    ('', 'the label `../x` cannot name a folder')
    >>> label_fault("Tables")
    'the label `Tables` is the name of something that a run writes: choose another'
    """
    if not _LABEL.fullmatch(label) or len(label) > _LONGEST_LABEL:
        return (
            f"the label `{label[:_LONGEST_LABEL]}` cannot name a folder: write letters a to z, digits, spaces and "
            f". _ -, a letter or digit first, no space or point last, and at most {_LONGEST_LABEL} of them"
        )
    if _TAKEN.fullmatch(label.lower()):
        return f"the label `{label}` is the name of something that a run writes: choose another"
    if _DEVICE.fullmatch(label.lower()):
        return f"the label `{label}` is the name of a device on Windows: choose another"
    return ""
