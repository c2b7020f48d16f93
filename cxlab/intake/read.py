"""Every source of a study read and checked on the engine, every record used or rejected with its reason."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cxlab.contract import TABLES
from cxlab.engine import Engine, Tell, fill
from cxlab.engines import DUCKDB, open_engine
from cxlab.errors import did_you_mean
from cxlab.intake.calendar import EPOCH
from cxlab.intake.currencies import judge_currencies
from cxlab.intake.databases import read_databases
from cxlab.intake.drawn import Drawn, draw_customers
from cxlab.intake.drivers import check_drivers, remark_on_drivers
from cxlab.intake.duplicates import judge_duplicates, remark_on_duplicates
from cxlab.intake.gestures import judge_gestures, untied_gestures
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.ledger import sum_ledger
from cxlab.intake.places import SourceError
from cxlab.intake.rejects import check_limit, exceeds_limit, keep_rejects, list_rejects
from cxlab.intake.result import Intake
from cxlab.intake.sales import make_effort, make_sales
from cxlab.intake.sources import TableIntake, finished, read_source
from cxlab.intake.statuses import remark_on_currencies, remark_on_undone
from cxlab.intake.steps import check_steps
from cxlab.intake.store import open_kept
from cxlab.intake.suspects import find_suspects
from cxlab.intake.trials import check_arms, judge_draws
from cxlab.intake.windows import Extent, find_windows, lonely_orders, measure_extent
from cxlab.intake.zones import remark_on_zones
from cxlab.parameters import Parameters, kit_faults
from cxlab.study import Events, Outcomes, Study, Trial, load_study

_POINTS_TO_PEOPLE = KeptText("Left out of {table}, because they point to people: {columns}.")
_UNCOSTED = KeptText(
    "{n} line of {all} of orders brings no cost: for it contribution is revenue times the margin rate.",
    "{n} lines of {all} of orders bring no cost: for them contribution is revenue times the margin rate.",
    numbers=("all",),
)
_NO_RATE = KeptText("The hours spent on customers have no hourly rate, so they cost nothing here: bring hourly_rate.")()
_STRANGERS = KeptText(
    "{n} customer of {all} in {table} never ordered: is their customer number written as in orders?",
    "{n} customers of {all} in {table} never ordered: are their customer numbers written as in orders?",
    numbers=("all",),
)


def check_study(path: str | Path, *, allow_outside: bool = False) -> Intake:
    """Read and check a study, its file and its sources.

    Parameters
    ----------
    allow_outside : whether its files may lie outside its folder.

    Raises
    ------
    StudyError, ParameterError, SourceError : what is at fault, where, and what to do.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> intake = cx.check_study(kit.study.file)
    >>> print(intake.heading)
    600 customers with 5,488 orders came in
    """
    study = load_study(path, kit_faults)
    return read_study(study, study.settle(), allow_outside=allow_outside)


def read_study(
    study: Study,
    parameters: Parameters,
    *,
    rejects: Path | None = None,
    allow_outside: bool = False,
    store: Path | None = None,
    run: str = "",
    tell: Tell | None = None,
) -> Intake:
    """Read every source of a study, check its contract, and find its windows.

    Parameters
    ----------
    store : folder where what was read may have been kept; it is taken from there if it still counts.
    run : by what a run is known: of a study with a database only what that run has kept counts.
    tell : told what is being done.
    rejects : folder in which ``rejects/<table>.csv`` is written when too many records of a table are at fault.
    allow_outside : whether its files may lie outside its folder.

    Raises
    ------
    StudyError : the study asks for what does not fit its data.
    SourceError : a source cannot be read, or too many of its records are at fault.
    """
    engine = Engine()
    try:
        kept = store and open_kept(engine, study, store, allow_outside=allow_outside, run=run)
        if kept:
            for name, table in kept.tables.items():
                if exceeds_limit(table, parameters.max_reject_share):
                    listed = "" if rejects is None else list_rejects(engine, kept.tables, name, rejects)
                    check_limit(study, table, parameters.max_reject_share, listed=listed)
            known = _understood(engine, study, kept.tables, kept.remarks, kept.extent, kept.drawn)
            return replace(known, hashes=kept.hashes)
        if study.engine != DUCKDB:
            engine.close()
            engine = open_engine(study)
        tables, remarks, extent = _read(engine, study, parameters, rejects, allow_outside=allow_outside, tell=tell)
        drawn = None
        if extent is not None and parameters.sample_customers is not None:
            with engine.telling("drawing customers", tell):
                sum_ledger(engine, tables["orders"].columns)
                find_suspects(engine, tables["orders"].columns)
                columns = {name: table.columns for name, table in tables.items()}
                drawn = draw_customers(engine, columns, parameters.sample_customers, parameters.seed)
        return _understood(engine, study, tables, remarks, extent, drawn)
    except BaseException:
        engine.close()
        raise


def _read(
    engine: Engine,
    study: Study,
    parameters: Parameters,
    rejects: Path | None,
    *,
    allow_outside: bool,
    tell: Tell | None,
) -> tuple[dict[str, TableIntake], list[str], Extent | None]:
    """Read and judge every source; return what became of each, what a reader should know, and the orders' extent."""
    last = None if study.observation_end is None else (study.observation_end - EPOCH).days
    tables: dict[str, TableIntake] = {}
    extent: Extent | None = None

    def settle(name: str, table: TableIntake) -> None:
        tables[name] = keep_rejects(engine, study, table)
        if exceeds_limit(tables[name], parameters.max_reject_share):
            listed = "" if rejects is None else list_rejects(engine, tables, name, rejects)
            check_limit(study, tables[name], parameters.max_reject_share, listed=listed)

    databases = read_databases(engine, study, tell)
    for name, source in study.sources.given.items():
        with engine.telling(f"reading {name}", tell):
            table = read_source(
                engine, study, name, source, observation_end=last, allow_outside=allow_outside, rows=databases.get(name)
            )
        table = judge_currencies(engine, table, study.currency)
        settle(name, judge_duplicates(engine, table, source))
        if name == "feedback":
            check_drivers(engine, study)
        if isinstance(source, Trial):
            check_arms(engine, study, tables[name], source)
        if isinstance(source, Events):
            check_steps(engine, study, source)
        if isinstance(source, Outcomes):
            _check_names(study, tables[name], source)
    if "orders" in tables:
        with engine.telling("summing orders", tell):
            make_sales(engine, "orders", tables["orders"].columns, one_line=tables["orders"].one_line)
        extent = measure_extent(engine, study)
        last = (find_windows(extent, study).observation_end - EPOCH).days
    for name in ("gestures", "assignments", "outcomes"):
        if name in tables:
            settle(name, _judge(engine, study, tables, name, last))
    if "orders" in tables:
        make_effort(engine, {name: tables[name].columns for name in TABLES if name in tables})
    remarks = _remarks(engine, study, tables)
    return {name: finished(engine, table) for name, table in tables.items()}, remarks, extent


def _understood(
    engine: Engine,
    study: Study,
    tables: Mapping[str, TableIntake],
    remarks: list[str],
    extent: Extent | None,
    drawn: Drawn | None,
) -> Intake:
    """Put together what is known of a study whose tables lie in the engine."""
    if extent is None:
        return Intake(study, engine, tables, tuple(remarks))
    windows = find_windows(extent, study)
    return Intake(
        study, engine, tables, tuple(remarks), windows.n_customers, windows.n_orders, windows.first_order,
        windows.last_order, windows.calibration_end, windows.observation_end, extent=extent, drawn=drawn,
    )  # fmt: skip


def _check_names(study: Study, table: TableIntake, outcomes: Outcomes) -> None:
    """See that the columns which `covariates` and `ignore` name are there."""
    there = {*table.columns, *table.further, *table.left_out, *outcomes.columns.values()}
    for key in ("covariates", "ignore"):
        for name in getattr(outcomes, key) or ():
            if name not in there:
                near = did_you_mean(name, there) or "; there are " + ", ".join(sorted(table.further)[:20])
                place = study.place("sources", "outcomes", key)
                raise SourceError(f"{place}: outcomes have no column `{name}`{near}")


def _judge(
    engine: Engine, study: Study, tables: Mapping[str, TableIntake], name: str, last_day: int | None
) -> TableIntake:
    """Hold a table against the orders, and its records against each other."""
    if name != "gestures":
        return judge_draws(engine, study, tables[name], last_day if "orders" in tables else None)
    return judge_gestures(engine, tables[name]) if "orders" in tables else tables[name]


def _remarks(engine: Engine, study: Study, tables: Mapping[str, TableIntake]) -> list[str]:
    """Say what a reader should know of the data before the answers."""
    sources = study.sources.given
    remarks = [remark for name, table in tables.items() for remark in remark_on_duplicates(table, sources[name])]
    for name, table in tables.items():
        if table.left_out:
            named = ", ".join(f"`{column}`" for column in table.left_out)
            remarks.append(_POINTS_TO_PEOPLE(table=name, columns=named))
    remarks += remark_on_zones(study, tables)
    remarks += remark_on_drivers(engine, study) if "feedback" in tables else []
    if "orders" not in tables:
        return remarks
    remarks += remark_on_undone(engine, tables["orders"], sources["orders"])
    remarks += remark_on_currencies(engine, tables["orders"], sources["orders"], study.currency)
    remarks += lonely_orders(engine)
    if "cost" in tables["orders"].columns:
        n, uncosted = engine.row("SELECT COUNT(*), COUNT(CASE WHEN cost IS NULL THEN 1 END) FROM orders")
        if uncosted:
            remarks.append(_UNCOSTED(n=uncosted, all=n))
    costs = tables.get("costs")
    if costs is not None and "hours" in costs.columns and "hourly_rate" not in costs.columns:
        remarks.append(_NO_RATE)
    if "gestures" in tables:
        remarks += untied_gestures(engine, tables["gestures"], tables["orders"])
    for name in ("assignments", "costs", "feedback", "incidents"):
        if name in tables:
            sql = (
                "SELECT COUNT(DISTINCT t.customer_id), COUNT(DISTINCT s.customer_id) FROM {t} AS t LEFT JOIN "
                "(SELECT customer_id FROM sales WHERE day = first_day) AS s ON s.customer_id = t.customer_id"
            )
            n, known = engine.row(fill(sql, t=name))
            if known < n:
                remarks.append(_STRANGERS(n=n - known, all=n, table=name))
    return remarks
