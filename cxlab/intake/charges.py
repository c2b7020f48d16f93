"""Charging records with rules that no record shows alone: they need another table, or the table as a whole."""

from collections.abc import Sequence
from dataclasses import replace

from cxlab.engine import Engine, fill
from cxlab.intake.checks import Rule
from cxlab.intake.sources import TableIntake, counted


def charge(engine: Engine, table: TableIntake, relation: str, rules: Sequence[Rule]) -> TableIntake:
    """Reject the records that break one of further rules; one that broke a rule before stays with that.

    Parameters
    ----------
    relation : SQL of all checked records, with what the rules need beside the records' own columns.
    rules : in the order in which a record is charged with them.

    Returns
    -------
    The table with these rejects: its checked records lie in another table of the engine now, its view shows those still
    used.
    """
    judged = f"{table.checked}_judged"
    kept = "".join(fill("{name}, ", name=name) for name in engine.kinds(table.checked) if name != "cx_fault")
    cases = " ".join(f"WHEN {rule.broken} THEN {i}" for i, rule in enumerate(rules, len(table.rules)))
    sql = (
        "CREATE OR REPLACE TABLE {judged} AS SELECT {!kept}COALESCE(cx_fault, CASE {!cases} END) AS cx_fault "
        "FROM ({!relation}) AS j"
    )
    engine.run(fill(sql, judged=judged, kept=kept, cases=cases, relation=relation))
    engine.run(fill("CREATE OR REPLACE VIEW {v} AS SELECT * FROM {t} WHERE cx_fault IS NULL", v=table.table, t=judged))
    for name in (table.checked, f"{table.table}_rows"):
        engine.drop(name)
    return counted(engine, replace(table, checked=judged, rules=(*table.rules, *rules)))
