"""Who is late by their own cadence, and which of them are worth waking."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab import words
from cxlab.contingency import Array
from cxlab.customers import Customers
from cxlab.errors import InputError
from cxlab.estimate import Estimate, Findings, normal_interval, wilson_interval
from cxlab.intake.hiding import written_within
from cxlab.pseudonyms import Pseudonyms
from cxlab.waits.cadence import RARE, Cadence
from cxlab.waits.late_check import LateCheck, check_late

MOST = 10
LEAST_FOR_MONEY = 50
"""Customers from which on sums of money have an interval: of fewer, they are too skewed for one."""
_PROFITABLE = ("profit_bringers", "misunderstood")
_COLUMNS = (
    "place", "customer_id", "pseudonym", "value", "contribution", "days_since_last_order", "usual_gap_days",
    "late_after_days", "times_usual", "silence_chance", "repeat_purchases",
)  # fmt: skip


class LateError(InputError):
    """What is given of the customers does not fit them."""


@dataclass(frozen=True)
class LateCustomers:
    """Customers who have been silent for longer than nearly all of their gaps, as of the end of calibration.

    Attributes
    ----------
    table : one row a customer who is late and has been profitable so far, by value: place (1 first), customer_id,
        pseudonym, value (see `by`), contribution so far, days_since_last_order, usual_gap_days (half of such a
        customer's gaps are at most so long), late_after_days (all but `RARE` of them are), times_usual (the silence by
        the usual gap), silence_chance (share of such gaps that last as long), repeat_purchases, and probability_alive
        where it was given. It holds the customers' own ids and is not for publication; `shown` is.
    late : share of the judged who are late.
    worth : share of the late who are worth waking.
    value, brought : what those worth waking are expected to contribute, and have contributed so far, in all; `value`
        is empty where nothing was expected, and `brought` is no estimate but a sum.
    mean_alive : their mean probability of being customers still; None where it was not given.
    check : who of them came back in the hold-out window.
    n, n_judged, n_late : customers; those with a gap of their own; those of them who are late.
    by : `expected` or `so_far`, by which they are ranked.
    horizon_days : how far ahead the expected value looks; None without one.
    most : customers shown on a page at most.
    minimum_group : smaller groups are not shown on pages.
    currency : ISO 4217 code.
    missing : why nobody can be called late, and what to bring; empty where somebody can.
    """

    table: pd.DataFrame
    late: Estimate
    worth: Estimate
    value: Estimate
    brought: Estimate
    mean_alive: float | None
    check: LateCheck
    n: int
    n_judged: int
    n_late: int
    by: str
    horizon_days: int | None
    most: int
    minimum_group: int
    currency: str
    missing: str = ""

    @property
    def n_worth(self) -> int:
        """Customers who are late and worth waking."""
        return len(self.table)

    @property
    def shown(self) -> pd.DataFrame:
        """The first of them for pages: pseudonyms alone, and nobody of a group that is too small."""
        few = self.n_worth < max(1, self.minimum_group)
        return self.table.drop(columns="customer_id").head(0 if few else self.most)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.missing:
            return "Who is late by their own cadence cannot be told"
        if self.n_worth < max(1, self.minimum_group):
            return "Hardly anybody is late and worth waking" if self.n_worth else "Nobody is late and worth waking"
        if self._rest_is_small:
            return f"Nearly all of the {words.number(self.n_late)} customers who are late are worth waking"
        return f"{words.count(self.n_worth, 'customer')} are late by their own cadence and worth waking"

    @property
    def reading(self) -> str:
        """How many are late, how many of them are worth waking, and what they bring."""
        if self.missing:
            return "So nobody can be called late."
        if self.n_late == 0:
            return (
                f"None of the {self._judged} who have come back is late: such "
                f"customers let as many days pass in more than {words.percent(RARE)} of the gaps.{self._once()}"
            )
        share = f"{words.percent(self.late.number)}, 95% interval {words.percent_between(*self.late.ends)}"
        many = f"{words.number(self.n_late)} ({share})" if self._late_is_told else self._hidden(self.n_late)
        parts = [
            f"Of the {self._judged} who have come back, {many} are late: with their cadence, a "
            f"customer who is still one lets so many days pass in at most {words.percent(RARE)} of the gaps.",
            self._worth(),
        ]
        return " ".join(part for part in parts if part) + self._once()

    @property
    def findings(self) -> Findings:
        """Share late and worth waking, and what the latter bring, as `late.*`; small groups are left out."""
        if self.missing or not self._late_is_told:
            return {}
        found = {"late.share": self.late}
        if self.n_worth >= max(1, self.minimum_group) and not self._rest_is_small:
            found |= {"late.worth_waking": self.worth, "late.brought": self.brought}
            if self.value.value is not None:
                found["late.expected"] = self.value
        return found

    @property
    def _late_is_told(self) -> bool:
        """Whether a page may say how many are late: neither they nor the others are a few."""
        return not any(0 < n < self.minimum_group for n in (self.n_late, self.n_judged - self.n_late))

    @property
    def _rest_is_small(self) -> bool:
        """Whether so few of the late are not worth waking that their number must not be told."""
        return 0 < self.n_late - self.n_worth < self.minimum_group

    @property
    def _judged(self) -> str:
        return f"{written_within(self.n_judged, self.n, self.minimum_group)} customers"

    def _hidden(self, n: int) -> str:
        return f"{'under' if n < self.minimum_group else 'all but under'} {self.minimum_group}"

    def _worth(self) -> str:
        if self.n_worth < max(1, self.minimum_group):
            who = f"Under {self.minimum_group}" if self.n_worth else "None"
            return f"{who} of them {'have' if self.n_worth else 'has'} been profitable so far."
        many = f"All but under {self.minimum_group}" if self._rest_is_small else words.number(self.n_worth)
        said = (
            f"{many} of these have been profitable so far, and are worth waking. They have "
            f"contributed {words.money(self.brought.number, self.currency, 0)} in all"
        )
        if self.value.value is not None and self.horizon_days is not None:
            ahead = words.count(self.horizon_days, "day")
            said += f", and are expected to contribute {self._money(self.value)} in the next {ahead} if nothing is done"
        if self.mean_alive is None:
            return f"{said}."
        alive = words.percent(self.mean_alive)
        return f"{said}. The purchase model says that {alive} of them are customers still."

    def _once(self) -> str:
        once = self.n - self.n_judged
        if not once:
            return ""
        who = f"{words.few(once, self.minimum_group)} who bought once have" if once > 1 else "One who bought once has"
        if 0 < once < self.minimum_group:
            who = f"Under {self.minimum_group} who bought once have"
        return f" {who} no cadence of their own, and are not judged."

    def _money(self, estimate: Estimate) -> str:
        amount = words.money(estimate.number, self.currency, 0)
        if not estimate.has_interval:
            return amount
        return f"{amount} (95% interval {words.money_between(*estimate.ends, self.currency, 0)})"


def find_late_customers(
    customers: Customers,
    cadence: Cadence,
    *,
    labels: ArrayLike | None = None,
    expected: ArrayLike | None = None,
    horizon_days: int | None = None,
    alive: ArrayLike | None = None,
    pseudonyms: Pseudonyms,
    most: int = MOST,
    minimum_group: int = 5,
) -> LateCustomers:
    """Find the customers whose silence is too long for them, and rank those worth waking.

    Parameters
    ----------
    customers : one row a customer.
    cadence : of the same customers, in the same order.
    labels : shape (n,), segment of each: profit-bringers and misunderstood have been profitable. None: whoever
        has contributed more than nothing.
    expected : shape (n,), contribution expected of each in the next `horizon_days`; None: what they brought so far
        ranks them.
    horizon_days : how far ahead `expected` looks; needed with it.
    alive : shape (n,), probability that each is still a customer; it is told, and decides nothing.
    pseudonyms : what pages show in place of ids.
    most : customers shown on a page at most.
    minimum_group : smaller groups are not shown on pages.

    Raises
    ------
    LateError : not one value a customer, values that are no numbers, or no `horizon_days` beside `expected`.

    Notes
    -----
    Late is who has at least one gap and whose silence at most `RARE` of the gaps of such a customer last, by the
    customer's own gaps and the shop's (see `fit_cadence`). That is a promise about gaps, not about days: as a long gap
    covers more days than a short one, somewhat more than `RARE` of those who are still customers are called late on any
    one day where purchases fall by chance (6 to 8 in 100 in made-up shops that nobody leaves), fewer where they keep a
    rhythm. Equal values rank by the silence, the shortest first, and then by id.
    """
    frame, n = customers.frame, customers.n
    if len(cadence.gaps.n) != n:
        raise LateError(f"the cadence is of {len(cadence.gaps.n)} customers, and there are {n}: find it of the same")
    value = _one_each("expected", expected, n)
    if value is not None and horizon_days is None:
        raise LateError("expected is given without horizon_days: say over how many days it is expected")
    contribution = frame["contribution"].to_numpy(np.float64)
    profitable = contribution > 0 if labels is None else np.isin(np.asarray(labels, dtype=str), _PROFITABLE)
    if profitable.shape != (n,):
        raise LateError(f"labels has shape {profitable.shape}, but there are {n} customers: give one each")
    judged = cadence.gaps.has_own & (not cadence.missing)
    chance = np.where(judged, cadence.silence_chance, 1.0)
    is_late = judged & (chance <= RARE)
    worth = is_late & profitable
    probability = _one_each("alive", alive, n)
    table = _table(frame, cadence, chance, contribution if value is None else value, probability, pseudonyms, worth)
    n_judged, n_late, n_worth = int(judged.sum()), int(is_late.sum()), int(worth.sum())
    return LateCustomers(
        table,
        late=wilson_interval(n_late, n_judged, unit="share of those who have come back") if n_judged else Estimate(),
        worth=wilson_interval(n_worth, n_late, unit="share of the late") if n_late else Estimate(),
        value=Estimate() if value is None else _total(value, worth, customers.currency),
        brought=Estimate(float(contribution[worth].sum()), n=n_worth, unit=customers.currency),
        mean_alive=float(probability[worth].mean()) if probability is not None and n_worth else None,
        check=check_late(
            chance, judged, is_late, worth, frame["holdout_purchases"].to_numpy(np.int64) > 0,
            holdout_days=customers.holdout_days, minimum_group=minimum_group,
        ),
        n=n,
        n_judged=n_judged,
        n_late=n_late,
        by="so_far" if value is None else "expected",
        horizon_days=None if value is None else horizon_days,
        most=most,
        minimum_group=minimum_group,
        currency=customers.currency,
        missing=cadence.missing,
    )  # fmt: skip


def _table(
    frame: pd.DataFrame, cadence: Cadence, chance: Array, value: Array, alive: Array | None, pseudonyms: Pseudonyms,
    worth: NDArray[np.bool_],
) -> pd.DataFrame:  # fmt: skip
    usual = cadence.usual_days
    known = frame.assign(
        value=value, usual_gap_days=usual, late_after_days=cadence.within(1 - RARE),
        times_usual=cadence.gaps.silence / usual, silence_chance=chance,
        **({} if alive is None else {"probability_alive": alive}),
    )[worth]  # fmt: skip
    ranked = known.sort_values(
        ["value", "days_since_last_order", "customer_id"], ascending=[False, True, True], kind="stable"
    )
    ids = ranked["customer_id"].tolist()
    table = ranked.assign(
        place=np.arange(1, len(ranked) + 1),
        pseudonym=pd.array([pseudonyms.of(str(one)) for one in ids], dtype="str"),
    )
    columns = [*_COLUMNS, *(["probability_alive"] if alive is not None else [])]
    return table[columns].reset_index(drop=True)


def _total(values: Array, mine: NDArray[np.bool_], currency: str) -> Estimate:
    """Sum over some of the customers, with the interval from drawing the customers anew."""
    n, counted = int(mine.sum()), values * mine
    if n < LEAST_FOR_MONEY:
        return Estimate(float(counted.sum()), n=n, unit=currency)
    error = float(np.sqrt(len(values)) * np.std(counted, ddof=1))
    return normal_interval(float(counted.sum()), error, n=n, unit=currency)


def _one_each(name: str, given: ArrayLike | None, n: int) -> Array | None:
    if given is None:
        return None
    values = np.asarray(given, dtype=np.float64)
    if values.shape != (n,):
        raise LateError(f"{name} has shape {values.shape}, but there are {n} customers: give one each")
    if not np.isfinite(values).all():
        raise LateError(f"{name} holds values that are no numbers: leave it out")
    return values
