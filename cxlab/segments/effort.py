"""Effort against return: on whom too much is spent for what comes back, and on whom little for much."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.estimate import Estimate, bootstrap_sums, columns_of, percentile_interval, wilson_interval
from cxlab.language import tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.segments.rule import Segments

Array = NDArray[np.float64]
GROUPS = ("takes_more", "brings_for_little", "in_between")
SHOWN = GROUPS[:2]
"""Groups that are summed up; what is left between them is no finding, and its interval would hang on the lines."""
LEAST_FOR_MONEY = 50
"""Customers of a group from which on its amounts are given: below, they are too skewed for an interval."""
LEAST_CUSTOMERS = 30
LEAST_DRAWS = 1000
TOP_RETURN = 0.8  # quantile of the return above which a customer brings much
WHOLE_FROM = 1000
"""Amounts from which on pages leave out the cents."""
LITTLE = 0.5  # effort is little up to this share of what the shop spends on such a return


@dataclass(frozen=True)
class EffortRow:
    """Effort and return of some customers, up to the end of calibration.

    Attributes
    ----------
    group : one of `SHOWN`, or a segment.
    customers : how many.
    size : share of all customers.
    effort_share : share of all that was spent on customers.
    spent : cost to serve and gestures, in all.
    brought : what was left of their revenue before that effort, in all.
    net : brought less spent, in all.
    return_rate : brought per unit of currency spent; no value where next to nothing was spent.
    later : contribution per customer in the hold-out window, which nobody was sorted by; of the groups alone, for that
        of the segments stands with them.
    """

    group: str
    customers: int
    size: Estimate
    effort_share: Estimate
    spent: Estimate
    brought: Estimate
    net: Estimate
    return_rate: Estimate
    later: Estimate


@dataclass(frozen=True)
class Effort:
    """What customers take against what they bring.

    Attributes
    ----------
    rows : one a group of `SHOWN`, then one a segment; empty where no effort is known.
    labels : shape (n,), the group of each customer, one of `GROUPS`; None likewise.
    holdout_days : length of the hold-out window.
    minimum_group : groups smaller than this are not shown on pages.
    currency : ISO 4217 code.
    margin_is_assumed : whether what a sale leaves is assumed for some lines.
    n : customers.
    parts_at_break_even : whether the segments are parted where contribution is zero, as the first group is.
    missing : why nothing can be said, and what to bring; empty where something can.
    """

    rows: tuple[EffortRow, ...]
    labels: pd.Series | None
    holdout_days: int
    minimum_group: int
    currency: str
    margin_is_assumed: bool
    n: int
    parts_at_break_even: bool = False
    missing: str = ""

    def row(self, group: str) -> EffortRow:
        """Return one group or segment."""
        return next(row for row in self.rows if row.group == group)

    @property
    def table(self) -> pd.DataFrame:
        """One row a group or segment: customers, share, sums and rate with the ends of their intervals."""
        columns: dict[str, list[str] | list[int] | list[float]] = {
            "group": [row.group for row in self.rows],
            "customers": [row.customers for row in self.rows],
        }
        for field in ("size", *_MEASURES):
            columns |= columns_of(field, (getattr(row, field) for row in self.rows))
        return pd.DataFrame(columns)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return tr("Effort cannot be held against return")
        row = self.row("takes_more")
        if row.customers == 0:
            return tr("Nobody takes more than comes back")
        if row.customers < self.minimum_group:
            return tr("Next to nobody takes more than comes back")
        return tr("{size} of the customers take more than comes back", size=words.percent(row.size.number))

    @property
    def reading(self) -> str:
        """Who takes more than comes back, who brings much for little, and what both did next."""
        if self.missing:
            return self.missing
        parts = [self._takes_more(), self._brings()]
        if self.margin_is_assumed:
            parts.append(tr("What comes back rests on an assumed margin where a cost of goods is not known."))
        return " ".join(parts)

    @property
    def findings(self) -> dict[str, Estimate]:
        """Size, money and what came later, by group and segment; groups under `minimum_group` are left out."""
        return {
            f"effort.{field}.{row.group}": estimate
            for row in self.rows
            if row.customers >= self.minimum_group or row.customers == 0
            for field in ("size", *_MEASURES)
            if (estimate := getattr(row, field)).value is not None
        }

    def _takes_more(self) -> str:
        row, n = self.row("takes_more"), words.number(self.n)
        if row.customers < self.minimum_group and not row.customers:
            return trn(
                "Of {n} customer, none took more in service and gestures than came back.",
                "Of {n} customers, none took more in service and gestures than came back.",
                self.n,
                n=n,
            )
        if row.customers < self.minimum_group:
            return trn(
                "Of {n} customer, {few} took more in service and gestures than came back.",
                "Of {n} customers, {few} took more in service and gestures than came back.",
                self.n,
                n=n,
                few=words.few(row.customers, self.minimum_group),
            )
        said = trn(
            "{size} of {n} customer ({interval}) took more in service and gestures than came back",
            "{size} of {n} customers ({interval}) took more in service and gestures than came back",
            self.n,
            size=words.percent(row.size.number),
            n=n,
            interval=_shares(row.size),
        )
        return f"{said}{self._of_all(row)}{self._amounts(row)}{self._known()}"

    def _of_all(self, row: EffortRow) -> str:
        share = row.effort_share
        if not share.has_interval:
            return ""
        return tr(", {share} of all effort ({interval})", share=words.percent(share.number), interval=_shares(share))

    def _known(self) -> str:
        """Say that the segments already part these customers off, and which of them takes how much of the effort."""
        if not self.parts_at_break_even:
            return ""
        shares = [
            f"{SEGMENT_NAME[name].lower()} {words.percent(share.number)}"
            for name in ("candidates", "lost")
            if (share := self.row(name).effort_share).has_interval
        ]
        said = tr(
            "They are those of the candidates and the lost on whom anything was spent, for the line of profit lies "
            "where nothing is left."
        )
        if not shares:
            return f" {said}"
        listed = shares[0] if len(shares) == 1 else tr("{one} and {other}", one=shares[0], other=shares[1])
        return f" {said} {tr('Of the effort they take {shares}.', shares=listed)}"

    def _brings(self) -> str:
        row = self.row("brings_for_little")
        if row.customers < self.minimum_group and not row.customers:
            return tr(
                "The other way round, nobody among the fifth who bring most got at most half of the usual effort."
            )
        if row.customers < self.minimum_group:
            return tr(
                "The other way round, {few} among the fifth who bring most got at most half of the usual effort.",
                few=words.few(row.customers, self.minimum_group),
            )
        said = tr(
            "The other way round, {size} ({interval}) are among the fifth who bring most, and got at most half of the "
            "usual effort for it",
            size=words.percent(row.size.number),
            interval=_shares(row.size),
        )
        return f"{said}{self._amounts(row)}"

    def _amounts(self, row: EffortRow) -> str:
        """End a sentence with what a group took and brought, and what it brought next."""
        if not row.spent.has_interval:
            customers = words.count(row.customers, "customer")
            return f"; {tr('{customers} are too few to give amounts for.', customers=customers)}"
        spent, brought = self._money(row.spent), self._money(row.brought)
        said = f": {tr('{spent} spent against {brought} brought.', spent=spent, brought=brought)}"
        if not row.later.has_interval:
            return said
        later = trn(
            "In the {n} day after, they brought {money} each, effort taken off.",
            "In the {n} days after, they brought {money} each, effort taken off.",
            self.holdout_days,
            n=words.number(self.holdout_days),
            money=self._money(row.later),
        )
        return f"{said} {later}"

    def _money(self, estimate: Estimate) -> str:
        digits = 0 if abs(estimate.number) >= WHOLE_FROM else 2
        amount = words.money(estimate.number, self.currency, digits)
        if estimate.low is None or estimate.high is None:
            return amount
        return tr(
            "{amount} (95% interval {interval})",
            amount=amount,
            interval=words.money_between(estimate.low, estimate.high, self.currency, digits),
        )


_MEASURES = ("effort_share", "spent", "brought", "net", "return_rate", "later")


def weigh_effort(
    customers: Customers, segments: Segments, *, n_bootstrap: int = 200, seed: int = 0, minimum_group: int = 5
) -> Effort:
    """Hold what was spent on each customer against what came back.

    Parameters
    ----------
    customers, segments : in the same order.
    n_bootstrap : resamples of the customers; at least `LEAST_DRAWS` are drawn.
    seed : of the resamples.
    minimum_group : groups smaller than this are not shown on pages.

    Notes
    -----
    Effort is cost to serve plus gestures; return is contribution before that effort. `takes_more`: effort above return.
    `brings_for_little`: return above that of four in five customers, for at most half of the effort which the shop as a
    whole spends on such a return. These lines are held fixed in the resamples. Who stands out over some months does so
    partly by chance: the hold-out column shows how much of it stays.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> effort = cx.weigh_effort(kit.customers, segments)
    >>> print(effort.heading)
    27% of the customers take more than comes back
    """
    frame, n = customers.frame, customers.n
    spent = frame["cost_to_serve"].to_numpy(float) + frame["gesture_cost"].to_numpy(float)
    why = _missing(n, spent)
    settled = (customers.holdout_days, minimum_group, customers.currency, customers.margin_rate is not None, n)
    if why:
        return Effort((), None, *settled, missing=why)
    brought = frame["contribution"].to_numpy(float) + spent
    sorted_into = _groups(spent, brought)
    groups = pd.Series(np.array(GROUPS, dtype=object)[sorted_into], index=frame.index, name="effort", dtype="str")
    later = frame["holdout_contribution"].to_numpy(float) if customers.holdout_days > 0 else None
    members = [(name, (groups == name).to_numpy()) for name in SHOWN]
    members += [(name, (segments.labels == name).to_numpy()) for name in SEGMENTS]
    columns = [inside * values for _, inside in members for values in (spent, brought, brought - spent)]
    columns += [inside.astype(float) for _, inside in members]
    columns += [] if later is None else [inside * later for _, inside in members]
    columns.append(spent)
    stacked = np.column_stack(columns)
    draws = bootstrap_sums(stacked, max(n_bootstrap, LEAST_DRAWS), seed)
    rows = [
        _row(name, int(inside.sum()), stacked.sum(axis=0), draws, (i, len(members)), customers, minimum_group)
        for i, (name, inside) in enumerate(members)
    ]
    at_break_even = segments.profitability == "break_even"
    return Effort(tuple(rows), groups, *settled, parts_at_break_even=at_break_even)


def _missing(n: int, spent: Array) -> str:
    """Say why effort cannot be held against return; empty where it can."""
    if n < LEAST_CUSTOMERS:
        return trn(
            "Effort cannot be held against return for {n} customer: it takes {least}.",
            "Effort cannot be held against return for {n} customers: it takes {least}.",
            n,
            n=words.number(n),
            least=LEAST_CUSTOMERS,
        )
    if not (spent > 0).any():
        return tr(
            "Effort cannot be held against return, for the data does not say what serving anybody costs. Bring what is "
            "spent on each customer (a costs table: customer_id, spent_at, and hours with an hourly_rate or an "
            "amount), and what gestures cost."
        )
    return ""


def _groups(spent: Array, brought: Array) -> NDArray[np.int64]:
    """Sort the customers into `GROUPS`: shape (n,)."""
    total = float(brought.sum())
    usual = float(spent.sum()) / total if total > 0 else 0.0
    takes_more = (spent > 0) & (spent > brought)
    much = (brought > np.quantile(brought, TOP_RETURN)) & (brought > 0)
    little = spent <= LITTLE * usual * brought
    return np.select([takes_more, much & little & (total > 0)], [0, 1], 2)


def _row(
    name: str,
    size: int,
    sums: Array,
    draws: Array,
    place: tuple[int, int],
    customers: Customers,
    minimum_group: int,
) -> EffortRow:
    """Sum up one group: its columns are three amounts, a count, what came later if known; all effort is last."""
    i, groups = place
    unit, n = customers.currency, customers.n
    share = wilson_interval(size, n, unit="share of customers")
    if size < max(LEAST_FOR_MONEY, minimum_group):
        none = Estimate(n=size)
        return EffortRow(name, size, share, none, none, none, none, none, none)
    amounts = [percentile_interval(float(sums[3 * i + j]), draws[:, 3 * i + j], n=size, unit=unit) for j in range(3)]
    rate = _ratio(sums, draws, 3 * i + 1, 3 * i, size, f"{unit} brought per {unit} spent")
    counted = 3 * groups + i
    has_later = name in SHOWN and sums.size - 1 > 4 * groups
    each = f"{unit} per customer in the hold-out window"
    later = _ratio(sums, draws, counted + groups, counted, size, each) if has_later else Estimate(n=size)
    of_all = _ratio(sums, draws, 3 * i, sums.size - 1, n, "share of all effort")
    return EffortRow(name, size, share, of_all, amounts[0], amounts[1], amounts[2], rate, later)


def _ratio(sums: Array, draws: Array, above: int, below: int, n: int, unit: str) -> Estimate:
    """Ratio of two sums over the same samples; none unless the lower one is above zero in all of them."""
    if not (sums[below] > 0 and (draws[:, below] > 0).all()):
        return Estimate(n=n)
    drawn = draws[:, above] / draws[:, below]
    return percentile_interval(float(sums[above] / sums[below]), drawn, n=n, unit=unit)


def _shares(estimate: Estimate) -> str:
    return tr("95% interval {interval}", interval=words.percent_between(*estimate.ends))
