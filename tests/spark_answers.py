"""What a study answers on an engine, written to a file: `python -m tests.spark_answers STUDY ENGINE FILE [WHAT...]`."""

import dataclasses
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import cxlab as cx
from cxlab.engine import Engine
from cxlab.kit import Kit, open_study

WHAT = (
    "customers", "customers_at_end", "periods", "first_orders", "cohorts", "second_orders", "referrals", "feedback",
    "gestures", "occasions",
)  # fmt: skip


def answers(study: Path, engine: str, what: tuple[str, ...] = WHAT) -> dict[str, Any]:
    """Return all tables and numbers of what a kit makes of its rows, by where they stand in it."""
    opened = open_study(study)
    with Kit(opened.study.model_copy(update={"engine": engine}), opened.parameters) as kit:
        intake = kit.intake
        found: dict[str, Any] = {f"tables.{name}": table for name, table in intake.tables.items()}
        for field in dataclasses.fields(intake):
            if field.name not in ("study", "engine", "tables"):
                found[f"intake.{field.name}"] = getattr(intake, field.name)
        found["rejects"] = intake.engine.rows('SELECT * FROM rejects ORDER BY source, number, line, "column"')
        for name in what:
            found |= dict(_taken_apart(_BESIDE[name](kit) if name in _BESIDE else getattr(kit, name), name))
    return found


def _cohorts(kit: Kit) -> list[Any]:
    """Return what is asked of the engine by cohorts of first orders."""
    engine, end = kit.intake.engine, kit.customers.observation_end
    return [
        kit.intake.cohorts,
        cx.follow_cohorts(engine, observation_end=end, currency=kit.study.currency),
        cx.repeat_rates(engine, observation_end=end),
        cx.compare_lasting(engine, observation_end=end),
    ]


_BESIDE: dict[str, Callable[[Kit], Any]] = {
    "cohorts": _cohorts,
    "second_orders": lambda kit: cx.waits_for_second_order(kit.intake.engine, kit.customers),
}


def _taken_apart(found: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield every table and every other value of a result."""
    if isinstance(found, pd.DataFrame):
        yield place, found
    elif isinstance(found, Engine):
        return  # where the rows lie is the only thing that differs
    elif isinstance(found, np.ndarray):
        yield place, repr(found.tolist())
    elif dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            yield from _taken_apart(getattr(found, field.name), f"{place}.{field.name}")
    elif isinstance(found, dict):
        for key, value in found.items():
            yield from _taken_apart(value, f"{place}.{key}")
    elif isinstance(found, (list, tuple)):
        for i, value in enumerate(found):
            yield from _taken_apart(value, f"{place}.{i}")
    else:
        yield place, found if isinstance(found, (str, int, float, bool, type(None))) else repr(found)


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """See that two engines answer the same, row by row and bit by bit; return how many rows were held together."""
    assert ours.keys() == theirs.keys()
    n = 0
    for place, mine in ours.items():
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, theirs[place], check_exact=True, obj=place)
            n += len(mine)
        elif mine == mine:
            assert mine == theirs[place], place
    return n


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    study, engine, file, *what = sys.argv[1:]
    Path(file).write_bytes(pickle.dumps(answers(Path(study), engine, tuple(what) or WHAT)))
