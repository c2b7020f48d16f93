"""Lines that name no currency: theirs is that of their order, which many shops write on its first line only."""

from cxlab.engine import Engine, fill
from cxlab.intake.charges import charge
from cxlab.intake.checks import Rule, bring_one_currency
from cxlab.intake.kept_texts import KeptText
from cxlab.intake.numbers import is_other_currency
from cxlab.intake.sources import TableIntake

_OF_ORDER = KeptText("is of an order in another currency than {currency}")
_UNNAMED = "currency IS NULL AND cx_other"
_COUNT = "SELECT COUNT(*) FROM ({!held}) AS h WHERE cx_fault IS NULL AND {!unnamed}"


def judge_currencies(engine: Engine, table: TableIntake, currency: str) -> TableIntake:
    """Reject the lines without a currency whose order is in another one than the study's, as another line says.

    Parameters
    ----------
    currency : ISO 4217 code of the study.
    """
    if not {"customer_id", "order_id", "currency"} <= table.columns:
        return table
    held = fill(
        "SELECT t.*, o.order_id IS NOT NULL AS cx_other FROM {t} AS t LEFT JOIN (SELECT DISTINCT customer_id, order_id "
        "FROM {t} WHERE {!other}) AS o ON o.customer_id = t.customer_id AND o.order_id = t.order_id",
        t=table.checked,
        other=is_other_currency("currency", currency),
    )
    (n,) = engine.row(fill(_COUNT, held=held, unnamed=_UNNAMED))
    if not n:
        return table
    remedy = bring_one_currency(currency)
    return charge(engine, table, held, [Rule("currency", _OF_ORDER(currency=currency), _UNNAMED, remedy=remedy)])
