"""Measures that studies share: what they are called, how they are written, on what scale they are drawn."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cxlab import words
from cxlab.digits import enough_digits
from cxlab.language import tr
from cxlab.reports.past import Finding, Findings

Kind = Literal["share", "points", "percent", "index", "number"]
_MOST_ARMS = 3
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDTH = {"share": 0, "points": 0, "percent": 0, "index": 2, "number": 1}


@dataclass(frozen=True)
class Measure:
    """A finding that every study may have.

    Attributes
    ----------
    name : for people. kind : share (0 to 1, written in percent), points (a difference of shares, in percentage points),
        percent (is one already), index (two decimals), number (one).
    """

    report: str
    key: str
    name: str
    kind: Kind

    @property
    def is_difference(self) -> bool:
        """Whether it is above or below something: zero is in the middle of its scale, and it bears a sign."""
        return self.kind in ("points", "percent")

    def digits(self, findings: Iterable[Finding]) -> int:
        """Return with how many digits findings are written, so that each end lies on its own side of zero."""
        ends = [self._factor * end for f in findings for end in (f.low, f.number, f.high) if end is not None]
        return 0 if self.kind == "share" else enough_digits(ends, [0.0], _WIDTH[self.kind])

    def figure(self, finding: Finding, digits: int = 0) -> str:
        """Write the estimate with its unit.

        Examples
        --------
        >>> share = Measure("segmentation", "size.lost", "Lost, share of customers", "share")
        >>> share.figure(Finding(estimate=0.996)), share.figure(Finding(estimate=0.2, low=0.0004, high=0.3))
        ('over 99%', '20%')
        """
        value = float(finding.number or 0.0)
        text = self._written(value, digits)
        text = f"+{text}" if self.is_difference and value > 0 else text
        return tr("{n}\u00a0points", n=text) if self.kind == "points" else text

    def interval(self, finding: Finding, digits: int = 0) -> str:
        """Write the interval, and its level if that is not 95%; empty where there is none.

        Examples
        --------
        >>> effect = Measure("gestures", "effect_percent.card", "Purchases more with a card", "percent")
        >>> effect.interval(Finding(estimate=11.4, low=-2.4, high=27.0, level=0.9))
        '−2 to 27%, 90%'
        """
        if finding.low is None or finding.high is None:
            return ""
        low, high = self._written(finding.low, digits), self._written(finding.high, digits)
        sign = words.percent_sign() if self.kind in ("share", "percent") else ""
        text = words.between(low, high, sign)
        if " " in low + high:  # "under 1%" is no number that a dash may join
            text = f"{low.removesuffix(sign)}{tr(' to ')}{high}"
        return text if finding.level == 0.95 else f"{text}, {words.percent(finding.level)}"

    @property
    def _factor(self) -> float:
        return 100.0 if self.kind == "points" else 1.0

    def _written(self, value: float, digits: int) -> str:
        if self.kind == "share":
            return words.percent_of(value, 1.0) if value > 0 else words.percent(value)
        text = words.number(self._factor * value, digits)
        return f"{text}{words.percent_sign()}" if self.kind == "percent" else text

    def scale(self, findings: Iterable[Finding]) -> tuple[float, float]:
        """Return the ends of the scale on which findings are drawn: from 0, or alike around it."""
        ends = [end for f in findings for end in (f.low, f.number, f.high) if end is not None]
        reach = max(map(abs, ends), default=0.0)
        if self.is_difference or min(ends, default=0.0) < 0:
            top = _round_up(reach, 1.0)
            return -top, top
        return 0.0, 1.0 if self.kind in ("share", "index") and reach <= 1 else _round_up(reach, 1.0)

    def end(self, top: float) -> str:
        """Write the end of a scale."""
        scale = 100.0 if self.kind in ("share", "points") else 1.0
        text = words.shortest(round(scale * top, 10))
        return f"{text}{words.percent_sign()}" if self.kind in ("share", "percent") else text


def _fixed() -> tuple[Measure, ...]:
    """Return the measures whose keys are known, with their names in the language that is spoken."""
    return (
        Measure("segmentation", "size.profit_bringers", tr("Profit-bringers, share of customers"), "share"),
        Measure(
            "segmentation", "contribution_share.profit_bringers", tr("What they bring, share of contribution"), "share"
        ),
        Measure("segmentation", "size.misunderstood", tr("Misunderstood, share of customers"), "share"),
        Measure("segmentation", "skill_share.segments", tr("Skill the four segments keep of the best"), "share"),
        Measure(
            "segmentation",
            "skill_difference.segments_minus_clusters",
            tr("Skill of segments less that of clusters"),
            "points",
        ),
        Measure("segmentation", "adjusted_mutual_information", tr("Agreement of segments with clusters"), "index"),
        Measure("clusters", "silhouette", tr("How far apart clusters lie (silhouette)"), "index"),
        Measure("repeat_purchases", "came_back", tr("Customers who came back, share"), "share"),
        Measure("repeat_purchases", "holdout.level", tr("Purchases foreseen to those made"), "index"),
        Measure("loyalty", "fans_worth", tr("One-time buyers to one fan"), "number"),
    )


_CHOSEN = "observational."
_ARM = re.compile(rf"(?P<chosen>{re.escape(_CHOSEN)})?verdict\.(?P<arm>.+)", re.S)


def arms(found: Mapping[str, Finding]) -> list[tuple[str, str]]:
    """Return prefix and name of each arm that a report on gestures judges: those of a trial before chosen gestures.

    Examples
    --------
    >>> arms({"observational.verdict.gesture": Finding(), "verdict.card": Finding()})
    [('', 'card'), ('observational.', 'gesture')]
    """
    matched = [m for key in found if (m := _ARM.fullmatch(key))]
    return sorted((m["chosen"] or "", m["arm"]) for m in matched)


def shared(studies: Iterable[Findings]) -> list[Measure]:
    """Return the measures that at least two studies have in one unit, effects of gestures after the others."""
    studies = list(studies)
    counted: dict[tuple[str, str], int] = {}
    for findings in studies:
        for arm in arms(findings.get("gestures", {})):
            counted[arm] = counted.get(arm, 0) + 1
    common = sorted((arm for arm, n in counted.items() if n > 1), key=lambda arm: (-counted[arm], arm))
    return [m for m in (*_fixed(), *map(effect_of, common[:_MOST_ARMS])) if len(having(m, studies)) > 1]


def effect_of(arm: tuple[str, str]) -> Measure:
    """Return the measure of what an arm brought; `arm` as `arms` gives it."""
    prefix, name = arm
    told = (
        tr("Outcome with “{name}”, chosen and not drawn by lot, percent more than without", name=name)
        if prefix
        else tr("Outcome with “{name}”, percent more than without", name=name)
    )
    return Measure("gestures", f"{prefix}effect_percent.{name}", told, "percent")


def having(measure: Measure, studies: Iterable[Findings]) -> dict[int, Finding]:
    """Return the finding of each study that has it, by the study's number; of several units, the most common one."""
    found = {i: f for i, findings in enumerate(studies) if (f := number_in(measure, findings)) is not None}
    units = [f.unit for f in found.values()]
    unit = max(units, key=units.count, default=None)
    return {i: f for i, f in found.items() if f.unit == unit}


def number_in(measure: Measure, findings: Findings) -> Finding | None:
    """Return a study's finding of a measure where it is a number."""
    finding = findings.get(measure.report, {}).get(measure.key)
    return finding if finding is not None and finding.number is not None else None


def named(report: str, key: str, findings: Mapping[str, Finding]) -> Measure | None:
    """Return the measure of a finding, if it has a name; `findings` are those of its report."""
    known = {m.key: m for m in _fixed() if m.report == report}
    if report == "gestures":
        known |= {m.key: m for m in map(effect_of, arms(findings))}
    return known.get(key)


def _round_up(value: float, least: float) -> float:
    """Return the next round number that is not below a value.

    Examples
    --------
    >>> _round_up(13.2, 1.0), _round_up(0.031, 1.0), _round_up(0.0, 1.0)
    (20.0, 0.05, 1.0)
    """
    if value <= 0 or not math.isfinite(value):
        return least
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _STEPS if step * power >= value or step == _STEPS[-1])
