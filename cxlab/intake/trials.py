"""Draws of a trial: a customer stands once in an experiment, and in one arm of it."""

from cxlab.engine import Engine, fill
from cxlab.intake.charges import charge
from cxlab.intake.checks import Rule
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.places import SourceError
from cxlab.intake.sources import TableIntake
from cxlab.study import Outcomes, Study, Trial, shown_path
from cxlab.words import count, number

ALL_DRAWS = "assignments_checked_judged"
"""The engine's table of all draws, those after the last order among them; not there where it is read from a store."""
_SHOWN_CUSTOMERS = 3
_AFTER_LAST_ORDER = KeptText("lies after the last order: nothing was observed after it")()
_DRAWN_BEFORE = Rule(
    "customer_id",
    KeptText("was drawn for this arm before")(),
    "cx_nth > 1",
    remedy="see that each customer stands once in an experiment",
)


def check_arms(engine: Engine, study: Study, table: TableIntake, trial: Trial) -> None:
    """See that the arms which the study names stand in the data.

    An arm of the allocation may be empty: it was meant, and nobody was drawn for it, which the check of the shares
    tells. But where the data holds an arm that the allocation does not name, one of the two is misspelled; and of
    several experiments it cannot be told which of them should have had it.

    Raises
    ------
    SourceError : an arm is not there.
    """
    arms = [arm for (arm,) in engine.rows(fill("SELECT DISTINCT arm FROM {t} ORDER BY arm", t=table.table))]
    shares = trial.allocation or {}
    if not (isinstance(trial, Outcomes) or "control" in trial.model_fields_set or shares or len(arms) > 1):
        return
    is_strange = any(reject.column == "arm" for reject in table.rejects) or not {*arms} <= {*shares}
    may_be_empty = not is_strange and not _has_several(engine, table)
    wanted = {trial.control: ("control",)} | {arm: ("allocation", arm) for arm in shares}
    for arm, key in wanted.items():
        if arm in arms or (may_be_empty and arm in shares):
            continue
        known = ", ".join(f"`{a}`" for a in arms[:10])
        is_named = arm in shares or "control" in trial.model_fields_set
        which = "" if is_named else ", which is the control unless `control:` names another"
        place = study.place("sources", table.table, *key)
        raise SourceError(
            f"{place}: no record of {table.table} has the arm `{arm}`{which}; there are {known}: name one of them"
        )


def _has_several(engine: Engine, table: TableIntake) -> bool:
    """Whether the draws are of several experiments."""
    sql = "SELECT COUNT(DISTINCT {!experiment}) FROM {t}"
    (n,) = engine.row(fill(sql, experiment=_experiment(table), t=table.table))
    return int(n) > 1


def judge_draws(engine: Engine, study: Study, table: TableIntake, last_day: int | None) -> TableIntake:
    """Reject a customer's second record in one arm of one experiment; two arms of it are a fault of the table.

    Parameters
    ----------
    table : assignments, or outcomes; a record of these that names no customer is somebody else's.
    last_day : the last one observed, in days since 1970; after a later draw there was nothing to see. None: no orders.

    Raises
    ------
    SourceError : customers stand in two arms of one experiment: who, where, and what to do.
    """
    if "customer_id" not in table.columns:
        return table
    _refuse_two_arms(engine, study, table)
    when = "assigned_at, " if "assigned_at" in table.columns else ""
    sql = (
        "SELECT *, CASE WHEN customer_id IS NOT NULL THEN ROW_NUMBER() OVER (PARTITION BY cx_fault IS NULL, "
        "customer_id, {!experiment} ORDER BY {!when}cx_file, cx_line) END AS cx_nth FROM {t}"
    )
    draws = fill(sql, experiment=_experiment(table), when=when, t=table.checked)
    rules = [_DRAWN_BEFORE]
    if table.table == "assignments" and last_day is not None:
        rules.append(
            Rule(
                "assigned_at",
                _AFTER_LAST_ORDER,
                f"assigned_at >= {(last_day + 1) * 86400}",
                outside_limit=True,
                remedy="bring the orders after the draw as well",
            )
        )
    return charge(engine, table, draws, rules)


def _refuse_two_arms(engine: Engine, study: Study, table: TableIntake) -> None:
    (n,) = engine.row(
        fill(
            "SELECT COUNT(DISTINCT customer_id) FROM (SELECT customer_id, {!experiment} AS experiment FROM {t} "
            "WHERE customer_id IS NOT NULL GROUP BY customer_id, {!experiment} HAVING MIN(arm) <> MAX(arm)) AS c",
            experiment=_experiment(table),
            t=table.table,
        )
    )
    if not n:
        return
    shown = _in_two_arms(engine, table)
    lines = [
        f"  {customer}{f' in {experiment}' if experiment else ''}: {', '.join(places)}"
        for (customer, experiment), places in shown.items()
    ]
    n_more = n - len({customer for customer, _ in shown})
    if n_more > 0:
        lines.append(f"  and {number(n_more)} more")
    within = "arms" if table.table == "outcomes" else "arms of one experiment"
    head = f"{count(n, 'customer')} of {table.table} {'stands' if n == 1 else 'stand'} in two {within} or more"
    place = study.place("sources", table.table)
    raise SourceError("\n".join([f"{place}: {head}:", *lines, f"  What to do: {_remedy(table)}"]))


def _in_two_arms(engine: Engine, table: TableIntake) -> dict[tuple[str, str], list[str]]:
    """Return where the first customers in two arms stand, first in each arm: places by (customer, experiment)."""
    sql = fill(
        "SELECT customer_id, experiment, arm, cx_file, cx_line FROM (SELECT *, DENSE_RANK() OVER "
        "(ORDER BY customer_id, experiment) AS cx_who FROM (SELECT customer_id, {!experiment} AS experiment, arm, "
        "cx_file, cx_line, ROW_NUMBER() OVER (PARTITION BY customer_id, {!experiment}, arm "
        "ORDER BY cx_file, cx_line) AS cx_nth, MIN(arm) OVER (PARTITION BY customer_id, {!experiment}) AS cx_one, "
        "MAX(arm) OVER (PARTITION BY customer_id, {!experiment}) AS cx_other FROM {t} "
        "WHERE customer_id IS NOT NULL) AS r WHERE cx_nth = 1 AND cx_one <> cx_other) AS w "
        "WHERE cx_who <= ? ORDER BY cx_who, cx_file, cx_line",
        experiment=_experiment(table),
        t=table.table,
    )
    found: dict[tuple[str, str], list[str]] = {}
    for customer, experiment, arm, file, line in engine.rows(sql, [_SHOWN_CUSTOMERS]):
        place = f"{shown_path(table.files[file])}:{line}"
        found.setdefault((customer, experiment), []).append(f"`{arm}` in {place}")
    return found


def _remedy(table: TableIntake) -> str:
    if table.table == "outcomes":
        return "keep one record a customer, or leave `customer_id` out if the records are different people's"
    named = "give each experiment a name of its own" if "experiment" in table.columns else "add a column `experiment`"
    return f"keep the first draw of each customer, or, if they were drawn for several experiments, {named}"


def _experiment(table: TableIntake) -> str:
    """Return the SQL of a record's experiment; records that name none are of one."""
    return "COALESCE(experiment, '')" if table.table == "assignments" and "experiment" in table.columns else "''"
