"""What becomes of the four fields when one of the two lines is moved: their sizes, and what they foresee."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab import words
from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.estimate import Estimate
from cxlab.language import tr
from cxlab.segments.rule import Segments, fields

Array = NDArray[np.float64]
PLACES = np.linspace(0.05, 0.95, 19)
"""Shares of the customers that are active, at which the line of activity is tried."""
LEAST_PLACES = 3


@dataclass(frozen=True)
class Place:
    """The fields with the line of activity at one place.

    Attributes
    ----------
    line : on the measure of activity, as `Segments.line`.
    customers : how many are in each field, in the order of `SEGMENTS`.
    foresight : share of the Poisson deviance of the hold-out purchases that the fields foresee, each customer by the
        others of the same field; 0 is no better than the mean of all. None where nobody bought.
    is_chosen : whether it is the page's own line.
    """

    line: float
    customers: tuple[int, ...]
    foresight: float | None
    is_chosen: bool = False

    @property
    def n(self) -> int:
        """Number of customers."""
        return sum(self.customers)

    def share(self, segment: str) -> float:
        """Return the share of the customers in a field."""
        return self.customers[SEGMENTS.index(segment)] / self.n


@dataclass(frozen=True)
class MovedLines:
    """The fields with the line of activity at several places, the other line as it is.

    Attributes
    ----------
    customers, segments : the customers, and the fields of the page.
    places : by line, ascending.
    minimum_group : no two places next to each other differ by fewer customers, and no field has fewer, save none.
    """

    customers: Customers
    segments: Segments
    places: tuple[Place, ...]
    minimum_group: int

    @property
    def table(self) -> pd.DataFrame:
        """One row a place: the line, the share of each field, what they foresee."""
        shares = {name: [place.share(name) for place in self.places] for name in SEGMENTS}
        return pd.DataFrame(
            {
                "line": [place.line for place in self.places],
                **shares,
                "foresight": pd.Series([place.foresight for place in self.places], dtype=float),
                "chosen": [place.is_chosen for place in self.places],
            }
        )

    @property
    def best(self) -> Place | None:
        """The place whose fields foresee most; None where nothing can be foreseen."""
        known = [place for place in self.places if place.foresight is not None]
        return max(known, key=lambda place: place.foresight or 0.0, default=None)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        best, own = self.best, self.own
        if own is None or best is None or own.foresight is None or best.foresight is None:
            return tr("The fields change size as the line of activity moves")
        if best.foresight - own.foresight < 0.01:
            return tr("No other line of activity would foresee more")
        return tr("A line at {place} would have foreseen more", place=self.said(best.line))

    @property
    def own(self) -> Place | None:
        """The page's own line; None where its fields are too small to be shown."""
        return next((place for place in self.places if place.is_chosen), None)

    @property
    def reading(self) -> str:
        """How the profit-bringers and what the fields foresee change with the line."""
        if len(self.places) < LEAST_PLACES:
            return tr("The line of activity cannot be moved: too few customers lie between any two places of it.")
        first, last = self.places[0], self.places[-1]
        shares = [words.percent(place.share("profit_bringers")) for place in (first, last)]
        said = [
            tr(
                "With the line of activity moved from {first} to {last}, the profit-bringers go from {share} "
                "to {share_last} of {n} customers.",
                first=self.said(first.line),
                last=self.said(last.line),
                share=shares[0],
                share_last=shares[1],
                n=words.number(first.n),
            )
        ]
        known = [place.foresight for place in self.places if place.foresight is not None]
        if known:
            said.append(
                tr(
                    "The fields foresee between {low} and {high} of what was bought in the hold-out window.",
                    low=words.percent(min(known)),
                    high=words.percent(max(known)),
                )
            )
            if self.own is not None and self.own.foresight is not None:
                said.append(tr("At the line of this page it is {share}.", share=words.percent(self.own.foresight)))
            if self.best is not self.own:
                said.append(
                    tr("The best place was found by looking at what came after, so it flatters itself a little.")
                )
        return " ".join(said)

    @property
    def findings(self) -> dict[str, Estimate]:
        """None: these are other lines than the page's."""
        return {}

    def said(self, line: float) -> str:
        """Write a place of the line of activity."""
        if self.segments.activity == "recency":
            return words.days(round(line))
        if self.segments.activity == "cadence":
            return tr("{n} times the days allowed", n=words.number(line, 1))
        return tr("a chance of {share}", share=words.percent(line))


def redraw(segments: Segments, *, line: float | None = None, threshold: float | None = None) -> Segments:
    """Put the same customers into the fields of other lines.

    Parameters
    ----------
    segments : the fields as they were drawn.
    line : on the measure of activity, as `Segments.line`; None: as it was.
    threshold : contribution above which a customer is profitable, in units of currency; None: as it was.
    """
    at = segments.line if line is None else float(line)
    amount = segments.threshold if threshold is None else float(threshold)
    score = segments.score.to_numpy(float)
    active = score >= at if segments.activity == "p_alive" else score <= at
    return replace(
        segments,
        labels=fields(active, segments.contribution.to_numpy(float) > amount, segments.labels.index),
        line=at,
        threshold=amount,
        active_days=round(at) if segments.activity == "recency" else segments.active_days,
        profitability=segments.profitability if threshold is None else "amount",
    )


def move_lines(customers: Customers, segments: Segments, *, minimum_group: int = 5) -> MovedLines:
    """Move the line of activity over the customers, and see what becomes of the fields.

    Parameters
    ----------
    customers, segments : the customers and their fields, in the same order.
    minimum_group : places are left out that differ from the next one by fewer customers, in any field, or have a field
        of fewer; so no small group can be told from two of them.

    Notes
    -----
    The page's own line is always among the places, unless a field of it is too small. What fields foresee is measured
    as for `predictive_skill`, but each customer by the mean of all others in the field, joined by one average
    customer; so it is all but the same, and quick enough for a slider.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> moved = cx.move_lines(kit.customers, segments)
    >>> print(moved.heading)
    A line at 61 days would have foreseen more
    """
    score = segments.score.to_numpy(float)
    lines = np.unique(np.quantile(score, PLACES if segments.activity != "p_alive" else PLACES[::-1]))
    if segments.activity == "recency":
        lines = np.unique(np.floor(lines))
    bought = customers.frame["holdout_purchases"].to_numpy(float)
    own = _place(segments, segments.line, bought)
    kept = [replace(own, is_chosen=True)] if _is_large(own, minimum_group) else []
    for side in (lines[lines < segments.line][::-1], lines[lines > segments.line]):
        last = own
        for line in side:
            place = _place(segments, float(line), bought)
            if _is_large(place, minimum_group) and _lie_apart(last, place, minimum_group):
                kept.append(place)
                last = place
    return MovedLines(customers, segments, tuple(sorted(kept, key=lambda place: place.line)), minimum_group)


def foresight(labels: pd.Series, purchases: Array) -> float | None:
    """Return the share of the Poisson deviance of purchases that fields foresee, each customer by the others.

    Parameters
    ----------
    labels : shape (n,). purchases : shape (n,), in the hold-out window.

    Examples
    --------
    >>> fields = pd.Series(["lost"] * 50 + ["candidates"] * 50)
    >>> foresight(fields, np.array([0.0, 1.0] * 25 + [2.0, 3.0] * 25)) > 0.5
    True
    """
    n, total = len(purchases), float(purchases.sum())
    if total == 0 or n < 2:
        return None
    members = (total - purchases) / (n - 1)
    codes, _ = pd.factorize(labels)
    sums, counts = np.bincount(codes, purchases), np.bincount(codes)
    by_field = (sums[codes] - purchases + members) / counts[codes]
    by_all = _deviance(purchases, np.maximum(members, 1e-12))
    return float(1 - _deviance(purchases, np.maximum(by_field, 1e-12)) / by_all) if by_all > 0 else None


def _deviance(actual: Array, mean: Array) -> float:
    ratio = np.divide(actual, mean, out=np.ones_like(mean), where=actual > 0)
    return float(2 * (actual * np.log(ratio) - actual + mean).sum())


def _place(segments: Segments, line: float, bought: Array) -> Place:
    labels = redraw(segments, line=line).labels
    counts = labels.value_counts()
    return Place(line, tuple(int(counts.get(name, 0)) for name in SEGMENTS), foresight(labels, bought))


def _is_large(place: Place, minimum_group: int) -> bool:
    return not any(0 < count < minimum_group for count in place.customers)


def _lie_apart(one: Place, other: Place, minimum_group: int) -> bool:
    """Whether two places differ by nobody in a field, or by a group that is large enough to be told."""
    moved = [abs(a - b) for a, b in zip(one.customers, other.customers, strict=True)]
    return any(moved) and not any(0 < count < minimum_group for count in moved)
