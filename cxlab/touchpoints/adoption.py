"""Whether a channel brings purchases, or is taken up by those who buy more anyway."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.errors import MissingDataError, NotEnoughDataError
from cxlab.estimate import Estimate
from cxlab.gestures.means import Array, TwoMeans, cluster_codes
from cxlab.gestures.observational import effects_of_choices
from cxlab.gestures.sample import PURCHASES, Sample, known_before
from cxlab.gestures.trial_means import LEAST_IN_ARM, difference_in_means
from cxlab.gestures.verdict import Token
from cxlab.language import tr, trn
from cxlab.occasions import HISTORY, Adoption, Adoptions
from cxlab.occasions.adopted import LEAST_ADOPTERS, USED
from cxlab.phrases import listed
from cxlab.touchpoints.effect import ORDER, UNIT, TouchpointEffect
from cxlab.touchpoints.words import adoption_reading
from cxlab.words import number, percent

_NOT_NOW = ""
"""The arm of orders made elsewhere: no channel has no name."""


@dataclass(frozen=True, eq=False)
class TouchpointEffects:
    """What taking up each channel brings.

    Attributes
    ----------
    effects : one a channel, the most taken up first.
    adoptions : the rows they rest on.
    equivalence_margin : share of the purchases within which an effect counts as none.
    minimum_group : channels that fewer customers took up are not shown.
    """

    effects: tuple[TouchpointEffect, ...]
    adoptions: Adoptions
    equivalence_margin: float
    minimum_group: int

    @property
    def shown(self) -> tuple[TouchpointEffect, ...]:
        """Channels that enough customers took up to be shown."""
        return tuple(one for one in self.effects if one.adoption.n_adopters >= self.minimum_group)

    @property
    def judged(self) -> tuple[TouchpointEffect, ...]:
        """Channels that enough customers took up to be judged."""
        return tuple(one for one in self.shown if one.found is not None)

    @property
    def by_verdict(self) -> Mapping[Token, tuple[TouchpointEffect, ...]]:
        """The judged channels by their verdict."""
        return {token: mine for token in ORDER if (mine := tuple(one for one in self.judged if one.verdict == token))}

    @property
    def main(self) -> TouchpointEffect:
        """The channel whose verdict says most; of several, the one most taken up."""
        return next(iter(self.by_verdict.values()))[0]

    @property
    def findings(self) -> dict[str, Estimate]:
        """Every number by its key in `results.json`."""
        found: dict[str, Estimate] = {}
        for one in self.judged:
            found |= one.findings
        return found

    @property
    def table(self) -> pd.DataFrame:
        """One row a channel: who took it up, naive difference and ratio, effect, placebo, verdict."""
        rows = []
        for one in self.effects:
            row: dict[str, object] = {
                "channel": one.channel, "adopters": one.adoption.n_adopters, "began_there": one.adoption.n_born,
            }  # fmt: skip
            placebo = Estimate() if one.found is None else one.found.placebo
            for name, e in (
                ("naive", one.naive), ("naive_ratio", one.naive_ratio), ("effect", one.effect),
                ("effect_ratio", one.ratio), ("placebo", placebo),
            ):  # fmt: skip
                row |= {name: e.number, f"{name}_low": e.low, f"{name}_high": e.high}
            rows.append(row | {"verdict": one.verdict})
        frame = pd.DataFrame(rows)
        ends = [name for name in frame.columns if name.endswith(("_low", "_high"))]
        return frame.astype(dict.fromkeys(ends, np.float64))

    @property
    def heading(self) -> str:
        """The verdicts in a line."""
        said: dict[str, list[str]] = {}
        for one in (one for mine in self.by_verdict.values() for one in mine):
            said.setdefault(one.said, []).append(tr("“{name}”", name=one.channel))
        words = [what if not i else what[:1].lower() + what[1:] for i, what in enumerate(said)]
        parts = zip(words, said.values(), strict=True)
        return "; ".join(tr("{verdict}: {names}", verdict=what, names=listed(names)) for what, names in parts)

    @property
    def reading(self) -> str:
        """Every channel in some sentences: the jump at first sight, and what is left of it."""
        adoptions = self.adoptions
        said = [
            tr(
                "Most customers begin in “{base}”. Who began in another channel had nothing to take up, and is left "
                "out of what is said of it.",
                base=adoptions.base,
            )
        ]
        said += [
            adoption_reading(one, self.equivalence_margin, self.minimum_group, len(self.judged)) for one in self.judged
        ]
        few = [tr("“{name}”", name=one.channel) for one in self.shown if one.found is None]
        if few:
            said.append(
                trn(
                    "{names}: fewer than {least} customers took it up, too few to judge.",
                    "{names}: fewer than {least} customers took each of them up, too few to judge.",
                    len(few),
                    names=listed(few),
                    least=number(LEAST_ADOPTERS),
                )
            )
        if adoptions.share < 1:
            said.append(
                tr(
                    "There are so many orders that {share} of the customers were looked at, drawn by lot, with all of "
                    "their orders; the intervals hold what that leaves unsure.",
                    share=percent(adoptions.share, 1),
                )
            )
        if adoptions.n_unknown:
            said.append(
                trn(
                    "{n} day with an order does not say its channel, and stands on neither side.",
                    "{n} days with an order do not say their channel, and stand on neither side.",
                    adoptions.n_unknown,
                    n=number(adoptions.n_unknown),
                )
            )
        return "\n\n".join(said)


def touchpoint_effects(
    adoptions: Adoptions | None, *, equivalence_margin: float = 0.05, seed: int = 1, minimum_group: int = 1
) -> TouchpointEffects:
    """Find what taking up each channel brings: whether the jump one sees is cause, or selection.

    An order at which a customer takes a channel up is held against orders made elsewhere by customers with a like
    history who had not, as chosen gestures are held against orders without one.

    Parameters
    ----------
    adoptions : as `read_adoptions` returns them; None: the study brings no orders.
    equivalence_margin : share of the purchases without it within which an effect counts as none.
    seed : deals customers into folds; nothing else is left to chance.
    minimum_group : channels that fewer customers took up are not shown.

    Raises
    ------
    MissingDataError : there are no orders, or they do not say their channel.
    NotEnoughDataError : there is one channel only, or fewer than 30 customers took up any other.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> found = cx.touchpoint_effects(kit.adoptions)
    >>> [(one.channel, one.adoption.n_adopters, one.verdict) for one in found.effects]
    [('web', 251, 'cannot_tell')]
    """
    adoptions = _required(adoptions, max(LEAST_ADOPTERS, minimum_group))
    looked_at = [one for one in adoptions.each if one.n_followed]
    samples = [_sample(one, adoptions.outcome_days) for one in looked_at]
    found = effects_of_choices(
        samples, equivalence_margin=equivalence_margin, currency="", seed=seed,
        minimum_group=minimum_group,
    )  # fmt: skip
    effects = {one.arm: one for one in found}
    each = tuple(
        TouchpointEffect(one, _usage(one.usage), effects.get(one.channel), adoptions.outcome_days)
        for one in adoptions.each
    )
    return TouchpointEffects(each, adoptions, equivalence_margin, minimum_group)


def _required(adoptions: Adoptions | None, least: int) -> Adoptions:
    """Return what there is, or say what is missing; `least` customers must have taken a channel up."""
    if adoptions is None:
        raise MissingDataError(
            tr("the study brings no orders, so nobody is seen to take up a channel: add `orders` to its sources")
        )
    if not adoptions.base:
        raise MissingDataError(
            tr(
                "the orders do not say by which channel they came: add `channel` to the columns of `orders`, and this "
                "page tells whether a channel brings purchases or is used by those who buy more anyway"
            )
        )
    if adoptions.n_channels == 1:
        raise NotEnoughDataError(
            tr(
                "all orders came by one channel, “{channel}”, so there was none to take up: name the channels apart in "
                "`channel`",
                channel=adoptions.base,
            )
        )
    most = max((one.n_adopters for one in adoptions.each), default=0)
    if most < least:
        raise NotEnoughDataError(
            tr(
                "a channel is judged from {least} customers on who took it up after they had ordered elsewhere, and "
                "none has as many: bring the orders of a longer time",
                least=number(least),
            )
        )
    if not any(one.n_followed for one in adoptions.each if one.n_adopters >= least):
        raise NotEnoughDataError(
            tr(
                "no order at which a channel was taken up can be followed for {days} days: bring the orders of a "
                "longer time, or count in fewer `outcome_days`",
                days=number(adoptions.outcome_days),
            )
        )
    return adoptions


def _sample(adoption: Adoption, outcome_days: int) -> Sample:
    """Make the rows of one comparison.

    What is known of the order itself may be the channel's doing, and is no part of what was known before.
    """
    frame = adoption.frame
    known = [*HISTORY, "channels_so_far", *(str(name) for name in frame.columns if str(name).startswith(USED)), "day"]
    after = purchases_after(frame, outcome_days)
    risk = frame["at_risk"].to_numpy(bool)
    mine = risk & frame["is_followed"].to_numpy(bool)
    after, frame = after[mine], frame[mine].reset_index(drop=True)
    treated = frame["treated"].to_numpy(bool)
    has_older = frame["older_purchases"].to_numpy(np.int64) > 0
    return Sample(
        design="observational",
        arms=np.where(treated, adoption.channel, _NOT_NOW).astype(object),
        control=_NOT_NOW,
        outcome=frame["purchases"].to_numpy(np.float64),
        noun=PURCHASES,
        unit=UNIT,
        rows="order",
        clusters=cluster_codes(frame["customer_id"].to_numpy(object), len(frame)),
        covariates=known_before(frame, known),
        adjust=pd.DataFrame(index=frame.index),
        recent=np.where(has_older, frame["recent_purchases"].to_numpy(np.float64), np.nan),
        older=known_before(frame, [name for name in frame.columns if name.startswith("older_")]),
        drawn={adoption.channel: int(treated.sum()), _NOT_NOW: int((~treated).sum())},
        after=after,
    )


def purchases_after(frame: pd.DataFrame, outcome_days: int) -> Array:
    """Count, for each order, the purchases in the days after it that came after the channel was taken up: shape (n,).

    Parameters
    ----------
    frame : all orders of its customers, as in `Adoption`: customer_id, day and taken_up_on count here.
    """
    day, up = frame["day"].to_numpy(np.int64), frame["taken_up_on"].to_numpy(np.float64)
    customer = cluster_codes(frame["customer_id"].to_numpy(object), len(frame))
    until = day + outcome_days
    wide = int(until.max(initial=0)) + 1
    key = customer * wide + day
    since = customer * wide + np.minimum(np.maximum(up, day), until).astype(np.int64)
    found = np.searchsorted(key, customer * wide + until, side="right") - np.searchsorted(key, since, side="right")
    return np.asarray(found, dtype=np.float64)


def _usage(counted: pd.DataFrame) -> TwoMeans | None:
    """Hold purchases of those who use a channel against those of the others; None where a side is too small."""
    times = counted["customers"].to_numpy(np.int64)
    is_user = np.repeat(counted["is_user"].to_numpy(bool), times)
    purchases = np.repeat(counted["purchases"].to_numpy(np.float64), times)
    if min(is_user.sum(), (~is_user).sum()) < LEAST_IN_ARM:
        return None
    return difference_in_means(purchases, is_user, np.arange(len(purchases)))
