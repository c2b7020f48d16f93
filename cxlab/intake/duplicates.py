"""Records that repeat an earlier one in every column of their files: counted, and dropped where the study says so."""

from dataclasses import replace

from cxlab.engine import Engine, fill
from cxlab.intake.charges import charge
from cxlab.intake.checks import Rule
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.sources import TableIntake
from cxlab.study import Source, Trial

_SOME = 100_000
_SAME = Rule(
    "",
    KeptText("the same as a record before it, in every column")(),
    "cx_place > 1",
    outside_limit=True,
)
_DROPPED = KeptText(
    "{n} record of {table} repeats an earlier one in every column, and was dropped, as the study says.",
    "{n} records of {table} repeat an earlier one in every column, and were dropped, as the study says.",
)
_REPEATED = KeptText(
    "{n} record of {table} repeats an earlier one in every column. They were kept: `duplicates: drop` under {table} in "
    "the study drops them.",
    "{n} records of {table} repeat an earlier one in every column. They were kept: `duplicates: drop` under {table} in "
    "the study drops them.",
)


def judge_duplicates(engine: Engine, table: TableIntake, source: Source) -> TableIntake:
    """Count the records that are the same as one before them; reject them where the source says `duplicates: drop`.

    Of orders they are always counted; of other tables, in which they are nothing strange, where they are to be dropped.
    Rows of an experiment are different people, however alike they are: they are neither counted nor dropped.
    """
    if isinstance(source, Trial) or (table.table != "orders" and source.duplicates == "keep"):
        return table
    if table.table == "orders" and _has_one_line_an_order(engine, table):
        return replace(table, one_line=True)
    sql = fill("SELECT cx_hash FROM {t} WHERE cx_fault IS NULL", t=table.checked)
    n_same = engine.count_repeated(sql, table.n_used)
    if not n_same or source.duplicates == "keep":
        return replace(table, n_same=n_same)
    columns = ", ".join(fill("{c}", c=c) for c in sorted(table.columns))
    numbered = fill(
        "SELECT *, ROW_NUMBER() OVER (PARTITION BY cx_fault IS NULL, cx_hash, {!columns} ORDER BY cx_file, cx_line) "
        "AS cx_place FROM {t}",
        columns=columns,
        t=table.checked,
    )
    return charge(engine, replace(table, n_same=n_same), numbered, (_SAME,))


def _has_one_line_an_order(engine: Engine, table: TableIntake) -> bool:
    """Tell whether every record is an order of its own, and so none the same as another; some tell mostly.

    False says nothing: two that differ may have the same digest.
    """
    named = "order_id, CASE WHEN order_id IS NULL THEN ordered_at END" if "order_id" in table.columns else "ordered_at"
    sql = fill("SELECT HASH(customer_id, {!named}) FROM {t} WHERE cx_fault IS NULL", named=named, t=table.checked)
    return engine.all_differ(f"{sql} LIMIT {_SOME}", min(_SOME, table.n_used)) and engine.all_differ(sql, table.n_used)


def remark_on_duplicates(table: TableIntake, source: Source) -> list[str]:
    """Say how many records repeat an earlier one, and what became of them."""
    if not table.n_same:
        return []
    said = _DROPPED if source.duplicates == "drop" else _REPEATED
    return [said(n=table.n_same, table=table.table)]
