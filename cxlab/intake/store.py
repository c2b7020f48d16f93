"""A study that was read, kept in a folder: notebooks of one run and later runs take it from there.

It counts as long as the study says the same of its sources, the files are the same, and so is the code that read them.
A file with the size and the time that it had is not read again; one with another time is, and counts when its SHA-256
is still the same. Of a database nothing tells that it is as it was: what was read of it counts in the run that read it.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from cxlab.engine import Engine, EngineError, fill
from cxlab.intake.aside import filled_aside
from cxlab.intake.channels import sum_channel_days
from cxlab.intake.drawn import Drawn
from cxlab.intake.first_days import sum_first_days
from cxlab.intake.ledger import sum_ledger
from cxlab.intake.places import SourceError
from cxlab.intake.rejects import REJECTS
from cxlab.intake.returns import match_returns
from cxlab.intake.sales import (
    CHANNEL_DAYS,
    DAYS,
    EFFORT,
    FIRST_DAYS,
    LEDGER,
    LINES,
    RETURN_LINES,
    SUSPECTS,
    name_lines,
    name_sales,
)
from cxlab.intake.sources import TableIntake
from cxlab.intake.stamps import ABOUT, FORMAT, asked, code, hashes_in, stamped, still_true
from cxlab.intake.suspects import find_suspects
from cxlab.intake.windows import Extent
from cxlab.study import Study

_DATABASE = "intake.duckdb"
_WITH_ORDERS = (DAYS, EFFORT, RETURN_LINES, LEDGER, SUSPECTS, FIRST_DAYS, CHANNEL_DAYS)
_Tables, _Extent, _Drawn = TypeAdapter(dict[str, TableIntake]), TypeAdapter(Extent | None), TypeAdapter(Drawn | None)


@dataclass(frozen=True)
class Kept:
    """What was kept beside the engine's tables.

    Attributes
    ----------
    tables : what became of each source; remarks : what a reader should know of them.
    hashes : SHA-256 of each file.
    extent : of all orders; drawn : how many customers the tables hold, where they were drawn by lot.
    """

    tables: dict[str, TableIntake]
    remarks: list[str]
    hashes: Mapping[Path, str]
    extent: Extent | None
    drawn: Drawn | None


def keep_study(
    engine: Engine,
    study: Study,
    tables: Mapping[str, TableIntake],
    remarks: Iterable[str],
    hashes: Mapping[Path, str],
    further: Iterable[str],
    folder: Path,
    run: str = "",
    *,
    extent: Extent | None = None,
    drawn: Drawn | None = None,
) -> None:
    """Keep what was read of a study; what an earlier run kept is replaced in one step.

    Parameters
    ----------
    hashes : SHA-256 of every file that was read.
    further : tables of the engine to keep beside those that the intake made.
    run : by what the run that keeps it is known.
    extent : of the orders. drawn : how many customers the tables hold, where they were drawn by lot.
    """
    if "orders" in tables:
        match_returns(engine)
        sum_ledger(engine, tables["orders"].columns)
        find_suspects(engine, tables["orders"].columns)
        sum_first_days(engine, tables["orders"].columns)
        sum_channel_days(engine, tables["orders"].columns)
    now = time.time_ns()
    about = {
        "format": FORMAT,
        "made_by": code(),
        "study": asked(study),
        "run": run,
        "files": [stamped(file, hashes[file]) for file in hashes],
        "looked_at": now,
        "tables": json.loads(_Tables.dump_json(dict(tables))),
        "remarks": list(remarks),
        "extent": _Extent.dump_python(extent, mode="json"),
        "drawn": _Drawn.dump_python(drawn, mode="json"),
    }
    with filled_aside(folder) as aside:
        engine.save(aside / _DATABASE, _selections(tables, further))
        (aside / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


def open_kept(engine: Engine, study: Study, folder: Path, *, allow_outside: bool, run: str = "") -> Kept | None:
    """Open what was kept of a study; None where there is nothing, or it does not count any more."""
    try:
        about = still_true(study, folder, allow_outside=allow_outside, run=run)
        if about is None:
            return None
        tables = _Tables.validate_python(about["tables"])
        extent, drawn = _Extent.validate_python(about["extent"]), _Drawn.validate_python(about["drawn"])
        engine.open_saved(folder / _DATABASE)
        if engine.has(DAYS):
            name_sales(engine)
    except (OSError, ValueError, KeyError, TypeError, EngineError, SourceError):
        return None  # whatever is wrong with it: the files are read again, and that says what is wrong with them
    return Kept(tables, about["remarks"], hashes_in(about), extent, drawn)


def _selections(tables: Mapping[str, TableIntake], further: Iterable[str]) -> dict[str, str]:
    """Return the SQL of every table to keep."""
    kept = {name: fill("SELECT * FROM {t}", t=name) for name in tables if name != "orders"}
    kept |= {name: fill("SELECT * FROM {t}", t=name) for name in (REJECTS, *further)}
    if "orders" in tables:
        named = "gestures" in tables and "order_id" in tables["gestures"].columns
        kept |= {name: fill("SELECT * FROM {t}", t=name) for name in _WITH_ORDERS}
        kept[LINES] = name_lines(named=named)
    return kept
