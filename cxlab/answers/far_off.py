"""Where a forecast that holds in all is far off for some customers, in words."""

import math

from cxlab.language import tr
from cxlab.loyalty.words import miss
from cxlab.phrases import group_name
from cxlab.purchases import ValueForecast
from cxlab.purchases.by_group import GroupCheck
from cxlab.purchases.rule import LEVEL_BAND
from cxlab.words import money


def far_off(by_silence: GroupCheck | None, value: ValueForecast | None) -> str:
    """Say for whom the forecast was off: the silence and the fifth where it was furthest; empty where it was for none.

    A silence counts as off by the rule of `GroupCheck`. A fifth does when what was foreseen lies outside the allowed
    band of either end of what came.

    Parameters
    ----------
    by_silence : forecast against fact by days since the last order; None: not looked at.
    value : revenue foreseen, by fifths of customers; None: not known.
    """
    said = [*_silence(by_silence), *_fifth(value)]
    return "; ".join(said)


def revenue_missed(value: ValueForecast | None) -> str:
    """Say how far the revenue foreseen was from what came, where that was not within what the rule allows."""
    if value is not None and value.revenue_check == "passed":
        return ""
    if value is None or value.level.value is None:
        return tr("the revenue foreseen could not be checked")
    return tr("the revenue foreseen was {miss}", miss=miss(value.level.number))


def _silence(found: GroupCheck | None) -> list[str]:
    off = [] if found is None else [group for group in found.off if group.name not in found.untold]
    if not off:
        return []
    furthest = max(off, key=lambda group: _distance(group.expected.number, group.actual.number))
    if furthest.ratio.value is None:
        return [
            tr(
                "of customers with {silence} since the last order, purchases were foreseen and none came",
                silence=furthest.in_words,
            )
        ]
    return [
        tr(
            "of customers with {silence} since the last order, the purchases foreseen were {miss}",
            silence=furthest.in_words,
            miss=miss(furthest.ratio.number),
        )
    ]


def _fifth(value: ValueForecast | None) -> list[str]:
    if value is None or not value.has_actual:
        return []
    rows = value.table.to_dict("records")
    total = sum(float(row["actual_revenue"]) for row in rows)
    off = [
        row for row in rows if _is_off(row["expected_revenue"], total * row["actual_low"], total * row["actual_high"])
    ]
    if not off:
        return []
    furthest = max(off, key=lambda row: _distance(row["expected_revenue"], row["actual_revenue"]))
    foreseen, came = (
        money(float(furthest[name]), value.currency, 0) for name in ("expected_revenue", "actual_revenue")
    )
    return [
        tr(
            "of the {fifth} by forecast, {foreseen} were foreseen and {came} came",
            fifth=group_name(str(furthest["group"])),
            foreseen=foreseen,
            came=came,
        )
    ]


def _is_off(expected: float, low: float, high: float) -> bool:
    return expected > LEVEL_BAND[1] * high or expected < LEVEL_BAND[0] * low


def _distance(expected: float, came: float) -> float:
    return abs(math.log(expected / came)) if expected > 0 and came > 0 else math.inf
