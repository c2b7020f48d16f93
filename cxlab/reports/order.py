"""What the command line asks for, understood and checked before anything is run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.parameters import Parameters
from cxlab.reports.given import read_given, settle, study_faults
from cxlab.reports.notebooks import Notebook, NotebookError, choose, find_notebooks
from cxlab.study import Study, load_study


@dataclass(frozen=True)
class Order:
    """What the command line asks for, understood and checked.

    Attributes
    ----------
    paths : each study as it was named, by the study's name.
    given : parameters from the command line.
    allow_outside : whether files of the studies may lie outside their folders.
    """

    studies: dict[str, Study]
    paths: dict[str, str]
    parameters: dict[str, Parameters]
    notebooks: list[Notebook]
    only: list[str]
    given: dict[str, Any]
    out: Path
    allow_outside: bool = False


def understand(
    paths: Sequence[str],
    out: Path,
    only: list[str],
    pairs: Sequence[tuple[str, str]],
    folder: Path | None = None,
    *,
    allow_outside: bool = False,
) -> Order:
    """Read studies, notebooks and parameters.

    Raises
    ------
    InputError : what is wrong with any of them; all studies' faults at once.
    """
    notebooks = find_notebooks(folder)
    chosen = choose(notebooks, only)
    given = read_given(pairs, notebooks)
    studies: dict[str, Study] = {}
    named: dict[str, str] = {}
    faults = []
    for path in paths:
        try:
            study = load_study(path, partial(study_faults, notebooks=notebooks))
        except InputError as error:
            faults.append(str(error))
            continue
        if study.name in studies and study.file.resolve() == studies[study.name].file.resolve():
            faults.append(f"{path} is named twice: keep one")
        elif study.name in studies:
            faults.append(f"{named[study.name]} and {path} are both called `{study.name}`: give one another `name:`")
        elif (out / study.name / study.file.name).exists():
            faults.append(
                f"--out {out}: the reports of {path} would lie among the study's own files; name another folder"
            )
        studies[study.name], named[study.name] = study, path
    if faults:
        raise InputError("\n".join(faults))
    settled = {name: settle(study, given) for name, study in studies.items()}
    return Order(studies, named, settled, chosen, [n.name for n in chosen] if only else [], given, out, allow_outside)


def open_alone(path: str, pairs: Sequence[tuple[str, str]] = (), **given: Any) -> tuple[Study, Parameters]:
    """Read one study for what needs no notebooks, but knows what they declare where there are any.

    Parameters
    ----------
    pairs : parameters from the command line, as texts. given : parameters that go before these; None: not given.

    Raises
    ------
    InputError : what is wrong with the study, or with a parameter.
    """
    try:
        notebooks = find_notebooks()
    except NotebookError:
        notebooks = []
    study = load_study(path, partial(study_faults, notebooks=notebooks))
    chosen = {name: value for name, value in given.items() if value is not None}
    return study, settle(study, read_given(pairs, notebooks) | chosen)
