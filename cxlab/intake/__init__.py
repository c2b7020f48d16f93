"""Reading a study: every source read and checked on the engine, every record used or rejected with its reason."""

from collections.abc import Mapping
from pathlib import Path

from cxlab.contract import TABLES
from cxlab.engine import Engine, fill
from cxlab.errors import did_you_mean
from cxlab.intake.calendar import EPOCH, OrderCalendar, order_calendar
from cxlab.intake.gestures import judge_gestures, untied_gestures
from cxlab.intake.places import SourceError
from cxlab.intake.questions import Question, Questions, answerable
from cxlab.intake.rejects import check_limit
from cxlab.intake.result import Intake, Rejects
from cxlab.intake.sales import make_effort, make_sales
from cxlab.intake.sources import Reject, TableIntake, read_source
from cxlab.intake.trials import judge_draws
from cxlab.intake.windows import find_windows, lonely_orders
from cxlab.parameters import Parameters, kit_faults
from cxlab.study import Outcomes, Study, StudyError, Trial, load_study
from cxlab.words import count

__all__ = [
    "Intake",
    "OrderCalendar",
    "Question",
    "Questions",
    "Reject",
    "Rejects",
    "SourceError",
    "TableIntake",
    "check_study",
    "read_study",
]


def check_study(path: str | Path) -> Intake:
    """Read and check a study, its file and its sources.

    Raises
    ------
    StudyError, ParameterError, SourceError : what is at fault, where, and what to do.
    """
    study = load_study(path, kit_faults)
    return read_study(study, study.settle())


def read_study(study: Study, parameters: Parameters, *, rejects: Path | None = None) -> Intake:
    """Read every source of a study, check its contract, and find its windows.

    Parameters
    ----------
    rejects : folder in which ``rejects/<table>.csv`` is written when too many records of a table are at fault.

    Raises
    ------
    StudyError : the study asks for what does not fit its data.
    SourceError : a source cannot be read, or too many of its records are at fault.
    """
    if study.engine != "duckdb":
        raise StudyError(f"{study.place('engine')}: this version runs on the engine `duckdb`, not `{study.engine}`")
    engine = Engine()
    try:
        return _read(engine, study, parameters, rejects)
    except BaseException:
        engine.close()
        raise


def _read(engine: Engine, study: Study, parameters: Parameters, rejects: Path | None) -> Intake:
    last = None if study.observation_end is None else (study.observation_end - EPOCH).days
    tables: dict[str, TableIntake] = {}
    for name, source in study.sources.given.items():
        tables[name] = read_source(engine, study, name, source, observation_end=last)
        check_limit(engine, study, tables, name, parameters.max_reject_share, rejects)
        if isinstance(source, Trial):
            _check_arms(engine, study, name, source)
        if isinstance(source, Outcomes):
            _check_names(study, tables[name], source)
    if "orders" in tables:
        make_sales(engine, "orders", tables["orders"].columns)
        windows = find_windows(engine, study)
    for name in ("gestures", "assignments", "outcomes"):
        if name in tables:
            tables[name] = _judge(engine, study, tables, name)
            check_limit(engine, study, tables, name, parameters.max_reject_share, rejects)
    columns = {name: table.columns for name, table in tables.items()}
    outcomes = study.sources.outcomes
    randomised = "assignments" in tables or (outcomes is not None and outcomes.design == "randomised")
    lone = _lone_arm(engine, tables)
    if "orders" not in tables:
        questions = answerable(
            columns, n_customers=0, n_repeaters=0, n_holdout_orders=0, randomised=randomised, lone_arm=lone
        )
        return Intake(study, engine, tables, questions)
    make_effort(engine, {name: columns[name] for name in TABLES if name in columns})
    cut, end = (windows.calibration_end - EPOCH).days, (windows.observation_end - EPOCH).days
    n_customers, n_repeaters, n_later = engine.row(
        "SELECT COUNT(*), COUNT(CASE WHEN n_days > 1 THEN 1 END), CAST(COALESCE(SUM(n_later), 0) AS BIGINT) FROM "
        "(SELECT COUNT(DISTINCT CASE WHEN day <= ? THEN day END) AS n_days, COUNT(CASE WHEN day > ? THEN 1 END) "
        "AS n_later FROM sales WHERE opens AND day <= ? GROUP BY customer_id) AS c WHERE n_days > 0",
        [cut, cut, end],
    )
    questions = answerable(
        columns, n_customers=n_customers, n_repeaters=n_repeaters, n_holdout_orders=n_later, randomised=randomised,
        lone_arm=lone,
    )  # fmt: skip
    return Intake(
        study, engine, tables, questions, tuple(_remarks(engine, tables)), windows.n_customers, windows.n_orders,
        windows.first_order, windows.last_order, windows.calibration_end, windows.observation_end,
        order_calendar(
            engine, calibration_end=cut, last_day=end, minimum_group=study.privacy.minimum_group
        ),
    )  # fmt: skip


def _check_arms(engine: Engine, study: Study, name: str, trial: Trial) -> None:
    """See that the control arm, and every arm of the allocation, stands in the data."""
    arms = [arm for (arm,) in engine.rows(fill("SELECT DISTINCT arm FROM {t} ORDER BY arm", t=name))]
    wanted = {trial.control: ("control",)} | {arm: ("allocation", arm) for arm in trial.allocation or ()}
    if isinstance(trial, Outcomes) or "control" in trial.model_fields_set or trial.allocation or len(arms) > 1:
        for arm, key in wanted.items():
            if arm not in arms:
                known = ", ".join(f"`{a}`" for a in arms[:10])
                place = study.place("sources", name, *key)
                which = (
                    ""
                    if arm in (trial.allocation or ()) or "control" in trial.model_fields_set
                    else (", which is the control unless `control:` names another")
                )
                raise SourceError(
                    f"{place}: no record of {name} has the arm `{arm}`{which}; there are {known}: name one of them"
                )
    _check_allocation(study, name, trial, arms)


def _check_allocation(study: Study, name: str, trial: Trial, arms: list[str]) -> None:
    """See that the shares that were meant name every arm that was drawn."""
    for arm in arms:
        if trial.allocation and arm not in trial.allocation:
            place = study.place("sources", name, "allocation")
            raise SourceError(
                f"{place}: {name} hold the arm `{arm}`, for which `allocation` names no share: add it, or leave "
                "`allocation` out and go without the check of the arms' sizes"
            )


def _check_names(study: Study, table: TableIntake, outcomes: Outcomes) -> None:
    """See that the columns which `covariates` and `ignore` name are there."""
    there = {*table.columns, *table.further, *outcomes.columns.values()}
    for key in ("covariates", "ignore"):
        for name in getattr(outcomes, key) or ():
            if name not in there:
                near = did_you_mean(name, there) or "; there are " + ", ".join(sorted(table.further)[:20])
                place = study.place("sources", "outcomes", key)
                raise SourceError(f"{place}: outcomes have no column `{name}`{near}")


def _lone_arm(engine: Engine, tables: Mapping[str, TableIntake]) -> str | None:
    """Return the arm of all records where there is no other to compare it with."""
    for name in ("outcomes", "assignments"):
        if name in tables:
            first, last = engine.row(fill("SELECT MIN(arm), MAX(arm) FROM {t}", t=name))
            return str(first) if first == last else None
    return None


def _judge(engine: Engine, study: Study, tables: Mapping[str, TableIntake], name: str) -> TableIntake:
    """Hold a table against the orders, and its records against each other."""
    if name != "gestures":
        return judge_draws(engine, study, tables[name])
    return judge_gestures(engine, tables[name]) if "orders" in tables else tables[name]


def _remarks(engine: Engine, tables: dict[str, TableIntake]) -> list[str]:
    """Say what a reader should know of the data before the answers."""
    remarks = lonely_orders(engine)
    if "cost" in tables["orders"].columns:
        n, uncosted = engine.row("SELECT COUNT(*), COUNT(CASE WHEN cost IS NULL THEN 1 END) FROM orders")
        if uncosted:
            remarks.append(
                f"{count(uncosted, 'line')} of {count(n, 'line')} of orders bring no cost: for them contribution is "
                "revenue times the margin rate."
            )
    costs = tables.get("costs")
    if costs is not None and "hours" in costs.columns and "hourly_rate" not in costs.columns:
        remarks.append(
            "The hours spent on customers have no hourly rate, so they cost nothing here: bring hourly_rate."
        )
    if "gestures" in tables:
        remarks += untied_gestures(engine, tables["gestures"], tables["orders"])
    for name in ("assignments", "costs", "feedback", "incidents"):
        if name in tables:
            sql = (
                "SELECT COUNT(DISTINCT t.customer_id), COUNT(DISTINCT s.customer_id) FROM {t} AS t LEFT JOIN "
                "(SELECT DISTINCT customer_id FROM sales) AS s ON s.customer_id = t.customer_id"
            )
            n, known = engine.row(fill(sql, t=name))
            if known < n:
                remarks.append(
                    f"{count(n - known, 'customer')} of {count(n, 'customer')} in {name} never ordered: are their "
                    "customer numbers written as in orders?"
                )
    return remarks
