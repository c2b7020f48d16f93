"""Who is a fan, and who came once."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab.customers import Customers
from cxlab.errors import InputError, NotEnoughDataError
from cxlab.estimate import Estimate, Findings, normal_interval
from cxlab.intake.hiding import about
from cxlab.language import tr, trn
from cxlab.words import capital, day, few, number, percent

Mask = NDArray[np.bool_]
FAN_SEGMENT = "profit_bringers"
ALIVE_FROM = 0.8  # probability of being a customer still, from which on a profit-bringer is a fan
FEWEST = 20  # fans, and one-time buyers, from which on their means are compared
GROUPS = ("fans", "one_time_buyers", "others", "everybody")
_MEANS = ("purchases", "contribution", "holdout_purchases", "holdout_contribution")


class LoyaltyError(InputError):
    """The segments or the probabilities at hand do not fit the customers."""


@dataclass(frozen=True, eq=False)
class Fans:
    """Which customers are fans, and which bought once.

    Fans are the profit-bringers at the cut whose probability of being a customer is `ALIVE_FROM` or more. One-time
    buyers bought on exactly one day by the end of observation. A fan who bought once and has not come back since is
    both.

    Attributes
    ----------
    customers : one row a customer: customer_id, segment, probability_alive, is_fan, came_once.
    table : one row a group (`GROUPS`; others are neither, everybody is all customers): customers, and means a
        customer: purchases (days with an order up to the cut), contribution (up to the cut), holdout_purchases,
        holdout_contribution, each with _low and _high (95% interval); NaN for fewer than two customers.
    holdout_share : share of the contribution after the cut that fans brought; NaN unless that is above 0.
    n_once_fans : fans who had bought on one day only, up to the cut.
    n_back : customers who had bought on one day only, up to the cut, and came back after it.
    calibration_end, observation_end : as in `Customers`, in words.
    minimum_group : groups smaller than this are not shown.
    """

    customers: pd.DataFrame
    table: pd.DataFrame
    holdout_share: float
    n_once_fans: int
    n_back: int
    calibration_end: str
    observation_end: str
    holdout_days: int
    currency: str
    minimum_group: int

    @property
    def n(self) -> int:
        """Customers."""
        return len(self.customers)

    @property
    def are_fans(self) -> Mask:
        """Whether each customer is a fan, shape (n,)."""
        return self.customers["is_fan"].to_numpy(np.bool_)

    @property
    def came_once(self) -> Mask:
        """Whether each customer is a one-time buyer, shape (n,)."""
        return self.customers["came_once"].to_numpy(np.bool_)

    @property
    def n_fans(self) -> int:
        """Fans."""
        return int(self.are_fans.sum())

    @property
    def n_once(self) -> int:
        """One-time buyers."""
        return int(self.came_once.sum())

    @property
    def least(self) -> int:
        """Fewest fans, and fewest one-time buyers, that are compared."""
        return max(FEWEST, self.minimum_group)

    @property
    def _n_others(self) -> int:
        return int((~self.are_fans & ~self.came_once).sum())

    @property
    def rounded(self) -> tuple[str, ...]:
        """Groups whose sizes a page rounds: beside the total, or who had bought once by the cut, they tell of a few."""
        fans, once, least = self.are_fans, self.came_once, self.minimum_group
        if 0 < self.n_back < least:
            return ("one_time_buyers", "others")
        apart = ((fans & ~once).sum(), (once & ~fans).sum(), (fans & once).sum(), self._n_others)
        if not any(0 < n < least for n in (*apart, self.n_fans, self.n_once)):
            return ()
        if self._n_others >= least:
            return ("others",)
        return ("fans",) if self.n_fans > self.n_once else ("one_time_buyers",)

    def size(self, group: str) -> str:
        """Write how many customers a group of `GROUPS` has."""
        n = int(self.table.set_index("group")["customers"][group])
        is_told = group not in self.rounded or n < self.minimum_group
        if is_told:
            return few(n, self.minimum_group)
        return tr("about {n}", n=number(about(n, self.minimum_group)))

    def require_enough(self) -> None:
        """Raise unless there are fans and one-time buyers enough to compare.

        Raises
        ------
        NotEnoughDataError : fewer than 20 of either, or fewer than `minimum_group`; or so few of neither that the
            numbers of both would tell of them.
        """
        if 0 < self._n_others < self.minimum_group:
            raise NotEnoughDataError(
                tr(
                    "all but under {minimum_group} customers are fans or one-time buyers, and how many are "
                    "either would tell of them: bring more customers, or draw the lines of the segments "
                    "elsewhere",
                    minimum_group=self.minimum_group,
                )
            )
        n, least = self.n_fans, self.minimum_group
        if n < self.least:
            there = trn("of fans there is {there}", "of fans there are {there}", n, there=few(n, least))
            self._lacks(there if n else tr("of fans there are none"))
        n = self.n_once
        if n < self.least:
            there = trn(
                "of one-time buyers there is {there}", "of one-time buyers there are {there}", n, there=few(n, least)
            )
            self._lacks(there if n else tr("of one-time buyers there are none"))

    def _lacks(self, why: str) -> NoReturn:
        raise NotEnoughDataError(
            tr(
                "To compare fans with one-time buyers it takes {least} of each, and {why}: "
                "bring more customers or a longer history, or draw the lines of the segments elsewhere",
                least=self.least,
                why=why,
            )
        )

    @property
    def findings(self) -> Findings:
        """The two counts, unless they are too small to be shown."""
        counts = {"fans": self.n_fans, "one_time_buyers": self.n_once}
        shown = {key: n for key, n in counts.items() if n == 0 or n >= self.minimum_group}
        return {key: Estimate(n, n=self.n, unit="customers") for key, n in shown.items()}

    @property
    def heading(self) -> str:
        """What heads the section."""
        if self.n_fans < self.minimum_group:
            return tr("There are next to no fans") if self.n_fans else tr("Nobody is a fan")
        once = self._share("one_time_buyers")
        return tr(
            "{fans} of the customers are fans, {once} came once and never again", fans=self._share("fans"), once=once
        )

    @property
    def reading(self) -> str:
        """How many are fans, how many bought once, and what fans brought after the cut."""
        said = [
            tr(
                "Of {n} customers, {fans}: profit-bringers on {day} whose probability of being a customer still is "
                "{alive_from} or more.",
                n=number(self.n),
                fans=tr("{fans} are fans", fans=self._many("fans")) if self.n_fans else tr("none are fans"),
                day=self.calibration_end,
                alive_from=percent(ALIVE_FROM),
            ),
            tr(
                "{once} bought on one day and had not come back by {day}.",
                once=capital(self._many("one_time_buyers")),
                day=self.observation_end,
            )
            if self.n_once
            else tr("None bought on one day and had not come back by {day}.", day=self.observation_end),
        ]
        if np.isfinite(self.holdout_share) and self.n_fans >= self.minimum_group:
            said.append(
                trn(
                    "In the {n} day after, fans brought {share} of the contribution of all these customers.",
                    "In the {n} days after, fans brought {share} of the contribution of all these customers.",
                    self.holdout_days,
                    n=number(self.holdout_days),
                    share=percent(self.holdout_share),
                )
            )
        if self.n_once_fans:
            once = self.n_once_fans
            share = f" ({percent(once / self.n_fans)})" if once >= self.minimum_group else ""
            said.append(
                tr(
                    "{many}{share} of the fans had bought on one day only so far. They are fans by the "
                    "rule only, by how lately they bought and how much: whether they come back is not known "
                    "yet.",
                    many=few(once, self.minimum_group).capitalize(),
                    share=share,
                )
            )
        elif self.n_fans >= self.minimum_group:
            said.append(tr("All fans had come back at least once by the cut."))
        return " ".join(said)

    def _many(self, group: str) -> str:
        written = self.size(group)
        return written if written == self._share(group) else f"{written} ({self._share(group)})"

    def _share(self, group: str) -> str:
        n = int(self.table.set_index("group")["customers"][group])
        if 0 < n < self.minimum_group:
            return few(n, self.minimum_group)
        n = about(n, self.minimum_group) if group in self.rounded else n
        share = n / max(self.n, 1)
        return tr("under {share}", share=percent(0.01)) if 0 < share < 0.005 else percent(share)


def find_fans(customers: Customers, segments: pd.Series, alive: ArrayLike, *, minimum_group: int = 5) -> Fans:
    """Find the fans and the one-time buyers.

    Parameters
    ----------
    customers : one row a customer as of the cut.
    segments : shape (n,), each customer's segment at the cut, in the order of the customers.
    alive : shape (n,), probability that each customer has not left by the cut.
    minimum_group : groups smaller than this are not shown on pages.

    Raises
    ------
    LoyaltyError : not one segment and one probability a customer.

    Notes
    -----
    Fans are known by what they did up to the cut, one-time buyers by what they did not do until the end of
    observation: a customer who may yet come back is no one-time buyer for certain any earlier.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> fans = cx.find_fans(kit.customers, segments.labels, model.probability_alive())
    >>> print(fans.heading)
    25% of the customers are fans, 19% came once and never again
    """
    frame = customers.frame
    probability = np.asarray(alive, dtype=np.float64)
    for name, given in (("segments", segments), ("alive", probability)):
        if len(given) != customers.n:
            raise LoyaltyError(f"{name} has {len(given)} entries, but there are {customers.n} customers: give one each")
    again = frame["repeat_purchases"].to_numpy(np.int64)
    fans = (segments.to_numpy() == FAN_SEGMENT) & (probability >= ALIVE_FROM)
    once = (again == 0) & (frame["holdout_purchases"].to_numpy(np.int64) == 0)
    later = frame["holdout_contribution"].to_numpy(np.float64)
    measured = frame.assign(purchases=again + 1)[list(_MEANS)]
    masks = fans, once, ~fans & ~once, np.ones_like(fans)
    rows = [_means(name, measured[own]) for name, own in zip(GROUPS, masks, strict=True)]
    return Fans(
        customers=pd.DataFrame(
            {
                "customer_id": frame["customer_id"].to_numpy(),
                "segment": segments.to_numpy(),
                "probability_alive": probability,
                "is_fan": fans,
                "came_once": once,
            }
        ),
        table=pd.DataFrame(rows),
        holdout_share=float(later[fans].sum() / later.sum()) if later.sum() > 0 else np.nan,
        n_once_fans=int((fans & (again == 0)).sum()),
        n_back=int(((again == 0) & ~once).sum()),
        calibration_end=day(customers.calibration_end),
        observation_end=day(customers.observation_end),
        holdout_days=customers.holdout_days,
        currency=customers.currency,
        minimum_group=minimum_group,
    )


def _means(name: str, own: pd.DataFrame) -> dict[str, object]:
    """Return a row of the table: the group's means, with normal intervals."""
    n = len(own)
    row: dict[str, object] = {"group": name, "customers": n}
    for measure in own.columns:
        values = own[measure].to_numpy(np.float64)
        mean, error = (float(values.mean()), float(values.std(ddof=1)) / n**0.5) if n > 1 else (np.nan, np.nan)
        found = normal_interval(mean, error)
        row |= {measure: found.number, f"{measure}_low": found.low, f"{measure}_high": found.high}
    return row
