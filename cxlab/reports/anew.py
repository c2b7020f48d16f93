"""The commands that together make all pages of an index again, whichever calls had made them."""

import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cxlab.reports.again import command


@dataclass(frozen=True)
class _Said:
    """What a command says, but for the notebooks and the studies: as they are alike, reports can be made together."""

    pairs: tuple[tuple[str, str], ...]
    allow_outside: bool
    matrix: str
    out: str


def commands(
    runs: Mapping[str, Mapping[str, Any]], names: Collection[str], again: str, notebooks: Collection[str]
) -> list[str]:
    """Write them.

    Parameters
    ----------
    runs : manifests of the runs that the index shows. names : those of this call.
    again : the command of this call. Without --only it makes all reports of its runs.
    notebooks : names of all notebooks that there are.

    Returns
    -------
    One command where one is enough; that of this call stands first.
    """
    whole = not _parse(again)[1]
    found: dict[tuple[_Said, tuple[str, ...]], list[str]] = {}
    for name, run in runs.items():
        for said, (paths, reports) in _parts(run).items() if not (whole and name in names) else ():
            only = () if set(notebooks) and set(notebooks) <= set(reports) else tuple(reports)
            held = found.setdefault((said, only), [])
            held += [path for path in paths if path not in held]
    rest = [
        command(paths, only, dict(s.pairs), allow_outside=s.allow_outside, matrix=s.matrix, out=s.out)
        for (s, only), paths in found.items()
    ]
    return [again, *rest] if whole else rest or [again]


def _parts(run: Mapping[str, Any]) -> dict[_Said, tuple[list[str], list[str]]]:
    """Return the studies and the reports of a run that were ordered alike: by the last call, else by an earlier one."""
    _, last, _ = _parse(run["command"])
    given = tuple((name, "none" if value is None else str(value)) for name, value in run["given"].items())
    entries = sorted(run["reports"].items(), key=lambda item: str(item[1]["notebook"]))
    # A set's values stand in its file; what the command line gave beside them, each report knows as far as it uses it.
    used = _both(_parse(_command(e, run))[2].pairs for name, e in entries if not last or name in last)
    found: dict[_Said, tuple[list[str], list[str]]] = {}
    for name, entry in entries:
        paths, _, said = _parse(_command(entry, run))
        if not last or name in last:
            said = _Said(used if said.matrix else given, said.allow_outside, said.matrix, said.out)
        if paths:
            found.setdefault(said, (paths, []))[1].append(name)
    return found


def _command(entry: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return what makes a report again, or its whole run where an earlier version published it."""
    return str(entry.get("command", run["command"]))


def _both(all_pairs: Iterable[tuple[tuple[str, str], ...]]) -> tuple[tuple[str, str], ...]:
    return tuple({name: value for pairs in all_pairs for name, value in pairs}.items())


def _parse(text: str) -> tuple[list[str], list[str], _Said]:
    """Read the studies and the notebooks that a command names, and what else it says.

    Examples
    --------
    >>> _parse("cxlab report data/cdnow --only intake -p k_max 7")[:2]
    (['data/cdnow'], ['intake'])
    """
    try:
        parts = iter(shlex.split(text)[2:])
    except ValueError:  # a manifest that a person changed: it names nothing
        parts = iter(())
    paths, only, pairs = list[str](), list[str](), list[tuple[str, str]]()
    named = {"--matrix": "", "--out": ""}
    allow_outside = False
    for part in parts:
        if part == "--only":
            only.append(next(parts, ""))
        elif part == "-p":
            pairs.append((next(parts, ""), next(parts, "")))
        elif part in named:
            named[part] = next(parts, "")
        elif part == "--allow-outside":
            allow_outside = True
        else:
            paths.append(part)
    return paths, only, _Said(tuple(pairs), allow_outside, named["--matrix"], named["--out"])
