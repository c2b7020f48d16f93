"""Forecast against fact, group by group: by silence, by segment, by cluster, by whatever parts the customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from cxlab.blocks import SEGMENTS
from cxlab.customers import Customers
from cxlab.digits import enough_digits
from cxlab.estimate import Estimate, Findings, columns_of, log_normal_interval, normal_interval
from cxlab.intake.hiding import GroupSizes, means_to_hide
from cxlab.language import Texts, tr, trn
from cxlab.look import SEGMENT_NAME
from cxlab.phrases import group_name, span
from cxlab.purchases.histories import Array, Counts, PurchaseModelError
from cxlab.purchases.model import PurchaseModel
from cxlab.purchases.rule import LEVEL_BAND, Check, Missing, why_not_judged, within
from cxlab.purchases.rule import level_of as ratio_of
from cxlab.purchases.window import HoldoutWindow, open_window
from cxlab.words import number, number_between, percent

_Z = float(norm.ppf(0.975))
LEAST_PURCHASES = 10
"""Purchases of a group from which on their spread over customers says how sure they are; below, Poisson's ends do."""


_BY = Texts(
    {
        "segment": "By segment",
        "cluster": "By cluster",
        "days since the last order": "By days since the last order",
    }
)


@dataclass(frozen=True)
class CheckedGroup:
    """One group's purchases after the cut, foreseen and made.

    Attributes
    ----------
    name : of the group.
    customers : how many.
    expected, actual : purchases per customer; intervals of the fit, and of customers like these.
    ratio : expected / actual purchases. Without a value where nobody bought, then with the low end alone.
    outcome : whether the ratio's interval lies within (passed), outside (failed) or across (open) the allowed band.
    by_chance : how probable it would be that the outcome is failed if the model were right in this group.
    """

    name: str
    customers: int
    expected: Estimate
    actual: Estimate
    ratio: Estimate
    outcome: Check
    by_chance: float

    @property
    def in_words(self) -> str:
        """Its name within a sentence."""
        return SEGMENT_NAME[self.name].lower() if self.name in SEGMENT_NAME else group_name(self.name)


@dataclass(frozen=True)
class GroupCheck:
    """Forecast against fact by group.

    Attributes
    ----------
    groups : those that are large enough, in order.
    by : what the groups are, after "by": "days since the last order".
    hidden : names of groups too small to be shown.
    untold : names of other groups of which no purchases are shown: so few came that they tell of a few customers, or
        would give these away.
    sizes : customers of each group, also of the hidden ones, as a page writes them.
    minimum_group : customers that a group needs.
    n : customers in all.
    days : length of the window.
    missing : what a judgement lacks; empty when it lacks nothing.
    """

    groups: tuple[CheckedGroup, ...]
    by: str
    hidden: tuple[str, ...]
    untold: tuple[str, ...]
    sizes: Mapping[str, str]
    minimum_group: int
    n: int
    days: int
    missing: Missing = ""

    @property
    def shown(self) -> tuple[CheckedGroup, ...]:
        """The groups whose purchases a page shows."""
        return tuple(group for group in self.groups if group.name not in self.untold)

    @property
    def is_judged(self) -> bool:
        """Whether there are groups to show and nothing lacks to judge them."""
        return bool(self.groups) and not self.missing

    @property
    def off(self) -> tuple[CheckedGroup, ...]:
        """Groups whose forecast is off: the interval of expected / actual lies outside the allowed band."""
        return () if self.missing else tuple(group for group in self.groups if group.outcome == "failed")

    @property
    def leaning(self) -> tuple[CheckedGroup, ...]:
        """Groups that are not off, but whose interval of expected / actual leaves out 1."""
        return () if self.missing else tuple(
            group for group in self.groups
            if group.outcome != "failed" and group.ratio.has_interval
            and not group.ratio.ends[0] <= 1 <= group.ratio.ends[1]
        )  # fmt: skip

    @property
    def off_by_chance(self) -> float:
        """Groups that would be called off if the model were right in every one, on average."""
        return sum(group.by_chance for group in self.groups)

    @property
    def table(self) -> pd.DataFrame:
        """One row a group: group, customers, expected, actual and ratio with their ends, outcome."""
        columns: dict[str, list[str] | list[int] | list[float]] = {
            "group": [group.name for group in self.groups],
            "customers": [group.customers for group in self.groups],
        }
        for name in ("expected", "actual", "ratio"):
            columns |= columns_of(name, (getattr(group, name) for group in self.groups))
        outcomes: list[str] = [group.outcome for group in self.groups]
        return pd.DataFrame(columns | {"outcome": outcomes})

    @property
    def findings(self) -> Findings:
        """The ratio of each group, with the outcome as verdict, and how many are off, as `holdout_by.*`."""
        if not self.is_judged:
            return {self._key: Estimate(n=self.n, verdict="cannot_tell")}
        found = {
            f"{self._key}.{group.name}": Estimate(
                group.ratio.value, group.ratio.low, group.ratio.high, n=group.customers, unit=group.ratio.unit,
                verdict=group.outcome,
            )
            for group in self.groups
        }  # fmt: skip
        return found | {f"{self._key}.off": Estimate(len(self.off), n=self.n, unit="groups")}

    @property
    def by_group(self) -> str:
        """What the groups are, as the start of a sentence: "By segment"."""
        return _BY[self.by] if self.by in _BY else tr("By {by}", by=self.by)

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if not self.is_judged:
            return tr("{by_group} the forecast cannot be judged", by_group=self.by_group)
        off, n = len(self.off), len(self.groups)
        if off == 0:
            return tr("{by_group}, no group’s forecast is shown to be off", by_group=self.by_group)
        return trn(
            "{by_group}, the forecast is off in {off} of {n} group",
            "{by_group}, the forecast is off in {off} of {n} groups",
            n, by_group=self.by_group, off=number(off), n=number(n),
        )  # fmt: skip

    @property
    def reading(self) -> str:
        """Which groups are off and by how much, how many chance would bring, and what is not shown."""
        if not self.is_judged:
            why = why_not_judged(self.missing) if self.missing else tr("no group has customers enough to be shown")
            return tr("{by_group} the forecast cannot be judged: {why}.", by_group=self.by_group, why=why)
        low, high = LEVEL_BAND
        said = tr(
            "{by_group}, in the {days} after the cut: a group’s forecast counts as off when the whole "
            "95% interval of expected / actual lies outside {low} to {high}. ",
            by_group=self.by_group,
            days=span(self.days),
            low=number(low, 2),
            high=number(high, 2),
        )
        if self.off:
            named = [f"{group.in_words}, {self._off(group)}" for group in self.off]
            said += trn(
                "That is so of {n} group: {listed}. ",
                "That is so of {n} groups: {listed}. ",
                len(named), n=number(len(named)), listed=_listed(named),
            )  # fmt: skip
        else:
            n = len(self.groups)
            said += trn(
                "That is so of none of the {n} group. ", "That is so of none of the {n} groups. ", n, n=number(n)
            )
        passed = [group for group in self.groups if group.outcome == "passed"]
        is_open = len(self.groups) - len(passed) - len(self.off)
        said += tr(
            "In {passed} of {groups} the whole interval lies within, in {is_open} it reaches over an "
            "edge, so there it cannot be told. {chance}",
            passed=number(len(passed)),
            groups=number(len(self.groups)),
            is_open=number(is_open),
            chance=self._chance(),
        )
        if self.leaning:
            named = [f"{group.in_words}, {self._off(group)}" for group in self.leaning]
            said += trn(
                " Not off by this rule, but leaning, for the interval does not hold the ratio 1, is {n} group: "
                "{listed}. Of groups in which the model is right, chance makes about one in twenty lean.",
                " Not off by this rule, but leaning, for the interval does not hold the ratio 1, are {n} groups: "
                "{listed}. Of groups in which the model is right, chance makes about one in twenty lean.",
                len(named), n=number(len(named)), listed=_listed(named),
            )  # fmt: skip
        if self.hidden:
            said += tr(" Not shown, for too few customers: {names}.", names=_named(self.hidden))
        if self.untold:
            said += tr(
                " Not shown, for so few purchases that they, or those of others, would tell of a few customers: "
                "{names}.",
                names=_named(self.untold),
            )
        return said

    def _off(self, group: CheckedGroup) -> str:
        if group.name not in self.untold:
            return _off_in_words(group)
        if group.ratio.number < 1:
            return tr("where the forecast is too low")
        return tr("where the forecast is too high")

    @property
    def _key(self) -> str:
        return f"holdout_by.{self.by.replace(' ', '_')}"

    def _chance(self) -> str:
        often = self.off_by_chance
        if often < 0.1:
            return tr(
                "Were the model right in every group, chance alone would bring fewer than {least} such group on "
                "average.",
                least=number(0.1, 1),
            )
        return tr(
            "Were the model right in every group, chance alone would bring {n} such groups on average.",
            n=number(often, 1),
        )


def check_by(
    model: PurchaseModel,
    customers: Customers,
    groups: ArrayLike,
    *,
    by: str,
    order: Sequence[str] = (),
    minimum_group: int = 5,
) -> GroupCheck:
    """Compare the purchases expected in the hold-out window with those that came, group by group.

    Parameters
    ----------
    model : fitted on these customers' purchases up to `calibration_end`.
    groups : shape (n,), the group of each customer, as known at `calibration_end`.
    by : what the groups are, as in "by days since the last order".
    order : groups in the order wanted; by default the four segments in theirs, others sorted.
    minimum_group : groups of fewer customers are not shown.

    Raises
    ------
    PurchaseModelError : the model was fitted on other customers, or there is not one group a customer.

    Notes
    -----
    The ratio's interval adds the error of the fit to the spread of actual - expected over the group's customers (see
    `rule.level_of`). Of fewer than `LEAST_PURCHASES` purchases it goes from the low end of what was expected by
    Poisson's upper end of what came to the other two, which is wider than it need be. A group in which the model is
    right is called off with the probability of a normal deviate beyond 1.96 + log(1.25) / standard error, to either
    side.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> check = cx.check_by(cx.fit_bgnbd(kit.customers), kit.customers, segments.labels, by="segment")
    >>> print(check.heading)
    By segment, no group’s forecast is shown to be off
    """
    window = open_window(model, customers)
    labels = np.asarray(groups, dtype=str)
    if labels.shape != (window.n,):
        raise PurchaseModelError(
            f"groups has shape {labels.shape}, but there are {window.n:,} customers: give one group each"
        )
    found_names = set(labels.tolist())
    names = list(order) or (list(SEGMENTS) if found_names <= set(SEGMENTS) else sorted(found_names))
    strange = sorted(found_names - set(names))
    if strange:
        raise PurchaseModelError(f"order lacks the groups {', '.join(strange)}: name all of them, or none")
    present = [name for name in names if (labels == name).any()]
    sizes = [int((labels == name).sum()) for name in present]
    small = np.array([n < minimum_group for n in sizes])
    shown = [name for name, hidden in zip(present, small, strict=True) if not hidden]
    place = {name: k for k, name in enumerate(present)}
    codes = np.array([place[label] for label in labels.tolist()], dtype=np.int64)
    errors = _errors(model, codes, window)
    found = tuple(_group(name, codes == place[name], float(errors[place[name]]), window) for name in shown)
    hidden = tuple(name for name in present if name not in shown)
    came = np.bincount(codes, window.actual, minlength=len(present)).astype(np.int64)
    untold = means_to_hide(came, sizes, minimum_group, small=small)
    known = GroupSizes(tuple(sizes), minimum_group)
    return GroupCheck(
        found, by, hidden, tuple(name for name in shown if untold[place[name]]),
        {name: known.written(k) for name, k in place.items()}, minimum_group, window.n, window.days, window.missing,
    )  # fmt: skip


def _errors(model: PurchaseModel, codes: Counts, window: HoldoutWindow) -> Array:
    """Return the standard error from the fit of the purchases expected of each group."""
    _, covariance = model.expected_totals(window.days, codes)
    return np.asarray(np.sqrt(np.maximum(np.diag(covariance), 0.0)), dtype=np.float64)


def _group(name: str, mine: np.ndarray[tuple[int], np.dtype[np.bool_]], error: float, window: HoldoutWindow) -> (
    CheckedGroup
):  # fmt: skip
    expected, actual = window.expected[mine], window.actual[mine]
    n, total, came = len(actual), float(expected.sum()), float(actual.sum())
    unit = "purchases per customer"
    if not total > 0 or window.days == 0:
        none = Estimate(n=n)
        return CheckedGroup(name, n, Estimate(total / n, n=n, unit=unit), none, none, "open", 0.0)
    foreseen = log_normal_interval(total / n, error / n, n=n, unit=unit)
    few = came < LEAST_PURCHASES
    if few:
        low, high = (chi2.ppf(0.025, 2 * came) / 2 if came else 0.0), chi2.ppf(0.975, 2 * came + 2) / 2
        made = Estimate(came / n, float(low) / n, float(high) / n, n=n, unit=unit)
        ratio = _of_few(foreseen, made)
        spread = float(np.hypot(np.sqrt(total) / total, error / total))
    else:
        ratio = ratio_of(expected, actual, error)
        made = normal_interval(came / n, float(np.std(actual, ddof=1)) / np.sqrt(n), n=n, unit=unit)
        made = Estimate(made.value, max(made.low or 0.0, 0.0), made.high, n=n, unit=unit)
        spread = float(np.log(ratio.high / ratio.low)) / (2 * _Z) if ratio.high and ratio.low else np.inf
    outcome: Check = within(ratio, LEVEL_BAND)
    if ratio.high is None and ratio.low is not None and ratio.low > LEVEL_BAND[1]:
        outcome = "failed"  # nobody bought: there is no upper end, and the lower one is enough
    chance = float(2 * norm.sf(_Z + np.log(LEVEL_BAND[1]) / spread))
    return CheckedGroup(name, n, foreseen, made, ratio, outcome, chance)


def _of_few(expected: Estimate, actual: Estimate) -> Estimate:
    unit, n = "expected / actual purchases", expected.n
    (low, high), (least, most) = expected.ends, actual.ends
    if actual.number == 0:
        return Estimate(None, low / most, None, n=n, unit=unit)
    return Estimate(expected.number / actual.number, low / most, high / least, n=n, unit=unit)


def _off_in_words(group: CheckedGroup) -> str:
    ratio, expected = group.ratio, number(group.expected.number, 2)
    if ratio.value is None:
        return tr("where {expected} purchases a customer were foreseen and none came", expected=expected)
    off = percent(abs(ratio.number - 1))
    digits = enough_digits((ratio.number, *ratio.ends), LEVEL_BAND)
    written, interval = number(ratio.number, digits), number_between(*ratio.ends, digits)
    if ratio.number < 1:
        return tr(
            "where the forecast is {off} too low (expected / actual {ratio}, {interval})",
            off=off, ratio=written, interval=interval,
        )  # fmt: skip
    return tr(
        "where the forecast is {off} too high (expected / actual {ratio}, {interval})",
        off=off, ratio=written, interval=interval,
    )  # fmt: skip


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else tr("{first}, and {last}", first=", ".join(parts[:-1]), last=parts[-1])


def _named(groups: Sequence[str]) -> str:
    return ", ".join(SEGMENT_NAME[name].lower() if name in SEGMENT_NAME else group_name(name) for name in groups)
