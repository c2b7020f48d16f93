"""The journey: how many sessions go on from each step to the next, where they drop off, and whether channels differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.estimate import Estimate, normal_interval
from cxlab.experience.channels import Difference, Differs, compare_channels
from cxlab.experience.clustered import Share, share_of
from cxlab.experience.funnel_words import SMALL, asides, channels_told, reading_of
from cxlab.journey import Journey
from cxlab.journey.steps import MOST_FOUND
from cxlab.language import tr
from cxlab.words import day, percent

DropOff = Literal["stands_out", "does_not", "cannot_tell"]
Phase = Literal["before", "purchase", "after"]


@dataclass(frozen=True)
class Step:
    """A step, and who reached it.

    Attributes
    ----------
    name : as it stands in the data.
    phase : whether it leads to the purchase, is part of it, or follows it.
    sessions, people, skipped : sessions that reached it, whose they are, and those of them without a record of it.
    of : the step whose sessions the share is of: the one before; after the purchase, the purchase. Empty for the first.
    share : of the sessions that reached that step, those that reached this one; None for the first.
    by_channel : the same in each channel with as many people as may be shown.
    drop_off : whether more drop off here than before any other step of the way.
    lower : by how much its share lies below the lowest of the other steps; None where it is not judged.
    difference : whether channels differ in the share; None where there are no two to compare.
    """

    name: str
    phase: Phase
    sessions: int
    people: int
    skipped: int
    of: str
    share: Estimate | None
    by_channel: Mapping[str, Estimate]
    drop_off: DropOff
    lower: Estimate | None
    difference: Difference | None

    @property
    def quoted(self) -> str:
        """Its name within a sentence."""
        return tr("“{name}”", name=self.name)


@dataclass(frozen=True, eq=False)
class Funnel:
    """How far sessions come.

    Attributes
    ----------
    journey : the visits.
    steps : in their order.
    whole : share of the sessions that reached the purchase, or the last step where that is not on record.
    whole_by_channel : the same in each channel.
    minimum_group : fewer people than this are not shown.
    """

    journey: Journey
    steps: tuple[Step, ...]
    whole: Estimate
    whole_by_channel: Mapping[str, Estimate]
    minimum_group: int

    @property
    def n(self) -> int:
        """Sessions."""
        return self.journey.n_sessions

    @property
    def is_small(self) -> bool:
        """Whether there are too few sessions to judge steps."""
        return self.n < SMALL

    @property
    def way(self) -> tuple[Step, ...]:
        """The steps of the way that have one before them."""
        return tuple(step for step in self.steps if step.phase != "after" and step.share is not None)

    @property
    def after(self) -> tuple[Step, ...]:
        """The steps after the purchase."""
        return tuple(step for step in self.steps if step.phase == "after")

    @property
    def worst(self) -> Step | None:
        """The step before which most drop off, where one stands out."""
        return next((step for step in self.way if step.drop_off == "stands_out"), None)

    @property
    def lowest(self) -> Step:
        """The step of the way with the lowest share."""
        return min(self.way, key=lambda step: step.share.number if step.share is not None else 1.0)

    @cached_property
    def channels_differ(self) -> Differs | None:
        """Whether channels differ at any step; None where there are no two to compare."""
        told = [step.difference.verdict for step in self.way if step.difference is not None]
        if not told:
            return None
        return "yes" if "yes" in told else "no" if set(told) == {"no"} else "cannot_tell"

    @property
    def findings(self) -> dict[str, Estimate]:
        """Sessions, the share that goes on at each step, and the verdicts."""
        found = {"sessions": Estimate(self.n, unit="sessions"), "journey_conversion": self.whole}
        found |= {f"journey_conversion.{name}": e for name, e in self.whole_by_channel.items()}
        for step in self.steps:
            if step.share is None:
                continue
            if step.people >= self.minimum_group or not step.people:
                found[f"step_conversion.{step.name}"] = step.share
            found |= {f"step_conversion.{step.name}.{name}": e for name, e in step.by_channel.items()}
            if step.phase != "after" and len(self.way) > 1:
                lower = step.lower or Estimate()
                found[f"drop_off.{step.name}"] = Estimate(
                    lower.value, lower.low, lower.high, n=lower.n, unit=lower.unit, verdict=step.drop_off
                )
            if step.difference is not None:
                found[f"channels_differ.{step.name}"] = step.difference.estimate
        if self.channels_differ is not None:
            found["channels_differ"] = Estimate(n=self.n, verdict=self.channels_differ)
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a step, and one a step and channel: sessions, and the share of those that went on to it."""
        rows = []
        for step in self.steps:
            for channel, e in (("", step.share), *step.by_channel.items()):
                e = e or Estimate()
                rows.append(
                    {
                        "step": step.name, "phase": step.phase, "channel": channel, "of": step.of,
                        "sessions_before": e.n if e.n is not None else 0,
                        "sessions": step.sessions if not channel else round((e.n or 0) * e.number),
                        "share": e.number, "share_low": e.low, "share_high": e.high,
                        "verdict": step.drop_off if not channel and step.phase != "after" else "",
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def heading(self) -> str:
        """Where most drop off, in a line."""
        if not self.way:
            return tr("The visits have one step only, so nobody can drop off")
        if self.is_small:
            return tr("The funnel is small: with {n} sessions no step can be judged", n=self.n)
        worst = self.worst
        if worst is not None:
            assert worst.share is not None
            return tr(
                "Most drop off before {step}: {share} go on to it", step=worst.quoted, share=percent(worst.share.number)
            )
        if len(self.way) == 1:
            (only,) = self.way
            assert only.share is not None
            return tr("{share} of the sessions go on to {step}", share=percent(only.share.number), step=only.quoted)
        return tr("At no step do more drop off than at every other")

    @property
    def channels_heading(self) -> str:
        """Whether channels differ, in a line."""
        differ = self.channels_differ
        if differ == "yes":
            return tr("Channels differ in how many go on")
        return tr("Channels are alike") if differ == "no" else tr("Whether channels differ cannot be told")

    @property
    def channels_reading(self) -> str:
        """At which steps channels differ."""
        return channels_told(self)

    @property
    def reading(self) -> str:
        """Who reached what, and what a reader should know of the data."""
        return " ".join([reading_of(self), *asides(self)])


def follow_journey(journey: Journey | None, *, minimum_group: int = 1) -> Funnel:
    """Find how many sessions go on from each step to the next, where most drop off, and whether channels differ.

    Parameters
    ----------
    journey : visits as sums; None: none are on record.
    minimum_group : channels with fewer people are not shown.

    Raises
    ------
    MissingDataError : there are no visits, or nobody knows which steps count. NotEnoughDataError : no session has one
        of the steps, or too few people have.

    Notes
    -----
    A session reached a step when it has a record of it or of a later one up to the purchase or after it. The written
    rule: before a step *more drop off* than before any other when its share lies below that of each other step of the
    way with the whole 95% interval of the difference; with fewer than 100 sessions no step is judged.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> funnel = cx.follow_journey(kit.journey)
    >>> [(step.name, step.phase) for step in funnel.steps]
    [('visit', 'before'), ('product', 'before'), ('basket', 'before'), ('payment', 'purchase'), ('received', 'after')]
    """
    if journey is None:
        raise MissingDataError(
            tr(
                "the study brings no visits: add `events` to its sources (session_id, occurred_at, step, and "
                "customer_id, channel where they are known)"
            )
        )
    require_steps(journey)
    if int(journey.total.people[0]) < max(minimum_group, 2):
        raise NotEnoughDataError(
            tr(
                "the visits are those of {n} people, and fewer than {least} are not shown: bring more `events`",
                n=int(journey.total.people[0]),
                least=max(minimum_group, 2),
            )
        )
    steps, last = journey.steps, journey.steps.last
    shown = {name: sums for name, sums in journey.by_channel.items() if int(sums.people[0]) >= max(minimum_group, 2)}
    judged = range(1, last + 1)
    differences = compare_channels(journey, judged, minimum_group)
    found = []
    for k, name in enumerate(steps.names):
        of = k - 1 if k <= last else last
        share = share_of(journey.total, k, of) if k else None
        by_channel = {
            channel: share_of(sums, k, of).estimate()
            for channel, sums in shown.items()
            if k and int(sums.people[of]) >= max(minimum_group, 2)
        }
        drop_off, lower = _judge(journey, k, minimum_group) if k in judged else ("cannot_tell", None)
        found.append(
            Step(
                name, _phase(k, steps.n_before, last), int(journey.total.sessions[k]), int(journey.total.people[k]),
                int(journey.skipped[k]), steps.names[of] if k else "", share.estimate() if share else None, by_channel,
                drop_off, lower, differences.get(k),
            )
        )  # fmt: skip
    whole = share_of(journey.total, last, 0).estimate()
    return Funnel(
        journey, tuple(found), whole, {name: share_of(sums, last, 0).estimate() for name, sums in shown.items()},
        minimum_group,
    )  # fmt: skip


def require_steps(journey: Journey) -> None:
    """See that there are visits with steps.

    Raises
    ------
    NotEnoughDataError : the study does not name the steps, and there are too many to find their order, or the records
        tell none; or no visit lies within the time that counts.
    """
    n_others = len(journey.steps.others)
    if not journey.steps.names and 0 < n_others <= MOST_FOUND:
        raise NotEnoughDataError(
            tr(
                "most records of a visit are of one moment, so the order of the {n} steps cannot be found: name them "
                "in their order, as `steps: [visit, product, basket, payment]` under `events`, or bring times of day",
                n=n_others,
            )
        )
    if not journey.steps.names and n_others:
        raise NotEnoughDataError(
            tr(
                "the visits have {n} different steps, and the study does not say which of them lead to a purchase: "
                "name these in their order, as `steps: [visit, product, basket, payment]` under `events`",
                n=n_others,
            )
        )
    if not journey.n_sessions and journey.n_later and journey.last_day is not None:
        raise NotEnoughDataError(
            tr(
                "no visit lies within the time that counts, which ends on {day}: set a later `observation_end`",
                day=day(journey.last_day),
            )
        )
    if not journey.n_sessions:
        raise NotEnoughDataError(tr("no visit lies within the time that counts: bring later or more `events`"))


def _phase(k: int, n_before: int, last: int) -> Phase:
    return "before" if k < n_before else "purchase" if k <= last else "after"


def _judge(journey: Journey, k: int, minimum_group: int) -> tuple[DropOff, Estimate | None]:
    """Hold a step's share against that of every other step of the way."""
    others = [j for j in range(1, journey.steps.last + 1) if j != k]
    mine = share_of(journey.total, k, k - 1)
    if not others or not mine.n:
        return "cannot_tell", None
    apart = {j: _apart(journey, k, j) for j in others if journey.total.sessions[j - 1]}
    if not apart:
        return "cannot_tell", None
    lowest = min(apart, key=lambda j: share_of(journey.total, j, j - 1).value)
    value, error = apart[lowest]
    lower = normal_interval(value, error, n=mine.n, unit="share of sessions")
    if journey.n_sessions < SMALL or mine.people < minimum_group:
        return "cannot_tell", lower
    reach = float(norm.ppf(0.975))
    if len(apart) == len(others) and all(value + reach * error < 0 for value, error in apart.values()):
        return "stands_out", lower
    careful = float(norm.ppf(1 - 0.025 / len(others)))  # one of several others is enough
    if any(value - careful * error > 0 for value, error in apart.values()):
        return "does_not", lower
    return "cannot_tell", lower


def _apart(journey: Journey, k: int, j: int) -> tuple[float, float]:
    """Return the difference between the shares of two steps, and its standard error over people."""
    one, other = share_of(journey.total, k, k - 1), share_of(journey.total, j, j - 1)
    both = journey.total.products
    p, q = one.value, other.value
    between = both[k, j] - q * both[k, j - 1] - p * both[k - 1, j] + p * q * both[k - 1, j - 1]
    n, m, people = one.n, other.n, one.people
    covariance = float(between) / (n * m) * people / max(people - 1, 1)
    variance = _variance(one) + _variance(other) - 2 * covariance
    # Where customers are alike at both steps the difference is surer than each; never surer than chance would have it.
    return p - q, float(np.sqrt(max(variance, _alone(one) + _alone(other), 0.0)))


def _variance(share: Share) -> float:
    """Return the variance of a share; of 0 and of 1, that of Wilson's centre, which is not nothing."""
    return max(share.variance, _alone(share)) if 0 < share.value < 1 else _alone(share)


def _alone(share: Share) -> float:
    p = (share.reached + 2) / (share.n + 4)
    return p * (1 - p) / (share.n + 4)
