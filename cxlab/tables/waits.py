"""How long groups wait for the next purchase, who is late and worth waking, and whether the late stayed away."""

from cxlab import words
from cxlab.blocks import SEGMENTS, Cell, Table
from cxlab.estimate import Estimate
from cxlab.intake.hiding import GroupSizes, why_hidden, withheld
from cxlab.language import Texts, tr
from cxlab.phrases import group_name, span
from cxlab.waits.comparison import WaitComparison
from cxlab.waits.curves import WaitingCurve
from cxlab.waits.late_check import LateCheck
from cxlab.waits.late_customers import LateCustomers

_NONE = Cell("–")
_HEADS = Texts({"segment": "Segment", "cluster": "Cluster", "cohort": "First order", "gesture": "Orders"})


def purchase_waits(found: WaitComparison) -> Table | None:
    """One row a group: waits, share back in time, mean and median wait, difference from the largest group."""
    if not found.curves:
        return None
    by, h = found.waits.by, found.horizon_days
    several = len(found.curves) > 1
    rows = []
    for curve in found.curves:
        label = found.waits.labels.get(curve.group, curve.group)
        cells = [
            Cell(label, segment=curve.group if curve.group in SEGMENTS else ""),
            Cell(found.told.sizes[curve.group]),
            _back(curve, found),
            Cell(words.number(curve.restricted_mean.number), words.number_between(*curve.restricted_mean.ends)),
            _half(curve),
        ]
        rows.append(tuple(cells + ([_difference(found, curve.group)] if several else [])))
    reference = found.waits.labels.get(found.reference, found.reference)
    against = (tr("Against the largest"),) if several else ()
    what = tr("Waits") if found.waits.unit == "order" else tr("Customers")
    return Table(
        name=f"waits_by_{by}",
        caption=tr("Days to the next purchase, within {days}", days=span(h)),
        columns=(
            _HEADS.get(by, tr("Group")),
            what,
            tr("Back by then"),
            tr("Mean days"),
            tr("Half back by day"),
            *against,
        ),
        rows=tuple(rows),
        note=tr(
            "Counted {start}. Mean: a longer wait counted as {h} days. ", start=found.waits.start, h=words.number(h)
        )
        + (tr("Largest: {reference}. ", reference=reference) if several else "")
        + tr(
            "“–”: fewer than half came back in that time.{note} Small figures are 95% intervals.", note=found.told.note
        ),
    )


def _back(curve: WaitingCurve, found: WaitComparison) -> Cell:
    if not found.told.share_back(curve.group):
        return Cell(withheld())
    h = found.horizon_days
    return Cell(words.percent(1 - curve.waiting[h]), words.percent_between(1 - curve.high[h], 1 - curve.low[h]))


def late_customers(late: LateCustomers) -> Table | None:
    """Show the first of those late and worth waking, by pseudonym; all of them stand in the file."""
    shown = late.shown
    if shown.empty:
        return None
    numbers = ["at_stake", "contribution", "days_since_last_order", "usual_gap_days", "late_after_days", "times_usual"]
    rows, alive = [], shown["probability_alive"].tolist() if late.leaves_out_gone else []
    for k, (place, name, row) in enumerate(
        zip(shown["place"], shown["pseudonym"], shown[numbers].to_numpy(float), strict=True)
    ):
        stake, contribution, silent, usual, after, times = row.tolist()
        rows.append(
            (
                Cell(f"{words.number(place)}. {name}"), Cell(words.money(stake, late.currency)),
                Cell(words.money(contribution, late.currency)), Cell(words.number(silent)), Cell(words.number(usual)),
                Cell(words.number(after)), Cell(f"{words.number(times, 1)} ×"),
                *([Cell(words.percent(alive[k]))] if alive else []),
            )
        )  # fmt: skip
    anyway = "" if late.expected.value is None else tr(", less what is expected if nothing is done")
    return Table(
        name="late_customers",
        caption=tr(
            "Late by their own cadence on {as_of}, and worth waking: whom to write to first",
            as_of=words.day(late.as_of),
        ),
        columns=(
            tr("Customer"),
            tr("At stake"),
            tr("Contribution so far"),
            tr("Days silent"),
            tr("Usual gap"),
            tr("Late from day"),
            tr("Silence by usual gap"),
            *([tr("Still a customer")] if alive else []),
        ),
        rows=tuple(rows),
        note=(
            tr(
                "“At stake”: contribution in {days} at the customer’s own pace, up to what they have "
                "contributed so far{anyway}. “Usual gap”: half of such a customer’s gaps are at most so "
                "many days long; at most one in twenty is as long as “late from day”. {still}The names "
                "stand for customers; the table in the file has all of them, and their ids.",
                days=span(late.horizon_days),
                anyway=anyway,
                still=tr("“Still a customer”: the probability of it, by the purchase model. ") if alive else "",
            )
        ),
    )


def late_check(check: LateCheck) -> Table | None:
    """One row a band of how rare the silence was: who came back."""
    if not check.is_made:
        return None
    customers, hidden = check.table["customers"].tolist(), check.hidden
    sizes, rows = GroupSizes(tuple(customers), check.minimum_group), []
    for i, row in enumerate(check.table.to_dict("records")):
        share = Estimate(row["share"], row["share_low"], row["share_high"])
        told = Cell(withheld()) if hidden[i] else _NONE
        if customers[i] and not hidden[i]:
            told = Cell(words.percent(share.number), words.percent_between(*share.ends))
        rows.append((Cell(group_name(str(row["group"]))), Cell(sizes.written(i)), told))
    why = f" {why_hidden(check.minimum_group)}" if hidden.any() else ""
    return Table(
        name="late_check",
        caption=tr(
            "Who came back in the {days} after {as_of}",
            days=span(check.holdout_days),
            as_of=words.day(check.as_of),
        ),
        columns=(tr("Silence at the cut"), tr("Customers"), tr("Came back")),
        rows=tuple(rows),
        note=tr(
            "By what share of such a customer’s gaps last as long as the silence did at the cut. "
            "Small figures are 95% intervals.{why}",
            why=why,
        ),
    )


def _half(curve: WaitingCurve) -> Cell:
    median = curve.median
    if median.value is None:
        return _NONE
    if median.low is None or median.high is None:
        return Cell(words.number(median.number))
    return Cell(words.number(median.number), words.number_between(median.low, median.high))


def _difference(found: WaitComparison, group: str) -> Cell:
    difference = found.differences.get(group)
    if difference is None:
        return _NONE
    return Cell(words.number(difference.number), words.number_between(*difference.ends))
