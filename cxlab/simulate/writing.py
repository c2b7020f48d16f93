"""A made-up shop as a folder: a study, its tables, the settings behind it and what is really so."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from cxlab.errors import InputError
from cxlab.simulate.settings import CONTROL
from cxlab.simulate.settings_file import written_settings
from cxlab.simulate.shop import Shop
from cxlab.simulate.tables import latent_customers, tables_of
from cxlab.simulate.truth import Truth
from cxlab.simulate.visits import PAYMENT, STEPS
from cxlab.study import FILE, shown_path

SETTINGS, TRUTH, LATENT = "settings.yml", "truth.json", "truth_customers.csv"
TABLES = ("orders", "gestures", "assignments", "costs", "feedback", "incidents", "referrals", "events")
_WORDS = {
    "orders": "a line an order; what came back is a line of its own",
    "gestures": "chosen ones, and those that the trial gave",
    "assignments": "who was put into which arm of the trial",
    "costs": "the time log: work that orders took",
    "feedback": "would you recommend us?, 0 to 10",
    "incidents": "orders that went wrong",
    "referrals": "who recommended the shop to whom",
    "events": "visits, step by step",
}


class FolderError(InputError):
    """The folder cannot take a made-up shop."""


def require_room(folder: Path, *, force: bool) -> None:
    """Make sure that a made-up shop may be written to a folder: it is new, empty, or holds one already.

    Raises
    ------
    FolderError : it cannot be made, it holds something else, or a made-up shop and `force` is not given.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"{shown_path(folder)} is a file: name a new or empty folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"{shown_path(folder)} cannot be made ({error.strerror}): name another folder") from error
    if not any(folder.iterdir()):
        return
    if not all((folder / name).is_file() for name in (FILE, SETTINGS, TRUTH)):
        raise FolderError(f"{shown_path(folder)} holds other files: name a new or empty folder")
    if not force:
        raise FolderError(f"{shown_path(folder)} holds a made-up shop already: write over it with --force")


def own_name(folder: Path) -> str | None:
    """Return the name of a folder where a study may be called so; None where it may not."""
    name = folder.absolute().name
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else None


def write_shop(shop: Shop, truth: Truth, folder: Path) -> dict[str, int]:
    """Write a made-up shop; the same shop gives the same bytes.

    Parameters
    ----------
    folder : made where it is not there; files of an earlier made-up shop are written over.

    Returns
    -------
    Number of records by table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        (folder / f"{name}.csv").unlink(missing_ok=True)
    records = {name: _write_csv(folder / f"{name}.csv", table) for name, table in tables_of(shop).items()}
    _write_csv(folder / LATENT, latent_customers(shop))
    (folder / SETTINGS).write_text(written_settings(shop.settings), encoding="utf-8", newline="\n")
    (folder / TRUTH).write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8", newline="\n")
    (folder / FILE).write_text(written_study(shop, list(records)), encoding="utf-8", newline="\n")
    return records


def written_study(shop: Shop, tables: list[str]) -> str:
    """Write the `study.yml` of a made-up shop that brings these tables."""
    settings = shop.settings
    drawn = set(shop.orders.assigned.tolist())
    arms = [arm for number, arm in enumerate(settings.arms.items()) if number in drawn]
    title = json.dumps(settings.title, ensure_ascii=False)
    lines = [
        f"# A made-up shop: its customers never lived. {SETTINGS} says what was planted and {TRUTH} what an analysis",
        f"# should find; {LATENT} what nobody could know of each customer. No source names these three.",
        f"name: {settings.name}",
        f"title: {title}",
        f"currency: {settings.currency}",
        f"seed: {settings.seed}",
        "sources:",
    ]
    for name in tables:
        lines.append(f"  {name}:  # {_WORDS[name]}")
        lines.append(f"    path: {name}.csv")
        if name == "assignments":
            shares = ", ".join(f"{arm}: {given.allocation:g}" for arm, given in arms)
            lines += [f"    control: {CONTROL}", f"    allocation: {{{shares}}}  # the shares that were meant"]
        if name == "events":
            lines.append(f"    steps: [{', '.join(STEPS)}]  # in their order")
            lines.append(f"    purchase: {STEPS[PAYMENT]}  # the steps before it lead to it, those after it follow")
    drivers = (settings.feedback.drivers or {}) if "feedback" in tables else {}
    if drivers:
        lines.append("drivers:  # columns of feedback, and what each of them is")
        lines += [f"  {name}: [{', '.join(driver.tags)}]" for name, driver in drivers.items()]
    return "\n".join(
        [
            *lines,
            f"calibration_end: {settings.calibration_end}  # what is known; the days after it show whether it held",
            f"observation_end: {settings.observation_end}",
            "parameters:",
            f"  outcome_days: {settings.outcome_days}  # days after an occasion in which orders count",
            "",
        ]
    )


def _write_csv(path: Path, pieces: Iterator[pa.Table]) -> int:
    """Write a table piece by piece; no value of it needs a quotation mark."""
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    n = 0
    with path.open("wb") as file:
        for piece in pieces:
            if n == 0:
                file.write((",".join(piece.column_names) + "\n").encode())
            csv.write_csv(piece, file, options)
            n += piece.num_rows
    return n
