"""Perceived value, benefits less sacrifices: which of the two pays more, and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f

from cxlab.blocks import SEGMENTS
from cxlab.driver_tags import Group
from cxlab.errors import NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.experience.drivers import CHANCE, percent_change
from cxlab.experience.poisson import error_of, fit_poisson
from cxlab.experience.prepared import Array, Prepared, numbered, prepare, standardised
from cxlab.followed import Followed
from cxlab.language import Texts, tr
from cxlab.look import SEGMENT_NAME
from cxlab.phrases import listed
from cxlab.words import number, number_between

Lever = Literal["more_benefit", "less_sacrifice", "alike", "cannot_tell"]
EVERYBODY = "all"
LEAST_ANSWERS, LEAST_CUSTOMERS, LEAST_PURCHASES = 50, 30, 30
LEAST_SPREAD = 0.1
"""Of a segment; below these it is left out. The last is the spread of each side within it, of 1 in all answers."""
MARGIN = 5.0
"""Percent of purchases up to which the two levers count as alike."""
LEVER = Texts(
    {
        "more_benefit": "More benefit",
        "less_sacrifice": "Less sacrifice",
        "alike": "Either, alike",
        "cannot_tell": "Cannot tell",
    }
)


@dataclass(frozen=True)
class Levers:
    """What the two levers go with, for some customers.

    Attributes
    ----------
    name : the segment, or `EVERYBODY`.
    n, n_customers : answers, and who gave them.
    benefit, sacrifice : percent more purchases with one standard deviation more of the benefits, and with one less of
        the sacrifices, the other alike.
    contrast : percent more purchases with the former than with the latter.
    lever : by the written rule.
    """

    name: str
    n: int
    n_customers: int
    benefit: Estimate
    sacrifice: Estimate
    contrast: Estimate
    lever: Lever

    @property
    def title(self) -> str:
        """Its name on a page."""
        return tr("Everybody") if self.name == EVERYBODY else SEGMENT_NAME[self.name]


@dataclass(frozen=True, eq=False)
class PerceivedValue:
    """Benefits and sacrifices by segment.

    Attributes
    ----------
    everybody : all answers. segments : each that has enough of them, as customers stood before the answer; their
        intervals hold together.
    p_value : how often chance alone makes the segments differ as much; None: there are not two.
    left_out : segments with too few answers.
    drivers : which drivers are benefits, and which sacrifices.
    outcome_days : length of the time after an answer.
    """

    everybody: Levers
    segments: tuple[Levers, ...]
    p_value: float | None
    left_out: tuple[str, ...]
    drivers: Mapping[Group, tuple[str, ...]]
    outcome_days: int

    @property
    def differs(self) -> bool:
        """Whether the segments differ more than chance makes them."""
        return self.p_value is not None and self.p_value < CHANCE

    @property
    def findings(self) -> dict[str, Estimate]:
        """Which lever pays more, for everybody and by segment."""
        found = {}
        for one in (self.everybody, *self.segments):
            e = one.contrast
            verdict = one.lever if self.differs or one is self.everybody else "cannot_tell"
            found[f"perceived_value.{one.name}"] = Estimate(e.value, e.low, e.high, n=e.n, unit=e.unit, verdict=verdict)
            found[f"benefit_slope.{one.name}"] = one.benefit
            found[f"sacrifice_slope.{one.name}"] = one.sacrifice
        if self.p_value is not None:
            told = "yes" if self.differs else "not_shown"
            found["perceived_value_differs"] = Estimate(self.p_value, unit="p value", verdict=told)
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a segment, everybody first."""
        rows = []
        for one in (self.everybody, *self.segments):
            parts = {"benefit": one.benefit, "less_sacrifice": one.sacrifice, "contrast": one.contrast}
            ends = {
                f"{name}{end}": x
                for name, e in parts.items()
                for end, x in (("", e.number), ("_low", e.low), ("_high", e.high))
            }
            rows.append({"segment": one.name, "answers": one.n, "customers": one.n_customers, **ends})
        return pd.DataFrame(rows)

    @property
    def heading(self) -> str:
        """Which lever pays more, and whether that is for whom."""
        if not self.differs:
            return {
                "more_benefit": tr("More benefit goes with more purchases than less sacrifice does"),
                "less_sacrifice": tr("Less sacrifice goes with more purchases than more benefit does"),
                "alike": tr("More benefit and less sacrifice go with about as many purchases"),
                "cannot_tell": tr("Whether more benefit or less sacrifice pays more cannot be told"),
            }[self.everybody.lever]
        told = [(one.title, LEVER[one.lever].lower()) for one in self.segments if one.lever != "cannot_tell"]
        if not told:
            return tr("What pays differs from segment to segment, but not which lever pays more in any of them")
        return "; ".join(tr("{segment}: {lever}", segment=segment, lever=lever) for segment, lever in told)

    @property
    def reading(self) -> str:
        """The two levers for everybody, and whether segments differ."""
        one = self.everybody
        told = [
            tr(
                "Benefits are {benefits}, sacrifices {sacrifices}, each as the mean of its drivers. One standard "
                "deviation more benefit goes with {benefit} in purchases, one less sacrifice with {sacrifice}.",
                benefits=listed([tr("“{driver}”", driver=name) for name in self.drivers["benefit"]]),
                sacrifices=listed([tr("“{driver}”", driver=name) for name in self.drivers["sacrifice"]]),
                benefit=in_percent(one.benefit),
                sacrifice=in_percent(one.sacrifice),
            )
        ]
        if self.p_value is None:
            told.append(tr("Segments are not held against each other, for fewer than two have answers enough."))
        elif self.differs:
            told.append(tr("The segments differ in that by more than chance; their intervals hold together."))
        else:
            told.append(
                tr("No difference between the segments is shown, so they are not put in order, and what holds for "
                   "everybody holds for each as far as one can tell.")
            )  # fmt: skip
        if self.left_out:
            names = listed([SEGMENT_NAME[name] for name in self.left_out])
            told.append(tr("Too few answers, or all alike: {segments}.", segments=names))
        return " ".join(told)


def in_percent(e: Estimate) -> str:
    """Write a change of purchases with its sign and its interval."""
    sign = "+" if e.number > 0 else ""
    return tr(
        "{sign}{percent}% ({interval})", sign=sign, percent=number(e.number, 1), interval=number_between(*e.ends, 1)
    )


def judge_levers(benefit: Estimate, sacrifice: Estimate, contrast: Estimate, narrow: Estimate) -> Lever:
    """Say which lever pays more, by the written rule.

    `more_benefit` where the whole interval of the contrast lies above 0 and that of the benefits, too; `less_sacrifice`
    where it lies below 0 and that of less sacrifice above it; `alike` where the 90 % interval of the contrast
    (`narrow`) lies within `MARGIN` percent of 0; else `cannot_tell`.

    Examples
    --------
    >>> some, none = Estimate(20, 10, 30), Estimate(0, -2, 2)
    >>> judge_levers(some, none, some, some), judge_levers(none, none, none, none)
    ('more_benefit', 'alike')
    """
    if contrast.ends[0] > 0 and benefit.ends[0] > 0:
        return "more_benefit"
    if contrast.ends[1] < 0 and sacrifice.ends[0] > 0:
        return "less_sacrifice"
    return "alike" if narrow.ends[0] >= -MARGIN and narrow.ends[1] <= MARGIN else "cannot_tell"


def perceived_value(followed: Followed | None, *, minimum_group: int = 1) -> PerceivedValue:
    """Hold what benefits and sacrifices go with against each other, for everybody and by segment.

    Parameters
    ----------
    followed : one row an answer; None: the study has no drivers.
    minimum_group : segments with fewer customers are left out.

    Raises
    ------
    MissingDataError : there are no drivers. NotEnoughDataError : too few answers, or none that are tagged.

    Notes
    -----
    Benefits are the mean of the standardised drivers that are tagged so, put in standard deviations again; sacrifices
    likewise. Purchases are regressed on both (Poisson, log link), in each segment by itself; errors are robust and
    clustered by customer, over segments too. Intervals of segments are widened to hold together (Bonferroni); whether
    they differ at all is a Wald test of equal slopes.

    References
    ----------
    Zeithaml (1988), Consumer perceptions of price, quality, and value, Journal of Marketing 52(3).

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> value = cx.perceived_value(kit.followed)
    >>> value.drivers["sacrifice"]
    ('delivery_days', 'price_level')
    """
    prepared = prepare(followed)
    assert followed is not None
    drivers: dict[Group, tuple[str, ...]] = {
        group: tuple(name for name in prepared.names if group in followed.tags[name])
        for group in ("benefit", "sacrifice")
    }
    if not all(drivers.values()):
        for group in ("benefit", "sacrifice"):
            lost = [name for name in prepared.left_out if group in followed.tags[name]]
            if lost and not drivers[group]:
                raise NotEnoughDataError(
                    tr(
                        "of the drivers tagged {group} none can be looked at, for of “{name}” {why}: bring one whose "
                        "values differ, for customers enough",
                        group=f"`{group}`", name=lost[0], why=prepared.left_out[lost[0]],
                    )
                )  # fmt: skip
        raise NotEnoughDataError(
            tr("value is what customers get less what they give up: tag one driver as benefit and one as sacrifice, at "
               "least")
        )  # fmt: skip
    sides = [_side(prepared, drivers[group]) for group in ("benefit", "sacrifice")]
    columns = np.column_stack([sides[0], -sides[1]])  # less sacrifice
    everyone = np.ones(prepared.n, dtype=np.bool_)
    everybody = _levers([(EVERYBODY, everyone)], columns, prepared)[0][0]
    segments = None if followed.segments is None else followed.segments[prepared.used]
    rows, left_out = [], []
    for name in SEGMENTS if segments is not None else ():
        mine = np.asarray(segments == name, dtype=np.bool_)
        people = len(np.unique(prepared.customers[mine]))
        enough = mine.sum() >= LEAST_ANSWERS and prepared.purchases[mine].sum() >= LEAST_PURCHASES
        if enough and columns[mine].std(axis=0).min() > LEAST_SPREAD and people >= max(minimum_group, LEAST_CUSTOMERS):
            rows.append((name, mine))
        else:
            left_out.append(name)
    found, p_value = _levers(rows, columns, prepared)
    return PerceivedValue(everybody, found, p_value, tuple(left_out), drivers, followed.outcome_days)


def _side(prepared: Prepared, names: Sequence[str]) -> Array:
    mean = np.mean([prepared.column(name) for name in names], axis=0)
    side = standardised(np.asarray(mean, dtype=np.float64))
    if side is None:
        raise NotEnoughDataError(tr("the drivers of one side cancel each other: leave one of them out"))
    return side


def _levers(
    groups: Sequence[tuple[str, NDArray[np.bool_]]], columns: Array, prepared: Prepared
) -> tuple[tuple[Levers, ...], float | None]:
    """Fit each group by itself; the p value is that of no difference between them."""
    units, k = prepared.n_customers, len(groups)
    if not groups:
        return (), None
    slopes, influence = np.zeros((k, 2)), np.zeros((units, k, 2))
    for i, (_, mine) in enumerate(groups):
        codes = numbered(prepared.customers[mine])
        fit = fit_poisson(columns[mine], prepared.purchases[mine], codes)
        slopes[i] = fit.slopes[1:]
        influence[np.flatnonzero(np.bincount(prepared.customers[mine])), i] = fit.influence[:, 1:]
    several = 1 if k == 1 else 2 * k
    found = []
    for i, (name, mine) in enumerate(groups):
        n, own = int(mine.sum()), influence[:, i]
        people = int(np.count_nonzero(np.bincount(prepared.customers[mine])))
        benefit, sacrifice = (
            percent_change(float(slopes[i, j]), *error_of(own[:, j]), n, several=several) for j in (0, 1)
        )
        between, error = float(slopes[i, 0] - slopes[i, 1]), error_of(own[:, 0] - own[:, 1])
        contrast, narrow = (percent_change(between, *error, n, level=level, several=several) for level in (0.95, 0.9))
        lever = judge_levers(benefit, sacrifice, contrast, narrow)
        found.append(Levers(name, n, people, benefit, sacrifice, contrast, lever))
    return tuple(found), _no_difference(slopes, influence.reshape(units, 2 * k))


def _no_difference(slopes: Array, influence: Array) -> float | None:
    """Return the p value of equal slopes in all groups (a Wald test, by the F distribution)."""
    k = len(slopes)
    if k < 2:
        return None
    apart = np.kron(np.column_stack([-np.ones(k - 1), np.eye(k - 1)]), np.eye(2))
    differences, moved = apart @ slopes.ravel(), influence @ apart.T
    degrees = float(np.median([error_of(column)[1] for column in moved.T]))
    wald = float(differences @ np.linalg.solve(moved.T @ moved, differences))
    q = len(differences)
    return float(f.sf(wald * max(degrees - q + 1, 1) / (degrees * q), q, max(degrees - q + 1, 1)))
