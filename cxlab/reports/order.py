"""What the command line asks for, understood and checked before anything is run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cxlab.errors import InputError
from cxlab.parameters import Parameters
from cxlab.reports.again import command
from cxlab.reports.given import read_given, settle, study_faults
from cxlab.reports.matrix import ParameterSet, read_matrix
from cxlab.reports.notebooks import OWN, Notebook, NotebookError, choose, find_notebooks
from cxlab.study import Study, load_study

OUT = "reports"
"""The folder of all runs, if no other is named."""


@dataclass(frozen=True)
class Run:
    """One study with one set of parameters, into a folder of its own.

    Attributes
    ----------
    path : the study as it was named.
    given : parameters from the command line and the set, which go before those of the study.
    parameters : the kit's, settled.
    folder : where its files lie in the end.
    label : of the set; empty without a matrix.
    """

    study: Study
    path: str
    given: dict[str, Any]
    parameters: Parameters
    folder: Path
    label: str = ""

    @property
    def name(self) -> str:
        """The study's name and the label: corner-shop, or corner-shop/short window; so the folder is called below DIR.

        No two runs of an order have the same.
        """
        return f"{self.study.name}/{self.label}" if self.label else self.study.name


@dataclass(frozen=True)
class Order:
    """What the command line asks for, understood and checked.

    Attributes
    ----------
    runs : in the order of the studies, and for each in that of the sets.
    notebooks : those to be run, of every run the same.
    only : names of the notebooks, where some were chosen; else empty.
    given : parameters from the command line.
    out : folder of all runs.
    allow_outside : whether files of the studies may lie outside their folders.
    matrix : the file of parameter sets as it was named; empty: there is none.
    """

    runs: list[Run]
    notebooks: list[Notebook]
    only: list[str]
    given: dict[str, Any]
    out: Path
    allow_outside: bool = False
    matrix: str = ""

    @property
    def again(self) -> str:
        """The command that makes the same again."""
        return self._command([run.path for run in self.runs])

    @property
    def again_by_study(self) -> dict[str, str]:
        """The commands that make all runs of one study again, by its name."""
        return {run.study.name: self._command([run.path]) for run in self.runs}

    def again_alone(self, run: Run) -> str:
        """Return the command that makes one run again: values for a set, so that it needs no file of sets."""
        return command([run.path], self.only, run.given, allow_outside=self.allow_outside)

    def again_in_place(self, run: Run, notebook: Notebook) -> str:
        """Return the command that makes one report again where it lies."""
        mine = {name: value for name, value in self.given.items() if name in notebook.parameters}
        where = {"matrix": self.matrix, "out": self._out}
        return command([run.path], [notebook.name], mine, allow_outside=self.allow_outside, **where)

    def _command(self, paths: Iterable[str]) -> str:
        once = dict.fromkeys(paths)
        where = {"matrix": self.matrix, "out": self._out}
        return command(once, self.only, self.given, allow_outside=self.allow_outside, **where)

    @property
    def _out(self) -> str:
        """The folder as the command line has to name it; empty: it is the default."""
        return "" if self.out.as_posix() == OUT else self.out.as_posix()


@dataclass
class _Faults:
    """What is wrong with the parts of a command line; one part at fault hides no other."""

    said: list[str] = field(default_factory=list)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take note of a fault, and go on behind the block."""
        try:
            yield
        except InputError as error:
            self.said.append(str(error))

    def end(self) -> None:
        """Stop here if there were any."""
        if self.said:
            raise InputError("\n".join(dict.fromkeys(self.said)))


def understand(
    paths: Sequence[str],
    out: Path,
    only: list[str],
    pairs: Sequence[tuple[str, str]],
    folder: Path | None = None,
    *,
    allow_outside: bool = False,
    matrix: Path | None = None,
) -> Order:
    """Read studies, notebooks, parameters and sets of them.

    Parameters
    ----------
    pairs : parameters from the command line, as texts.
    folder : where the notebooks lie; None: where they usually do.
    matrix : file of parameter sets; None: one run a study.

    Raises
    ------
    InputError : what is wrong with any of them, all at once.
    """
    notebooks = find_notebooks(folder)
    faults = _Faults()
    chosen, given, sets = notebooks, dict[str, Any](), [ParameterSet()]
    with faults.taken():
        chosen = choose(notebooks, only)
    faults.said += [notebook.fault for notebook in chosen if notebook.fault]
    notebooks = [notebook for notebook in notebooks if not notebook.fault]  # a draft stops those only that need it
    with faults.taken():
        given = read_given(pairs, notebooks)
    if matrix is not None:
        with faults.taken():
            sets = read_matrix(matrix, notebooks)
    faults.said += _set_twice([name for name, _ in pairs], sets)
    studies = _studies(paths, notebooks, faults)
    runs = []
    for path, study in studies.items():
        if any((place / study.file.name).exists() for place in (out, out / study.name)):
            faults.said.append(_among(out, path))
        for one in sets:
            with faults.taken():
                run = _run(study, path, given, one, out)
                faults.said += _lacking(run, chosen)
                runs.append(run)
    faults.end()
    named = [n.name for n in chosen] if only else []
    return Order(runs, chosen, named, given, out, allow_outside, "" if matrix is None else matrix.as_posix())


def _studies(paths: Sequence[str], notebooks: list[Notebook], faults: _Faults) -> dict[str, Study]:
    """Read the studies; return them by the path as it was named."""
    studies: dict[str, Study] = {}
    for path in paths:
        with faults.taken():
            study = load_study(path, partial(study_faults, notebooks=notebooks))
            twin = next((named for named, one in studies.items() if one.name == study.name), None)
            if twin is None:
                studies[path] = study
            elif study.file.resolve() == studies[twin].file.resolve():
                faults.said.append(f"{path} is named twice: keep one")
            else:
                faults.said.append(f"{twin} and {path} are both called `{study.name}`: give one another `name:`")
    return studies


def _run(study: Study, path: str, given: Mapping[str, Any], one: ParameterSet, out: Path) -> Run:
    """Settle the parameters of a study for a set.

    Raises
    ------
    InputError : they do not go together, or the run's files would lie among those of a study.
    """
    place = "-p profitability"
    if "profitability" in one.values:
        place = f"{one.places['profitability']}: in `{one.label}`, for {path}"
    both = dict(given) | dict(one.values)
    folder = out / study.name / one.label if one.label else out / study.name
    run = Run(study, path, both, settle(study, both, place), folder, one.label)
    if one.label and (folder / study.file.name).exists():
        raise InputError(_among(out, path))
    return run


def _among(out: Path, path: str) -> str:
    return f"--out {out}: the reports of {path} would lie among the files of a study; name another folder"


def _set_twice(names: Sequence[str], sets: Sequence[ParameterSet]) -> list[str]:
    """Say which parameters both the command line and a set name: none of the two could rightly go first."""
    return [
        f"{one.places[name]}: in `{one.label}`: `{name}` is given with -p as well; keep one"
        for one in sets
        for name in dict.fromkeys(names)
        if name in one.values
    ]


def _lacking(run: Run, notebooks: Sequence[Notebook]) -> list[str]:
    """Say which parameters have no value: the notebook declares none, and nothing gives one."""
    there = {*OWN, *run.given, *run.study.parameters}
    where = f", or in `{run.label}`" if run.label else ""
    return [
        f"{run.path}: the notebook {notebook.stem} needs a value for `{name}`: give it with -p {name} VALUE, under "
        f"`parameters:` of the study{where}"
        for notebook in notebooks
        for name, declared in notebook.parameters.items()
        if declared.required and name not in there
    ]


def open_alone(path: str, pairs: Sequence[tuple[str, str]] = (), **given: Any) -> tuple[Study, Parameters]:
    """Read one study for what needs no notebooks, but knows what they declare where there are any.

    It is about all customers, whatever the study says of drawing some by lot.

    Parameters
    ----------
    pairs : parameters from the command line, as texts. given : parameters that go before these; None: not given.

    Raises
    ------
    InputError : what is wrong with the study, or with a parameter.
    """
    try:
        notebooks = [notebook for notebook in find_notebooks() if not notebook.fault]
    except NotebookError:
        notebooks = []
    study = load_study(path, partial(study_faults, notebooks=notebooks))
    chosen = {name: value for name, value in given.items() if value is not None}
    settled = settle(study, read_given(pairs, notebooks) | chosen)
    return study, settled.model_copy(update={"sample_customers": None})
