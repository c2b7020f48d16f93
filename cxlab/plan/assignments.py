"""The file of a draw, as the next run reads it, and the lines of `study.yml` that name it."""

import csv
import datetime as dt
import io
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatch
from fractions import Fraction
from pathlib import Path

from cxlab.new.scalars import scalar
from cxlab.plan.draw import Draw
from cxlab.plan.errors import PlanError
from cxlab.study import Study, Trial, shown_path
from cxlab.words import harmless

COLUMNS = ("customer_id", "assigned_at", "arm", "experiment", "stratum")
NAMED = "assignments-"
"""How the files of draws begin."""
WIDTH = 2
"""Blanks before a source of `study.yml`."""


def assignments_csv(draw: Draw, *, start: dt.date, experiment: str, called: Mapping[str, str]) -> str:
    """Write a draw as CSV, every cell of it harmless to a spreadsheet.

    Parameters
    ----------
    called : what the study's assignments call our columns, where it is another name.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([called.get(name, name) for name in COLUMNS])
    rows = zip(*(draw.frame[name] for name in ("customer_id", "arm", "stratum")), strict=True)
    writer.writerows(
        [harmless(cell) for cell in (customer, start.isoformat(), arm, experiment, stratum)]
        for customer, arm, stratum in rows
    )
    return text.getvalue()


def write_assignments(file: Path, text: str, *, force: bool) -> None:
    """Write the file; nothing is overwritten unless `force` says so.

    Raises
    ------
    PlanError : it is there already, or cannot be written.
    """
    if file.exists() and not force:
        raise PlanError(
            f"{shown_path(file)} is there already: draw nobody twice; give another --experiment, or --force to write "
            "over it if no gesture of it has been given"
        )
    aside = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(text.encode("utf-8"))
        aside.replace(file)
    except OSError as error:
        raise PlanError(
            f"{shown_path(file)} cannot be written ({error.strerror}): name another folder with --out"
        ) from error


def drawn_before(folder: Path, *, day: dt.date, outcome_days: int, besides: Collection[Path]) -> frozenset[str]:
    """List the customers of draws in a folder whose time is not over on a day, which the study does not name yet.

    Parameters
    ----------
    outcome_days : time after a draw in which orders count.
    besides : files that do not count: those that the study reads, and the one that is about to be written.

    Raises
    ------
    PlanError : a file that is named as a draw is none.
    """
    found: set[str] = set()
    known = {file.resolve() for file in besides}
    for file in sorted(folder.glob(f"{NAMED}*.csv")):
        if file.resolve() in known:
            continue
        try:
            with file.open(encoding="utf-8", newline="") as opened:
                for row in csv.DictReader(opened):
                    if dt.date.fromisoformat(row["assigned_at"]) + dt.timedelta(days=outcome_days) > day:
                        found.add(row["customer_id"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PlanError(
                f"{shown_path(file)} is named as a draw, but has no customer_id and assigned_at that can be read, so "
                "who is in a trial already cannot be told: move it, or draw into another folder with --out"
            ) from error
    return frozenset(found)


def merged_shares(
    shares: Mapping[str, int], source: Trial | None, arms_so_far: Mapping[str, frozenset[str]]
) -> dict[str, Fraction]:
    """Put the shares of a new trial beside those that the study declares: one list holds for all of its experiments.

    Raises
    ------
    PlanError : an arm besides the control was in a trial before, with other shares.
    """
    control = next(iter(shares))
    before = {arm: Fraction(share).limit_denominator(10_000) for arm, share in _declared(source).items()}
    scale = before.get(control, Fraction(shares[control])) / shares[control]
    mine = {arm: share * scale for arm, share in shares.items()}
    used = {arm for arms in arms_so_far.values() for arm in arms} - {control}
    for arm in mine:
        if arm in used and before.get(arm) != mine[arm]:
            raise PlanError(
                f"the arm `{arm}` was in a trial of this study with other shares, and `allocation:` has one share for "
                "each arm: give the arm another name"
            )
    return before | mine


def source_lines(study: Study, file: Path, shares: Mapping[str, Fraction], control: str) -> str:
    """Return the lines below `sources:` of `study.yml` by which the next run reads the file."""
    source = study.sources.assignments
    inside = file.resolve().is_relative_to(study.folder.resolve())
    name = file.resolve().relative_to(study.folder.resolve()).as_posix() if inside else file.name
    given = () if source is None or source.path is None else source.path
    paths = [given] if isinstance(given, str) else list(given)
    if not any(fnmatch(name, path) for path in paths):
        paths.append(name)
    allocation = ", ".join(f"{scalar(arm)}: {_written(share)}" for arm, share in shares.items())
    lines = ["assignments:", f"  path: {_one_or_several(paths)}"]
    if source is not None and source.columns:
        called = {ours: [theirs, *source.also_called.get(ours, ())] for ours, theirs in source.columns.items()}
        named = ", ".join(f"{ours}: {_one_or_several(theirs)}" for ours, theirs in called.items())
        lines.append(f"  columns: {{{named}}}")
    lines += [f"  control: {scalar(control)}", f"  allocation: {{{allocation}}}"]
    return "\n".join(" " * WIDTH + line for line in lines)


def _declared(source: Trial | None) -> Mapping[str, float]:
    return {} if source is None or source.allocation is None else source.allocation


def _one_or_several(texts: Sequence[str]) -> str:
    written = [scalar(text) for text in texts]
    return written[0] if len(written) == 1 else f"[{', '.join(written)}]"


def _written(share: Fraction) -> str:
    return str(share.numerator) if share.denominator == 1 else f"{float(share):.6g}"
