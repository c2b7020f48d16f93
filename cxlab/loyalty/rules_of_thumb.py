"""Five, ten or fifteen: the numbers that are often said of a fan, held against what the data says."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from cxlab.estimate import Estimate, Findings
from cxlab.language import tr, trn
from cxlab.loyalty.sensitivity import Sensitivity, Variant
from cxlab.loyalty.words import buyers, buyers_between
from cxlab.words import number

SAID = (5, 10, 15)
"""One-time buyers that one fan is often said to be worth."""
Verdict = Literal["fits", "too_low", "too_high", "no_number"]


@dataclass(frozen=True)
class RuleOfThumb:
    """One of the numbers that are often said.

    Attributes
    ----------
    said : the number of one-time buyers.
    verdict : `fits` when it lies in the 95 % interval as reckoned, `too_low` and `too_high` when below and above it,
        `no_number` where there is none.
    fits_with : the assumptions, one changed at a time, under which it lies in the interval.
    """

    said: int
    verdict: Verdict
    fits_with: tuple[Variant, ...]


@dataclass(frozen=True)
class RulesOfThumb:
    """The numbers that are often said, against the data.

    Attributes
    ----------
    rules : one each of `SAID`.
    base : the number as reckoned; the verdict `no_number` alone where there is none.
    n_tried : assumptions that were tried, the base left out.
    """

    rules: tuple[RuleOfThumb, ...]
    base: Estimate
    n_tried: int

    @property
    def table(self) -> pd.DataFrame:
        """One row a number: said, verdict, fits_under (how many assumptions), of (tried), assumptions."""
        rows = [
            (r.said, r.verdict, len(r.fits_with), self.n_tried, "; ".join(v.written for v in r.fits_with))
            for r in self.rules
        ]
        return pd.DataFrame(rows, columns=["said", "verdict", "fits_under", "of", "assumptions"])

    @property
    def findings(self) -> Findings:
        """The verdict on each number, as `fans_worth.said_5` and so on."""
        return {f"fans_worth.said_{r.said}": Estimate(n=self.base.n, verdict=r.verdict) for r in self.rules}

    @property
    def heading(self) -> str:
        """The finding in a line."""
        if self.base.value is None:
            return tr("{numbers}? As reckoned, none of them: there is no such number", numbers=_or(SAID))
        fitting = [r.said for r in self.rules if r.verdict == "fits"]
        if not fitting:
            return tr("{numbers}? None of them", numbers=_or(SAID))
        return trn(
            "{numbers}? Only {fitting} agrees with the data",
            "{numbers}? {fitting} agree with the data",
            len(fitting),
            numbers=_or(SAID),
            fitting=_and(fitting),
        )

    @property
    def reading(self) -> str:
        """Which of the numbers lie in the interval, and under which assumptions the others would."""
        return " ".join([self._as_reckoned(), *self._otherwise()])

    def _as_reckoned(self) -> str:
        if self.base.value is None:
            return tr("{numbers}? There is no number as reckoned, so none of them is borne out.", numbers=_or(SAID))
        parts: list[str] = []
        for verdict in ("fits", "too_low", "too_high"):
            numbers = [r.said for r in self.rules if r.verdict == verdict]
            if numbers:
                parts.append(_placed(verdict, numbers) if not parts else _placed_next(verdict, numbers))
        return tr(
            "{numbers}? Here it is {here} (95% interval {interval}): {where}.",
            numbers=_or(SAID),
            here=buyers(self.base.number),
            interval=buyers_between(self.base),
            where=", ".join(parts),
        )

    def _otherwise(self) -> list[str]:
        if not self.n_tried:
            return []
        said, tried = [], number(self.n_tried)
        for rule in self.rules:
            n = len(rule.fits_with)
            if not n:
                one = trn(
                    "{said} lies in the interval under none of the {n} assumption tried.",
                    "{said} lies in the interval under none of the {n} assumptions tried.",
                    self.n_tried,
                    said=rule.said,
                    n=tried,
                )
            elif n <= _LISTED:
                one = trn(
                    "{said} lies in the interval under the {fits} assumption tried: {listed}.",
                    "{said} lies in the interval under {fits} of the {n} assumptions tried: {listed}.",
                    self.n_tried,
                    said=rule.said,
                    fits=n,
                    listed=_and([v.said for v in rule.fits_with]),
                    n=tried,
                )
            else:
                one = tr(
                    "{said} lies in the interval under {fits} of the {n} assumptions tried.",
                    said=rule.said,
                    fits=n,
                    n=tried,
                )
            said.append(one)
        return said


_LISTED = 3


def judge_rules_of_thumb(sensitivity: Sensitivity) -> RulesOfThumb:
    """Hold the numbers that are often said of a fan, 5, 10 and 15, against the number and its other assumptions.

    Examples
    --------
    >>> import cxlab as cx
    >>> kit = cx.open_example()
    >>> segments = cx.assign_segments(kit.customers)
    >>> model = cx.fit_bgnbd(kit.customers)
    >>> alive = model.probability_alive()
    >>> fans = cx.find_fans(kit.customers, segments.labels, alive)
    >>> import functools
    >>> foresee = functools.partial(cx.foresee_purchases, model, window_days=kit.customers.holdout_days)
    >>> outlook = foresee(fans.are_fans, horizon_days=365)
    >>> worth = cx.weigh_fans(kit.customers, fans, outlook)
    >>> rules = cx.judge_rules_of_thumb(cx.vary_assumptions(worth, foresee))
    >>> print(rules.heading)
    5, 10 or 15? None of them
    """
    base, others = sensitivity.base.worth, sensitivity.variants[1:]
    rules = (
        RuleOfThumb(said, _verdict(base, said), tuple(v for v in others if _verdict(v.worth, said) == "fits"))
        for said in SAID
    )
    return RulesOfThumb(tuple(rules), base, len(others))


def _verdict(worth: Estimate, said: int) -> Verdict:
    """Place a number by the interval.

    Examples
    --------
    >>> _verdict(Estimate(7.4, 5.9, 9.6), 5), _verdict(Estimate(7.4, 5.9, 9.6), 10)
    ('too_low', 'too_high')
    >>> _verdict(Estimate(7.4, 5.9, 10.4), 10), _verdict(Estimate(verdict="no_number"), 10)
    ('fits', 'no_number')
    """
    if not worth.has_interval:
        return "no_number"
    low, high = worth.ends
    return "too_low" if said < low else "too_high" if said > high else "fits"


def _or(numbers: tuple[int, ...]) -> str:
    """Ask for one of several numbers.

    Examples
    --------
    >>> _or((5, 10, 15))
    '5, 10 or 15'
    """
    return tr("{numbers} or {last}", numbers=", ".join(map(str, numbers[:-1])), last=numbers[-1])


def _and(parts: list[int] | list[str]) -> str:
    """Join a list.

    Examples
    --------
    >>> _and([5]), _and([5, 10]), _and(["a", "b", "c"])
    ('5', '5 and 10', 'a, b and c')
    """
    texts = [str(part) for part in parts]
    return texts[0] if len(texts) == 1 else tr("{first} and {last}", first=", ".join(texts[:-1]), last=texts[-1])


def _placed(verdict: str, numbers: list[int]) -> str:
    listed, n = _and(numbers), len(numbers)
    if verdict == "fits":
        return trn("{numbers} lies within it", "{numbers} lie within it", n, numbers=listed)
    if verdict == "too_low":
        return trn("{numbers} lies below it", "{numbers} lie below it", n, numbers=listed)
    return trn("{numbers} lies above it", "{numbers} lie above it", n, numbers=listed)


def _placed_next(verdict: str, numbers: list[int]) -> str:
    listed = _and(numbers)
    return (
        tr("{numbers} below it", numbers=listed) if verdict == "too_low" else tr("{numbers} above it", numbers=listed)
    )
