"""What a gesture changed beside purchases: days to the next one, revenue, and what is left of it."""

from cxlab.blocks import Cell, Table
from cxlab.estimate import Estimate
from cxlab.gestures import OtherOutcomes
from cxlab.gestures.said import digits_for, each_of, interval, signed, title_of
from cxlab.language import Texts, tr
from cxlab.words import money, money_between, number

_WORDS = Texts(
    {
        "days_to_next": "days to the next purchase",
        "revenue": "revenue",
        "contribution": "contribution before its cost",
        "per_purchase": "revenue for a purchase",
    }
)


def other_outcomes(found: OtherOutcomes) -> Table | None:
    """One row an arm and outcome: without the gesture, and what it changed; None where nothing is told."""
    currency, days = found.effects.data.currency, found.effects.data.outcome_days
    rows = []
    for effect, told, without in found.shown:
        for name, e in told.items():
            base = without.get(name)
            of = "" if name == "per_purchase" else f" {each_of(effect)}"
            rows.append(
                (
                    Cell(title_of(effect)),
                    Cell(_WORDS[name] if name == "days_to_next" else f"{_WORDS[name]}{of}"),
                    Cell("–") if base is None else Cell(_amount(base.number, name, e, currency)),
                    _change(name, e, currency),
                )
            )
    if not rows:
        return None
    note = tr("Small figures are 95% intervals.")
    if days:
        note += " " + tr("Days count up to {days}, and as {days} where no purchase came.", days=days)
    return Table(
        "other_outcomes", tr("What the gesture changed beside the number of purchases"),
        (tr("Gesture"), tr("What"), tr("Without it"), tr("Change")), tuple(rows), note,
        words=(1,),
    )  # fmt: skip


def _amount(value: float, name: str, e: Estimate, currency: str) -> str:
    return number(value, _digits(e)) if name == "days_to_next" else money(value, currency)


def _change(name: str, e: Estimate, currency: str) -> Cell:
    if name == "days_to_next":
        return Cell(signed(e.number, _digits(e)), interval(e, _digits(e)))
    plus = "+" if e.number > 0 else ""
    return Cell(f"{plus}{money(e.number, currency)}", money_between(*e.ends, currency))


def _digits(e: Estimate) -> int:
    return digits_for((e.ends[1] - e.ends[0]) / 2)
