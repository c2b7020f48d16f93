"""For each segment, what to do and whom to start with."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.estimate import Estimate
from cxlab.intake.hiding import GroupSizes
from cxlab.language import Texts, tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.pseudonyms import Pseudonyms
from cxlab.segments.rule import SegmentError, Segments
from cxlab.segments.words import ACTIONS

MOST = 10
_HELD = Texts(
    {
        "profit_bringers": "{share} of it among {size} profit-bringers",
        "misunderstood": "{share} of it among {size} misunderstood",
        "candidates": "{share} of it among {size} candidates",
        "lost": "{share} of it among {size} lost",
    }
)


@dataclass(frozen=True)
class Priorities:
    """The customers of each segment to start with, by what they are expected to bring.

    Attributes
    ----------
    table : one row a customer named: segment, place (1 first), customer_id, pseudonym, value (see `by`), contribution
        so far, days_since_last_order, repeat_purchases. It holds the customers' own ids, for whoever has to act, and is
        not for publication; `shown` is.
    sizes : customers of each segment.
    values : sum of the value over each segment.
    by : `expected`: contribution expected in the days ahead; `so_far`: contribution up to the end of calibration.
    horizon_days : how far ahead; None where it is what they brought so far.
    most : customers named of a segment at most.
    minimum_group : of smaller segments nobody is named.
    currency : ISO 4217 code.
    """

    table: pd.DataFrame
    sizes: dict[str, int]
    values: dict[str, float]
    by: str
    horizon_days: int | None
    most: int
    minimum_group: int
    currency: str

    @property
    def shown(self) -> pd.DataFrame:
        """The same for pages: pseudonyms alone."""
        return self.table.drop(columns="customer_id")

    @property
    def actions(self) -> dict[str, str]:
        """What to do with each segment that anybody is named of."""
        named = set(self.table["segment"])
        return {name: ACTIONS[name] for name in SEGMENTS if name in named}

    @property
    def heading(self) -> str:
        """The section's heading."""
        return (
            tr("Whom to start with in each segment")
            if len(self.table)
            else tr("No segment is large enough to name anybody")
        )

    @property
    def reading(self) -> str:
        """By what the customers are ranked, how much of it those named hold, and of whom nobody is named."""
        if self.table.empty:
            return tr(
                "No segment holds {minimum_group} customers or more, so nobody is named.",
                minimum_group=self.minimum_group,
            )
        parts = [self._ranked()]
        held = [one for one in (self._held(name) for name in SEGMENTS) if one]
        if held:
            parts.append(tr("Those named hold {shares}.", shares="; ".join(held)))
        few = [
            f"{SEGMENT_NAME[name].lower()} ({words.few(size, self.minimum_group) if size else tr('nobody')})"
            for name, size in self.sizes.items()
            if size < self.minimum_group
        ]
        if few:
            parts.append(tr("Nobody is named of segments that are too small: {segments}.", segments=", ".join(few)))
        parts.append(
            tr(
                "The ranking says who brings most, not whom an action changes most: draw lots among those named, and a "
                "trial will tell."
            )
        )
        return " ".join(parts)

    def _ranked(self) -> str:
        """Say how many are named at most, and by what they are ranked."""
        most = words.number(self.most)
        if self.horizon_days is None:
            return trn(
                "At most {most} customer of each segment is named, ranked by what they have contributed so far, as no "
                "purchase model says what to expect.",
                "At most {most} customers of each segment are named, ranked by what they have contributed so far, as "
                "no purchase model says what to expect.",
                self.most,
                most=most,
            )
        ahead = trn(
            "the contribution expected of them in the next {n} day",
            "the contribution expected of them in the next {n} days",
            self.horizon_days,
            n=words.number(self.horizon_days),
        )
        return trn(
            "At most {most} customer of each segment is named, ranked by {what}.",
            "At most {most} customers of each segment are named, ranked by {what}.",
            self.most,
            most=most,
            what=ahead,
        )

    @property
    def findings(self) -> dict[str, Estimate]:
        """None: an order of names is no finding."""
        return {}

    def _held(self, name: str) -> str:
        """Write how much of a segment's value those named hold; empty where a share would mean nothing."""
        named, total = self.table.loc[self.table["segment"] == name, "value"].to_numpy(float), self.values[name]
        if not len(named) or len(named) == self.sizes[name] or total <= 0 or not 0 <= named.sum() <= total:
            return ""
        share = words.percent(float(named.sum()) / total)
        sizes = GroupSizes(tuple(self.sizes[one] for one in SEGMENTS), self.minimum_group)
        return _HELD[name].format(share=share, size=sizes.written(SEGMENTS.index(name)))


def choose_first(
    customers: Customers,
    segments: Segments,
    *,
    expected: ArrayLike | None = None,
    horizon_days: int | None = None,
    pseudonyms: Pseudonyms,
    most: int = MOST,
    minimum_group: int = 5,
) -> Priorities:
    """Name the customers of each segment who are worth starting with.

    Parameters
    ----------
    customers, segments : in the same order.
    expected : shape (n,), contribution expected of each customer in the next `horizon_days` (expected purchases times
        the mean value of one times the margin, say from `forecast_value`); None: the contribution so far counts.
    horizon_days : how far ahead `expected` looks; needed with it.
    pseudonyms : what pages show in place of ids.
    most : customers named of a segment at most.
    minimum_group : of smaller segments nobody is named.

    Raises
    ------
    SegmentError : values that are not one a customer or not finite, no `horizon_days` beside them, or `most` below 1.

    Notes
    -----
    Equal values rank by the silence, the shortest first, and then by id, so that the order of the rows changes nothing.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> print(cx.choose_first(kit.customers, segments, pseudonyms=kit.pseudonyms).reading)  # doctest: +ELLIPSIS
    At most 10 customers of each segment are named, ranked by what they have contributed so far, as no ...
    """
    if most < 1:
        raise SegmentError(f"most is {most}: name at least 1 customer")
    frame = customers.frame
    value = _value(customers, expected, horizon_days)
    ranked = frame.assign(value=value, segment=segments.labels.to_numpy(str)).sort_values(
        ["value", "days_since_last_order", "customer_id"], ascending=[False, True, True], kind="stable"
    )
    parts, sizes, values = [], {}, {}
    for name in SEGMENTS:
        own = ranked[(ranked["segment"] == name).to_numpy()]
        sizes[name], values[name] = len(own), float(own["value"].sum())
        if len(own) >= max(1, minimum_group):
            first = own.head(most)
            parts.append(first.assign(place=np.arange(1, len(first) + 1)))
    named = pd.concat(parts) if parts else ranked.head(0).assign(place=np.zeros(0, dtype=np.int64))
    table = named.assign(pseudonym=[pseudonyms.of(str(one)) for one in named["customer_id"]])
    columns = ["segment", "place", "customer_id", "pseudonym", "value", "contribution", "days_since_last_order"]
    return Priorities(
        table=table[[*columns, "repeat_purchases"]].reset_index(drop=True),
        sizes=sizes,
        values=values,
        by="so_far" if expected is None else "expected",
        horizon_days=horizon_days if expected is not None else None,
        most=most,
        minimum_group=minimum_group,
        currency=customers.currency,
    )


def _value(customers: Customers, expected: ArrayLike | None, horizon_days: int | None) -> NDArray[np.float64]:
    if expected is None:
        return customers.frame["contribution"].to_numpy(float)
    value = np.asarray(expected, dtype=float)
    if value.shape != (customers.n,):
        raise SegmentError(f"expected has shape {value.shape}, but there are {customers.n} customers: give one each")
    if not np.isfinite(value).all():
        raise SegmentError("expected holds values that are no numbers: leave it out to rank by contribution so far")
    if horizon_days is None:
        raise SegmentError("expected is given without horizon_days: say over how many days it is expected")
    return value
