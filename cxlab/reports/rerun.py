"""A run that was made earlier, ordered once more: from where, with what, which notebooks."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxlab.reports.notebooks import find_notebooks
from cxlab.reports.order import Order, understand
from cxlab.reports.past import Manifest, PastRun, RunError
from cxlab.study import FILE


@dataclass(frozen=True)
class Part:
    """Reports of a run that were made together.

    Attributes
    ----------
    pairs : parameters from the command line, as texts.
    reports : names of the reports.
    """

    pairs: tuple[tuple[str, str], ...]
    allow_outside: bool
    reports: tuple[str, ...]


def parts(manifest: Manifest) -> list[Part]:
    """Return what was ordered together: the last order, before it what an earlier one left in the folder.

    With `--only`, a run keeps the other reports of the same data, each with the command that made it. Below the label
    of a set of parameters, the values are the same for all.

    Examples
    --------
    >>> _options("cxlab report data/cdnow --allow-outside --only intake -p k_max 7")
    (('intake',), (('k_max', '7'),), True)
    """
    only, _, allow_outside = _options(manifest.command)
    last = tuple(name for name in manifest.reports if not only or name in only)
    given = tuple((name, _as_text(value)) for name, value in manifest.given.items())
    kept: dict[tuple[tuple[tuple[str, str], ...], bool], list[str]] = {}
    for name, report in manifest.reports.items():
        if name not in last:
            _, pairs, outside = _options(report.command)
            kept.setdefault((given if manifest.label else pairs, outside), []).append(name)
    earlier = [Part(pairs, outside, tuple(names)) for (pairs, outside), names in kept.items()]
    return [*earlier, *([Part(given, allow_outside, last)] if last else [])]


def where_from(run: PastRun) -> Path:
    """Return the folder from which the study is found by the name that it was given then.

    That is the working directory, else the nearest of the folders above the run: reports lie below the folder that they
    were ordered from, unless --out said otherwise.

    Raises
    ------
    RunError : the study is in none of them.
    """
    named = Path(run.manifest.study.path)
    above = [] if named.is_absolute() else list(run.folder.resolve().parents)
    for place in (Path.cwd(), *above):
        if (place / named).is_file() or (place / named / FILE).is_file():
            return place
    looked = "" if named.is_absolute() else f" from {Path.cwd()}, nor from a folder above the run"
    raise RunError(
        f"the study of {run.named} is not there: it was named {named.as_posix()}, and there is no such study{looked}; "
        "go to the folder that the run was ordered from, or bring the study back"
    )


def missing_notebooks(manifest: Manifest) -> list[str]:
    """Return the reports of a run whose notebook is no longer there."""
    there = {notebook.name for notebook in find_notebooks()}
    return [name for name in manifest.reports if name not in there]


def orders(run: PastRun, out: Path) -> Iterator[Order]:
    """Order a run once more, part by part, each into a folder of its own; reports without a notebook are left out.

    The working directory must be `where_from(run)`.

    Raises
    ------
    InputError : the study or a parameter is at fault by now.
    """
    lost = missing_notebooks(run.manifest)
    for number, part in enumerate(parts(run.manifest)):
        names = [name for name in part.reports if name not in lost]
        if names:
            study = run.manifest.study.path
            yield understand([study], out / str(number), names, part.pairs, allow_outside=part.allow_outside)


def _options(command: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], bool]:
    """Read which notebooks and parameters a command names, and whether files may lie outside the study's folder."""
    words = iter(shlex.split(command))
    only, pairs, allow_outside = [], [], False
    for word in words:
        if word == "--only":
            only.append(next(words, ""))
        elif word == "-p":
            pairs.append((next(words, ""), next(words, "")))
        allow_outside = allow_outside or word == "--allow-outside"
    return tuple(only), tuple(pairs), allow_outside


def _as_text(value: Any) -> str:
    """Write a value as the command line takes it."""
    return "none" if value is None else str(value)
