"""Reading a study: every source read and checked on the engine, every record used or rejected with its reason."""

import datetime as dt
from pathlib import Path

from cxlab.contract import TABLES
from cxlab.engine import Engine
from cxlab.intake.places import SourceError
from cxlab.intake.result import Intake
from cxlab.intake.sales import make_effort, make_sales
from cxlab.intake.sources import TableIntake, read_source
from cxlab.parameters import Parameters, resolve_parameters
from cxlab.study import Study, load_study

__all__ = ["Intake", "SourceError", "check_study", "read_study"]
EPOCH = dt.date(1970, 1, 1)


def check_study(path: str | Path) -> Intake:
    """Read and check a study; see `read_study`."""
    study = load_study(path)
    return read_study(study, resolve_parameters(study.parameters, seed=study.seed))


def read_study(study: Study, parameters: Parameters) -> Intake:
    """Read every source of a study, check its contract, and find its windows.

    Raises
    ------
    SourceError : a source cannot be read, or too many of its records are at fault.
    """
    engine = Engine()
    try:
        return _read(engine, study, parameters)
    except BaseException:
        engine.close()
        raise


def _read(engine: Engine, study: Study, parameters: Parameters) -> Intake:
    end = study.observation_end
    last = None if end is None else (end - EPOCH).days
    tables: dict[str, TableIntake] = {}
    for name, source in study.sources.given.items():
        tables[name] = read_source(engine, study, name, source, observation_end=last)
    if "orders" not in tables:
        return Intake(study, engine, tables, 0, 0, None, None, None, None)
    make_sales(engine, "orders", tables["orders"].columns)
    make_effort(engine, {name: tables[name].columns for name in TABLES if name in tables})
    n_customers, n_orders, first_day, last_day = engine.row(
        "SELECT COUNT(DISTINCT customer_id), COUNT(*), MIN(day), MAX(day) FROM sales WHERE opens"
    )
    first_order, last_order = EPOCH + dt.timedelta(days=first_day), EPOCH + dt.timedelta(days=last_day)
    observation_end = study.observation_end or last_order
    span = (observation_end - first_order).days
    calibration_end = study.calibration_end or first_order + dt.timedelta(days=span * 2 // 3)
    return Intake(
        study, engine, tables, n_customers, n_orders, first_order, last_order, calibration_end, observation_end
    )
