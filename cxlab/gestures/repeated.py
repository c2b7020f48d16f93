"""Does a further gesture still work? Chosen gestures by their number, and by the days since the last one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlab.estimate import Estimate
from cxlab.gestures.compared import sample_of
from cxlab.gestures.effect import GestureEffect
from cxlab.gestures.result import GestureEffects
from cxlab.gestures.said import digits_for, digits_of, interval, noun_of, signed
from cxlab.gestures.slopes import Slope, find_slope
from cxlab.language import Texts, tr

_ORDINAL = ("first", "second", "third and later")
WAITS = ((0, 30, "up to 30 days after the last"), (30, 90, "31–90 days after"), (90, np.inf, "over 90 days after"))
"""Days since the customer's last gesture: more than the first, up to the second."""
PARTS = Texts(
    {
        "first": "first",
        "second": "second",
        "third and later": "third and later",
        "up to 30 days after the last": "up to 30 days after the last",
        "31–90 days after": "31–90 days after",
        "over 90 days after": "over 90 days after",
    }
)
"""What the parts are called, by their names in the table."""
_IN_WORDS = Texts(
    {
        "less": "Each further gesture works less than the one before",
        "more": "A further gesture works more than the one before",
        "no_slope": "A further gesture works as well as the first",
        "cannot_tell": "Whether gestures wear off cannot be told",
    }
)
_MEANS = Texts(
    {
        "less": "So gestures wear off.",
        "more": "So they do not wear off: a further one works more.",
        "no_slope": "So they do not wear off by anything worth the name.",
        "cannot_tell": "So whether they wear off cannot be told.",
    }
)
_PAUSES = Texts(
    {
        "less": "With every doubling of those days it changes, between customers alike, by {change}, "
        "so a longer pause makes the next one work less.",
        "more": "With every doubling of those days it changes, between customers alike, by {change}, "
        "so a longer pause lets the next one work more.",
        "no_slope": "With every doubling of those days it changes, between customers alike, by {change}, "
        "so the length of the pause makes no difference worth the name.",
        "cannot_tell": "With every doubling of those days it changes, between customers alike, by {change}, "
        "so whether a longer pause helps cannot be told.",
    }
)


@dataclass(frozen=True)
class RepeatedGestures:
    """The effect of a customer's first, second, third and later gesture, and by the days since the last one.

    Attributes
    ----------
    waits : name and effect by days since the last gesture, of those who had one.
    slope : change of the effect for each further gesture, third and later counting as third; None where not known.
    wait_slope : for every doubling of the days since the last one; None where not known.
    """

    effects: GestureEffects
    waits: tuple[tuple[str, Estimate], ...] = ()
    slope: Slope | None = None
    wait_slope: Slope | None = None

    @property
    def effect(self) -> GestureEffect | None:
        """The chosen gestures; None where there are none or no effect of theirs can be given."""
        return next((e for e in self.effects.shown if e.ordinals), None)

    @property
    def rows(self) -> tuple[tuple[str, Estimate], ...]:
        """Name and effect by number, of those that enough customers tell."""
        if self.effect is None:
            return ()
        named = zip(_ORDINAL, self.effect.ordinals, strict=True)
        return tuple((name, estimate) for name, estimate in named if estimate.has_interval)

    @property
    def all_rows(self) -> tuple[tuple[str, Estimate], ...]:
        """Those by number, then those by the days since the last one."""
        return self.rows + self.waits

    @property
    def findings(self) -> dict[str, Estimate]:
        """Slopes as they lie and between customers alike, and the verdict; effects by number stand with the arm."""
        if self.effect is None:
            return {}
        found: dict[str, Estimate] = {}
        for name, slope in (("habituation_slope", self.slope), ("habituation_wait_slope", self.wait_slope)):
            if slope is not None:
                found |= {name: slope.plain, f"{name}_alike": slope.alike}
        if self.slope is not None:
            found["habituation_verdict"] = Estimate(verdict=self.slope.verdict)
        return {f"{self.effect.prefix}{name}": estimate for name, estimate in found.items()}

    @property
    def table(self) -> pd.DataFrame:
        """One row a part: its name, the effect and the ends of its interval."""
        rows = [(name, e.number, e.low, e.high) for name, e in self.all_rows]
        columns = ["gesture", "effect", "effect_low", "effect_high"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], np.float64))

    @property
    def heading(self) -> str:
        """The finding in a line."""
        return _IN_WORDS["cannot_tell" if self.slope is None else self.slope.verdict]

    @property
    def reading(self) -> str:
        """Each part's effect, the slopes, and what may be made of them."""
        effect = self.effect
        if effect is None:
            return ""
        if not self.rows:
            return tr("Whether a second gesture still works cannot be told from so few.")
        digits = digits_of(effect)

        def said(rows: tuple[tuple[str, Estimate], ...]) -> str:
            return "; ".join(f"{PARTS[name]} {signed(e.number, digits)} ({interval(e, digits)})" for name, e in rows)

        parts = [
            tr(
                "Chosen gestures by what the customer had had before, difference in {purchases} with 95% "
                "intervals: {said}.",
                purchases=noun_of(effect),
                said=said(self.rows),
            )
        ]
        if self.slope is not None:
            parts.append(
                tr(
                    "With each further gesture the effect changes by {change}. Who gets a third one is "
                    "another kind of customer than who gets one; between customers of one segment from whom "
                    "as many {purchases} were to be expected it is {change_alike}. {follows}",
                    change=_change(self.slope.plain),
                    purchases=noun_of(effect),
                    change_alike=_change(self.slope.alike),
                    follows=_MEANS[self.slope.verdict],
                )
            )
        if self.waits:
            parts.append(tr("By the days since the last one: {said}.", said=said(self.waits)))
        if self.wait_slope is not None:
            change = _change(self.wait_slope.alike)
            parts.append(_PAUSES[self.wait_slope.verdict].format(change=change))
        return " ".join(parts)


def repeated_gestures(effects: GestureEffects, *, equivalence_margin: float = 0.05) -> RepeatedGestures:
    """Look at chosen gestures by their number and by the days since the last one.

    Each is held against orders without one by customers who had had as many. A customer's own first and later gestures
    are not held against each other: only who came back after the first can have a second, so what followed the first
    would look larger than it was.

    Parameters
    ----------
    equivalence_margin : share of the outcome without a gesture; a slope that makes less of it, from the first gesture
        to the third, or over the middle four fifths of the pauses, is none.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> effects = cx.estimate_gestures(kit.gestures)
    >>> print(cx.repeated_gestures(effects).heading)
    Whether gestures wear off cannot be told
    """
    found = RepeatedGestures(effects)
    effect = found.effect
    if effect is None or effect.fitted is None:
        return found
    fitted, sample = effect.fitted, sample_of(effects.data, effect)
    assert sample.ordinals is not None
    ordinal = sample.ordinals[fitted.rows]
    margin = equivalence_margin * abs(effect.control_mean.number)
    most = len(_ORDINAL)
    slope = find_slope(
        fitted, sample, np.minimum(ordinal, most).astype(np.float64), np.ones(len(ordinal), dtype=np.bool_),
        unit=f"{effect.unit}, for each further gesture", reach=most - 1.0, margin=margin,
    )  # fmt: skip
    if sample.since_gesture is None:
        return RepeatedGestures(effects, (), slope)
    since = sample.since_gesture[fitted.rows]
    had_one = np.isfinite(since)
    days = np.where(had_one, since, 0.0)
    waits = []
    for low, high, name in WAITS:
        means = fitted.part(np.asarray(had_one & (days > low) & (days <= high), dtype=np.bool_))
        if means is not None:
            waits.append((name, means.estimate(effect.unit)))
    if not (had_one & fitted.treated & fitted.among()).any():
        return RepeatedGestures(effects, tuple(waits), slope)
    doubled = np.log2(1 + days)
    short, long = np.quantile(doubled[had_one & fitted.treated], [0.1, 0.9])
    wait_slope = find_slope(
        fitted, sample, doubled, had_one, unit=f"{effect.unit}, for a doubling of the days since the last gesture",
        reach=float(long - short), margin=margin,
    )  # fmt: skip
    return RepeatedGestures(effects, tuple(waits), slope, wait_slope)


def _change(slope: Estimate) -> str:
    digits = digits_for((slope.ends[1] - slope.ends[0]) / 2)
    return f"{signed(slope.number, digits)} ({interval(slope, digits)})"
