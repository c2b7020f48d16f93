"""The rows that one comparison rests on: who was in which arm, what came of it, and what was known before."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.gestures.arm_costs import trial_costs
from cxlab.gestures.basis import gather_rare
from cxlab.gestures.means import Array, Codes, cluster_codes
from cxlab.occasions import HISTORY, Assigned, Occasions, OutcomeRows
from cxlab.occasions.around import AFTER
from cxlab.occasions.history import NEVER

Design = Literal["randomised", "observational"]
CHOSEN = "gesture"
"""The arm of orders with a gesture that the shop chose to give."""
NEW = "new"
NOBODY = "none"
PURCHASES = "purchases"
FURTHER = ("revenue", "earned", *AFTER)
"""Outcomes beside purchases: revenue (net of returns), what is left of it after all costs but gestures', and more."""


@dataclass(frozen=True)
class SegmentLines:
    """The two lines of the four segments, for customers as they stood before an occasion.

    Attributes
    ----------
    active_days : a customer is active whose last earlier order is at most so many days old.
    threshold : contribution above which a customer is profitable, in units of currency; None: the median of those rows
        that have an earlier order.
    """

    active_days: int
    threshold: float | None


@dataclass(frozen=True, eq=False)
class Sample:
    """One comparison's rows.

    Attributes
    ----------
    design : how the arms came about.
    arms : shape (n,), arm of each row, as it stands in the data.
    control : the arm that the others are held against.
    outcome : shape (n,).
    noun, unit : what the outcome counts; what an effect is in.
    rows : what a row is: customer or order.
    clusters : shape (n,), number of the customer.
    covariates : known before the occasion; same rows.
    adjust : those that a trial's difference is adjusted for.
    groups : labels by name of the grouping ("segment", or a column of the data); same rows.
    recent : shape (n,), purchases in the outcome_days before; None where there is no order history.
    older : what was known before those days, for the placebo; None where there is no order history.
    contribution : shape (n,), what came of it before the gesture's own cost; NaN where not known, None where nowhere.
    own_cost : shape (n,), cost of the gesture; NaN in arms of which it is not known, None where it is of none.
    assumed : arms whose cost is in part or whole the one that was given, not recorded.
    is_net : whether `contribution` is after that cost already.
    allocation : the shares that were meant, by arm; None where not declared.
    experiment : its name; "" where there is one only.
    n_running : draws whose outcome window is not over yet. over : the day on which the last of these is.
    drawn : rows by arm as they were drawn, for the check of the shares.
    ordinals : shape (n,), which of the customer's gestures a gesture would be, from 1; None where not known.
    failed : bool, shape (n,), whether something went wrong at the order; None where not known.
    since_gesture : shape (n,), days since the customer's last gesture; NaN where there was none, None where not known.
    further : what else came of it, by name, shape (n,) each: those of `FURTHER` that the study tells.
    main_channel : the channel that `elsewhere_days` are counted against; empty where there is but one.
    described : what customers were before the occasion, as `Customers.frame` describes them; same rows, NaN where
        there was no earlier order. None where there is no order history.
    until_gesture : shape (n,), purchases up to the next gesture; None where not known, or where gestures come later
        than their orders, so that those without one may be about to get it.
    is_followed : bool, shape (n,), whether there was a next one within the window; None where the other is.
    counted : what `clusters` number: customers, or strata that were drawn as wholes.
    """

    design: Design
    arms: NDArray[np.object_]
    control: str
    outcome: Array
    noun: str
    unit: str
    rows: str
    clusters: Codes
    covariates: pd.DataFrame
    adjust: pd.DataFrame
    groups: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    recent: Array | None = None
    older: pd.DataFrame | None = None
    contribution: Array | None = None
    own_cost: Array | None = None
    assumed: frozenset[str] = frozenset()
    is_net: bool = False
    allocation: Mapping[str, float] | None = None
    experiment: str = ""
    n_running: int = 0
    over: dt.date | None = None
    drawn: Mapping[str, int] = field(default_factory=dict)
    ordinals: NDArray[np.int64] | None = None
    failed: NDArray[np.bool_] | None = None
    since_gesture: Array | None = None
    further: Mapping[str, Array] = field(default_factory=dict)
    main_channel: str = ""
    described: pd.DataFrame | None = None
    until_gesture: Array | None = None
    is_followed: NDArray[np.bool_] | None = None
    counted: str = "customers"

    def __getstate__(self) -> dict[str, Any]:
        """Tell arms and groups by number: a million names one by one take seconds to be pickled."""
        groups = {name: _numbered(labels) for name, labels in self.groups.items()}
        return self.__dict__ | {"arms": _numbered(self.arms), "groups": groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what `__getstate__` told."""
        groups = {name: _named(*told) for name, told in state["groups"].items()}
        self.__dict__.update(state | {"arms": _named(*state["arms"]), "groups": groups})

    @property
    def treatments(self) -> tuple[str, ...]:
        """The arms other than the control, in the order of their names."""
        return tuple(sorted({str(arm) for arm in self.drawn} - {self.control}))


def trial_samples(
    assigned: Assigned,
    *,
    control: str,
    allocation: Mapping[str, float] | None,
    lines: SegmentLines,
    gesture_cost: float | None = None,
    is_whole: bool = True,
) -> tuple[Sample, ...]:
    """Make a sample of each experiment among the draws of a study.

    Parameters
    ----------
    gesture_cost : of one gesture, where none is recorded; None: not known.
    is_whole : whether all draws of the study are here; else an arm that has none may be drawn later.
    """
    found = []
    several = len(assigned.drawn["experiment"].unique()) > 1  # the shares of all of them stand in one list
    for name, drawn in assigned.drawn.groupby("experiment", sort=True):
        frame = assigned.frame[assigned.frame["experiment"] == name].reset_index(drop=True)
        recent = frame["recent_purchases"].to_numpy(np.float64)
        later = frame["later_gesture_cost"].to_numpy(np.float64)
        counts = {str(arm): int(n) for arm, n in zip(drawn["arm"], drawn["n"], strict=True)}
        meant = allocation
        if allocation and (several or not is_whole):
            meant = {arm: allocation[arm] for arm in counts if arm in allocation}
        counts = dict.fromkeys(meant or (), 0) | counts  # an arm that was meant may have got nobody
        own_cost, assumed = trial_costs(frame, assigned.given, control, gesture_cost)
        found.append(
            Sample(
                design="randomised",
                arms=frame["arm"].to_numpy(object),
                control=control,
                outcome=frame["purchases"].to_numpy(np.float64),
                noun=PURCHASES,
                unit=f"{PURCHASES} per customer",
                rows="customer",
                clusters=cluster_codes(frame["customer_id"].to_numpy(object), len(frame)),
                covariates=_known_before(frame, list(HISTORY)),
                adjust=frame[["recent_purchases", "stratum"]],
                groups={"segment": segments_before(frame, lines)},
                recent=recent,
                contribution=frame["contribution"].to_numpy(np.float64) + later,
                own_cost=own_cost if np.isfinite(own_cost[frame["arm"].to_numpy(object) != control]).any() else None,
                assumed=assumed,
                allocation=meant,
                experiment=str(name),
                n_running=sum(counts.values()) - len(frame),
                over=assigned.over.get(str(name)),
                drawn=counts,
                further=_further(frame),
                main_channel=assigned.main_channel,
                described=_described(frame),
            )
        )
    return tuple(found)


def chosen_sample(occasions: Occasions, lines: SegmentLines, gesture_cost: float | None = None) -> Sample:
    """Make the sample of the orders at which the shop chose to give a gesture or not.

    Parameters
    ----------
    gesture_cost : of one gesture, where none is recorded; None: not known.
    """
    frame = occasions.frame
    uncosted, later = (frame[name].to_numpy(np.float64) for name in ("own_uncosted", "later_uncosted_gestures"))
    assumed = gesture_cost or 0.0
    costs_known = occasions.ties.costs_known or gesture_cost is not None
    treated = frame["treated"].to_numpy(bool)
    older = frame["older_purchases"].to_numpy(np.int64) > 0
    return Sample(
        design="observational",
        arms=np.array([NOBODY, CHOSEN], dtype=object)[treated.astype(np.int64)],
        control=NOBODY,
        outcome=frame["purchases"].to_numpy(np.float64),
        noun=PURCHASES,
        unit=f"{PURCHASES} per gesture",
        rows="order",
        clusters=cluster_codes(frame["customer_id"].to_numpy(object), len(frame)),
        covariates=_known_before(frame, [*HISTORY, "day_value", "failed", "day"]).assign(**_waited(frame)),
        adjust=pd.DataFrame(index=frame.index),
        groups={"segment": segments_before(frame, lines)},
        recent=np.where(older, frame["recent_purchases"].to_numpy(np.float64), np.nan),
        older=_known_before(frame, [name for name in frame.columns if name.startswith("older_")]),
        contribution=frame["contribution"].to_numpy(np.float64) - assumed * later,
        own_cost=frame["own_cost"].to_numpy(np.float64) + assumed * uncosted if costs_known else None,
        assumed=frozenset({CHOSEN}) if gesture_cost is not None and uncosted.any() else frozenset(),
        drawn={CHOSEN: int(treated.sum()), NOBODY: int((~treated).sum())},
        ordinals=frame["earlier_gestures"].to_numpy(np.int64) + 1,
        failed=frame["failed"].to_numpy(np.int64) > 0,
        since_gesture=_known_before(frame, ["days_since_gesture"])["days_since_gesture"].to_numpy(np.float64),
        further=_further(frame),
        main_channel=occasions.main_channel,
        described=_described(frame),
        **_up_to_the_next(frame),
    )


def outcome_sample(
    rows: OutcomeRows,
    design: Design,
    noun: str,
    *,
    control: str,
    allocation: Mapping[str, float] | None,
    minimum_group: int = 5,
) -> Sample:
    """Make the sample of a table whose outcomes are already summed; `noun` is what the data calls the outcome.

    The data's own groups of fewer than `minimum_group` customers are one group with no name of theirs.
    """
    frame = rows.frame
    arms = frame["arm"].to_numpy(object)
    names = None
    if "customer_id" in frame:
        named = frame["customer_id"]
        names = np.where(named.notna(), "customer " + named.fillna(""), "row " + frame.index.astype("str")).astype(
            object
        )
    values, counts = np.unique(arms.astype(str), return_counts=True)
    return Sample(
        design=design,
        arms=arms,
        control=control,
        outcome=frame["outcome"].to_numpy(np.float64),
        noun=noun,
        unit=f"{noun} per customer",
        rows="customer",
        clusters=cluster_codes(names, len(frame)),
        covariates=rows.covariates,
        adjust=rows.covariates,
        groups={str(name): gather_rare(rows.groups[name].to_numpy(object), minimum_group) for name in rows.groups},
        contribution=frame["contribution"].to_numpy(np.float64) if _has_money(frame) else None,
        is_net=True,
        allocation=allocation,
        drawn=dict.fromkeys(allocation or (), 0) | dict(zip(values.tolist(), counts.tolist(), strict=True)),
    )


def segments_before(frame: pd.DataFrame, lines: SegmentLines) -> NDArray[np.object_]:
    """Put each row into a segment by what was known before its day; customers without an earlier order are `new`."""
    known = frame["earlier_purchases"].to_numpy(np.int64) > 0
    brought = frame["earlier_contribution"].to_numpy(np.float64)
    threshold = lines.threshold
    if threshold is None:
        threshold = float(np.median(brought[known])) if known.any() else 0.0
    active = frame["days_since_last_order"].to_numpy(np.int64) <= lines.active_days
    profitable = brought > threshold
    names = np.array([NEW, "profit_bringers", "misunderstood", "candidates", "lost"], dtype=object)
    places = np.select([~known, active & profitable, ~active & profitable, active], [0, 1, 2, 3], 4)
    return np.asarray(names[places], dtype=object)


def _numbered(names: NDArray[np.object_]) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    codes, different = pd.factorize(names, use_na_sentinel=False)
    return codes.astype(np.int32), np.asarray(different, dtype=object)


def _named(codes: NDArray[np.int32], different: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(different[codes], dtype=object)


def _known_before(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Pick covariates; days since something that never was are gaps."""
    columns = {name: frame[name].to_numpy(np.float64) for name in names}
    return pd.DataFrame(
        {
            name: np.where(values == NEVER, np.nan, values) if "days" in name else values
            for name, values in columns.items()
        }
    )


def _further(frame: pd.DataFrame) -> dict[str, Array]:
    return {name: frame[name].to_numpy(np.float64) for name in FURTHER if name in frame}


def _described(frame: pd.DataFrame) -> pd.DataFrame:
    """Describe customers before an occasion in the words of `Customers.frame`; the lines of newcomers are empty."""
    found = pd.DataFrame(
        {
            "repeat_purchases": frame["earlier_purchases"].to_numpy(np.float64) - 1,
            "days_since_last_order": frame["days_since_last_order"].to_numpy(np.float64),
            "n_orders": frame["earlier_orders"].to_numpy(np.float64),
            "revenue": frame["earlier_revenue"].to_numpy(np.float64),
            "returns": frame["earlier_returned"].to_numpy(np.float64),
            "cost_to_serve": frame["earlier_serve"].to_numpy(np.float64),
            "contribution": frame["earlier_contribution"].to_numpy(np.float64),
            "tenure_days": frame["tenure_days"].to_numpy(np.float64),
        }
    )
    found["mean_order_value"] = found["revenue"] / np.maximum(found["n_orders"], 1)
    return found.where(found["repeat_purchases"] >= 0)


def _waited(frame: pd.DataFrame) -> dict[str, NDArray[np.object_]]:
    """Days from the order to the day of the clock as names: every day is another comparison, whatever its number."""
    waited = frame["waited_days"].to_numpy(np.int64)
    return {"waited_days": np.array([f"{days} days" for days in waited.tolist()], dtype=object)} if waited.any() else {}


def _up_to_the_next(frame: pd.DataFrame) -> dict[str, Any]:
    """Return purchases up to the next gesture, where all gestures came with their orders."""
    if "gesture_follows" not in frame:
        return {}
    purchases, follows = frame["purchases_until_gesture"], frame["gesture_follows"]
    return {"until_gesture": purchases.to_numpy(np.float64), "is_followed": follows.to_numpy(np.int64) > 0}


def _has_money(frame: pd.DataFrame) -> bool:
    return "contribution" in frame and bool(frame["contribution"].notna().any())
